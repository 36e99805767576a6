/**
 * What one seed chooses: the market, the settings, how long, and what goes wrong when. Plain data, made of the seed alone, so that a
 * plan can be printed, cut down and run again. Times are wall milliseconds since the beginning; the exchange's run `speed` times as fast.
 */
import { NEWEST_RULES } from "../../../shared/core/rules/versions.ts"
import { hash2, randomNumbers } from "../../../shared/core/random.ts"
import { DAY_MS } from "../../../shared/core/time/utcDay.ts"
import { HOUSE, LEARNING, type ServiceName } from "../world/services.ts"
import type { Fault, Timed } from "./fault.ts"
import { drawFaults } from "./faults.ts"
import { drawMarket, type MarketChoice } from "./markets.ts"
import { between, chosen, magnitude, type Random, weighed } from "./draw.ts"

/** All that a seed chooses. */
export interface Plan {
  readonly seed: number
  readonly market: MarketChoice
  /** Settings by their names in the environment. */
  readonly environment: Readonly<Record<string, string>>
  readonly base: string
  readonly quote: string
  readonly speed: number
  /** Wall time in which things go wrong; afterwards all is healed, and the market must find its way back. */
  readonly lengthMs: number
  /** Services in processes of their own, or all in one. */
  readonly apart: boolean
  /** Services that run beside those that decide. */
  readonly beside: ReadonlyArray<ServiceName>
  /** The rules that the first build knows. */
  readonly rules: number
  /** The order in which the journal looks at an append: for duplicates first, or for conflicts. */
  readonly duplicatesFirst: boolean
  readonly faults: ReadonlyArray<Timed>
}

const HOUR_MS = 3_600_000

/** How long a run is, exchange time. Most seeds are short: what goes wrong in a day goes wrong in three hours. */
export type Length = "moment" | "short" | "window" | "day"
/** The least and the most of each, exchange milliseconds. */
export const LENGTHS: Readonly<Record<Length, readonly [least: number, most: number]>> = {
  moment: [0.1 * HOUR_MS, 0.3 * HOUR_MS],
  short: [0.4 * HOUR_MS, HOUR_MS],
  window: [2.5 * HOUR_MS, 3.5 * HOUR_MS],
  day: [24 * HOUR_MS, 26 * HOUR_MS]
}

/** How many times as fast as the wall the exchange runs: what is put off on the wall costs more the slower it is. */
const SPEEDS: Readonly<Record<Length, ReadonlyArray<number>>> = {
  moment: [5, 20],
  short: [5, 10, 20],
  window: [30],
  day: [60]
}

/** Which lengths are drawn, and how often each. */
export type Lengths = ReadonlyArray<readonly [weight: number, length: Length]>
/** What is drawn where nobody says otherwise. */
export const USUAL_LENGTHS: Lengths = [
  [60, "short"],
  [35, "window"],
  [5, "day"]
]

/** The plan of a seed. `lengths`: of how long runs are to be; part of what a seed means. */
export const planOf = (seed: number, lengths: Lengths = USUAL_LENGTHS): Plan => {
  const random = randomNumbers(seed)
  const length = weighed(random, lengths)
  const venueMs = between(random, ...LENGTHS[length])
  const speed = chosen(random, SPEEDS[length])
  const lengthMs = Math.round(venueMs / speed)
  const slots = chosen(random, [1, 2, 4, 6])
  const rules = weighed(random, [
    [8, 3],
    [1, 2],
    [1, 1]
  ])
  const market = drawMarket(random, venueMs)
  const leftOfDayMs = DAY_MS - (market.fromMs % DAY_MS)
  const midnightMs = leftOfDayMs < venueMs ? Math.round(leftOfDayMs / speed) : null
  const { beside, environment } = drawBeside(randomNumbers(hash2(seed, BESIDE)))
  const plan = {
    seed,
    market,
    beside,
    environment: {
      ...drawSettings(random, { slots, speed, overMidnight: midnightMs !== null }),
      ...environment
    },
    base: String(chosen(random, [200, 1_000, 2_000, 5_000])),
    quote: String(chosen(random, [60, 300, 600, 1_500])),
    speed,
    lengthMs,
    apart: random() < 0.6,
    rules,
    duplicatesFirst: random() < 0.5
  }
  const faults = drawFaults(seed, { lengthMs, speed, slots, rules, midnightMs, beside })
  return { ...plan, faults: rules === NEWEST_RULES ? faults : upgraded(random, faults, plan) }
}

/** Which of a seed's random numbers say what runs beside those that decide. */
const BESIDE = 300
/** Of all seeds so many have them: each of those services reads every record once more. */
const WITH_HOUSE = 0.35
const WITH_LEARNING = 0.25

