/**
 * The projector: copies what the journal says into the store's tables, for people and dashboards. It may be behind, and
 * waits as long as the store is away; nothing that trades waits for it.
 */
import { Cause, Context, Effect, Layer, Ref, Stream } from "effect"
import { originOf } from "../../shared/core/ids/clientId.ts"
import { decodeRecord, RecordUndecodable } from "../../shared/events/envelope.ts"
import { Journal, type JournalRecord, type ReadError, type SnapshotStore } from "../../shared/journal/port.ts"
import { retryStore } from "../../shared/retry.ts"
import { Store, type StoreError } from "../../shared/store/port.ts"
import type { FillRow } from "../../shared/store/projected.ts"
import { type Cursor, loadCursor, saveCursor } from "./cursor.ts"
import { type ProjectionRules, type ProjectionState, projectRecord, type Rows, unreadableRow } from "./core/rows.ts"
import type { Transition } from "./core/transition.ts"
import { type Picture, pictureAt, type ProjectorOptions } from "./picture.ts"
import { clearing } from "./retention.ts"

/** For the status pages. */
export interface ProjectorStatus {
  /** The last record whose rows are in the store, and the journal's newest. */
  readonly seq: number
  readonly head: number
  /** What it waits for; null: nothing. */
  readonly trouble: string | null
  /** Rows that the store would not take, since the process started. Each is in the log. */
  readonly refusedRows: number
}

/** The projector as status pages see it. */
export class Projector extends Context.Service<
  Projector,
  { readonly status: Effect.Effect<ProjectorStatus, ReadError> }
>()("kennel/projector/Projector") {
  /** Projects as long as the layer. Never fails: what it waits for is in its status. */
  static readonly layer = (options: ProjectorOptions): Layer.Layer<Projector, never, Journal | SnapshotStore | Store> =>
    Layer.effect(Projector, start(options))
}

/** Records that are projected together: what a page of the store holds. Also the bound of what waits in memory. */
const BATCH_RECORDS = 1_000
/** How far behind the rows may be in quiet times; fewer, larger requests are kinder to a hosted store. */
const BATCH_WITHIN = "2 seconds"
/** The journal could not be read; its adapters reconnect by themselves, so this is rare. */
const JOURNAL_PAUSE = "15 seconds"

const start = Effect.fn("Projector.start")(function* (options: ProjectorOptions) {
  const journal = yield* Journal
  const store = yield* Store
  const progress = yield* makeProgress
  const clear = clearing(options.market, options.keptDays)

  const writeBatch = Effect.fnUntraced(function* (
    cursor: Cursor,
    records: ReadonlyArray<JournalRecord>,
    picture: Picture
  ) {
    const last = records.at(-1)
    if (last === undefined) return cursor
    const projected = projectRecords(cursor.state, records, options, yield* picture.take(records))
    // Said before any row is there: the journal may lose these records, and others take their places.
    const ahead = { seq: last.seq, recordId: last.id }
    yield* retryStore(saveCursor(options.market, { ...cursor, ahead }), progress.waitsFor)
    const fills = yield* Effect.forEach(projected.rows.fills, withSide)
    yield* writeRows(fills, store.projection.fills, progress)
    yield* writeRows(projected.rows.prices, store.projection.prices, progress)
    yield* writeRows(projected.rows.botEvents, store.projection.botEvents, progress)
    const next: Cursor = { ...ahead, state: projected.state, ahead: null }
    yield* retryStore(saveCursor(options.market, next), progress.waitsFor)
    yield* clear(next.state.nowMs)
    yield* progress.reached(next.seq)
    yield* picture.stored(next)
    return next
  })

  const project = Effect.gen(function* () {
    const from = yield* Ref.make(yield* retryStore(loadCursor(options.market), progress.waitsFor))
    const { seq } = yield* Ref.get(from)
    yield* progress.reached(seq)
    const picture = yield* pictureAt(options, seq)
    yield* journal.tail({ from: seq + 1 }).pipe(
      Stream.groupedWithin(BATCH_RECORDS, BATCH_WITHIN),
      Stream.runForEach((records) =>
        Ref.get(from).pipe(
          Effect.flatMap((cursor) => writeBatch(cursor, records, picture)),
          Effect.flatMap((cursor) => Ref.set(from, cursor))
        )
      )
    )
  })

  yield* Effect.scoped(project).pipe(
    Effect.catchCause((cause) =>
      Cause.hasInterruptsOnly(cause) ? Effect.failCause(cause) : progress.waitsFor(Cause.pretty(cause).slice(0, 500))
    ),
    Effect.andThen(Effect.sleep(JOURNAL_PAUSE)),
    Effect.forever,
    Effect.forkScoped
  )

  return Projector.of({
    status: Effect.gen(function* () {
      return { ...(yield* progress.now), head: yield* journal.head }
    })
  })
})

