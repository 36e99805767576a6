/** What services in processes of their own tell the control plane through the store. */
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { memoryStore, memoryStoreLayer } from "../services/ohlcv-ingestor/testing/memoryStore.ts"
import { ohlcvIngestorManifest } from "../services/ohlcv-ingestor/manifest.ts"
import { projectorManifest } from "../services/projector/manifest.ts"
import { readSettings } from "./settings.ts"
import { noteInStore, readNotes } from "./notes.ts"

const { settings } = readSettings({})
const lag = { seq: 40, head: 42, lag: 2, trouble: null }
const ok = { status: "ok", reasons: [] } as const

it.effect("what ingestor and projector show is read by another process, until one of them falls silent", () =>
  Effect.gen(function* () {
    const unheard = { status: "degraded", reasons: ["service ohlcv-ingestor has not spoken yet"] } as const
    const levels = { trouble: "service market-context has not spoken yet" }
    expect(yield* readNotes(settings)).toStrictEqual({ data: unheard, levels, structure: null })

    const showCandles = yield* noteInStore(settings, ohlcvIngestorManifest)
    const showTables = yield* noteInStore(settings, projectorManifest)
    yield* showCandles({ data: ok })
    yield* showTables({ projector: lag })
    expect(yield* readNotes(settings)).toStrictEqual({ data: ok, projector: lag, levels, structure: null })

    yield* TestClock.adjust("61 seconds")
    expect(yield* readNotes(settings)).toStrictEqual({
      data: { status: "degraded", reasons: ["service ohlcv-ingestor has been silent for 61 s"] },
      levels,
      structure: null,
      projector: { ...lag, trouble: "service projector has been silent for 61 s" }
    })
    yield* showTables({ projector: lag })
    expect(yield* readNotes(settings)).toEqual(expect.objectContaining({ projector: lag }))
  }).pipe(Effect.provide(memoryStoreLayer(memoryStore())))
)
