/** A fork as a person reads it: first how far its fills are off, then what the change did. */
import type { Apart, ForkFigures, OrderPair } from "../../../app/fork/compare.ts"
import type { ForkResult } from "../../../app/fork/fork.ts"
import { instant } from "../../../shared/words/instants.ts"
import { table } from "../../shared/table.ts"

/** What is told of a fork. */
export interface ForkTold extends ForkResult {
  readonly set: ReadonlyArray<string>
  readonly assumptions: ReadonlyArray<string>
}

const ROWS: ReadonlyArray<readonly [label: string, read: (figures: ForkFigures) => string | number | null]> = [
  ["orders asked for", ({ asked }) => asked],
  ["  filled", ({ filled }) => filled],
  ["  cancelled", ({ cancelled }) => cancelled],
  ["  refused or withdrawn", ({ refused }) => refused],
  ["  open at the end", ({ open }) => open],
  ["fills", ({ fills }) => fills],
  ["cycles traded", ({ cycles }) => cycles],
  ["  of them won, %", ({ win_rate_pct }) => win_rate_pct],
  ["  profit, USD", ({ profit_traded }) => profit_traded],
  ["booked at market (evicted), USD", ({ booked_at_market }) => booked_at_market],
  ["  recoveries evicted", ({ recoveries_evicted }) => recoveries_evicted],
  ["fees, USD", ({ fees }) => fees],
  ["P&L at market prices, USD", ({ pnl }) => pnl],
  ["equity at the end, USD", ({ equity }) => equity],
  ["DOGE at the end", ({ base }) => base],
  ["USD at the end", ({ quote }) => quote],
  ["part of the equity in DOGE, mean %", ({ exposure_pct }) => exposure_pct]
]

/** Exact amounts have more digits than a table wants: `--json` has them all. */
const SHOWN_DIGITS = 4

const shown = (value: string | number | null): string => {
  if (value === null) return "–"
  return Number.isInteger(value) ? String(value) : Number(value).toFixed(SHOWN_DIGITS)
}

const difference = (from: string | number | null, to: string | number | null): string => {
  if (from === null || to === null) return "–"
  const off = Number(to) - Number(from)
  const text = Number.isInteger(from) && Number.isInteger(to) ? String(off) : off.toFixed(SHOWN_DIGITS)
  return off > 0 ? `+${text}` : text
}

const compared = ([left, right]: readonly [string, string], a: ForkFigures, b: ForkFigures): ReadonlyArray<string> =>
  table([
    ["", left, right, "difference"],
    ...ROWS.map(([label, read]) => [label, shown(read(a)), shown(read(b)), difference(read(a), read(b))])
  ]).split("\n")

const orderText = (
  { slot, trade, cycle, role, side, recorded, simulated }: OrderPair,
  names: readonly [string, string]
): string => {
  const of = (name: string, fill: OrderPair["recorded"]): string =>
    fill === null ? `${name}: not filled` : `${name}: ${fill.volume} at ${fill.price}, ${instant(fill.atMs, true)}`
  return `slot ${slot}, trade ${trade}, cycle ${cycle}, ${side} ${role}; ${of(names[0], recorded)}; ${of(names[1], simulated)}`
}

const apartLines = (apart: Apart, names: readonly [string, string]): ReadonlyArray<string> => {
  const { both, onlyRecorded, onlySimulated, samePrice, priceOffPct, laterSec, first } = apart
  return [
    `orders that filled: ${both} in both, ${onlyRecorded} ${names[0]} only, ${onlySimulated} ${names[1]} only`,
    ...(both === 0
      ? []
      : [
          `  ${samePrice} of ${both} for the same price${priceOffPct === null ? "" : `; the others ${priceOffPct.mean.toFixed(4)} % apart on average, ${priceOffPct.most.toFixed(4)} % at most`}`
        ]),
    ...(laterSec === null
      ? []
      : [`  ${names[1]} ${laterSec.median.toFixed(1)} s later in the middle, ${laterSec.most.toFixed(1)} s farthest`]),
    first === null ? "  all alike" : `  first apart: ${orderText(first, names)}`
  ]
}

/** The lines for a terminal. */
export const forkLines = ({
  set,
  assumptions,
  from,
  fromMs,
  to,
  toMs,
  recorded,
  same,
  forked,
  error,
  effect
}: ForkTold) => [
  `forked after record ${from}, ${instant(fromMs, true)}, followed to record ${to}, ${instant(toMs, true)}`,
  "",
  "HOW FAR THE FILLS ARE OFF: the fork that changes nothing, beside what was recorded",
  ...compared(["recorded", "simulated"], recorded, same),
  ...apartLines(error, ["recorded", "simulated"]),
  "",
  ...(set.length === 0
    ? ["Nothing is changed: --set ENTRY_PCT=0.3 shows what that would have done."]
    : [
        `WHAT ${set.join(" ")} DOES: the changed fork beside the one that changes nothing`,
        ...compared(["unchanged", "changed"], same, forked),
        ...apartLines(effect, ["unchanged", "changed"])
      ]),
  "",
  "Assumed of fills:",
  ...assumptions.map((line) => `- ${line}`)
]