/** How far the projector is, and what keeps it. */
interface Progress {
  readonly now: Effect.Effect<Omit<ProjectorStatus, "head">>
  readonly reached: (seq: number) => Effect.Effect<void>
  /** Null: it goes on. Says either once, however often it is tried. */
  readonly waitsFor: (trouble: string | null) => Effect.Effect<void>
  readonly leftOut: (eventId: string, error: StoreError) => Effect.Effect<void>
}

const makeProgress = Effect.gen(function* () {
  const state = yield* Ref.make<Omit<ProjectorStatus, "head">>({ seq: 0, trouble: null, refusedRows: 0 })
  return {
    now: Ref.get(state),
    reached: (seq) => Ref.update(state, (current) => ({ ...current, seq })),
    waitsFor: Effect.fnUntraced(function* (trouble) {
      const before = (yield* Ref.getAndUpdate(state, (current) => ({ ...current, trouble }))).trouble
      if (trouble === before) return
      yield* trouble === null ? Effect.logInfo("projector: goes on") : Effect.logWarning(`projector: waits: ${trouble}`)
    }),
    leftOut: (eventId, { message }) =>
      Effect.andThen(
        Ref.update(state, (current) => ({ ...current, refusedRows: current.refusedRows + 1 })),
        Effect.logError(`projector: event ${eventId} left out: ${message}`)
      )
  } satisfies Progress
})

/** A batch that is refused is written row by row, so that one bad row does not keep the others out. */
const writeRows = <Row extends { readonly eventId: string }>(
  rows: ReadonlyArray<Row>,
  put: (rows: ReadonlyArray<Row>) => Effect.Effect<void, StoreError>,
  { waitsFor, leftOut }: Progress
): Effect.Effect<void> => {
  if (rows.length === 0) return Effect.void
  const writeRow = (row: Row) =>
    retryStore(put([row]), waitsFor).pipe(Effect.catch((error) => leftOut(row.eventId, error)))
  return retryStore(put(rows), waitsFor).pipe(Effect.catch(() => Effect.forEach(rows, writeRow, { discard: true })))
}

const text = new TextDecoder()

const projectRecords = (
  before: ProjectionState,
  records: ReadonlyArray<JournalRecord>,
  rules: ProjectionRules,
  transitions: ReadonlyArray<Transition>
): { readonly state: ProjectionState; readonly rows: Rows } => {
  let state = before
  const all: Array<Rows> = []
  const bySeq = Map.groupBy(transitions, ({ seq }) => seq)
  for (const record of records) {
    try {
      const stored = decodeRecord(record)
      const { events } = JSON.parse(text.decode(record.data)) as { readonly events: ReadonlyArray<unknown> }
      const next = projectRecord(state, stored, events, rules, bySeq.get(record.seq))
      state = next.state
      all.push(next.rows)
    } catch (error) {
      if (!(error instanceof RecordUndecodable)) throw error
      all.push({ fills: [], prices: [], botEvents: [unreadableRow(state, record.seq, error.message, rules)] })
    }
  }
  return {
    state,
    rows: {
      fills: all.flatMap(({ fills }) => fills),
      prices: all.flatMap(({ prices }) => prices),
      botEvents: all.flatMap(({ botEvents }) => botEvents)
    }
  }
}

/** The side stands in the record that requested the order, which the client id names. */
const withSide = Effect.fnUntraced(function* (fill: FillRow): Effect.fn.Return<FillRow, ReadError, Journal> {
  const origin = originOf(fill.clientId)
  if (origin === null) return fill
  const journal = yield* Journal
  // Dropped from the journal: the side is not known.
  const record = yield* journal.get(origin.seq).pipe(Effect.catchTag("RecordsArchived", () => Effect.succeed(null)))
  if (record === null) return fill
  const requested = yield* Effect.try({
    try: () => decodeRecord(record).events[origin.index],
    catch: () => null
  }).pipe(Effect.catch(() => Effect.succeed(undefined)))
  return requested?._tag === "OrderRequested" ? { ...fill, side: requested.side } : fill
})
