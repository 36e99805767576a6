/**
 * Keeps the newest report at hand as bytes: serialised once per change, however many readers there are. It is built
 * when the market moves, at most ten times a second and for a tenth of the time, and once a second besides, so that ages stay true in a
 * silent journal.
 */
import { createHash } from "node:crypto"
import { Clock, Effect, Queue, type Scope, Stream } from "effect"
import { Journal } from "../../../shared/journal/port.ts"
import { monotonicMsOf } from "../../../shared/monotonic.ts"
import { MarketTime } from "../../../shared/pace/marketTime.ts"
import type { JournalWatch, Observed } from "../core/checks.ts"
import { type MarketMoment, MarketViews } from "../marketViews.ts"
import type { ChatWatch } from "../telegram/core/watch.ts"
import { isQuietAt } from "../telegram/settings.ts"
import { briefOf, type Status } from "../core/brief.ts"
import { type ReportOptions, reportOf, roundAge, type StatusReport } from "../core/report.ts"

/** One report and its bytes. */
export interface Published {
  /** The journal sequence it stands at. */
  readonly seq: number
  readonly report: StatusReport
  /** What it was made of. */
  readonly moment: MarketMoment
  /** The brief of the report, with its age: what is sent. */
  readonly status: Status & { readonly age_sec: number }
  /** The same as JSON without line breaks, once for all readers. */
  readonly bytes: Buffer
  /** Names what it says, its age aside: the same text, the same tag. */
  readonly tag: () => string
}

/** The newest report, whenever it is asked for. */
export interface Publisher {
  readonly latest: () => Published
  /** Wall seconds since a newer record than before was folded, or since this process began; tenths below ten. */
  readonly ageSec: () => number
}

/** Eyes do not follow more than ten changes a second. */
export const MIN_INTERVAL_MS = 100
/** A tenth of the loop at most: the rest a report of many slots takes belongs to those who trade. */
const PAUSE_PER_MS = 9
/** The finest step in which an age is worth showing. */
const TICK_MS = 1_000
/** A journal that needs longer to name its newest sequence counts as unreachable. */
const HEAD_TIMEOUT_MS = 2_000

/** Between one report and the next. */
const pauseAfter = (tookMs: number): Effect.Effect<void> =>
  Effect.sleep(Math.min(TICK_MS, Math.max(MIN_INTERVAL_MS, PAUSE_PER_MS * tookMs)))

/** Seconds of a clock since a number was last another one. */
const makeSince = (clock: Clock.Clock) => {
  let [last, atMs] = [0, monotonicMsOf(clock)]
  return (current: number): number => {
    const nowMs = monotonicMsOf(clock)
    if (current !== last) [last, atMs] = [current, nowMs]
    return (nowMs - atMs) / 1_000
  }
}

/** The tag of a text, made when it is first asked for. */
const tagOf = (text: string): (() => string) => {
  let tag: string | null = null
  return () => (tag ??= `W/"${createHash("sha256").update(text).digest("base64url").slice(0, 27)}"`)
}

/** The chat, and whether it is to be quiet. */
const chatNow = (watch: ChatWatch | null) =>
  Effect.map(Clock.currentTimeMillis, (wallMs) => ({ watch, quietNow: isQuietAt(watch?.quietHours ?? null, wallMs) }))

/**
 * Starts publishing; returns when the first report stands. `latest` never waits. `onChange` is called with each report
 * whose text differs from the one before, the age aside. `chat`: how the chat is; null where no bot runs.
 */
export const makePublisher = Effect.fn("makePublisher")(function* (
  options: ReportOptions,
  onChange: (published: Published) => void,
  chat: () => ChatWatch | null
): Effect.fn.Return<Publisher, never, MarketViews | Journal | Scope.Scope> {
  const views = yield* MarketViews
  const journal = yield* Journal
  let watch: JournalWatch = { where: journal.where, problem: null, head: null, startHead: null }
  const clock = yield* Clock.Clock
  const sinceMoved = makeSince((yield* MarketTime) ?? clock)
  const sinceTicked = makeSince(clock)
  let moved = { seq: -1, atMs: monotonicMsOf(clock) }
  const ageSec = (): number => roundAge((monotonicMsOf(clock) - moved.atMs) / 1_000)

  const askJournal = journal.head.pipe(
    Effect.timeoutOrElse({
      duration: HEAD_TIMEOUT_MS,
      orElse: () => Effect.fail({ message: `no answer within ${HEAD_TIMEOUT_MS / 1_000} s` })
    }),
    Effect.match({
      onSuccess: (head) => {
        watch = { ...watch, problem: null, head, startHead: watch.startHead ?? head }
      },
      onFailure: (error) => {
        watch = { ...watch, problem: error.message }
      }
    })
  )

  const build = Effect.fnUntraced(function* () {
    const moment = yield* views.current
    const { seq } = moment
    if (seq !== moved.seq) moved = { seq, atMs: monotonicMsOf(clock) }
    const silentSec = sinceMoved(moment.status.nowMs)
    const clockSilentSec = sinceTicked(moment.status.clockSeq)
    const observed: Observed = { ...moment, journal: watch, silentSec, clockSilentSec, chat: yield* chatNow(chat()) }
    const report = reportOf(observed, options)
    const brief = briefOf(report)
    // An age alone is no change that a page has to be sent.
    const body = JSON.stringify(brief)
    const status = { age_sec: ageSec(), ...brief }
    const bytes = Buffer.from(`{"age_sec":${status.age_sec},${body.slice(1)}`)
    return { seq, report, moment, status, body, bytes, tag: tagOf(body) }
  })

  yield* askJournal
  let latest = yield* build()

  // One place: however often the views move in between, one build follows.
  const wake = yield* Queue.sliding<void>(1)
  const waken = () => Queue.offer(wake, undefined)
  yield* views.changes.pipe(Stream.runForEach(waken), Effect.forkScoped({ startImmediately: true }))
  yield* Effect.sleep(TICK_MS).pipe(
    Effect.andThen(askJournal),
    Effect.andThen(waken()),
    Effect.forever,
    Effect.forkScoped
  )
  const publish = Effect.gen(function* () {
    const fromMs = monotonicMsOf(clock)
    const next = yield* build()
    const changed = next.body !== latest.body
    latest = next
    if (changed) onChange(next)
    return monotonicMsOf(clock) - fromMs
  })
  yield* Queue.take(wake).pipe(Effect.andThen(publish), Effect.flatMap(pauseAfter), Effect.forever, Effect.forkScoped)
  return { latest: () => latest, ageSec }
})
