/**
 * Exact money: cost, fee and cash balance of a fill, with our scaled bigints and with big.js, to the same last digit.
 * It says nothing of doubles, which are faster and wrong.
 */
import { Big } from "big.js"
import { cost, divideHalfEven, minus, plus, Price, Quote, Volume } from "../shared/core/decimal/decimal.ts"
import { type BenchResult, type BenchSize, type Cost, figuresOf, perSecond, timed } from "./result.ts"

interface Fill {
  readonly buy: boolean
  readonly price: string
  readonly volume: string
}

const SEED = 11
/** Untimed rounds, until both sides are compiled. */
const WARM_UP = 20

/**
 * Prices with 7 decimals. With 3 of a volume their product fits the 10 decimals of a quote; with 8, which is what the exchange gives, each
 * cost is rounded, by both sides alike.
 */
const makeFills = (count: number, volumeDecimals: 3 | 8): ReadonlyArray<Fill> => {
  let state = SEED
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 4_294_967_296) * below)
  }
  return Array.from({ length: count }, () => ({
    buy: next(2) === 0,
    price: `0.${String(500_000 + next(4_000_000)).padStart(7, "0")}`,
    volume: `${13 + next(500)}.${String(next(10 ** volumeDecimals)).padStart(volumeDecimals, "0")}`
  }))
}

/** 0.25 % of the cost, rounded halves to even to the quote scale, as the exchange's maker fee. */
const FEE = { numerator: 25n, denominator: 10_000n }

const withBigints = (fills: ReadonlyArray<{ buy: boolean; price: Price; volume: Volume }>): string => {
  let cash = Quote.zero
  for (const { buy, price, volume } of fills) {
    const paid = cost(price, volume)
    const fee = divideHalfEven(paid * FEE.numerator, FEE.denominator) as Quote
    cash = minus(buy ? minus(cash, paid) : plus(cash, paid), fee)
  }
  return Quote.format(cash)
}

const HALF_EVEN = 2
const QUOTE_DECIMALS = 10

const withBig = (fills: ReadonlyArray<{ buy: boolean; price: Big; volume: Big }>): string => {
  let cash = new Big(0)
  const rate = new Big("0.0025")
  for (const { buy, price, volume } of fills) {
    const paid = price.times(volume).round(QUOTE_DECIMALS, HALF_EVEN)
    const fee = paid.times(rate).round(QUOTE_DECIMALS, HALF_EVEN)
    cash = (buy ? cash.minus(paid) : cash.plus(paid)).minus(fee)
  }
  return cash.toFixed()
}

const measured = (volumeDecimals: 3 | 8, quick: boolean): BenchResult => {
  const fills = makeFills(quick ? 5_000 : 10_000, volumeDecimals)
  const exact = fills.map(({ buy, price, volume }) => ({
    buy,
    price: Price.parse(price),
    volume: Volume.parse(volume)
  }))
  const big = fills.map(({ buy, price, volume }) => ({ buy, price: new Big(price), volume: new Big(volume) }))
  const expected = withBig(big)
  const costs = { ours: [] as Array<Cost>, theirs: [] as Array<Cost> }
  const run = (name: keyof typeof costs, fold: () => string, counts: boolean): void => {
    const [got, cost] = timed(fold)
    if (got !== expected) throw new Error(`money: ${name} gives ${got}, big.js gave ${expected}`)
    if (counts) costs[name].push(cost)
  }
  for (let round = 0; round < WARM_UP + (quick ? 15 : 60); round++) {
    run("ours", () => withBigints(exact), round >= WARM_UP)
    run("theirs", () => withBig(big), round >= WARM_UP)
  }
  return {
    name: `cost, fee and cash of a fill, volumes of ${volumeDecimals} decimals`,
    unit: "fills/s",
    ...figuresOf(costs.ours, perSecond(fills.length)),
    baseline: { name: "big.js", ...figuresOf(costs.theirs, perSecond(fills.length)) },
    note: `seed ${SEED}, ${fills.length} fills`,
    checksum: expected
  }
}

/** At eight decimals 25 times big.js was hoped for; docs/decisions/0031 says what bounds it. Parsing is not timed: a fill arrives once and is used many times. */
export const moneyBench = ({ quick }: BenchSize): Promise<ReadonlyArray<BenchResult>> =>
  Promise.resolve([measured(8, quick), measured(3, quick)])
