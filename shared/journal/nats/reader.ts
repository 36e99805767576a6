/**
 * Records in order, without gap or repeat, through every restart of the server: sessions that are opened anew at
 * last + 1. The client's own ordered consumer is not used: it stands still for 45 seconds after a server restart (client
 * 3.4.0), and its callback form knows no back-pressure.
 */
import { Array as Arr, Cause, Effect, Exit, Scope, Stream } from "effect"
import { startOf } from "../entry.ts"
import { type JournalRecord, JournalUnavailable, type ReadError, type ReadFrom } from "../port.ts"
import { patternWithin, subjectMatcher } from "../subjects.ts"
import type { Link } from "./link.ts"
import type { Lookup } from "./lookup.ts"
import { openSession, type Session, type SessionOptions } from "./session.ts"

/**
 * Pause before the next session after one could not be opened, and how many failures in a row are bad luck: ten seconds.
 * What fails because nobody is there to answer is no failure: it is waited for, as the connection is.
 */
const RETRY_PAUSE = "200 millis"
const MAX_FAILURES = 50

/** What reading works with, above what each session needs. */
export interface ReaderOptions extends SessionOptions {
  readonly lookup: Lookup
  /** The stream's patterns. */
  readonly subjects: ReadonlyArray<string>
}

/**
 * How a filter is split: what the server does, and what is left to do here. A server refuses filters that are wider than
 * the stream's subjects, so those are applied here.
 */
const splitFilter = (filter: string | undefined, subjects: ReadonlyArray<string>) => {
  const matches = subjectMatcher(filter)
  if (filter === undefined || subjects.every((subject) => patternWithin(subject, filter))) {
    return { onServer: null, matches: null }
  }
  return { onServer: subjects.some((subject) => patternWithin(filter, subject)) ? filter : null, matches }
}

/** Makes streams of what the stream holds from `from` up to `lastWanted`. */
const makeRecords = (options: ReaderOptions, patiently: Patience) => {
  const { lookup } = options
  return (
    from: number,
    filter: string | undefined,
    lastWanted: number
  ): Effect.Effect<Stream.Stream<JournalRecord, ReadError>, never, Scope.Scope> =>
    Effect.gen(function* () {
      const { onServer, matches } = splitFilter(filter, options.subjects)
      const sessions = makeSessions(options, onServer, yield* Effect.scope)
      const bounded = lastWanted !== Number.POSITIVE_INFINITY
      const isComplete = completeness(options.lookup, onServer, lastWanted)
      let next = from

      const pull = Effect.gen(function* () {
        while (next <= lastWanted) {
          const session = sessions.current()
          if (session === null) {
            yield* sessions.enter(next)
            continue
          }
          const taken = session.take()
          const newest = taken.records.at(-1)
          if (onServer !== null) {
            next = Math.max(next, taken.quietTo + 1)
            // Behind a filter a hole does not show: what has been dropped since must be asked for.
            const atEnd = newest === undefined && bounded && session.caughtUp()
            if (atEnd || !taken.live) yield* patiently(lookup.kept(next))
          }
          if (newest === undefined) {
            const ended = session.ended()
            if (ended?.kind === "corrupt") return yield* ended.error
            if (ended?.kind === "gap") return yield* patiently(lookup.missing(ended.expected, ended.found))
            if (ended !== null) yield* sessions.leave(next)
            else if (bounded && session.caughtUp()) {
              if (yield* isComplete(next)) break
              yield* sessions.outrun(next)
            } else {
              session.request(lastWanted - next + 1)
              yield* session.changed
            }
            continue
          }
          next = newest.seq + 1
          // Asked for now, so that it is on its way while the reader works on what is here.
          if (!(bounded && session.caughtUp())) session.request(lastWanted - next + 1)
          // Nearly always all of them: then nothing is copied.
          const all = matches === null && newest.seq <= lastWanted
          const wanted = all
            ? taken.records
            : taken.records.filter(({ seq, subject }) => seq <= lastWanted && (matches === null || matches(subject)))
          if (Arr.isReadonlyArrayNonEmpty(wanted)) return wanted
        }
        return yield* Cause.done()
      })
      return Stream.fromPull(Effect.succeed(pull))
    })
}

