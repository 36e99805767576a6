/**
 * The market as it is beside the rows that are written: the slots' phases for those rows, and the row `__v1__` of `bot_state`. What
 * goes wrong here keeps no row out: phases are null from there on, the row stays as it was, and the log says why.
 */
import { Clock, Effect, Ref, Schema } from "effect"
import type { JournalRecord } from "../../shared/journal/port.ts"
import type { MarketSubjects } from "../../shared/core/ids/subjects.ts"
import type { Blocks, SavedMarket } from "../../shared/service/manifest.ts"
import { Store } from "../../shared/store/port.ts"
import type { Cursor } from "./cursor.ts"
import type { ProjectionRules } from "./core/rows.ts"
import type { Transition } from "./core/transition.ts"
import { MarketFolds } from "./marketFolds.ts"
import type { KeptDays } from "./retention.ts"

/** Whose journal is copied, and what the market is saved as. */
export interface ProjectorOptions extends ProjectionRules {
  readonly subjects: MarketSubjects
  readonly saved: SavedMarket
  readonly keptDays: KeptDays
}

/** The key of the row in `bot_state`: the name that readers from outside know. */
export const SNAPSHOT_KEY = "__v1__"
/** Wall time between two writings of the row: it is large, and who reads it polls. */
const SAVE_EVERY_MS = 5_000

/** What the candle pipeline tells of itself, as far as it is saved. */
const Pipeline = Schema.Struct({
  sync_cursor: Schema.Unknown,
  last_sync_ts: Schema.NullOr(Schema.Finite),
  stream: Schema.Struct({ last_candle_ts: Schema.NullOr(Schema.Finite) })
})
const pipelineIn = Schema.decodeUnknownOption(Pipeline)

/** `OHLCV pipeline state` of the row; null where the ingestor has not spoken. */
const pipelineSaved = (told: Blocks) => {
  const pipeline = pipelineIn(told["hmm_data_pipeline"])
  const { sync_cursor = null, last_sync_ts = null, stream = null } = pipeline._tag === "Some" ? pipeline.value : {}
  return {
    ohlcv_since_cursor: sync_cursor,
    ohlcv_last_sync_ts: last_sync_ts,
    ohlcv_last_candle_ts: stream?.last_candle_ts ?? null
  }
}

/** Follows what is projected. */
export type Picture = Effect.Success<ReturnType<typeof pictureAt>>

/** The picture after record `seq`, as long as the scope. */
export const pictureAt = Effect.fn("pictureAt")(function* (options: ProjectorOptions, seq: number) {
  const { subjects, saved, market } = options
  const store = yield* Store
  const without = (error: { readonly message: string }) =>
    Effect.as(
      Effect.logWarning(`projector: rows go on without phases, and ${SNAPSHOT_KEY} stays: ${error.message}`),
      null
    )
  const folds = yield* Ref.make<MarketFolds | null>(
    yield* MarketFolds.at(subjects, saved, seq).pipe(Effect.catch(without))
  )
  let nextMs = 0
  /** What came too soon after the row before to be written. */
  let unsaved: Cursor | null = null

  const save = Effect.fnUntraced(function* (now: MarketFolds, { seq: projected, state }: Cursor) {
    const { parts, slots } = now.now()
    const row = {
      market,
      saved_at: state.nowMs / 1_000,
      next_event_id: projected + 1,
      seen_fill_txids: state.filledTxids,
      ...parts,
      ...pipelineSaved(yield* saved.told),
      slots
    }
    yield* store.state
      .put(SNAPSHOT_KEY, row)
      .pipe(Effect.catch((error) => Effect.logWarning(`projector: ${SNAPSHOT_KEY} not saved: ${error.message}`)))
  })

  // The row of the last records is written when the projector stops, so that it is never left behind them.
  const leave = Effect.gen(function* () {
    const now = yield* Ref.get(folds)
    if (now === null) return
    if (unsaved !== null) yield* save(now, unsaved)
    yield* now.leave
  })
  yield* Effect.addFinalizer(() => leave.pipe(Effect.timeoutOption("2 seconds"), Effect.ignore))

  return {
    /** The phases of the records that are projected next. */
    take: Effect.fnUntraced(function* (records: ReadonlyArray<JournalRecord>) {
      const now = yield* Ref.get(folds)
      const none: ReadonlyArray<Transition> = []
      if (now === null) return none
      return yield* now
        .take(records)
        .pipe(Effect.catch((error) => Effect.andThen(without(error), Effect.as(Ref.set(folds, null), none))))
    }),
    /** The rows of all records taken are in the store. */
    stored: Effect.fnUntraced(function* (cursor: Cursor) {
      const now = yield* Ref.get(folds)
      if (now === null) return
      yield* now.stored
      const atMs = yield* Clock.currentTimeMillis
      unsaved = cursor
      if (atMs < nextMs) return
      unsaved = null
      nextMs = atMs + SAVE_EVERY_MS
      yield* save(now, cursor)
    })
  }
})
