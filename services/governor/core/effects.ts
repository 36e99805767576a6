/** Decisions as lines for people: what a command would do, and what it did. */
import { timeframeName } from "../../../shared/candles/core/candle.ts"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { EventOf, MarketEvent } from "../../../shared/events/event.ts"
import { sentenceOf } from "../../../shared/core/rules/sentence.ts"

/** One plain line for what the governor or a slot decides; any other event is said by its name. */
export const describeEffect = (event: MarketEvent): string => {
  switch (event._tag) {
    case "ModeChanged":
      return `the market becomes ${event.mode}: ${sentenceOf(event.reason)}`
    case "StartupAdvanced":
      return `step ${event.step} of the start is ${event.state}: ${sentenceOf(event.reason)}`
    case "EntryGranted":
      return `slot ${event.slot}: entry ${event.localId} goes to the exchange`
    case "EntryDeferred":
      return `slot ${event.slot}: entry ${event.localId} waits: ${sentenceOf(event.reason)}`
    case "EntryRefused":
      return `slot ${event.slot}: entry ${event.localId} is dropped: ${sentenceOf(event.reason)}`
    case "FundsAllotted":
      return `slot ${event.slot} may plan with ${Volume.format(event.base)} DOGE and ${Quote.format(event.quote)} USD`
    case "SizingSet":
      return sizing(event)
    case "TargetsSet":
      return targets(event)
    case "SlotsSet":
      return slots(event)
    case "CapacityBandChanged":
      return `room for open orders is now ${event.band}: ${sentenceOf(event.reason)}`
    case "SoftCloseAsked":
      return `slot ${event.slot}: recovery ${event.recoveryId} moves next to the market`
    case "LossLockChanged":
      return (
        `the daily loss lock ${event.locked ? "closes" : "opens"}: ` +
        `${Quote.format(event.loss)} USD lost, limit ${Quote.format(event.limit)} USD`
      )
    case "NoticeRaised":
      return `${event.severity}: ${sentenceOf(event.reason)}`
    case "DriftReconcileAsked":
      return "orders at the exchange that are provably ours and that no slot has are cancelled"
    case "AuditAsked":
      return "the exchange's trade history is read and compared with the journal, to the last unit"
    case "RetrainAsked":
      return `the regime models of ${event.intervals.map(timeframeName).join(" and ")} are fitted anew, from the newest candles`
    case "CommandApplied":
      return `done: ${sentenceOf(event.reason)}`
    case "CommandRefused":
      return `refused: ${sentenceOf(event.reason)}`
    default:
      return describeSlotEffect(event)
  }
}

const describeSlotEffect = (event: MarketEvent): string => {
  switch (event._tag) {
    case "OrderRequested":
      return (
        `${event.side} ${event.role} ${event.tradeId}: ` +
        `${Volume.format(event.volume)} DOGE at ${Price.format(event.price)} (${sentenceOf(event.reason)})`
      )
    case "CancelRequested":
      return `order ${event.localId} is taken off the book (${sentenceOf(event.reason)})`
    case "AmendRequested":
      return `order ${event.localId} moves to ${Price.format(event.price)}`
    case "ExitOrphaned":
      return `exit ${event.localId} becomes recovery ${event.recoveryId}`
    case "CycleBooked":
      return `cycle ${event.tradeId}${event.cycle} is booked with ${Quote.format(event.net)} USD net`
    case "PositionReleased":
      return `the position of ${Volume.format(event.volume)} DOGE of trade ${event.tradeId} is given up`
    case "FundsWanted":
      return `asks for funds (${event.what})`
    case "SlotSettled":
      return "nothing is left to settle: the slot is gone"
    case "DecisionRefused":
      return `no ${event.what}: ${sentenceOf(event.reason)}`
    case "InvariantBroken":
      return `stops: ${event.violations.join("; ")}`
    default:
      return event._tag
  }
}

const sizing = ({ effectiveLayers, dogePerOrder, skew, favouredMultiplier }: EventOf<"SizingSet">): string => {
  const layers = `orders carry ${effectiveLayers} capital layers of ${dogePerOrder} DOGE`
  if (skew === 0) return `${layers}, neither side is favoured`
  return `${layers}, ${skew > 0 ? "buys" : "sells"} are up to ${favouredMultiplier} times as large`
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
