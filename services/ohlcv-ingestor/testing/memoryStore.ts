/** The ingestor's part of the store in memory: the simplest thing that keeps its promises, for a clock moved by hand. */
import { Clock, Effect, Equal, Layer } from "effect"
import type { Candle } from "../../../shared/candles/core/candle.ts"
import { findGaps } from "../../../shared/candles/testing/gaps.ts"
import { type CandleProvenance, type CandleSeries, type Job, type JobOrder, Store } from "../../../shared/store/port.ts"
import type { IngestorStore } from "../store.ts"

type StoredCandle = Candle & { readonly provenance: CandleProvenance }
type StoredJob = { -readonly [K in keyof Job]: Job[K] } & { leaseUntilMs: number }

export interface MemoryStore extends IngestorStore {
  readonly stored: (series: CandleSeries) => ReadonlyArray<StoredCandle>
  readonly jobRows: ReadonlyArray<Readonly<StoredJob>>
}

/** As the whole store; what the ingestor has no business with dies. */
export const memoryStoreLayer = (memory: MemoryStore): Layer.Layer<Store> => {
  const notOurs = () => Effect.die("the ingestor touched a table that is not its own")
  const projection: Store["Service"]["projection"] = {
    fills: notOurs,
    prices: notOurs,
    botEvents: notOurs,
    forget: notOurs,
    forgetOlder: notOurs
  }
  const profiles: Store["Service"]["profiles"] = { upsert: notOurs, ofDay: notOurs }
  return Layer.succeed(
    Store,
    Store.of({
      ...memory,
      candles: { ...memory.candles, stamps: notOurs },
      where: "memory",
      projection,
      profiles,
      health: Effect.succeed([])
    })
  )
}

const keyOf = ({ venue, symbol, intervalMin }: CandleSeries) => `${venue} ${symbol} ${intervalMin}`
const isOpen = ({ phase }: StoredJob) => phase === "pending" || phase === "in_progress"

