/**
 * A long series of the store, ready to compute with: from the file of typed columns that a first reading has left, its digest and the
 * store's stamps checked, beside reading it from the embedded store and making that file, which is what a first reading takes. Both touch every candle's close.
 *
 * Not claimed: a store on a server, where the stamps are one request of its own and reading costs another amount.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { storedColumns } from "../../shared/store/columns/storedColumns.ts"
import { EmbeddedStore } from "../../shared/store/embedded/store.ts"
import { type CandleSeries, Store } from "../../shared/store/port.ts"
import { type BenchResult, type BenchSize, type Cost, figuresOf, timedEffect } from "../result.ts"
import { walkOf } from "./walk.ts"

const SERIES: CandleSeries = { venue: "real", symbol: "XDGUSD", intervalMin: 1 }
const FIRST_SEC = 1_700_000_000 - (1_700_000_000 % 60)
/** Candles that are stored at once. */
const PIECE = 50_000

/** Reads the series, by way of the file where it is there, and adds up its closes. */
const summed = Effect.fnUntraced(function* (directory: string) {
  const { columns, read } = yield* storedColumns(directory, SERIES)
  let sum = 0n
  for (const close of columns.values.close.low) sum += close
  return { sum, read, length: columns.length }
})

const measure = Effect.fnUntraced(function* (files: string, count: number, rounds: number) {
  const { candles } = yield* Store
  for (let at = 0; at < count; at += PIECE) {
    yield* candles.upsert(SERIES, walkOf(FIRST_SEC, at, Math.min(PIECE, count - at)), "import")
  }
  const [kept, anew]: [Array<Cost>, Array<Cost>] = [[], []]
  for (let round = 0; round < rounds; round++) {
    for (const name of round === 0 ? [] : readdirSync(files)) rmSync(join(files, name))
    const [first, made] = yield* timedEffect(summed(files))
    const [second, took] = yield* timedEffect(summed(files))
    if (first.read !== count || second.read !== 0 || first.sum !== second.sum)
      return yield* Effect.die(`stored candles: ${first.read} and ${second.read} of ${count} were read from the store`)
    anew.push(made)
    kept.push(took)
  }
  return [
    {
      name: `${count.toLocaleString("en")} stored candles ready to compute`,
      unit: "ms",
      ...figuresOf(kept),
      baseline: { name: "read from the embedded store, and kept", ...figuresOf(anew) },
      note: "goal: 1,000,000 in 300 ms"
    }
  ]
})

/** Runs it in a directory of its own. */
export const storedCandlesBench = async ({ quick }: BenchSize): Promise<ReadonlyArray<BenchResult>> => {
  const directory = mkdtempSync(join(tmpdir(), "kennel-stored-candles-"))
  try {
    const measured = measure(join(directory, "candles"), quick ? 3_000 : 1_000_000, quick ? 1 : 3)
    const store = EmbeddedStore.layer({ directory: join(directory, "store") })
    return await Effect.runPromise(Effect.provide(measured, store))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
