/** The hash of a result: what traded, what was booked, and what is left, in decimal text, so that no machine reads it otherwise. */
import { sha256 } from "../../shared/actor/hash.ts"
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import type { BacktestResult } from "./result.ts"

/** SHA-256 in hex. */
export const resultHash = ({
  fills,
  cycles,
  modes,
  base,
  quote
}: Pick<BacktestResult, "fills" | "cycles" | "modes" | "base" | "quote">): string => {
  const lines = [
    ...fills.map(
      ({ timeMs, slot, side, price, volume, cost, fee, liquidity }) =>
        `fill ${timeMs} ${slot} ${side} ${Price.format(price)} ${Volume.format(volume)} ${Quote.format(cost)} ${Quote.format(fee)} ${liquidity}`
    ),
    ...cycles.map(
      ({ slot, tradeId, cycle, kind, entryMs, exitMs, volume, net }) =>
        `cycle ${slot} ${tradeId} ${cycle} ${kind} ${entryMs} ${exitMs} ${Volume.format(volume)} ${Quote.format(net)}`
    ),
    ...Object.entries(modes)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([mode, ms]) => `mode ${mode} ${ms}`),
    `left ${Volume.format(base)} ${Quote.format(quote)}`
  ]
  return sha256(lines.join("\n"))
}