/** Services beside those that decide, and their settings. */
const drawBeside = (random: Random): Pick<Plan, "beside" | "environment"> => {
  const [house, learning] = [random() < WITH_HOUSE, random() < WITH_LEARNING]
  return {
    beside: [...(house ? HOUSE : []), ...(learning ? LEARNING : [])],
    environment: {
      // An era is a run's, or some minutes'.
      SEAL_EVERY_RECORDS: String(magnitude(random, 20, 600)),
      HMM_ENABLED: String(learning),
      ...(learning ? SMALL_MODELS : {})
    }
  }
}

/** Models that are fitted within some milliseconds, of what half an hour of candles tells. */
export const SMALL_MODELS = {
  HMM_N_STATES: "2",
  HMM_N_ITER: "2",
  HMM_TRAINING_CANDLES: "40",
  HMM_MIN_TRAIN_SAMPLES: "20",
  HMM_SECONDARY_INTERVAL_MIN: "5",
  HMM_SECONDARY_TRAINING_CANDLES: "40",
  HMM_SECONDARY_MIN_TRAIN_SAMPLES: "20",
  HMM_RETRAIN_INTERVAL_SEC: "300",
  HMM_INFERENCE_WINDOW: "10",
  HMM_RECENT_CANDLES: "50",
  HMM_OHLCV_SYNC_INTERVAL_SEC: "20"
}

/** What old rules were not made for is no news: until the newest are taken up, only processes and the journal fail. */
const OF_OLD_RULES: ReadonlySet<Fault["kind"]> = new Set<Fault["kind"]>([
  ...([
    "crash",
    "stop",
    "power",
    "stall",
    "twin",
    "journal",
    "away",
    "snapshots",
    "command",
    "store",
    "storeAway",
    "candles"
  ] as const)
])

/** The faults, with an upgrade to the newest rules, by way of those between or at once. */
const upgraded = (
  random: Random,
  faults: ReadonlyArray<Timed>,
  { lengthMs, rules }: Pick<Plan, "lengthMs" | "rules">
): ReadonlyArray<Timed> => {
  const lastMs = Math.round(lengthMs * between(random, 0.15, 0.5))
  const between2 =
    rules < 2 && random() < 0.5 ? [{ atMs: Math.round(lastMs / 2), fault: { kind: "upgrade", rules: 2 } } as const] : []
  return [
    ...faults.filter(({ atMs, fault }) => atMs > lastMs || OF_OLD_RULES.has(fault.kind)),
    ...between2,
    { atMs: lastMs, fault: { kind: "upgrade", rules: NEWEST_RULES } } as const
  ].toSorted((a, b) => a.atMs - b.atMs)
}

/**
 * Cycles of a few dollars lose cents: a limit of some of them closes the lock within minutes, and then nothing is entered until midnight.
 * Where a midnight is near that is what is to be seen; elsewhere it would take most seeds their trades.
 */
const drawLossLimit = (random: Random, overMidnight: boolean): number =>
  chosen(random, overMidnight ? [0, 0.02, 0.05, 0.05, 0.2] : [0, 0, 0.05, 0.2, 3])

const drawSettings = (
  random: Random,
  { slots, speed, overMidnight }: { readonly slots: number; readonly speed: number; readonly overMidnight: boolean }
): Record<string, string> => ({
  SLOTS: String(slots),
  MIN_VOLUME: "2",
  MIN_COST_USD: "0.5",
  SPEED: String(speed),
  PRICE_FACTS_PER_SEC: String(chosen(random, [1, 2, 4])),
  CLOCK_INTERVAL_SEC: String(chosen(random, [5, 15, 30])),
  ENTRY_PCT: String(chosen(random, [0.05, 0.1, 0.2])),
  PROFIT_PCT: String(chosen(random, [0.55, 0.7, 1.2])),
  VOLATILITY_AUTO_PROFIT: "false",
  ORDER_SIZE_USD: String(chosen(random, [2, 5, 10])),
  S1_ORPHAN_AFTER_SEC: String(chosen(random, [60, 300, 600, 1_350])),
  S2_ORPHAN_AFTER_SEC: String(chosen(random, [120, 400, 900, 1_800])),
  MAX_ENTRY_ADDS_PER_LOOP: String(chosen(random, [1, 2, 2, 4])),
  REENTRY_BASE_COOLDOWN_SEC: String(chosen(random, [0, 0, 30])),
  LOSS_COOLDOWN_SEC: String(chosen(random, [60, 900])),
  RECONCILE_INTERVAL_SEC: String(chosen(random, [30, 60, 120])),
  DAILY_LOSS_LIMIT: String(drawLossLimit(random, overMidnight)),
  DAILY_LOSS_LOCK_ENDS: chosen(random, overMidnight ? ["midnight", "operator", "operator"] : ["midnight", "operator"]),
  MAX_RECOVERY_SLOTS: String(chosen(random, [1, 2]))
})