export const memoryStore = (watchlist: ReadonlyArray<string> = []): MemoryStore => {
  const tables = new Map<string, Map<number, StoredCandle>>()
  const state = new Map<string, unknown>()
  const rows: Array<StoredJob> = []
  let lastId = 0
  const symbols = new Set(watchlist)

  const table = (series: CandleSeries) => {
    const found = tables.get(keyOf(series)) ?? new Map<number, StoredCandle>()
    tables.set(keyOf(series), found)
    return found
  }
  const stored = (series: CandleSeries) => [...table(series).values()].sort((a, b) => a.timeSec - b.timeSec)
  const between = (series: CandleSeries, fromSec: number, toSec: number) =>
    stored(series).filter(({ timeSec }) => timeSec >= fromSec && timeSec <= toSec)
  const times = (series: CandleSeries, fromSec: number, toSec: number) =>
    between(series, fromSec, toSec).map(({ timeSec }) => timeSec)
  const coverage = (series: CandleSeries, fromSec: number) => {
    const found = between(series, fromSec, Infinity)
    return {
      ...series,
      count: found.length,
      oldestSec: found[0]?.timeSec ?? null,
      newestSec: found.at(-1)?.timeSec ?? null,
      withVolume: found.filter(({ volume }) => volume > 0n).length
    }
  }
  const candles: IngestorStore["candles"] = {
    upsert: (series, given, provenance) =>
      Effect.sync(() => {
        const before = table(series).size
        for (const candle of given) {
          const there = table(series).get(candle.timeSec)
          const kept =
            there !== undefined && Equal.equals({ ...there, provenance: null }, { ...candle, provenance: null })
          if (!kept) table(series).set(candle.timeSec, { ...candle, provenance })
        }
        return table(series).size - before
      }),
    newest: (series, count) => Effect.sync(() => stored(series).slice(-count)),
    between: (series, fromSec, toSec) => Effect.sync(() => between(series, fromSec, toSec)),
    times: (series, fromSec, toSec) => Effect.sync(() => times(series, fromSec, toSec)),
    coverage: (series, fromSec) => Effect.sync(() => coverage(series, fromSec)),
    coverageOfAll: Effect.sync(() =>
      [...tables.keys()].sort().map((key) => {
        const [venue, symbol = "", minutes] = key.split(" ")
        return coverage({ venue: venue === "simulated" ? venue : "real", symbol, intervalMin: Number(minutes) }, 0)
      })
    ),
    gaps: (series, fromSec, newest = Infinity) =>
      Effect.sync(() => findGaps(times(series, fromSec, Infinity).slice(-newest), series.intervalMin)),
    deleteOlderThan: (series, beforeSec) =>
      Effect.sync(() => {
        const old = times(series, 0, beforeSec - 1)
        for (const timeSec of old) table(series).delete(timeSec)
        return old.length
      }),
    adopt: () => Effect.succeed(0)
  }

  /** Changes a job that is still this worker's. */
  const change = (id: string, worker: string, apply: (row: StoredJob) => void) =>
    Effect.sync(() => {
      const row = rows.find((candidate) => candidate.id === id)
      if (row === undefined || row.worker !== worker || row.phase !== "in_progress") return false
      apply(row)
      return true
    })
  const jobs: IngestorStore["jobs"] = {
    enqueue: (orders) =>
      Effect.sync(() => {
        const nameOf = ({ source, symbol, intervalMin }: JobOrder) => `${source} ${symbol} ${intervalMin}`
        for (const order of orders) {
          const same = rows.filter((row) => nameOf(row) === nameOf(order))
          for (const row of same) if (!isOpen(row)) rows.splice(rows.indexOf(row), 1)
          const free = same.find((row) => row.phase === "pending" && row.place === null)
          if (free !== undefined && order.mode !== "incremental")
            Object.assign(free, { mode: order.mode, days: order.days })
        }
        const waiting = new Set(rows.map(nameOf))
        const fresh = orders.filter((order) => !waiting.has(nameOf(order)))
        for (const order of fresh) {
          const id = String(++lastId)
          rows.push({
            ...order,
            id,
            phase: "pending",
            place: null,
            attempts: 0,
            message: "",
            worker: null,
            leaseUntilMs: 0
          })
        }
        return fresh.length
      }),
    claim: (source, worker, leaseSec) =>
      Effect.map(Clock.currentTimeMillis, (nowMs) => {
        const free = rows.find(
          (row) => row.source === source && (row.phase === "pending" || (isOpen(row) && row.leaseUntilMs <= nowMs))
        )
        if (free === undefined) return null
        Object.assign(free, { phase: "in_progress", worker, leaseUntilMs: nowMs + leaseSec * 1_000 })
        free.attempts++
        return { ...free }
      }),
    keepPlace: (id, worker, place, leaseSec) =>
      Effect.flatMap(Clock.currentTimeMillis, (nowMs) =>
        change(id, worker, (row) => Object.assign(row, { place, leaseUntilMs: nowMs + leaseSec * 1_000 }))
      ),
    end: (id, worker, { phase, message }) =>
      change(id, worker, (row) => Object.assign(row, { phase, message, worker: null })),
    cancel: (id) =>
      Effect.sync(() => {
        const row = rows.find((candidate) => candidate.id === id)
        if (row === undefined || !isOpen(row)) return false
        row.phase = "cancelled"
        return true
      }),
    counts: (source) =>
      Effect.sync(() => {
        const count = (phase: Job["phase"]) =>
          rows.filter((row) => row.phase === phase && (source === null || row.source === source)).length
        return {
          pending: count("pending"),
          in_progress: count("in_progress"),
          complete: count("complete"),
          skipped: count("skipped"),
          error: count("error"),
          cancelled: count("cancelled")
        }
      })
  }
  return {
    stored,
    jobRows: rows,
    candles,
    jobs,
    state: {
      get: (key) => Effect.sync(() => state.get(key) ?? null),
      put: (key, value) => Effect.sync(() => void state.set(key, structuredClone(value)))
    },
    symbols: {
      enabled: Effect.sync(() => [...symbols].sort()),
      upsert: (given) =>
        Effect.sync(() => {
          for (const { symbol, enabled } of given) {
            if (enabled) symbols.add(symbol)
            else symbols.delete(symbol)
          }
        })
    }
  }
}
