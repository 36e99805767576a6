/** The market at a glance, slot by slot, and which build it is. Pure, from the status report. */
import type { ReportedSlot, StatusReport } from "../../../core/report.ts"
import type { Line } from "../lines.ts"

/** A list of a glance; whoever wants all of it opens the page. */
const MAX_LINES = 5

/** The first of them, and how many more there are. */
export const firstOf = (lines: ReadonlyArray<string>, most = MAX_LINES): ReadonlyArray<string> =>
  lines.length <= most ? lines : [...lines.slice(0, most), `… ${lines.length - most} more`]

/** `wow (1)`; without a name `slot 1`. */
export const slotName = ({ slot_id, alias }: Pick<ReportedSlot, "slot_id" | "alias">): string =>
  alias === undefined ? `slot ${slot_id}` : `${alias} (${slot_id})`

/** How the market stands, in a line. */
export const headline = ({ market, mode, trading }: StatusReport): Line => ({
  bold: `${market.pair}: ${mode} (${trading === "live" ? "real money" : "paper"})`
})

const priceLine = ({ market }: StatusReport): string => {
  if (market.price === null) return "Price: none heard yet"
  const age = market.price_age_sec === null ? "from before this process began" : `${market.price_age_sec} s old`
  return `Price: ${market.price} ${market.quote}, ${age}`
}

/** `/status`. */
export const statusLines = (report: StatusReport): ReadonlyArray<Line> => {
  const { market, orders, slots, total_profit, daily_loss, mode_reason, mode_next, waiting_for, warnings } = report
  const recoveries = slots.reduce((total, slot) => total + slot.recovery_orders.length, 0)
  return [
    headline(report),
    ...(mode_reason === null ? [] : [mode_reason]),
    ...(mode_next === null ? [] : [mode_next]),
    ...firstOf(waiting_for.map((line) => `Waits for ${line}`)),
    ...firstOf(warnings.map((line) => `Look at ${line}`)),
    priceLine(report),
    `Slots: ${slots.length}, open orders ${orders.open}, recoveries ${recoveries}`,
    `Booked: ${total_profit} ${market.quote} in all, today ${daily_loss.net} ${market.quote}`,
    `As of record ${market.last_event_seq}`
  ]
}

/** `/slots`. */
export const slotsLines = (report: StatusReport): ReadonlyArray<Line> => [
  headline(report),
  ...(report.slots.length === 0 ? ["No slots yet."] : []),
  ...report.slots.map((slot) => {
    const halted = slot.halted === null ? "" : `, stopped itself: ${slot.halted.join("; ")}`
    const retiring = slot.life === "retiring" ? ", retiring" : ""
    const recoveries = slot.recovery_orders.length === 0 ? "" : `, recoveries ${slot.recovery_orders.length}`
    return (
      `${slotName(slot)}: ${slot.phase} ${slot.phase_in_words}${retiring}, orders ${slot.orders.length}${recoveries}, ` +
      `round trips ${slot.total_round_trips}, booked ${slot.total_profit} ${report.market.quote}${halted}`
    )
  })
]

/** `/version`. `build`: of the program. */
export const versionLines = ({ journal, simulator, market }: StatusReport, build: string): ReadonlyArray<Line> => [
  { bold: `Kennel ${build}` },
  `Rules version ${journal.rules_version}, epoch ${journal.epoch}`,
  `Journal ${journal.where}, head ${journal.head ?? "not known"}`,
  ...(simulator === null ? [] : [`Simulated market ${simulator.market}, ${simulator.speed} times as fast`]),
  `Pair ${market.pair}`
]
