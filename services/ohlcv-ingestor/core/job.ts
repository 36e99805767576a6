/** Which history jobs a round makes. Pure. */
import type { JobOrder } from "../../../shared/store/port.ts"

/** Names out of a list with commas, spaces aside, each once, in the order given. */
export const namesOf = (list: string): ReadonlyArray<string> => [
  ...new Set(
    list
      .split(/[,\s]+/)
      .map((name) => name.trim())
      .filter((name) => name !== "")
  )
]

/** A round: every symbol with every timeframe, the long timeframes of all symbols first, because they say most per page. */
export const ordersOf = (
  symbols: ReadonlyArray<string>,
  timeframes: ReadonlyArray<number>,
  common: Pick<JobOrder, "source" | "mode" | "days">
): ReadonlyArray<JobOrder> =>
  [...timeframes]
    .sort((a, b) => b - a)
    .flatMap((intervalMin) => [...new Set(symbols)].map((symbol) => ({ ...common, symbol, intervalMin })))
