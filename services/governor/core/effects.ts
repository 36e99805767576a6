/** Decisions as lines for people: what a command would do, and what it did. */
import { timeframeName } from "../../../shared/candles/core/candle.ts"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { EventOf, Family, MarketEvent, TagOf } from "../../../shared/events/event.ts"
import { sentenceOf } from "../../../shared/core/rules/sentence.ts"

/** One plain line for what the governor or a slot decides; any other event is said by its name. */
export const describeEffect = (event: MarketEvent): string => {
  // The table pairs each tag with the line of that very event.
  const line = LINES[event._tag] as ((of: MarketEvent) => string) | undefined
  return line === undefined ? event._tag : line(event)
}

/** A line for every event of a family: a new one does not compile until there are words for it. */
type Lines<F extends Family> = { readonly [T in TagOf<F>]: (event: EventOf<T>) => string }

const sizing = ({ effectiveLayers, dogePerOrder, skew, favouredMultiplier }: EventOf<"SizingSet">): string => {
  const layers = `orders carry ${effectiveLayers} capital ${effectiveLayers === 1 ? "layer" : "layers"} of ${dogePerOrder} DOGE`
  if (skew === 0) return `${layers}; the rebalancer favours neither side`
  const side = skew > 0 ? "buys" : "sells"
  const [share, times] = [skew, favouredMultiplier].map((value) => Number(value.toPrecision(3)))
  return `${layers}; the rebalancer's skew of ${share} makes ${side} up to ${times} times as large`
}

const targets = ({ entryPct, profitPct, runtimeProfitPct }: EventOf<"TargetsSet">): string => {
  const own = (value: number | null): string => (value === null ? "as configured" : `${value} %`)
  const line = `entry distance ${own(entryPct)}, profit target ${own(profitPct)}`
  return runtimeProfitPct === null ? line : `${line}; while volatility sets it, ${runtimeProfitPct} %`
}

const slots = (event: EventOf<"SlotsSet">): string => {
  const named = event.slots.map(
    ({ slot, alias, state }) => `${slot} ${alias}${state === "active" ? "" : ` (${state})`}`
  )
  return `slots from here on: ${named.length === 0 ? "none" : named.join(", ")}`
}

const GOVERNOR: Lines<"governor"> = {
  ModeChanged: (event) => `the market becomes ${event.mode}: ${sentenceOf(event.reason)}`,
  StartupAdvanced: (event) => `step ${event.step} of the start is ${event.state}: ${sentenceOf(event.reason)}`,
  EntryGranted: (event) => `slot ${event.slot}: entry ${event.localId} goes to the exchange`,
  EntryDeferred: (event) => `slot ${event.slot}: entry ${event.localId} waits: ${sentenceOf(event.reason)}`,
  EntryRefused: (event) => `slot ${event.slot}: entry ${event.localId} is dropped: ${sentenceOf(event.reason)}`,
  FundsAllotted: (event) =>
    `slot ${event.slot} may plan with ${Volume.format(event.base)} DOGE and ${Quote.format(event.quote)} USD`,
  SizingSet: sizing,
  TargetsSet: targets,
  SlotsSet: slots,
  CapacityBandChanged: (event) => `room for open orders is now ${event.band}: ${sentenceOf(event.reason)}`,
  SoftCloseAsked: ({ slot, recoveryId, reason }) => {
    const { distancePct } = reason.numbers
    const away = typeof distancePct === "number" ? `, ${Number(distancePct.toPrecision(3))} % away,` : ""
    return `slot ${slot}: recovery ${recoveryId}${away} moves next to the market: once it fills, its cycle closes there`
  },
  LossLockChanged: (event) =>
    `the daily loss lock ${event.locked ? "closes" : "opens"}: ` +
    `${Quote.format(event.loss)} USD lost, limit ${Quote.format(event.limit)} USD`,
  NoticeRaised: (event) => `${event.severity}: ${sentenceOf(event.reason)}`,
  DriftReconcileAsked: () => "orders at the exchange that are provably ours and that no slot has are cancelled",
  AuditAsked: () => "the exchange's trade history is read and compared with the journal, to the last unit",
  RetrainAsked: (event) =>
    `the regime models of ${event.intervals.map(timeframeName).join(" and ")} are fitted anew, from the newest candles`,
  BackfillAsked: ({ intervalMin }) =>
    `the exchange is asked for the candles of ${intervalMin === null ? "every window" : timeframeName(intervalMin)}`,
  CommandApplied: (event) => `done: ${sentenceOf(event.reason)}`,
  CommandRefused: (event) => `refused: ${sentenceOf(event.reason)}`
}

const SLOT: Lines<"slot"> = {
  OrderRequested: (event) =>
    `${event.side} ${event.role} ${event.tradeId}: ` +
    `${Volume.format(event.volume)} DOGE at ${Price.format(event.price)} (${sentenceOf(event.reason)})`,
  CancelRequested: (event) => `order ${event.localId} is taken off the book (${sentenceOf(event.reason)})`,
  AmendRequested: (event) => `order ${event.localId} moves to ${Price.format(event.price)}`,
  ExitOrphaned: (event) => `exit ${event.localId} becomes recovery ${event.recoveryId}`,
  CycleBooked: (event) => `cycle ${event.tradeId}${event.cycle} is booked with ${Quote.format(event.net)} USD net`,
  PositionReleased: (event) =>
    `the position of ${Volume.format(event.volume)} DOGE of trade ${event.tradeId} is given up`,
  FundsWanted: (event) => `asks for funds (${event.what})`,
  SlotSettled: () => "nothing is left to settle: the slot is gone",
  DecisionRefused: (event) => `no ${event.what}: ${sentenceOf(event.reason)}`,
  InvariantBroken: (event) => `stops: ${event.violations.join("; ")}`
}

const LINES: Partial<Lines<Family>> = { ...GOVERNOR, ...SLOT }
