/** The port on tables in memory. */
import { Effect } from "effect"
import { type Store, StoreError } from "../../port.ts"
import { CheckViolated, type Tables } from "./tables.ts"

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
