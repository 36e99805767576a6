/** Tells the chats what happens, from the journal: a burst in one message, and nothing twice that the last holder told. */
import { Clock, Effect, Queue, Stream } from "effect"
import { decoded } from "../../../shared/actor/control/decode.ts"
import { type MarketSubjects, standingOf } from "../../../shared/core/ids/subjects.ts"
import type { StoredRecord } from "../../../shared/events/envelope.ts"
import { Journal } from "../../../shared/journal/port.ts"
import { MarketViews } from "../marketViews.ts"
import type { BotApi } from "./botApi.ts"
import { type Burst, burstLines, gathered, isQuiet, quiet } from "./core/burst.ts"
import { noticeOf, TOLD_FAMILIES, type Volumes } from "./core/notices.ts"
import type { QuietHours } from "./core/quietHours.ts"
import { tell } from "./deliver.ts"
import { isQuietAt } from "./settings.ts"

/** What comes within this time of the first is told with it. */
export const GATHER_MS = 3_000
/** After a message the next waits so long: what comes meanwhile is one message too. */
export const REST_MS = 15_000
/** Records from before this process that are still told: an outage of minutes, not the history of a month. */
const MAX_BEHIND = 20_000
/** The journal could not be read: tried again after so long. */
const READ_AGAIN_MS = 5_000

/** Who is told what. */
export interface NotifyOptions {
  readonly subjects: MarketSubjects
  readonly chats: ReadonlyArray<number>
  readonly volumes: Volumes
  /** In these only what is urgent sounds; null: there are none. */
  readonly quietHours: QuietHours | null
  readonly base: string
  readonly quote: string
  /** Told how far the telling has come. */
  readonly done: (seq: number) => void
}

/** Where the telling begins: after what was told last; at the journal's end where nothing ever was. */
const beginning = (head: number, toldSeq: number): number =>
  toldSeq === 0 ? head : Math.max(toldSeq, head - MAX_BEHIND)

/** Runs for ever. `toldSeq`: the record up to which people have been told; 0: nothing yet. */
export const notifyForever = Effect.fn("notifyForever")(function* (
  api: BotApi,
  { subjects, chats, volumes, quietHours, base, quote, done }: NotifyOptions,
  toldSeq: number
) {
  const journal = yield* Journal
  const views = yield* MarketViews
  const head = yield* headOf(journal)
  let burst: Burst = quiet(beginning(head, toldSeq))
  let sending = false
  // One place: however much is gathered, it is sent once.
  const woken = yield* Queue.sliding<void>(1)

  const look = Effect.fnUntraced(function* ({ subject, seq, events }: StoredRecord) {
    const { slot } = standingOf(subject)
    const { governor } = yield* views.current
    const nameOf = (number: number): string => {
      const alias = governor.slots.find((known) => known.slot === number)?.alias
      return alias === undefined ? `slot ${number}` : `${alias} (${number})`
    }
    const notices = events.flatMap((event) => noticeOf(event, { slot, nameOf, base, quote }) ?? [])
    burst = gathered(burst, notices, seq, volumes)
    if (!isQuiet(burst)) yield* Queue.offer(woken, undefined)
    else if (!sending) done(seq)
  })

  const follow = Effect.suspend(() =>
    journal.tail({ from: burst.seq + 1, filter: subjects.everything }).pipe(
      Stream.filter(({ subject }) => TOLD_FAMILIES.has(standingOf(subject).family)),
      decoded,
      Stream.runForEach(look)
    )
  ).pipe(
    Effect.catchTag("RecordsArchived", ({ first }) => Effect.sync(() => void (burst = { ...burst, seq: first - 1 }))),
    Effect.catch(({ message }) => Effect.logWarning(`telegram: ${message}; tries again`)),
    Effect.andThen(Effect.sleep(READ_AGAIN_MS)),
    Effect.forever
  )

  const send = Effect.gen(function* () {
    yield* Queue.take(woken)
    yield* Effect.sleep(GATHER_MS)
    const now = burst
    burst = quiet(now.seq)
    if (isQuiet(now)) return
    sending = true
    const asleep = isQuietAt(quietHours, yield* Clock.currentTimeMillis) ?? false
    const said = { lines: burstLines(now), silent: !(asleep ? now.urgent : now.loud) }
    yield* Effect.forEach(chats, (chat) => tell(api, chat, said), { concurrency: "unbounded", discard: true })
    sending = false
    done(now.seq)
    yield* Effect.sleep(REST_MS)
  }).pipe(Effect.forever)

  return yield* Effect.raceFirst(follow, send)
})

/** The journal's end, however long it is away. */
const headOf = (journal: Journal["Service"]): Effect.Effect<number> =>
  journal.head.pipe(Effect.catch(() => Effect.andThen(Effect.sleep(READ_AGAIN_MS), headOf(journal))))
