/** Key levels as lines for people. Pure. */
import type { LevelsView } from "../../../services/market-context/core/view.ts"
import { bar } from "../../shared/terminal.ts"
import { table } from "../../shared/table.ts"

const HEAD = ["", "POC", "VAH", "VAL", "VWAP", "high", "low", "precision"]

type Figures = Pick<LevelsView["previous_day"], "poc" | "vah" | "val" | "vwap" | "high" | "low" | "precision">

const row = (name: string, { poc, vah, val, vwap, high, low, precision }: Figures): ReadonlyArray<string> => [
  name,
  ...[poc, vah, val, vwap, high, low].map((value) => value ?? "-"),
  precision
]

const time = (sec: number): string => new Date(sec * 1_000).toISOString().slice(11, 19)

/** Nothing can be said of how precise a range is in which nothing has traded yet. */
const rangeText = ({ low, high, complete, precision }: LevelsView["opening_range"]): string =>
  low === null && !complete
    ? "not over yet, no trade in it so far"
    : `${low ?? "-"} to ${high ?? "-"}${complete ? "" : ", not over yet"}; ${precision}`

/** All of it: a table of profiles, the opening range, what was touched, and how the history stands. */
export const levelsText = (levels: LevelsView): string => {
  const { today, previous_day: previous, opening_range: range, week, backfill } = levels
  const profiles = table([
    HEAD,
    row(`today ${levels.day}`, today),
    row(`before ${previous.day} (${previous.source})`, previous),
    ...levels.four_hours.map((part) => row(`from ${time(part.from).slice(0, 5)}`, part)),
    row(`week from ${week.from}`, week)
  ])
  const touches = levels.touches.map(
    ({ level, level_price, price, at, from, precision }) =>
      `  ${time(at)}  ${level} ${level_price} at ${price}, from ${from}${precision === "PRECISE" ? "" : `; ${precision}`}`
  )
  return [
    `${levels.symbol}, bins of ${levels.tick_size}, value area ${levels.value_area_rule}; times are UTC`,
    profiles,
    `opening range 08:00–08:10: ${rangeText(range)}`,
    touches.length === 0 ? "no watched level touched yet" : "first touches:",
    ...touches,
    `trades of ${levels.trades_of}; history from ${backfill.source}: ${backfill.backfill_status}${backfill.backfill_status === "in_progress" ? ` ${bar(backfill.percent / 100)}${backfill.eta_seconds === null ? "" : `, about ${backfill.eta_seconds} s`}` : ""}, stream ${backfill.stream}${backfill.message === "" ? "" : `: ${backfill.message}`}`
  ].join("\n")
}
