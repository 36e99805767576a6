/** The ingestor's part of the store in memory, for a clock moved by hand. */
import { Clock, Effect, Layer } from "effect"
import { type CandleSeries, type Job, type KeptCandle, Store } from "../../../shared/store/port.ts"
import { attempt, storeOn } from "../../../shared/store/testing/memory/storeOn.ts"
import { Tables } from "../../../shared/store/testing/memory/tables.ts"
import type { IngestorStore } from "../store.ts"

export interface MemoryStore extends IngestorStore {
  readonly stored: (series: CandleSeries) => ReadonlyArray<KeptCandle>
  readonly jobRows: ReadonlyArray<Job>
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

/** An empty store but for the symbols that are watched. */
export const memoryStore = (watchlist: ReadonlyArray<string> = []): MemoryStore => {
  let nowSec = 0
  const tables = new Tables(() => nowSec)
  tables.upsertSymbols(watchlist.map((symbol) => ({ symbol, name: "", enabled: true })))
  const { candles, state, jobs, symbols } = storeOn(tables, (call, work) =>
    Effect.flatMap(Clock.currentTimeMillis, (nowMs) => {
      nowSec = nowMs / 1_000
      return attempt(call, work)
    })
  )
  return {
    ...{ candles, state, jobs, symbols },
    stored: (series) => tables.between(series, 0, Number.POSITIVE_INFINITY),
    get jobRows() {
      return tables.jobs.all
    }
  }
}
