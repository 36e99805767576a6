/**
 * A made-up month of DOGE in one-minute candles: regimes that last hours, volatility that clusters, fat tails, jumps with
 * aftershocks, an outage of some hours, a coarser price step after it.
 *
 * Only + − × ÷, square roots and seeded uniform numbers: a logarithm may differ in its last digit between machines.
 */
import { nearlyNormal, randomNumbers } from "../../shared/core/random.ts"

const MINUTE_MS = 60_000
const DAY_MIN = 1_440
const MONTH_MIN = 30 * DAY_MIN
const START_MS = Date.UTC(2024, 2, 1, 20, 40)

/** Nothing is recorded from the first minute of these up to the last: the exchange was away, the price was not. */
const OUTAGE = { fromMin: 4 * DAY_MIN + 445, untilMin: 4 * DAY_MIN + 730 }
/** Decimals of a price before the outage and after it; one open in a while keeps the old ones. */
const DECIMALS = { before: 7, after: 5 }
const STRAY_OPENS = new Set([11 * DAY_MIN + 62])

const START_PRICE = 0.32
/** Where the price is pulled to, and the share of the way that a minute takes back. */
const MIDDLE_PRICE = 0.4
const PULL = 0.0001

type RegimeName = "calm" | "range" | "rise" | "fall" | "mania" | "panic"

interface Regime {
  /** Mean of a minute's return. */
  readonly drift: number
  /** Deviation that a minute's return comes back to: the least and the most that is drawn when the regime begins. */
  readonly sigma: readonly [least: number, most: number]
  readonly meanMinutes: number
  /** Which regimes follow, each as likely as the others. */
  readonly next: ReadonlyArray<RegimeName>
}
const REGIMES: Readonly<Record<RegimeName, Regime>> = {
  calm: { drift: 0, sigma: [0.0009, 0.0018], meanMinutes: 600, next: ["rise", "fall", "range"] },
  range: { drift: 0, sigma: [0.002, 0.004], meanMinutes: 500, next: ["calm", "rise", "fall"] },
  rise: { drift: 0.0002, sigma: [0.0024, 0.0048], meanMinutes: 360, next: ["calm", "range", "fall", "mania"] },
  fall: { drift: -0.0002, sigma: [0.0026, 0.005], meanMinutes: 360, next: ["calm", "range", "rise", "panic"] },
  mania: { drift: 0.0008, sigma: [0.006, 0.012], meanMinutes: 80, next: ["fall", "range"] },
  panic: { drift: -0.001, sigma: [0.008, 0.03], meanMinutes: 60, next: ["range", "rise", "fall"] }
}

/** A figure that is pulled back by a share of its distance each minute, and wanders by a share of itself. */
interface Wandering {
  readonly pull: number
  readonly wander: number
  readonly least: number
  readonly most: number
}
/** A regime's volatility is taken on within an hour or so. */
const VOLATILITY: Wandering = { pull: 1 / 40, wander: 0.04, least: 0.0004, most: 0.1 }
/** A burst multiplies it for minutes: after a jump, and by itself. */
const BURST: Wandering = { pull: 0.08, wander: 0.14, least: 0.4, most: 5 }
/** How much is traded, for hours, whatever the price does. */
const INTEREST: Wandering = { pull: 0.005, wander: 0.05, least: 0.3, most: 4 }
/** Base units that a minute trades, for each unit of volatility and movement together. */
const VOLUME = 1.2e9
/** Chance of a minute to jump, for each unit of volatility; the size in deviations; and what a jump adds to the burst. */
const JUMP = { chance: 0.2, least: 3, most: 9, burst: 2 }
/** Degrees of freedom of a minute's own deviation (Student's t). */
const TAIL = 8
/** Prices looked at in a minute: candles are made of them. */
const STEPS = 12
/** Trades hit bid and ask by turns, and reach beyond: noise of each price but the last, in deviations of a minute. */
const BOUNCE = 0.32
/** Of candles that begin where the one before ended. */
const SEAMLESS = 0.75

