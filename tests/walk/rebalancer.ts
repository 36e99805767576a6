/** What had the last word on the skew. */
import { DEFAULT_REBALANCER_RULES } from "../../shared/config/rules/rebalancer.ts"
import { rebalancerActor, type RebalancerActorState } from "../../services/rebalancer/core/actor.ts"
import { placeAt } from "../../shared/actor/core/actor.ts"
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import type { REBALANCER_RULES } from "../../shared/core/rules/rebalancer.ts"
import { NEWEST_RULES } from "../../shared/core/rules/versions.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import type { Reason } from "../../shared/events/reason.ts"
import { reasonsOf, type Walk } from "./told.ts"

const at = (text: string): MarketEvent => {
  const last = Price.parse(text)
  return { _tag: "PriceObserved", last, bid: last, ask: last }
}
const account = (doge: string, usd: string): MarketEvent => ({
  _tag: "BalancesObserved",
  base: { total: Volume.parse(doge), hold: Volume.zero },
  quote: { total: Quote.parse(usd), hold: Quote.zero }
})
const STEP_MS = 300_000

/** A look every five minutes with these accounts, DOGE at 0.1. */
const looks = (
  accounts: ReadonlyArray<readonly [doge: string, usd: string]>,
  change: Partial<typeof DEFAULT_REBALANCER_RULES> = {},
  before: ReadonlyArray<MarketEvent> = []
): ReadonlyArray<Reason> => {
  const rules = { ...DEFAULT_REBALANCER_RULES, ...change }
  const events: Array<readonly [number, MarketEvent]> = [
    [0, { _tag: "RebalancerConfigured", rules }],
    ...before.map((event): readonly [number, MarketEvent] => [0, event]),
    ...accounts.flatMap(([doge, usd], look): ReadonlyArray<readonly [number, MarketEvent]> => [
      [look * STEP_MS, account(doge, usd)],
      [look * STEP_MS, at("0.1")]
    ])
  ]
  let state: RebalancerActorState = rebalancerActor.initial
  return events.flatMap(([timeMs, event], index) => {
    const place = placeAt({ seq: index + 1, index: 0, subject: "s", epoch: 1, timeMs, rulesVersion: NEWEST_RULES })
    const step = rebalancerActor.reduce(state, event, place)
    state = step.state
    return reasonsOf(step.outputs)
  })
}
const stop: MarketEvent = {
  _tag: "CapacityBandChanged",
  band: "stop",
  reason: { rule: "part_fills_cancelled", numbers: { cancelled: 1 } }
}
const swings = Array.from({ length: 12 }, (_, n): readonly [string, string] =>
  n % 2 === 0 ? ["0", "100"] : ["1000", "0"]
)

/** Texts of the rebalancer. */
export const REBALANCER: Walk<keyof typeof REBALANCER_RULES> = {
  controlled: [
    {
      when: "nine tenths are idle dollars",
      by: () => looks([["100", "90"]]),
      says: "Idle dollars are 0.9 of the account, steered to 0.4: the skew is 0.0460633."
    }
  ],
  neutral_band: [
    {
      when: "two fifths are",
      by: () => looks([["600", "40"]]),
      says: "Idle dollars are 0.4 of the account, close enough to 0.4 (smoothed, they are 0 off)."
    }
  ],
  capacity: [
    {
      when: "room is at stop after a part fill",
      by: () => looks([["100", "90"]], {}, [stop]),
      says: "No skew while the room for open orders is at stop."
    }
  ],
  no_portfolio: [
    { when: "the account is empty", by: () => looks([["0", "0"]]), says: "No skew: the account is worth nothing." }
  ],
  flip_damping: [
    {
      when: "it has swung from side to side",
      by: () => looks(swings, { errorSmoothingSec: 1, maxSkewStep: 1 }),
      says: "No skew: it has changed its sign too often, 3 times within the last hour."
    }
  ]
}
