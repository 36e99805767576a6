/** The exchange's terms in mid-run: what has changed is told, and a pair that takes no orders pauses the market. */
import { Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { EventOf, MarketEvent } from "../../../../shared/events/event.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import { type Draft, notice } from "../draft.ts"
import { setCause } from "../mode/mode.ts"
import { noteTaken } from "../mode/refusals.ts"
import type { GovernorState } from "../state.ts"

/** States of a pair in which it takes no new order of ours. Our orders are post-only limits, which `post_only` and `limit_only` take. */
const CLOSED: ReadonlySet<string> = new Set([
  "cancel_only",
  "maintenance",
  "reduce_only",
  "delisted",
  "work_in_progress"
])

/** Pauses while the pair takes no order. */
export const watchPair = (draft: Draft): void => {
  const status = draft.state.market.constraints?.status ?? "online"
  const { mode } = draft.state
  const stands = mode.causes.pair_closed
  // After nearly every event: the pair takes orders, and did before.
  if (stands === undefined && !CLOSED.has(status)) return
  // From one such state to another the cause stands, and says the present one; so does what waits for an operator because of it.
  if (CLOSED.has(status) && stands !== undefined && stands.numbers["status"] !== status) {
    const why = reason("pair_closed", { status })
    const operatorNeeded =
      mode.operatorNeeded?.by === "pair_closed" ? { ...mode.operatorNeeded, reason: why } : mode.operatorNeeded
    draft.state.mode = { ...mode, causes: { ...mode.causes, pair_closed: why }, operatorNeeded }
  }
  setCause(draft, "pair_closed", CLOSED.has(status), () => reason("pair_closed", { status }))
}

type Constraints = EventOf<"ConstraintsObserved">

const FIGURES: ReadonlyArray<readonly [name: string, of: (terms: Constraints) => string]> = [
  ["status", ({ status }) => status],
  ["least volume", ({ minVolume }) => `${Volume.format(minVolume)} DOGE`],
  ["least cost", ({ minCost }) => `${Quote.format(minCost)} USD`],
  ["price decimals", ({ priceDecimals }) => `${priceDecimals}`],
  ["volume decimals", ({ volumeDecimals }) => `${volumeDecimals}`]
]

const told = (changes: ReadonlyArray<readonly [name: string, from: string, to: string]>): string =>
  changes
    .filter(([, from, to]) => from !== to)
    .map(([name, from, to]) => `${name} ${from} → ${to}`)
    .join(", ")

/** Tells which of the terms are others than before; what was refused by the old ones is forgotten. */
export const tellTerms = (draft: Draft, before: GovernorState, event: MarketEvent): void => {
  const { constraints, fees } = before.market
  if (event._tag === "ConstraintsObserved" && constraints !== null) {
    noteTaken(draft)
    tell(draft, told(FIGURES.map(([name, of]) => [name, of(constraints), of(event)])))
  } else if (event._tag === "FeesObserved" && fees !== null) {
    const percents = (of: EventOf<"FeesObserved">) => [`${of.makerPct} %`, `${of.takerPct} %`] as const
    const [[maker, taker], [makerNow, takerNow]] = [percents(fees), percents(event)]
    tell(
      draft,
      told([
        ["maker fee", maker, makerNow],
        ["taker fee", taker, takerNow]
      ])
    )
  }
}

const tell = (draft: Draft, changes: string): void => {
  if (changes !== "") notice(draft, "warning", "terms_changed", { changes })
}