/** The month as CSV: `open_time_ms,open,high,low,close,volume`. */
export const madeMonth = (seed: number): string => {
  const random = randomNumbers(seed)
  const normal = () => nearlyNormal(random)
  const lines = ["open_time_ms,open,high,low,close,volume"]
  let price = START_PRICE
  let regime: RegimeName = "range"
  let [wanted, sigma, burst, interest] = [0.003, 0.003, 1, 1]
  for (let minute = 0; minute < MONTH_MIN; minute++) {
    const { drift, meanMinutes, next }: Regime = REGIMES[regime]
    sigma = moved(sigma, wanted, VOLATILITY, normal)
    burst = moved(burst, 1, BURST, normal)
    interest = moved(interest, 1, INTEREST, normal)
    const now = sigma * burst * dayShape(minute)
    const jumps = random() < JUMP.chance * now
    const jump = jumps ? (random() < 0.5 ? -1 : 1) * now * between(random(), JUMP.least, JUMP.most) : 0
    if (jumps) burst = Math.min(BURST.most, burst + JUMP.burst)
    const scale = now / Math.sqrt(STEPS * tail(normal))
    const jumpsAt = Math.floor(random() * STEPS)
    const trend = (drift + PULL * (1 - price / MIDDLE_PRICE)) / STEPS
    const open = random() < SEAMLESS ? price : price * (1 + BOUNCE * now * normal())
    const prices = [open]
    for (let step = 0; step < STEPS; step++) {
      price *= 1 + trend + scale * normal() + (step === jumpsAt ? jump : 0)
      prices.push(step === STEPS - 1 ? price : price * (1 + BOUNCE * now * normal()))
    }
    const activity = now + Math.abs(price / open - 1)
    const volume = VOLUME * interest * dayShape(minute) * activity * between(random(), 0.8, 1.2)
    if (minute < OUTAGE.fromMin || minute >= OUTAGE.untilMin) lines.push(lineOf(minute, prices, volume))
    if (random() < 1 / meanMinutes) {
      regime = next[Math.floor(random() * next.length)] ?? regime
      wanted = between(random(), ...REGIMES[regime].sigma)
    }
  }
  return `${lines.join("\n")}\n`
}

const moved = (value: number, to: number, { pull, wander, least, most }: Wandering, normal: () => number): number =>
  Math.min(most, Math.max(least, value + (to - value) * pull + value * wander * normal()))

const between = (share: number, least: number, most: number): number => least + (most - least) * share

/** Mean of the squares of some normal numbers: a deviation divided by its root has Student's tail. Never 0. */
const tail = (normal: () => number): number => {
  let sum = 0.1
  for (let i = 0; i < TAIL; i++) {
    const one = normal()
    sum += one * one
  }
  return sum / TAIL
}

/** Quietest at 17:40 UTC, busiest twelve hours later; 1 on average. */
const dayShape = (minute: number): number => {
  const share = ((minute + 900) % DAY_MIN) / DAY_MIN
  return 0.9 + 0.4 * Math.abs(share - 0.5)
}

/** Volumes are whole ten thousands: a file of this size has no digits to spare. */
const lineOf = (minute: number, prices: ReadonlyArray<number>, volume: number): string => {
  const decimals = minute < OUTAGE.fromMin ? DECIMALS.before : DECIMALS.after
  const written = prices.map((price, at) =>
    price.toFixed(at === 0 && STRAY_OPENS.has(minute) ? DECIMALS.before : decimals)
  )
  const sorted = written.toSorted((a, b) => Number(a) - Number(b))
  const figures = [written[0], sorted.at(-1), sorted[0], written.at(-1), `${Math.round(volume / 10_000)}0000`]
  return [START_MS + minute * MINUTE_MS, ...figures].join(",")
}
