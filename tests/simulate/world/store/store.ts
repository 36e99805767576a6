/**
 * The store of a simulated world: it outlives the processes, answers late, loses answers, does nothing for a while, and is behind
 * nobody: what it has acknowledged stands.
 */
import { Effect } from "effect"
import { Store, StoreError } from "../../../../shared/store/port.ts"
import type { SimulatedProcess } from "../process.ts"
import { CheckViolated, Tables } from "./tables.ts"
import type { WorldTime } from "../time.ts"

/** What is wrong with the way to the store. Changed in place. */
export interface StoreWeather {
  /** Until when nothing answers. */
  awayUntilMs: number
  /** Chances of one call: its answer is lost, and it was not done, or it was. */
  lostBefore: number
  lostAfter: number
  /** What an answer takes more, at the most. */
  slowMs: number
}

/** It answers as it should. */
export const fairStore = (): Omit<StoreWeather, "awayUntilMs"> => ({ lostBefore: 0, lostAfter: 0, slowMs: 0 })

/** What one way takes, at least and at most. */
const WAY_MS = { least: 1, most: 30 }
/** A call that nobody answers is given up after so long. */
const PATIENCE_MS = 10_000

/** One store, shared by the processes of a world. */
export class SimulatedStore {
  readonly weather: StoreWeather = { awayUntilMs: 0, ...fairStore() }
  readonly tables: Tables
  private readonly time: WorldTime
  private readonly random: () => number

  constructor(time: WorldTime, random: () => number) {
    this.time = time
    this.random = random
    this.tables = new Tables(() => time.nowMs / 1_000)
  }

  /** As a process reaches it. */
  portFor(process: SimulatedProcess): Store["Service"] {
    return Store.of(
      storeOn(this.tables, (call, work) =>
        Effect.callback((resume) => {
          const noAnswer = (): void => {
            const error = new StoreError({ call, advice: "retry", detail: "simulated: no answer" })
            process.after(PATIENCE_MS, () => resume(Effect.fail(error)))
          }
          // It is on its way whatever becomes of the process.
          this.time.at(this.time.nowMs + this.wayMs(), () => {
            const { awayUntilMs, lostBefore, lostAfter } = this.weather
            if (this.time.nowMs < awayUntilMs || this.random() < lostBefore) return noAnswer()
            const answer = Effect.runSyncExit(attempt(call, work))
            if (this.random() < lostAfter) return noAnswer()
            process.after(this.wayMs(), () => resume(answer))
          })
        })
      )
    )
  }

  private wayMs(): number {
    return WAY_MS.least + this.random() * (WAY_MS.most - WAY_MS.least + this.weather.slowMs)
  }
}

/** Does one call: `work` is done at one moment, or not at all. */
export type Carry = <A>(call: string, work: () => A) => Effect.Effect<A, StoreError>

/** The port on these tables, each call carried as is said. */
export const storeOn = (tables: Tables, carry: Carry): Store["Service"] => ({
  where: "simulated",
  candles: {
    upsert: (series, candles, provenance) =>
      carry(`candles.upsert ${series.symbol} ${series.intervalMin}m`, () => tables.upsert(series, candles, provenance)),
    newest: (series, count) => carry("candles.newest", () => tables.newest(series, count)),
    between: (series, fromSec, toSec) => carry("candles.between", () => tables.between(series, fromSec, toSec)),
    times: (series, fromSec, toSec) =>
      carry("candles.times", () => tables.between(series, fromSec, toSec).map(({ timeSec }) => timeSec)),
    coverage: (series, fromSec) => carry("candles.coverage", () => tables.coverage(series, fromSec)),
    coverageOfAll: carry("candles.coverageOfAll", () => tables.coverageOfAll),
    gaps: (series, fromSec, newest) => carry("candles.gaps", () => tables.gaps(series, fromSec, newest)),
    stamps: (series) => carry("candles.stamps", () => tables.stamps(series)),
    deleteOlderThan: (series, beforeSec) =>
      carry("candles.deleteOlderThan", () => tables.deleteOlderThan(series, beforeSec)),
    adopt: (pair, venue) => carry("candles.adopt", () => tables.adopt(pair, venue))
  },
  state: {
    get: (key) => carry(`state.get ${key}`, () => tables.get(key)),
    put: (key, value) => carry(`state.put ${key}`, () => tables.put(key, value))
  },
  jobs: {
    enqueue: (orders) => carry("jobs.enqueue", () => tables.jobs.enqueue(orders)),
    claim: (source, worker, leaseSec) => carry("jobs.claim", () => tables.jobs.claim(source, worker, leaseSec)),
    keepPlace: (id, worker, place, leaseSec) =>
      carry("jobs.keepPlace", () => tables.jobs.keepPlace(id, worker, place, leaseSec)),
    end: (id, worker, ending) => carry("jobs.end", () => tables.jobs.end(id, worker, ending)),
    cancel: (id) => carry("jobs.cancel", () => tables.jobs.cancel(id)),
    counts: (source) => carry("jobs.counts", () => tables.jobs.counts(source))
  },
  symbols: {
    enabled: carry("symbols.enabled", () => tables.enabledSymbols),
    upsert: (rows) => carry("symbols.upsert", () => tables.upsertSymbols(rows))
  },
  projection: {
    fills: (rows) => carry("projection.fills", () => tables.fills.put(rows)),
    prices: (rows) => carry("projection.prices", () => tables.prices.put(rows)),
    botEvents: (rows) => carry("projection.botEvents", () => tables.botEvents.put(rows)),
    forget: (market) => carry("projection.forget", () => tables.forget(market)),
    forgetOlder: (market, since) => carry("projection.forgetOlder", () => tables.forgetOlder(market, since))
  },
  profiles: {
    upsert: (row) => carry("profiles.upsert", () => tables.upsertProfile(row)),
    ofDay: (market, day) => carry("profiles.ofDay", () => tables.profileOf(market, day))
  },
  health: carry("health", () => tables.health)
})

/** Done, or refused by the tables. */
export const attempt = <A>(call: string, work: () => A): Effect.Effect<A, StoreError> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(work())
    } catch (error) {
      if (!(error instanceof CheckViolated)) throw error
      return Effect.fail(new StoreError({ call, advice: "refused", detail: error.message }))
    }
  })
