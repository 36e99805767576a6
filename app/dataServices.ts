/** Everything that stands on the store: candles, the advisor they feed, and the projection. Trading waits for none of it. */
import { Cause, Clock, Context, Effect, Layer, Option, Ref, Schema } from "effect"
import type { Blocks } from "../services/control-plane/core/blocks.ts"
import { advisorService } from "../services/hmm-advisor/service.ts"
import { CandleIngestor } from "../services/ohlcv-ingestor/service.ts"
import { Projector } from "../services/projector/projector.ts"
import type { Settings } from "../shared/config/settings.ts"
import { MarketData } from "../shared/exchange/port.ts"
import { VenueClock } from "../shared/exchange/venueClock.ts"
import { Store, type StoreError } from "../shared/store/port.ts"
import { advisorOptions } from "./advisorOptions.ts"
import { ingestorOptions } from "./candleSources.ts"
import { storeLayer } from "./layers.ts"
import { subjectsOf } from "./services.ts"

/** Wall time between two looks at what they show. */
const SHOW_EVERY = "1 second"

/** Keeps the pair's candles; `show` is told what there is to see. */
export const ingestor = Effect.fn("ingestor")(function* (
  settings: Settings,
  restUrl: string,
  show: (blocks: Blocks) => Effect.Effect<void>
) {
  const { nowMs } = yield* VenueClock
  const { bars } = yield* MarketData
  const options = ingestorOptions(settings, { restUrl, live: bars, nowMs })
  const built = yield* Layer.build(CandleIngestor.layer(options))
  const { view } = Context.get(built, CandleIngestor)
  return yield* view.pipe(
    Effect.flatMap(({ status, reasons, ...blocks }) => show({ ...blocks, data: { status, reasons } })),
    Effect.andThen(Effect.sleep(SHOW_EVERY)),
    Effect.forever
  )
})

/** Trains and speaks while `HMM_ENABLED`; without that there is no worker and no work. */
export const advisor = (settings: Settings, epoch: number) => {
  if (!settings.hmmEnabled) return Effect.never
  return advisorService({ ...advisorOptions(settings), subjects: subjectsOf(settings), epoch })
}

/** Copies the journal into the store's tables; `show` is told how far it is. */
export const projector = Effect.fn("projector")(function* (
  settings: Settings,
  show: (blocks: Blocks) => Effect.Effect<void>
) {
  const built = yield* Layer.build(Projector.layer({ market: settings.pair, priceEverySec: settings.priceHistorySec }))
  const { status } = Context.get(built, Projector)
  return yield* status.pipe(
    Effect.flatMap(({ seq, head, trouble, refusedRows }) =>
      show({ projector: { seq, head, lag: Math.max(0, head - seq), trouble, refused_rows: refusedRows } })
    ),
    Effect.andThen(Effect.sleep(SHOW_EVERY)),
    Effect.forever
  )
})

const whatFailed = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  return error instanceof Error ? error.message : Cause.pretty(cause)
}

const degraded = (reason: string): Blocks => ({ data: { status: "degraded", reasons: [reason] } })

/** After the store could not be opened, or something of it failed for good. */
const TRY_AGAIN = "30 seconds"

/**
 * All of them in one process, on one store. What goes wrong is said and tried again: it takes no trading with it. `shown` holds
 * what there is to see.
 */
export const dataServices = (settings: Settings, restUrl: string, epoch: number, shown: Ref.Ref<Blocks>) => {
  const show = (blocks: Blocks) => Ref.update(shown, (before) => ({ ...before, ...blocks }))
  const all = Effect.raceAllFirst([
    ingestor(settings, restUrl, show),
    advisor(settings, epoch),
    projector(settings, show)
  ])
  return Effect.scoped(
    Effect.flatMap(Layer.build(storeLayer(settings)), (store) => Effect.provideContext(all, store))
  ).pipe(
    Effect.catchCause((cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.interrupt
        : Effect.andThen(
            Effect.logWarning(`candles and store: ${whatFailed(cause)}`),
            show(degraded(`candles and store: ${whatFailed(cause)}`))
          )
    ),
    Effect.andThen(Effect.sleep(TRY_AGAIN)),
    Effect.forever
  )
}

/** Between two notes in the store, and two looks at them. */
const NOTE_EVERY_MS = 5_000
/** A service that has missed a dozen notes is not running. Wall time. */
const SILENT_AFTER_MS = 12 * NOTE_EVERY_MS

/** Services that leave notes, each with a key of its own. */
type Noting = "ohlcv-ingestor" | "projector"

const Note = Schema.Struct({ atMs: Schema.Finite, blocks: Schema.Record(Schema.String, Schema.Unknown) })
const noteKey = (settings: Settings, service: Noting): string => `shown.${settings.pair}.${service}`

/** For a service in a process of its own: what it shows goes into the store, where the control plane finds it. */
export const noteInStore = (settings: Settings, service: Noting) =>
  Effect.gen(function* () {
    const { state } = yield* Store
    let nextMs = 0
    return (blocks: Blocks) =>
      Effect.gen(function* () {
        const atMs = yield* Clock.currentTimeMillis
        if (atMs < nextMs) return
        nextMs = atMs + NOTE_EVERY_MS
        yield* state.put(noteKey(settings, service), { atMs, blocks }).pipe(Effect.ignore)
      })
  })

/** A service's last note, and what is wrong with it; null: nothing is. */
const noteOf = Effect.fnUntraced(function* (settings: Settings, service: Noting) {
  const { state } = yield* Store
  const note = Schema.decodeUnknownOption(Note)(yield* state.get(noteKey(settings, service)))
  if (Option.isNone(note)) return { blocks: null, trouble: `service ${service} has not spoken yet` }
  const silentSec = Math.round(((yield* Clock.currentTimeMillis) - note.value.atMs) / 1_000)
  const trouble = silentSec * 1_000 < SILENT_AFTER_MS ? null : `service ${service} has been silent for ${silentSec} s`
  return { blocks: note.value.blocks, trouble }
})

/** The other side of `noteInStore`. Candles without an ingestor are stale data; a market may do without a projector. */
export const readNotes = Effect.fn("readNotes")(function* (
  settings: Settings
): Effect.fn.Return<Blocks, StoreError, Store> {
  const candles = yield* noteOf(settings, "ohlcv-ingestor")
  const tables = yield* noteOf(settings, "projector")
  const projected = tables.blocks?.["projector"]
  return {
    ...(projected === undefined
      ? {}
      : { projector: { ...projected, ...(tables.trouble && { trouble: tables.trouble }) } }),
    ...candles.blocks,
    ...(candles.trouble === null ? {} : degraded(candles.trouble))
  }
})

/** Keeps `shown` as the notes say. Without a store that is shared there is nothing to do. */
export const notesOfStore = (settings: Settings, shown: Ref.Ref<Blocks>) =>
  settings.supabaseUrl === ""
    ? Effect.never
    : readNotes(settings).pipe(
        Effect.catch((error) => Effect.succeed(degraded(error.message))),
        Effect.flatMap((blocks) => Ref.update(shown, (before) => ({ ...before, ...blocks }))),
        Effect.andThen(Effect.sleep(NOTE_EVERY_MS)),
        Effect.forever,
        Effect.provide(storeLayer(settings))
      )
