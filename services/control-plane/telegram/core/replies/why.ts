/** Why nothing is traded, or what a slot waits for: the rule, since when, and what ends it. Pure. */
import { endOf, type TimeWords } from "../../../../../shared/core/rules/ends.ts"
import type { GovernorStatus } from "../../../core/blocks.ts"
import type { ReportedSlot, StatusReport } from "../../../core/report.ts"
import type { Line } from "../lines.ts"
import { firstOf, headline, slotName } from "./status.ts"

/** What stands, beyond the report. */
export interface WhyNow {
  readonly report: StatusReport
  readonly governor: GovernorStatus
  /** The exchange's clock, Unix milliseconds. */
  readonly nowMs: number
  readonly words: TimeWords
}

const sinceText = (sec: number | null, { instant }: TimeWords): string =>
  sec === null ? "" : ` Since ${instant(sec * 1_000)} UTC`

/** What stands against the market, a line each. */
const marketCauses = ({ governor, nowMs, words }: WhyNow): ReadonlyArray<string> => {
  if (governor.mode === "RUNNING") return []
  const reasons = new Map(governor.causes.map((cause) => [cause.rule, cause]))
  const all = [governor.mode_reason, ...reasons.values(), governor.operator_needed].filter((reason) => reason !== null)
  return [...new Map(all.map((reason) => [reason.rule, reason])).values()].map(
    (reason) => `${reason.sentence} [rule ${reason.rule}; ${endOf(reason, nowMs, words)}]`
  )
}

/** The rule behind a refusal and what ends it. */
const ruleText = (refused: ReportedSlot["refused_by"][string] | undefined, { nowMs, words }: WhyNow): string =>
  refused === undefined ? "" : ` [rule ${refused.rule}; ${endOf(refused, nowMs, words)}]`

const slotWaits = (slot: ReportedSlot, now: WhyNow): ReadonlyArray<string> => [
  ...(slot.halted === null ? [] : [`stopped itself: ${slot.halted.join("; ")}`]),
  ...(slot.wish === null ? [] : [`has asked for funds (${slot.wish})`]),
  ...Object.entries(slot.refusals).map(
    ([what, sentence]) =>
      `${what.replaceAll("_", " ")}: ${sentence}${sinceText(slot.refused_since[what] ?? null, now.words)}${ruleText(slot.refused_by[what], now)}`
  )
]

const more = (what: string, { market }: StatusReport): string =>
  `The whole story: kennel why ${what}@${market.last_event_seq}`

/** `/why`: the market, and every slot that waits. */
const marketStory = (now: WhyNow): ReadonlyArray<Line> => {
  const { report, words } = now
  const causes = marketCauses(now)
  const slots = report.slots.flatMap((slot) => slotWaits(slot, now).map((line) => `${slotName(slot)}: ${line}`))
  const waits = report.waiting_for.map((line) => `Waits for ${line}`)
  return [
    headline(report),
    ...(report.mode_reason === null ? [] : [`${report.mode_reason}${sinceText(report.mode_since, words)}`]),
    ...(report.mode_next === null ? [] : [report.mode_next]),
    ...causes,
    ...firstOf(waits),
    ...firstOf(slots, 12),
    ...(causes.length + waits.length + slots.length === 0 && report.mode_reason === null
      ? ["Nothing stands against anything it wants: orders wait for the market to come to them."]
      : []),
    more("mode", report)
  ]
}

/** `/why <slot>`: by number or by name. */
const slotStory = (slot: ReportedSlot, now: WhyNow): ReadonlyArray<Line> => {
  const waits = slotWaits(slot, now)
  const market = marketCauses(now)
  return [
    { bold: `${slotName(slot)}: ${slot.phase} ${slot.phase_in_words}` },
    ...market.map((line) => `The market is ${now.report.mode}: ${line}`),
    ...waits,
    ...(waits.length + market.length === 0 ? ["Nothing stands against anything it wants."] : []),
    ...slot.orders.map(
      (order) =>
        `order ${order.local_id}: ${order.side} ${order.role} ${order.trade_id}, ${order.volume} at ${order.price}, ${order.status}` +
        (order.distance_pct === null ? "" : `, ${order.distance_pct} % from the market`)
    ),
    ...slot.recovery_orders.map(
      (order) => `recovery ${order.recovery_id}: ${order.side} ${order.volume} at ${order.price}. ${order.sentence}`
    ),
    more(String(slot.slot_id), now.report)
  ]
}

/** `asked`: a slot's number or name, or nothing. */
export const whyLines = (now: WhyNow, asked: string | undefined): ReadonlyArray<Line> => {
  if (asked === undefined) return marketStory(now)
  const slot = now.report.slots.find(({ slot_id, alias }) => String(slot_id) === asked || alias === asked)
  if (slot !== undefined) return slotStory(slot, now)
  const known = now.report.slots.map(slotName)
  return [
    `There is no slot ${asked.slice(0, 40)}. ${known.length === 0 ? "There are none yet." : `There are: ${known.join(", ")}`}`
  ]
}
