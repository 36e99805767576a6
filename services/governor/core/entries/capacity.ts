/** Room for open orders, and how orders fare at the exchange: what the scheduler, the rebalancer and people go by. */
import { medianSorted } from "simple-statistics"
import { DAY_MS } from "../../../../shared/core/time/utcDay.ts"
import type { CapacityBand } from "../../../../shared/core/trading.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import type { GovernorRules } from "../../../../shared/events/families/control.ts"
import type { Reason } from "../../../../shared/events/reason.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import type { Draft } from "../draft.ts"
import { openInternally } from "../orderTable.ts"
import type { CapacitySlice, GovernorState, TrackedOrder } from "../state.ts"

/** Kept of one day: the newest are enough for a median and a 95th percentile, and a snapshot stays small. */
const MAX_SAMPLES = 500

/** Free places below which the band is `stop`, `caution` (docs/trading-contract.md §8). */
const STOP_BELOW = 10
const CAUTION_BELOW = 20

/** Room for open orders, in orders. */
export interface Capacity {
  /** Orders sent and not ended, as the journal has them. */
  readonly internal: number
  /** As the exchange counts them, moved along with what the journal has since seen; null before its first count. */
  readonly exchange: number | null
  /** The one that counts: the exchange's where it is known. */
  readonly open: number
  readonly limit: number
  readonly safeCap: number
  readonly headroom: number
  /** Of the safe cap. */
  readonly utilisationPct: number
  readonly band: CapacityBand
  /** Why the band is not normal: what decided it first. */
  readonly hints: ReadonlyArray<Reason>
}

/** How much room there is now, without what people are told of it. */
export const roomOf = (state: GovernorState, rules: GovernorRules): Omit<Capacity, "band" | "hints"> => {
  const internal = openInternally(state)
  const seen = state.capacity.exchange
  const exchange = seen === null ? null : Math.max(0, seen.ours + seen.foreign + internal - seen.internal)
  const open = exchange ?? internal
  const safeCap = Math.floor(rules.openOrderLimit * rules.openOrderSafetyRatio)
  const utilisationPct = safeCap === 0 ? 100 : (open / safeCap) * 100
  return { internal, exchange, open, limit: rules.openOrderLimit, safeCap, headroom: safeCap - open, utilisationPct }
}

/** What the room and cut orders make of the band. */
const bandOf = (headroom: number, cutShort: number): CapacityBand =>
  headroom < STOP_BELOW || cutShort > 0 ? "stop" : headroom < CAUTION_BELOW ? "caution" : "normal"

/** How much room there is now. */
export const capacityOf = (state: GovernorState, rules: GovernorRules): Capacity => {
  const room = roomOf(state, rules)
  const { open, safeCap, headroom } = room
  const cutShort = withinADay(state.capacity.partialCancels, state.nowMs)
  const little = headroom < CAUTION_BELOW ? [reason("open_order_headroom", { headroom, safeCap, open })] : []
  const partly = cutShort > 0 ? [reason("part_fills_cancelled", { cancelled: cutShort })] : []
  return {
    ...room,
    band: bandOf(headroom, cutShort),
    hints: headroom < STOP_BELOW ? [...little, ...partly] : [...partly, ...little]
  }
}

/** The exchange has counted. */
export const countOpenOrders = (draft: Draft, event: EventOf<"OpenOrdersObserved">): void => {
  const { ours, foreign } = event
  draft.state.capacity = {
    ...draft.state.capacity,
    exchange: { ours, foreign, internal: openInternally(draft.state) }
  }
}

/** The ones that still count, oldest first, and one more; at most `MAX_SAMPLES`. */
const newest = <A>(known: ReadonlyArray<A>, one: A, counts: (known: A) => boolean): ReadonlyArray<A> => {
  const first = known.findIndex(counts)
  const kept = first < 0 ? [] : known.slice(Math.max(first, known.length + 1 - MAX_SAMPLES))
  kept.push(one)
  return kept
}

/** How this order fared, from a fact about it; the order is as it was before the fact. */
export const observeOrder = (
  draft: Draft,
  order: TrackedOrder,
  event: EventOf<"FillRecorded" | "OrderFilled" | "OrderCancelled">
): void => {
  const { capacity, nowMs } = draft.state
  const recent = (times: ReadonlyArray<number>) => newest(times, nowMs, (atMs) => nowMs - atMs < DAY_MS)
  if (event._tag === "FillRecorded") {
    const whole = order.filled + event.volume >= order.volume
    if (!whole) draft.state.capacity = { ...capacity, partialFills: recent(capacity.partialFills) }
  } else if (event._tag === "OrderCancelled") {
    if (event.volume > 0n) draft.state.capacity = { ...capacity, partialCancels: recent(capacity.partialCancels) }
  } else if (order.openedAtMs > 0) {
    const sample = { atMs: nowMs, seconds: (nowMs - order.openedAtMs) / 1_000 }
    const fillSeconds = newest(capacity.fillSeconds, sample, ({ atMs }) => nowMs - atMs < DAY_MS)
    draft.state.capacity = { ...capacity, fillSeconds }
  }
}

/** Tells the band when it is another than the last told. */
export const watchBand = (draft: Draft): void => {
  const { state, rules } = draft
  // After every event, and nearly always the same: what people are told of it is put into words only when it is not.
  const band = bandOf(roomOf(state, rules).headroom, withinADay(state.capacity.partialCancels, state.nowMs))
  if (band === state.capacity.band) return
  const { headroom, safeCap, open, hints } = capacityOf(state, rules)
  state.capacity = { ...state.capacity, band }
  draft.outputs.push({
    _tag: "CapacityBandChanged",
    band,
    reason: hints[0] ?? reason("open_order_headroom", { headroom, safeCap, open })
  })
}

/** Seconds from open to filled, over the fills of the last day; null without one. The 95th percentile is the nearest rank. */
export const fillTimes = (
  { fillSeconds }: CapacitySlice,
  nowMs: number
): { readonly median: number | null; readonly p95: number | null } => {
  const sorted = fillSeconds
    .filter(({ atMs }) => nowMs - atMs < DAY_MS)
    .map(({ seconds }) => seconds)
    .toSorted((a, b) => a - b)
  return {
    median: sorted.length === 0 ? null : medianSorted(sorted),
    p95: sorted[Math.ceil(0.95 * sorted.length) - 1] ?? null
  }
}

/** How many of these happened within the last day. */
export const withinADay = (times: ReadonlyArray<number>, nowMs: number): number =>
  times.reduce((count, atMs) => (nowMs - atMs < DAY_MS ? count + 1 : count), 0)
