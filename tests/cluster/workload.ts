/** Writers and readers at work on a cluster while something happens to it, and what must hold of them afterwards. */
import { Effect, Fiber, Layer, Ref, Schedule, Stream } from "effect"
import { keepsCompareAndSet } from "../../shared/journal/nats/cluster/replicas.ts"
import { NatsJournal } from "../../shared/journal/nats/nats.ts"
import { Journal, type JournalRecord } from "../../shared/journal/port.ts"
import { retryAppend } from "../../shared/retry.ts"
import type { Fault } from "./faults.ts"
import type { Cluster } from "./servers.ts"

/** The stream that all work on. */
export const STREAM = "TEST"

/** The replicas to ask for: what a cluster gets by itself, or three by hand on one that is too old for that. */
export const replicasFor = ({ version }: Cluster) => (keepsCompareAndSet(version) ? "auto" : 3)

/** A connection of its own to the journal. */
export const connection = (cluster: Cluster) =>
  NatsJournal.layer({
    url: cluster.url,
    stream: STREAM,
    subjects: ["market.TEST.>"],
    connectTimeoutMs: 30_000,
    replicas: replicasFor(cluster)
  })

/** What came of it. */
export interface Worked {
  readonly acknowledged: number
  /** Bounded reads that were held against what the leader had said before. */
  readonly boundedReads: number
  /** The longest time that no append was acknowledged, milliseconds. */
  readonly longestPauseMs: number
  /** What must not be; empty: nothing was lost, doubled, reordered or cut short. */
  readonly problems: ReadonlyArray<string>
}

const WRITERS = ["a", "b", "c", "d"] as const

const subjectOf = (writer: string) => `market.TEST.out.${writer}`

/** Some hundred records a second are plenty: with more, a server that was away spends the test catching up. */
const BETWEEN_APPENDS = "5 millis"

/** Bounded reads look back so far. */
const BACK = 200

interface Notes {
  readonly acknowledged: Map<number, string>
  readonly problems: Array<string>
  readonly written: Record<string, number>
  boundedReads: number
  lastAckMs: number
  longestPauseMs: number
}

const isOver = (over: Ref.Ref<boolean>) => Ref.get(over)

/** Appends under compare-and-set, each record after the one before it, until told to stop. */
const writing = Effect.fnUntraced(function* (writer: string, notes: Notes, over: Ref.Ref<boolean>) {
  const journal = yield* Journal
  const subject = subjectOf(writer)
  let cursor = (yield* Effect.retry(journal.last(subject), Schedule.spaced("200 millis")))?.seq ?? 0
  while (!(yield* isOver(over))) {
    const count = (notes.written[writer] ?? 0) + 1
    const id = `${writer}.${count}`
    const data = new TextEncoder().encode(id)
    const { seq } = yield* retryAppend(journal.append({ subject, id, data, expectedLastSeq: cursor }))
    const other = notes.acknowledged.get(seq)
    if (other !== undefined) notes.problems.push(`record ${seq} was acknowledged as ${other} and as ${id}`)
    notes.acknowledged.set(seq, id)
    notes.written[writer] = count
    cursor = seq
    const now = performance.now()
    notes.longestPauseMs = Math.max(notes.longestPauseMs, now - notes.lastAckMs)
    notes.lastAckMs = now
    yield* Effect.sleep(BETWEEN_APPENDS)
  }
})

/** Follows the journal from its beginning; every record must be the next one. */
const following = Effect.fnUntraced(function* (notes: Notes, filter: string | undefined) {
  const journal = yield* Journal
  let last = 0
  yield* journal.tail(filter === undefined ? { from: 1 } : { from: 1, filter }).pipe(
    Stream.runForEach(({ seq }) =>
      Effect.sync(() => {
        if (filter === undefined ? seq !== last + 1 : seq <= last)
          notes.problems.push(`a reader had ${seq} after ${last}`)
        last = seq
      })
    )
  )
})

