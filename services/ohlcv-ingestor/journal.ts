/**
 * The ingestor's side of the market's journal: closed candles of the pair as facts, so that what the advisor saw can be replayed,
 * and the backfills that people ask for.
 */
import { Duration, Effect, Stream } from "effect"
import { makeFactWriter } from "../../shared/actor/facts.ts"
import { decode } from "../../shared/actor/control/decode.ts"
import { follow } from "../../shared/actor/follow.ts"
import type { HostError } from "../../shared/actor/runtime.ts"
import { intervalSec, timeframeName } from "../../shared/candles/core/candle.ts"
import type { MarketSubjects } from "../../shared/core/ids/subjects.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import type { DecodeError } from "../../shared/events/envelope.ts"
import {
  Journal,
  type JournalRefused,
  type JournalUnavailable,
  type ReadError,
  type SnapshotStore
} from "../../shared/journal/port.ts"
import { type CandleSeries, Store } from "../../shared/store/port.ts"
import { backfillAskedActor } from "./core/asked.ts"
import { readFrom, type Told, toldBefore, untold } from "./core/closed.ts"
import { CandleIngestor } from "./service.ts"

/** Where facts go, and whose clock they bear. */
export interface IngestorFacts {
  readonly subjects: MarketSubjects
  /** The epoch this process has raised: part of its records' ids. */
  readonly epoch: number
  /** The exchange's clock, Unix milliseconds. */
  readonly nowMs: Effect.Effect<number>
}

/** Why it ends; a store that is away is no reason. */
export type IngestorJournalError = HostError | JournalRefused | JournalUnavailable | ReadError | DecodeError

/** Wall time between two looks at the store: a candle becomes a fact at most so much later. */
const LOOK_MS = 2_000

/** Runs until interrupted. */
export const keepJournal = (
  options: IngestorFacts
): Effect.Effect<never, IngestorJournalError, CandleIngestor | Journal | SnapshotStore | Store> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { windows, failed } = yield* CandleIngestor
      const writeFact = yield* makeFactWriter("ohlcv-ingestor")
      const write = (subject: string, event: MarketEvent) =>
        Effect.flatMap(options.nowMs, (timeMs) => writeFact({ subject, epoch: options.epoch, timeMs }, event))
      const telling = Effect.forEach(windows, (series) => tellClosed(series, options, write), {
        concurrency: "unbounded",
        discard: true
      })
      const tellFailed = Stream.runForEach(failed, (job) =>
        write(options.subjects.candle, { _tag: "HistoryJobFailed", ...job })
      )
      return yield* Effect.raceAllFirst([
        Effect.andThen(telling, Effect.never),
        Effect.andThen(tellFailed, Effect.never),
        answerBackfills(options, write)
      ])
    })
  )

type Write = (subject: string, event: MarketEvent) => Effect.Effect<void, JournalRefused | JournalUnavailable>

/** Tells the journal of every candle of a timeframe that the store gets from now on, and of those since the last one told. */
const tellClosed = Effect.fnUntraced(function* (
  series: CandleSeries,
  { subjects, nowMs }: IngestorFacts,
  write: Write
) {
  const { candles } = yield* Store
  const { intervalMin } = series
  const subject = subjects.closedCandle(timeframeName(intervalMin))
  const nowSec = Effect.map(nowMs, (ms) => Math.floor(ms / 1_000))
  let told = yield* lastTold(subject, (yield* nowSec) - intervalSec(intervalMin))
  const look = Effect.gen(function* () {
    const now = yield* nowSec
    const stored = yield* candles.between(series, readFrom(told, intervalMin, now), now - intervalSec(intervalMin))
    const next = untold(told, intervalMin, stored)
    for (const fact of next.facts) yield* write(subject, fact)
    told = next.told
  })
  return yield* look.pipe(
    // The ingestor's own loops say what is wrong with the store.
    Effect.catchTag("StoreError", () => Effect.void),
    Effect.andThen(Effect.sleep(Duration.millis(LOOK_MS))),
    Effect.forever
  )
})

/** What the journal was told last of a timeframe; where it never was, or nobody can read it, what is older than `beganSec` is history. */
const lastTold = Effect.fnUntraced(function* (subject: string, beganSec: number) {
  const none: Told = { newestSec: beganSec, recent: new Map() }
  const said = yield* (yield* Journal).last(subject).pipe(
    Effect.flatMap((last) => (last === null ? Effect.succeed(null) : decode(last))),
    Effect.map((record) => record?.events[0] ?? null),
    Effect.catchTags({
      RecordsArchived: () => Effect.succeed(null),
      RecordUndecodable: () => Effect.succeed(null)
    })
  )
  return said?._tag === "CandleClosed" ? toldBefore(said) : none
})

/** Fills windows when the governor asks for it, and says what came of it. */
const answerBackfills = Effect.fnUntraced(function* ({ subjects }: IngestorFacts, write: Write) {
  const { backfillNow } = yield* CandleIngestor
  const { folds, changes, failure } = yield* follow({
    host: "ohlcv-ingestor",
    subjects,
    actors: [backfillAskedActor]
  })
  const [fold] = folds
  // Our own answer comes round through the journal; until then its command must not be taken for a new one.
  let answered = ""
  const look = Effect.gen(function* () {
    const { asked } = fold.state
    if (asked === null || asked.commandId === answered) return
    answered = asked.commandId
    const outcomes = yield* backfillNow(asked.intervalMin)
    yield* write(subjects.candle, { _tag: "BackfillAnswered", commandId: asked.commandId, outcomes })
  })
  yield* look
  return yield* Effect.raceFirst(
    failure,
    Effect.andThen(
      Stream.runForEach(changes, () => look),
      Effect.never
    )
  )
})
