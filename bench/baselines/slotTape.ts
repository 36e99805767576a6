/** A seeded life of one slot on a small exchange, under a governor that grants everything, recorded as the events its actor reads: about 97 % ticks, 3 % order facts. */
import type { Rule } from "../../shared/core/rules/rules.ts"
import { placeAt, type EventPlace } from "../../shared/actor/core/actor.ts"
import type { SlotRules } from "../../shared/events/families/control.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { slotActor } from "../../services/slot-actor/core/actor.ts"
import { ExchangeModel } from "../../services/slot-actor/testing/exchangeModel.ts"
import { testRules } from "../../services/slot-actor/testing/slotDriver.ts"
import type { SlotState } from "../../services/slot-actor/core/state.ts"

export interface TapeEntry {
  readonly event: MarketEvent
  readonly place: EventPlace
}

export interface Tape {
  readonly rules: SlotRules
  /** Configuration and account, folded before the clock starts. */
  readonly opening: ReadonlyArray<TapeEntry>
  readonly entries: ReadonlyArray<TapeEntry>
  /** Share of `entries` that are prices or clock ticks. */
  readonly tickShare: number
}

export const TAPE_RULES: SlotRules = {
  ...testRules,
  entryPct: 0.2,
  profitPct: 0.4,
  refreshPct: 0.5,
  s1OrphanAfterSec: 400,
  s2OrphanAfterSec: 600,
  reentryBaseCooldownSec: 20,
  lossCooldownSec: 60,
  priceDecimals: 7,
  volumeDecimals: 8
}

/** mulberry32: uniform in [0, 1). */
const randomOf = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
}

const START_MS = 1_770_000_000_000

const because = (rule: Rule) => ({ rule, numbers: {} })

/** More than the slot ever needs: its governor allots all of it whenever it asks, and lets every entry go. */
const PLENTY = { base: Volume.parse("1000000"), quote: Quote.parse("1000000") }
const ALLOTTED: MarketEvent = { _tag: "FundsAllotted", slot: 1, ...PLENTY, reason: because("free_and_unreserved") }

/** `watch` sees the state after every recorded event. */
export const recordTape = (seed: number, length: number, watch?: (state: SlotState) => void): Tape => {
  const actor = slotActor(1)
  const random = randomOf(seed)
  const exchange = new ExchangeModel()
  const all: Array<TapeEntry> = []
  let state: SlotState = actor.initial
  let timeMs = START_MS
  let market = 0.1
  let ticks = 0

  const record = (event: MarketEvent): void => {
    const place = placeAt({ seq: all.length + 1, index: 0, subject: "market.XDGUSD.order.slot-1", epoch: 1, timeMs })
    all.push({ event, place })
    if (event._tag === "PriceObserved" || event._tag === "ClockTicked") ticks++
    const step = actor.reduce(state, event, place)
    state = step.state
    if (timeMs > START_MS) watch?.(state)
    exchange.hear(step.outputs)
    if (step.outputs.some(({ _tag }) => _tag === "FundsWanted")) record(ALLOTTED)
  }

  record({ _tag: "MarketConfigured", slots: [1], rules: TAPE_RULES })
  const { priceDecimals, volumeDecimals, minVolume, minCost } = TAPE_RULES
  record({ _tag: "ConstraintsObserved", priceDecimals, volumeDecimals, minVolume, minCost, status: "online" })
  record({
    _tag: "BalancesObserved",
    base: { total: PLENTY.base, hold: Volume.zero },
    quote: { total: PLENTY.quote, hold: Quote.zero }
  })
  record({ _tag: "SlotsSet", slots: [{ slot: 1, alias: "doge", state: "active" }], reason: because("configured") })
  record({ _tag: "ModeChanged", mode: "RUNNING", reason: because("started") })
  const opening = all.splice(0)

  while (all.length < length) {
    timeMs += 500
    market = Math.min(0.4, Math.max(0.03, market * (1 + (random() - 0.5) * 0.003)))
    const last = Price.fromNumber(market, 7)
    record({ _tag: "PriceObserved", last, bid: last, ask: last })
    if (all.length % 10 === 0) record({ _tag: "ClockTicked", priceAgeSec: 0 })
    for (const order of exchange.live.values()) {
      const { side, price } = order.request
      const crossed = side === "sell" ? last >= price : last <= price
      if (!order.accepted) record(exchange.accept(order))
      else if (order.cancelAsked) record(exchange.cancel(order))
      else if (crossed) record(exchange.fill(order))
    }
  }
  return { rules: TAPE_RULES, opening, entries: all, tickShare: ticks / all.length }
}
