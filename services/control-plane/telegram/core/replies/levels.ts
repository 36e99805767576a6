/** Key levels of the pair. Pure, from the status report. */
import type { StatusReport } from "../../../core/report.ts"
import type { Line } from "../lines.ts"

const OFF = "CONTEXT_ENABLED=false: no levels are reckoned."
const NOT_YET = "The exchange's clock has not been heard yet, or service market-context does not run."

const figure = (value: string | null): string => value ?? "not known"

/** `/levels`. */
export const levelsLines = ({ levels, market }: StatusReport): ReadonlyArray<Line> => {
  if (levels === undefined) return [`No levels are known. ${NOT_YET}`]
  if ("enabled" in levels) return [OFF]
  if ("trouble" in levels) return [`No levels are known: ${levels.trouble}`]
  const { previous_day: before, today, opening_range: range } = levels
  return [
    { bold: `${market.pair}, ${levels.day} UTC` },
    `Yesterday (${before.day}): high ${figure(before.high)}, low ${figure(before.low)}`,
    `POC ${figure(before.poc)}, VAH ${figure(before.vah)}, VAL ${figure(before.val)}, VWAP ${figure(before.vwap)}`,
    `Yesterday's are ${before.precision}`,
    `Today: VWAP ${figure(today.vwap)}, POC ${figure(today.poc)}, high ${figure(today.high)}, low ${figure(today.low)}`,
    `Today's are ${today.precision}`,
    `Opening range: ${figure(range.low)} to ${figure(range.high)}${range.complete ? "" : ", not complete"} (${range.precision})`
  ]
}