/** Reads the end again and again: what the leader had before, a read has to reach. */
const readingTheEnd = Effect.fnUntraced(function* (notes: Notes, over: Ref.Ref<boolean>, writer: string | null) {
  const journal = yield* Journal
  const once = Effect.gen(function* () {
    const wanted = writer === null ? yield* journal.head : ((yield* journal.last(subjectOf(writer)))?.seq ?? 0)
    if (wanted === 0) return
    const from = Math.max(1, wanted - BACK)
    const filter = writer === null ? {} : { filter: subjectOf(writer) }
    const records = yield* Stream.runCollect(journal.read({ from, ...filter }))
    const last = records.at(-1)?.seq ?? 0
    if (last < wanted) notes.problems.push(`a bounded read ended at ${last}, and the leader had ${wanted}`)
    notes.boundedReads += 1
  })
  while (!(yield* isOver(over))) {
    yield* Effect.catchTag(once, "JournalUnavailable", () => Effect.sleep("100 millis"))
  }
})

/** Every acknowledged record stands where it was acknowledged, every id once, every writer's in order. */
const judge = (records: ReadonlyArray<JournalRecord>, { acknowledged, problems }: Notes): void => {
  const ids = new Map(records.map(({ seq, id }) => [seq, id]))
  for (const [seq, id] of acknowledged) {
    if (ids.get(seq) !== id) problems.push(`record ${seq} was acknowledged as ${id} and is ${ids.get(seq) ?? "gone"}`)
  }
  if (new Set(ids.values()).size !== records.length) problems.push("an id stands twice")
  for (const writer of WRITERS) {
    const mine = records.filter(({ subject }) => subject === subjectOf(writer)).map(({ id }) => id)
    const expected = mine.map((_, index) => `${writer}.${index + 1}`)
    if (mine.join() !== expected.join()) problems.push(`the records of ${writer} are not its own in order`)
  }
}

/**
 * Runs a fault while all work; returns once they have gone on after it. `written` carries the writers' counts from one run to
 * the next.
 */
export const whileWorking = Effect.fnUntraced(function* (
  cluster: Cluster,
  written: Record<string, number>,
  { happen }: Fault,
  seconds: number
) {
  const notes: Notes = {
    acknowledged: new Map(),
    problems: [],
    written,
    boundedReads: 0,
    lastAckMs: performance.now(),
    longestPauseMs: 0
  }
  const over = yield* Ref.make(false)
  // All have connected before anything happens.
  const on = <E1>(work: Effect.Effect<void, E1, Journal>) =>
    Effect.map(Layer.build(Layer.fresh(connection(cluster))), (journal) => Effect.provide(work, journal))
  const work = yield* Effect.forEach(WRITERS, (writer) => on(writing(writer, notes, over)))
  const boundedReads = [yield* on(readingTheEnd(notes, over, null)), yield* on(readingTheEnd(notes, over, "a"))]
  const tails = [yield* on(following(notes, undefined)), yield* on(following(notes, "market.TEST.out.*"))]
  const working = yield* Effect.forEach([...work, ...boundedReads], (each) => Effect.forkChild(each))
  const followers = yield* Effect.forEach(tails, (each) => Effect.forkChild(each))
  /** Every writer has so many more acknowledged. */
  const goneOn = (more: number) =>
    Effect.suspend(() => {
      const wanted = WRITERS.map((writer) => (written[writer] ?? 0) + more)
      const isThere = () => WRITERS.every((writer, place) => (written[writer] ?? 0) >= (wanted[place] ?? 0))
      return Effect.sleep("20 millis").pipe(Effect.repeat({ until: isThere }))
    })
  const goesOn = () => Effect.runPromise(Effect.asVoid(goneOn(20)))
  const happening = Effect.promise(() => happen(cluster, seconds, { stream: STREAM, goesOn }))
  // One that fails ends the run: nobody may give up.
  yield* Effect.raceFirst(
    goneOn(25).pipe(Effect.andThen(happening), Effect.andThen(goneOn(100)), Effect.asVoid),
    Effect.raceAllFirst([...working, ...followers].map((fiber) => Effect.andThen(Fiber.join(fiber), Effect.never)))
  )
  yield* Ref.set(over, true)
  yield* Effect.forEach(working, Fiber.join)
  yield* Effect.forEach(followers, Fiber.interrupt)
  const records = yield* Effect.flatMap(Journal, (journal) => Stream.runCollect(journal.read({ from: 1 }))).pipe(
    Effect.retry(Schedule.spaced("200 millis")),
    Effect.provide(Layer.fresh(connection(cluster)))
  )
  judge(records, notes)
  return {
    acknowledged: notes.acknowledged.size,
    boundedReads: notes.boundedReads,
    longestPauseMs: Math.round(notes.longestPauseMs),
    problems: notes.problems.slice(0, 20)
  } satisfies Worked
}, Effect.scoped)
