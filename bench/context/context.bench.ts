/**
 * The market context: a day of trades made into a profile, beside a plain loop over typed arrays in doubles that bins and adds up the
 * same (and is wrong in the last digits); the profile out of its file; and a pair's structure after one new candle, beside ADX alone.
 * It says nothing of the network or the store.
 */
import { type Price } from "../../shared/core/decimal/decimal.ts"
import { directionalMovement } from "../../shared/core/indicators/directional.ts"
import { ProfileTally } from "../../services/market-context/core/profile/tally.ts"
import { profileOf } from "../../services/market-context/core/profile/volumeProfile.ts"
import { assess, CANDLES_READ, type TimedCandle } from "../../services/market-context/core/regime/assess.ts"
import { decodeProfile, encodeProfile } from "../../services/market-context/files/parquet.ts"
import { type BenchResult, type Cost, type Figures, figuresOf, stopwatch, timed } from "../result.ts"

const SEED = 17
/** Untimed rounds, until both sides are compiled. */
const WARM_UP = 10
/** In units of 1e-10: 0.0001. */
const TICK = 1_000_000
const VALUE_AREA = { rule: "contiguous", percent: 70 } as const

const randomFrom = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 4_294_967_296) * below)
  }
}

/** A day of DOGE/USD: prices of seven decimals around 0.2 that wander by one step, volumes of eight. */
const makeDay = (count: number) => {
  const next = randomFrom(SEED)
  const [prices, wholes, rests] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)]
  let price = 2_000_000
  for (let n = 0; n < count; n++) {
    price += next(2_001) - 1_000
    prices[n] = price * 1_000
    wholes[n] = next(20_000)
    rests[n] = next(100_000_000)
  }
  return { prices, wholes, rests }
}
type Day = ReturnType<typeof makeDay>

const withTally = ({ prices, wholes, rests }: Day) => {
  const tally = new ProfileTally(BigInt(TICK) as Price)
  for (let n = 0; n < prices.length; n++) tally.addUnits(prices[n]!, wholes[n]!, rests[n]!)
  return { tally, profile: profileOf(tally, VALUE_AREA)! }
}

/** Bins, totals and the point of control in doubles: the least that any profile does. */
const withDoubles = ({ prices, wholes, rests }: Day): number => {
  let [high, low] = [0, Number.POSITIVE_INFINITY]
  for (const price of prices) {
    if (price > high) high = price
    if (price < low) low = price
  }
  const first = Math.floor(low / TICK)
  const bins = new Float64Array(Math.floor(high / TICK) - first + 1)
  let [total, weighted] = [0, 0]
  for (let n = 0; n < prices.length; n++) {
    const volume = wholes[n]! + rests[n]! / 1e8
    bins[Math.floor(prices[n]! / TICK) - first]! += volume
    total += volume
    weighted += prices[n]! * volume
  }
  let most = 0
  for (let bin = 1; bin < bins.length; bin++) if (bins[bin]! > bins[most]!) most = bin
  return total > 0 && weighted > 0 ? (first + most) * TICK : 0
}

const repeated = <A>(runs: number, work: () => A): { readonly figures: Figures; readonly last: A } => {
  for (let n = 0; n < WARM_UP; n++) work()
  const results = Array.from({ length: runs }, () => timed(work))
  const last = results.at(-1)?.[0] ?? work()
  return { figures: figuresOf(results.map(([, cost]) => cost)), last }
}

const candlesOf = (count: number): ReadonlyArray<TimedCandle> => {
  const next = randomFrom(SEED)
  let at = 1_000
  return Array.from({ length: count }, (_, n) => {
    const open = at
    at += next(41) - 20
    return {
      timeSec: n * 3_600,
      open,
      high: Math.max(open, at) + next(15),
      low: Math.min(open, at) - next(15),
      close: at
    }
  })
}

/** Goals: a day of 100,000 trades in at most 60 ms and three times the plain loop; from its file 10 ms; a new candle 1 ms. */
export const contextBench = async ({ quick }: { readonly quick: boolean }): Promise<ReadonlyArray<BenchResult>> => {
  const count = quick ? 2_000 : 100_000
  const runs = quick ? 3 : 25
  const day = makeDay(count)
  const exact = repeated(runs, () => withTally(day))
  const plain = repeated(runs, () => withDoubles(day))
  const { tally, profile } = exact.last

  const levels = tally.levels()
  const bytes = encodeProfile(
    {
      prices: BigInt64Array.from(levels, ({ price }) => price),
      volumes: BigInt64Array.from(levels, ({ volume }) => volume)
    },
    {}
  )
  const file = new Uint8Array(bytes).buffer
  const fromFile: Array<Cost> = []
  for (let n = 0; n < runs + WARM_UP; n++) {
    const took = stopwatch()
    const { columns } = await decodeProfile(file)
    const read = new ProfileTally(BigInt(TICK) as Price)
    read.include(
      Array.from(columns.prices, (price, at) => ({ price: price as Price, volume: columns.volumes[at]! as never })),
      tally.sums()!
    )
    profileOf(read, VALUE_AREA)
    if (n >= WARM_UP) fromFile.push(took())
  }

  const candles = candlesOf(CANDLES_READ)
  const structure = repeated(runs, () => assess(candles, { minGapPercent: 0.1, neutralZoneBps: 25 }))
  const bars = {
    highs: Float64Array.from(candles, ({ high }) => high),
    lows: Float64Array.from(candles, ({ low }) => low),
    closes: Float64Array.from(candles, ({ close }) => close)
  }
  const adx = repeated(runs, () => directionalMovement(bars))
  return [
    {
      name: `profile of ${count} trades`,
      unit: "ms",
      ...exact.figures,
      baseline: { name: "bins in doubles, typed arrays", ...plain.figures },
      note: `${levels.length} bins`,
      checksum: `${profile.pointOfControl} ${Number(profile.pointOfControl) === plain.last}`
    },
    {
      name: "profile out of its file",
      unit: "ms",
      ...figuresOf(fromFile),
      baseline: { name: "made of the trades", ...exact.figures },
      note: `${bytes.length} bytes`,
      checksum: String(profile.totalVolume)
    },
    {
      name: `structure of ${CANDLES_READ} candles`,
      unit: "ms",
      ...structure.figures,
      baseline: { name: "ADX alone", ...adx.figures },
      checksum: `${structure.last.regime} ${structure.last.evidence.adx?.toFixed(6)}`
    }
  ]
}
