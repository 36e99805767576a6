/** How far a journal has been projected: kept in the store, beside the rows it speaks of. */
import { Effect, Schema } from "effect"
import { Journal, type ReadError } from "../../shared/journal/port.ts"
import { Store, type StoreError } from "../../shared/store/port.ts"
import { nothingProjected, type ProjectionState } from "./core/rows.ts"

/** Raised when records become other rows than before: what the journal still has is then projected anew. */
const PROJECTION_VERSION = 2

/** The place after which projecting goes on, and what is remembered there. */
export interface Cursor {
  /** The last record that was projected; 0: none. */
  readonly seq: number
  /** Its id: a journal that was begun anew has another record there. */
  readonly recordId: string
  readonly state: ProjectionState
  /** The last record of the rows that are being written: they may be there, although the cursor does not say so yet. Null: none are. */
  readonly ahead: Ahead | null
}

/** A record, by its place. */
interface Ahead {
  readonly seq: number
  readonly recordId: string
}

const Stored = Schema.Struct({
  version: Schema.Int,
  seq: Schema.Int,
  recordId: Schema.String,
  state: Schema.Struct({
    nowMs: Schema.Finite,
    mode: Schema.NullOr(Schema.String),
    pricedInterval: Schema.Int,
    /** Version 1 had none. */
    filledTxids: Schema.Array(Schema.String).pipe(Schema.withDecodingDefaultKey(Effect.succeed([])))
  }),
  /** Not in cursors of earlier builds. */
  ahead: Schema.NullOr(Schema.Struct({ seq: Schema.Int, recordId: Schema.String })).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(null))
  )
})
const decode = Schema.decodeUnknownOption(Stored)

const atBeginning: Cursor = { seq: 0, recordId: "", state: nothingProjected, ahead: null }

const keyOf = (market: string): string => `projector.${market}`

/** Saved after the rows it covers: a crash in between projects them again, which changes nothing. */
export const saveCursor = Effect.fnUntraced(function* (
  market: string,
  cursor: Cursor
): Effect.fn.Return<void, StoreError, Store> {
  const { state } = yield* Store
  yield* state.put(keyOf(market), { version: PROJECTION_VERSION, ...cursor })
})

/** Forgets every projected row of a market, so that it is projected from its beginning. */
export const forgetProjection = Effect.fn("forgetProjection")(function* (
  market: string
): Effect.fn.Return<Cursor, StoreError, Store> {
  const { projection } = yield* Store
  // The cursor first: a crash in between leaves rows that are projected again, never a hole.
  yield* saveCursor(market, atBeginning)
  const forgotten = yield* projection.forget(market)
  yield* Effect.logInfo(`projector: ${market} is projected from its beginning; ${forgotten} rows were removed`)
  return atBeginning
})

/** The place before the journal's beginning: what stood there was dropped before it was projected, and is in no table. */
const afterGap = (cursor: Cursor, first: number): Effect.Effect<Cursor> =>
  Effect.as(
    Effect.logWarning(
      `projector: records ${cursor.seq + 1} to ${first - 1} were dropped from the journal before they were projected: their rows are ` +
        `missing; with their archive (ARCHIVE_DIR) they can be projected yet`
    ),
    { ...cursor, seq: first - 1, recordId: "", ahead: null }
  )

/** Where to go on, in what the journal still has. */
export const loadCursor = Effect.fn("loadCursor")(function* (market: string) {
  const cursor = yield* loadPlace(market)
  const first = yield* (yield* Journal).first
  return cursor.seq + 1 < first ? yield* afterGap(cursor, first) : cursor
})

/**
 * The place that was kept. A cursor of another journal, or of a journal that has lost records whose rows may stand in the tables, or of another
 * version begins anew; one of another version goes on where it is if the
 * journal has lost its beginning: the rows of what was dropped would go with it, and cannot come back.
 */
const loadPlace = Effect.fn("loadPlace")(function* (
  market: string
): Effect.fn.Return<Cursor, StoreError | ReadError, Store | Journal> {
  const { state } = yield* Store
  const journal = yield* Journal
  const value = yield* state.get(keyOf(market))
  if (value === null) return atBeginning
  const stored = decode(value)
  if (stored._tag === "None") return yield* forgetProjection(market)
  const { seq, recordId, version } = stored.value
  const first = yield* journal.first
  if (version !== PROJECTION_VERSION && first === 1) return yield* forgetProjection(market)
  // Of what was dropped nobody can say any more which record stood there.
  if (seq >= first && (yield* journal.get(seq))?.id !== recordId) return yield* forgetProjection(market)
  const { ahead } = stored.value
  const stands = ahead === null || ahead.seq < first || (yield* journal.get(ahead.seq))?.id === ahead.recordId
  if (stands) return stored.value
  // The journal has lost its end (a power cut) while rows of it were being written.
  if (first === 1) return yield* forgetProjection(market)
  return yield* Effect.as(
    Effect.logWarning(
      `projector: records ${seq + 1} to ${ahead.seq} were lost from the journal's end while their rows were being written: rows of them may ` +
        `stand in the tables, until others take their places; what the journal has dropped cannot be projected anew`
    ),
    stored.value
  )
})
