/** Two tallies beside each other: what differs, in figures, and order by order. Pure. */
import { Price, type Quote, Quote as Quotes, Volume } from "../../shared/core/decimal/decimal.ts"
import { cycleFigures } from "../../shared/ledger/core/cycleFigures.ts"
import { averagePrice, type Tally, type Told } from "./tally.ts"

/** The figures of one market. Amounts are exact decimal text in the pair's currencies; null: there is no such figure. */
export const figuresOf = (tally: Tally) => {
  const orders = [...tally.orders.values()]
  return {
    asked: orders.filter(({ asked }) => asked).length,
    filled: orders.filter(({ end }) => end === "filled").length,
    cancelled: orders.filter(({ end }) => end === "cancelled").length,
    refused: orders.filter(({ end }) => end === "rejected").length,
    open: orders.filter(({ end }) => end === "open").length,
    fills: tally.fills,
    ...cycleFigures(tally.cycles),
    fees: Quotes.format(tally.fees as Quote),
    /** Change of the equity, at the market's prices. */
    pnl: Quotes.format((tally.equity - tally.opening) as Quote),
    equity: Quotes.format(tally.equity),
    base: Volume.format(tally.base as Volume),
    quote: Quotes.format(tally.quote as Quote),
    /** The base currency's part of the equity, percent, mean over time. */
    exposure_pct: tally.exposure === null ? null : tally.exposure * 100,
    modes_ms: tally.modesMs
  }
}

/** Figures of one market. */
export type ForkFigures = ReturnType<typeof figuresOf>

/** An order that filled here or there, found again by slot, trade, role and cycle. */
export interface OrderPair {
  readonly slot: number
  readonly trade: string
  readonly cycle: number
  readonly role: "entry" | "exit"
  readonly side: "buy" | "sell"
  /** What it filled for on average, exact decimal text, and when its last fill was known, Unix milliseconds; null: it did not fill. */
  readonly recorded: { readonly price: string; readonly volume: string; readonly atMs: number } | null
  readonly simulated: { readonly price: string; readonly volume: string; readonly atMs: number } | null
}

/** How two markets' filled orders lie to each other. */
export interface Apart {
  readonly both: number
  readonly onlyRecorded: number
  readonly onlySimulated: number
  /** Of those in both: how many filled for the same price; how far apart the others were, percent of the price. */
  readonly samePrice: number
  readonly priceOffPct: { readonly mean: number; readonly most: number } | null
  /** How much later (below zero: earlier) the simulated fill was, seconds; middle and farthest. */
  readonly laterSec: { readonly median: number; readonly most: number } | null
  /** The first that is not alike; null: all are. */
  readonly first: OrderPair | null
}

const keyOf = ({ slot, tradeId, role, cycle }: Told): string => `${slot} ${tradeId} ${role} ${cycle}`

const filledOf = (tally: Tally): Map<string, Array<Told>> => {
  const found = new Map<string, Array<Told>>()
  for (const order of tally.orders.values()) {
    if (order.end !== "filled") continue
    const key = keyOf(order)
    found.set(key, [...(found.get(key) ?? []), order])
  }
  return found
}

const sideOf = (order: Told | undefined): OrderPair["recorded"] => {
  const price = order === undefined ? null : averagePrice(order)
  if (order === undefined || price === null || order.endMs === null) return null
  return { price: Price.format(price), volume: Volume.format(order.filled), atMs: order.endMs }
}

/** Every order that filled in one of the two, in the order of time. */
export const pairsOf = (recorded: Tally, simulated: Tally): ReadonlyArray<OrderPair> => {
  const [left, right] = [filledOf(recorded), filledOf(simulated)]
  const pairs = [...new Set([...left.keys(), ...right.keys()])].flatMap((key) => {
    const [mine = [], theirs = []] = [left.get(key), right.get(key)]
    return Array.from({ length: Math.max(mine.length, theirs.length) }, (_, at): ReadonlyArray<OrderPair> => {
      const one = mine[at] ?? theirs[at]
      if (one === undefined) return []
      const { slot, tradeId: trade, cycle, role, side } = one
      return [{ slot, trade, cycle, role, side, recorded: sideOf(mine[at]), simulated: sideOf(theirs[at]) }]
    }).flat()
  })
  const atMs = ({ recorded: a, simulated: b }: OrderPair): number => Math.min(a?.atMs ?? Infinity, b?.atMs ?? Infinity)
  return pairs.toSorted((a, b) => atMs(a) - atMs(b))
}

const offPct = ({ recorded, simulated }: OrderPair): number =>
  recorded === null || simulated === null ? 0 : (Number(simulated.price) / Number(recorded.price) - 1) * 100

/** A fill is known in the recorded market once the exchange has said so: within this it is at the same time. */
const SAME_TIME_MS = 60_000

const isAlike = (pair: OrderPair): boolean =>
  pair.recorded !== null &&
  pair.simulated !== null &&
  pair.recorded.price === pair.simulated.price &&
  Math.abs(pair.simulated.atMs - pair.recorded.atMs) <= SAME_TIME_MS

/** How far apart the two are. */
export const apartBy = (pairs: ReadonlyArray<OrderPair>): Apart => {
  const both = pairs.filter(({ recorded, simulated }) => recorded !== null && simulated !== null)
  const off = both.map((pair) => Math.abs(offPct(pair))).filter((pct) => pct > 0)
  const later = both.map(({ recorded, simulated }) => ((simulated?.atMs ?? 0) - (recorded?.atMs ?? 0)) / 1_000)
  const sorted = later.toSorted((a, b) => a - b)
  const farthest = later.reduce((most, one) => (Math.abs(one) > Math.abs(most) ? one : most), 0)
  return {
    both: both.length,
    onlyRecorded: pairs.filter(({ simulated }) => simulated === null).length,
    onlySimulated: pairs.filter(({ recorded }) => recorded === null).length,
    samePrice: both.length - off.length,
    priceOffPct:
      off.length === 0 ? null : { mean: off.reduce((a, b) => a + b, 0) / off.length, most: Math.max(...off) },
    laterSec: both.length === 0 ? null : { median: sorted[Math.floor(sorted.length / 2)] ?? 0, most: farthest },
    first: pairs.find((pair) => !isAlike(pair)) ?? null
  }
}