/** The journal's `read` and `tail`; `stored` reads what the stream holds, whether or not it still counts. */
export const makeReader = (options: ReaderOptions) => {
  const { lookup, link, where } = options
  const patiently = makePatience(link)
  const records = makeRecords(options, patiently)

  const reading = (
    wanted: ReadFrom,
    extent: Lookup["extent"],
    lastWanted: (head: number) => number
  ): Stream.Stream<JournalRecord, ReadError> =>
    Stream.unwrap(
      Effect.gen(function* () {
        const { first, head } = yield* extent
        const start = startOf(wanted, first, where)
        if (typeof start !== "number") return yield* start
        return yield* records(start, wanted.filter, lastWanted(head))
      })
    )

  return {
    read: (wanted: ReadFrom) => reading(wanted, lookup.extent, (head) => head),
    tail: (wanted: ReadFrom) => reading(wanted, patiently(lookup.extent), () => Number.POSITIVE_INFINITY),
    stored: (from: number, to: number) => Stream.unwrap(records(from, undefined, to))
  }
}

/** Waits while the connection is down; fails when the stream is not the one it was. */
const usable = (link: Link): Effect.Effect<void, ReadError> =>
  Effect.suspend(() => {
    const state = link.state()
    if (state.kind === "ready") return Effect.void
    if (state.kind === "broken") return Effect.fail(state.error)
    return Effect.callback<void>((resume) => {
      const stop = link.onChange(() => resume(Effect.yieldNow))
      return Effect.sync(stop)
    }).pipe(Effect.andThen(usable(link)))
  })

/** A reader outlives the server: what it asks waits for one that is away, as its sessions do. */
type Patience = <A>(question: Effect.Effect<A, ReadError>) => Effect.Effect<A, ReadError>

const makePatience = (link: Link): Patience => {
  const ask = <A>(question: Effect.Effect<A, ReadError>, failures: number): Effect.Effect<A, ReadError> =>
    Effect.suspend(() => usable(link).pipe(Effect.andThen(question))).pipe(
      Effect.catchTag("JournalUnavailable", (error) => {
        const counted = link.state().kind === "down" ? failures : failures + 1
        if (counted > MAX_FAILURES) return Effect.fail(error)
        return Effect.sleep(RETRY_PAUSE).pipe(Effect.andThen(ask(question, counted)))
      })
    )
  return (question) => ask(question, 0)
}

/**
 * Whether a bounded read that has had every record before `next` is done. A session's replica knows the end only as far
 * as it has come itself, so the stream's leader is asked.
 */
const completeness =
  (lookup: Lookup, onServer: string | null, lastWanted: number) =>
  (next: number): Effect.Effect<boolean, ReadError> =>
    onServer === null
      ? Effect.succeed(next > lastWanted)
      : Effect.map(lookup.firstAfter(onServer, next - 1), (record) => record === null || record.seq > lastWanted)

/** One reader's sessions, one at a time; all end with `readerScope`. `next` is always the record that the reader waits for. */
const makeSessions = (options: SessionOptions, filter: string | null, readerScope: Scope.Scope) => {
  let failures = 0
  let lags = 0
  let begunAt = 0
  let laggedAt = 0
  let current: { readonly session: Session; readonly scope: Scope.Closeable } | null = null

  /** Opens a session. None is open afterwards when that failed; too many failures in a row fail. */
  const enter = Effect.fnUntraced(function* (next: number) {
    yield* usable(options.link)
    const scope = yield* Scope.fork(readerScope)
    const opened = yield* openSession(options, { from: next, filter }).pipe(Scope.provide(scope), Effect.exit)
    begunAt = next
    if (Exit.isSuccess(opened)) {
      failures = 0
      current = { session: opened.value, scope }
      return
    }
    const isWaiting = options.link.state().kind === "down"
    yield* Scope.close(scope, opened)
    if (!isWaiting) failures += 1
    if (failures > MAX_FAILURES) return yield* Effect.failCause(opened.cause)
    yield* Effect.sleep(RETRY_PAUSE)
  })

  const leave = Effect.fnUntraced(function* (next: number) {
    const scope = current?.scope
    current = null
    if (scope !== undefined) yield* Scope.close(scope, Exit.void)
    // One that brought nothing may be on a replica that lags: the next would end as fast.
    if (next === begunAt) yield* Effect.sleep(RETRY_PAUSE)
  })

  /** The session's replica lags behind the leader: the next one may be on another. */
  const outrun = Effect.fnUntraced(function* (next: number) {
    lags = next === laggedAt ? lags + 1 : 1
    laggedAt = next
    if (lags > MAX_FAILURES) {
      const detail = `no replica gives record ${next} or what comes after, which the leader has`
      return yield* new JournalUnavailable({ detail })
    }
    yield* leave(next)
    yield* Effect.sleep(RETRY_PAUSE)
  })

  return { current: () => current?.session ?? null, enter, leave, outrun }
}
