/** What people are told of without asking: which events, of which kind, in which words. Pure. */
import { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { Rule } from "../../../../shared/core/rules/rules.ts"
import { sentenceOf } from "../../../../shared/core/rules/sentence.ts"
import type { EventOf, MarketEvent } from "../../../../shared/events/event.ts"

/** The kinds, each with a setting of its own. */
export const NOTICE_KINDS = [
  "fills",
  "orphan_pressure",
  "drift",
  "loss_lock",
  "pause",
  "halt",
  "jobs",
  "other"
] as const
/** One of them. */
export type NoticeKind = (typeof NOTICE_KINDS)[number]

/** How a kind is told: with a sound, without, or not at all. */
export const VOLUMES = ["on", "silent", "off"] as const
/** One of them, for each kind. */
export type Volumes = Readonly<Record<NoticeKind, (typeof VOLUMES)[number]>>

/** Something to tell. */
export interface ChatNotice {
  readonly kind: NoticeKind
  readonly text: string
  /** It sounds in quiet hours too, where its kind sounds at all: somebody has to do something. */
  readonly urgent: boolean
}

/** Notices of the governor that have a kind of their own; all others are `other`. */
const KIND_OF_RULE: Partial<Record<Rule, NoticeKind>> = {
  orphan_pressure: "orphan_pressure",
  open_order_drift: "drift",
  open_order_drift_resolved: "drift",
  drift_reconciled: "drift",
  retrained: "jobs",
  history_job_failed: "jobs"
}

/** What a notice needs to be in a person's words. */
interface Words {
  /** The slot on whose subject it stands; null: on no slot's. */
  readonly slot: number | null
  /** The slot as people know it: `wow (1)`. */
  readonly nameOf: (slot: number) => string
  /** What the pair is traded in: `DOGE`, `USD`. */
  readonly base: string
  readonly quote: string
}

/** Pauses that wait for somebody, beside halts: a closed loss lock, and a key, name or address that the exchange refuses. */
const URGENT_PAUSES: ReadonlySet<Rule> = new Set<Rule>(["daily_loss_lock", "access_refused"])

const slotText = ({ slot, nameOf }: Words): string => (slot === null ? "" : `${nameOf(slot)}: `)

const filled = ({ localId, volume, price, fee }: EventOf<"OrderFilled">, words: Words): ChatNotice => ({
  kind: "fills",
  urgent: false,
  text:
    `${slotText(words)}order ${localId} filled, ${Volume.format(volume)} ${words.base} at ${Price.format(price)} ` +
    `(fee ${Quote.format(fee)} ${words.quote})`
})

/** Of an evicted recovery money is booked for which nothing was traded: that is no fill. */
const booked = ({ tradeId, cycle, kind, net, reason }: EventOf<"CycleBooked">, words: Words): ChatNotice => {
  const what = `${slotText(words)}cycle ${cycle} of ${tradeId} ${kind.replaceAll("_", " ")}, net ${Quote.format(net)} ${words.quote}`
  if (kind !== "evicted") return { kind: "fills", urgent: false, text: what }
  return { kind: "orphan_pressure", urgent: false, text: `${what}. ${sentenceOf(reason)}` }
}

const lossLock = ({ locked, loss, limit, reason }: EventOf<"LossLockChanged">, { quote }: Words): ChatNotice => ({
  kind: "loss_lock",
  urgent: locked,
  text:
    `Daily loss lock ${locked ? "closed" : "open"}: the day's losses are ${Quote.format(loss)} ${quote}, ` +
    `the limit is ${Quote.format(limit)} ${quote}. ${sentenceOf(reason)}`
})

/** What is told of the event; null: nothing. */
export const noticeOf = (event: MarketEvent, words: Words): ChatNotice | null => {
  switch (event._tag) {
    case "OrderFilled":
      return filled(event, words)
    case "CycleBooked":
      return booked(event, words)
    case "NoticeRaised":
      return {
        kind: KIND_OF_RULE[event.reason.rule] ?? "other",
        urgent: event.severity === "alert",
        text: sentenceOf(event.reason)
      }
    case "CapacityBandChanged":
      return { kind: "other", urgent: false, text: `Room for orders: ${event.band}. ${sentenceOf(event.reason)}` }
    case "LossLockChanged":
      return lossLock(event, words)
    case "ModeChanged":
      // Every start begins so; what it waits for is no news.
      if (event.mode === "STARTING") return null
      return {
        kind: event.mode === "HALTED" ? "halt" : "pause",
        urgent: event.mode === "HALTED" || (event.mode === "PAUSED" && URGENT_PAUSES.has(event.reason.rule)),
        text: `${event.mode}: ${sentenceOf(event.reason)}`
      }
    case "InvariantBroken":
      return { kind: "halt", urgent: true, text: `${slotText(words)}stopped itself: ${event.violations.join("; ")}` }
    case "FaultRaised":
      return {
        kind: "halt",
        urgent: true,
        text: `Fault told of ${event.actor} at record ${event.seq}: ${event.problem}`
      }
    case "BackfillAnswered":
      return {
        kind: "jobs",
        urgent: false,
        text: `Backfill: ${event.outcomes.map(({ detail }) => detail).join("; ") || "no such window"}`
      }
    default:
      return null
  }
}

/** The families that such events stand in: records of others need not be decoded. */
export const TOLD_FAMILIES: ReadonlySet<string> = new Set(["order", "slot", "governor", "control", "candle"])
