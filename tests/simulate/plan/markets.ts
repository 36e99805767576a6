/** Which market a seed plays: a window of the recorded month, one of made prices, or one that was made to be hard. */
import { recordedMarket } from "../../../services/exchange-sim/core/market/recorded.ts"
import type { CandleRow } from "../../../services/exchange-sim/core/market/rows.ts"
import type { MarketProcess, MarketTrade } from "../../../services/exchange-sim/core/market/process.ts"
import { syntheticMarket } from "../../../services/exchange-sim/core/market/synthetic.ts"
import { hash2, nearlyNormal, randomNumbers } from "../../../shared/core/random.ts"
import { Price, Volume } from "../../../shared/core/decimal/decimal.ts"
import { between, chosen, type Random, weighed } from "./draw.ts"

/** Kinds of made prices: each hurts a grid in its own way. */
export const SHAPES = ["calm", "wild", "rise", "fall", "saw", "cliffs", "holes", "crumbs"] as const

/** A market as a seed names it. */
export type MarketChoice = { readonly fromMs: number } & (
  | { readonly kind: "recorded" }
  | { readonly kind: "synthetic"; readonly seed: number }
  | { readonly kind: "made"; readonly shape: (typeof SHAPES)[number]; readonly seed: number; readonly start: number }
)

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** The repository's month: from here on, for so many days. */
const MONTH_FROM_MS = Date.UTC(2024, 2, 2)
const MONTH_DAYS = 26
/** A year of other midnights. */
const MADE_FROM_MS = Date.UTC(2026, 0, 1)

/** One market. A window may begin shortly before a midnight: what a day ends with is looked at most. */
export const drawMarket = (random: Random, lengthMs: number): MarketChoice => {
  const kind = weighed(random, [
    [4, "recorded"],
    [2, "synthetic"],
    [6, "made"]
  ] as const)
  const day = Math.floor(random() * (kind === "recorded" ? MONTH_DAYS : 360))
  const intoDayMs =
    random() < 0.5 ? DAY_MS - lengthMs * between(random, 0.2, 0.8) : between(random, 0, DAY_MS - MINUTE_MS)
  const midnightMs = (kind === "recorded" ? MONTH_FROM_MS : MADE_FROM_MS) + day * DAY_MS
  const fromMs = Math.floor((midnightMs + Math.max(0, intoDayMs)) / MINUTE_MS) * MINUTE_MS
  const seed = Math.floor(random() * 2 ** 31)
  if (kind === "recorded") return { kind, fromMs }
  if (kind === "synthetic") return { kind, fromMs, seed }
  return { kind, fromMs, seed, shape: chosen(random, SHAPES), start: chosen(random, [0.08, 0.15, 0.4]) }
}

/** The market that is meant; `month`: the recorded one's candles. */
export const marketOf = (choice: MarketChoice, month: () => ReadonlyArray<CandleRow>): MarketProcess => {
  const { fromMs } = choice
  switch (choice.kind) {
    case "recorded":
      return recordedMarket({ kind: "candles", rows: month().filter(({ timeMs }) => timeMs >= fromMs) }, 6)
    case "synthetic":
      return syntheticMarket({ seed: choice.seed, fromMs, priceDecimals: 6, volumeDecimals: 8 })
    case "made":
      return madeMarket(choice)
  }
}

interface Shape {
  /** Trades of a minute, at most; what a minute adds, as a share; its deviation. */
  readonly trades: number
  readonly drift: (minute: number) => number
  readonly sigma: number
  /** Chance of a minute to be silent, and to jump by `jump`. */
  readonly silent: number
  readonly jumps: number
  readonly jump: number
  /** Base units of a trade: the least, and the most. */
  readonly volume: readonly [least: number, most: number]
}

const PLAIN: Shape = { trades: 10, drift: () => 0, sigma: 0.002, silent: 0.05, jumps: 0, jump: 0, volume: [1, 400] }

const SHAPE: Readonly<Record<(typeof SHAPES)[number], Shape>> = {
  calm: { ...PLAIN, sigma: 0.0008, silent: 0.3, trades: 4 },
  wild: { ...PLAIN, sigma: 0.009, trades: 16 },
  rise: { ...PLAIN, drift: () => 0.0008 },
  fall: { ...PLAIN, drift: () => -0.0008 },
  saw: { ...PLAIN, drift: (minute) => (minute % 24 < 12 ? 0.0025 : -0.0025) },
  cliffs: { ...PLAIN, jumps: 0.03, jump: 0.04 },
  holes: { ...PLAIN, silent: 0.6 },
  crumbs: { ...PLAIN, sigma: 0.004, volume: [0.5, 12] }
}

/** A made market: like `syntheticMarket`, of any shape, without a pull towards anything. */
const madeMarket = ({ shape, seed, fromMs, start }: Extract<MarketChoice, { kind: "made" }>): MarketProcess => {
  const { trades, drift, sigma, silent, jumps, jump, volume } = SHAPE[shape]
  return {
    initial: [0, start],
    step: ([minute = 0, price = start]) => {
      const random = randomNumbers(hash2(seed, minute))
      const beganMs = fromMs + minute * MINUTE_MS
      const count = random() < silent && minute > 0 ? 0 : 1 + Math.floor(random() * trades)
      const jumpsAt = random() < jumps ? Math.floor(random() * count) : -1
      const made: Array<MarketTrade> = []
      let at = price
      for (let i = 0; i < count; i++) {
        const leap = i === jumpsAt ? (random() < 0.5 ? -jump : jump) : 0
        const move = drift(minute) / count + (sigma / Math.sqrt(count)) * nearlyNormal(random) + leap
        at = Math.min(20, Math.max(0.005, at * (1 + move)))
        made.push({
          timeMs: beganMs + Math.floor(((i + random()) / count) * MINUTE_MS),
          price: Price.fromNumber(at, 6),
          volume: Volume.fromNumber(Math.round((volume[0] + (volume[1] - volume[0]) * random() ** 3) * 1_000) / 1_000),
          takerSide: move >= 0 ? "buy" : "sell"
        })
      }
      return { fromMs: beganMs, untilMs: beganMs + MINUTE_MS, trades: made, next: [minute + 1, at] }
    }
  }
}
