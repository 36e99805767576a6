/** One poller: who has the lease in the journal works, everybody else waits. The rule stands in `core/lease.ts`. */
import { Effect } from "effect"
import { decode } from "../../../shared/actor/control/decode.ts"
import type { MarketSubjects } from "../../../shared/core/ids/subjects.ts"
import { encodeEntry } from "../../../shared/events/envelope.ts"
import { Journal } from "../../../shared/journal/port.ts"
import { monotonicMs } from "../../../shared/monotonic.ts"
import { MarketViews } from "../marketViews.ts"
import { type Lease, LEASE_MS, mayTake, RENEW_EVERY_MS } from "./core/lease.ts"

/** Whose turn it is is looked at so often by whoever waits. */
const LOOK_EVERY_MS = 5_000
/** A stop waits no longer for the lease to be given back: it ends by itself. */
const GIVE_BACK_WITHIN_MS = 1_000
const WRITER = "control-plane"

/** What is leased, and to whom. */
export interface LeaseOptions {
  readonly subjects: MarketSubjects
  /** One token of a subject: `telegram`. */
  readonly what: string
  /** This process: a name that no other has. */
  readonly holder: string
  /** Exchange seconds per wall second. */
  readonly speed: number
  /** Told who has it, whenever it was read or written; null: nobody. */
  readonly seen: (holder: string | null) => void
}

/** Work that only the holder does. */
export interface LeaseKeeper {
  /** How far the work has come, as the lease says it from its next renewal on. */
  readonly done: (seq: number) => void
  /** Runs `work` while the lease is held, again whenever it is: `work` is told how far the last holder came. Never ends by itself. */
  readonly whileHeld: (work: (doneSeq: number) => Effect.Effect<never>) => Effect.Effect<never>
}

/** The lease in the journal: reading it, and writing it after what was read. */
const makeChain = Effect.fn("makeChain")(function* ({ subjects, what, holder, speed, seen }: LeaseOptions) {
  const journal = yield* Journal
  const views = yield* MarketViews
  const subject = subjects.lease(what)
  let written = 0

  /** As it stands; of one whose record was dropped, or does not decode, only its place is known: it is very old. */
  const standing = Effect.gen(function* () {
    const record = yield* journal.last(subject)
    if (record === null) return null
    const [event] = (yield* decode(record)).events
    return event._tag === "LeaseTaken" ? ({ ...event, seq: record.seq } satisfies Lease) : null
  }).pipe(
    Effect.catchTags({
      RecordsArchived: ({ seq }) => Effect.succeed<Lease>({ seq, holder: "", untilMs: 0, doneSeq: 0 }),
      RecordUndecodable: ({ seq }) => Effect.succeed<Lease>({ seq, holder: "", untilMs: 0, doneSeq: 0 })
    }),
    // Given back, it is nobody's.
    Effect.tap((lease) => Effect.sync(() => seen(lease === null || lease.untilMs === 0 ? null : lease.holder)))
  )

  /** Writes it after the one that was read; true where it was taken, false where somebody else was faster. */
  const write = Effect.fnUntraced(function* (before: Lease | null, lastsMs: number, doneSeq: number) {
    const { epoch, nowMs: timeMs } = (yield* views.current).status
    const untilMs = lastsMs === 0 ? 0 : timeMs + lastsMs * speed
    const event = { _tag: "LeaseTaken", holder, untilMs, doneSeq } as const
    const envelope = { epoch, timeMs, writer: WRITER, cause: null, events: [event] } as const
    const id = `lease.${what}.${holder}.${++written}`
    return yield* journal.append(encodeEntry(subject, id, envelope, before?.seq ?? 0)).pipe(
      Effect.tap(() => Effect.sync(() => seen(untilMs === 0 ? null : holder))),
      Effect.as(true),
      Effect.catchTag("JournalConflict", () => Effect.succeed(false))
    )
  })
  return { standing, write, nowMs: Effect.map(views.current, ({ status }) => status.nowMs) }
})

/** See `LeaseKeeper`. */
export const makeLease = Effect.fn("makeLease")(function* (options: LeaseOptions) {
  const { what, holder } = options
  const { standing, write, nowMs: exchangeMs } = yield* makeChain(options)
  let doneSeq = 0

  const acquire = Effect.gen(function* () {
    let seen = { seq: -1, sinceMs: 0 }
    for (let told = false; ;) {
      const lease = yield* standing
      const nowMs = yield* exchangeMs
      const clockMs = yield* monotonicMs
      if ((lease?.seq ?? 0) !== seen.seq) seen = { seq: lease?.seq ?? 0, sinceMs: clockMs }
      if (mayTake(lease, holder, { nowMs, unchangedForMs: clockMs - seen.sinceMs })) {
        doneSeq = Math.max(doneSeq, lease?.doneSeq ?? 0)
        if (yield* write(lease, LEASE_MS, doneSeq)) return
        continue
      }
      if (!told) yield* Effect.logInfo(`${what}: another process has the lease; waits for it to end`)
      told = true
      yield* Effect.sleep(LOOK_EVERY_MS)
    }
  })

  /** One renewal. Somebody else's lease ends everything; a journal that is away may come back in time. */
  const renew = Effect.gen(function* () {
    const lease = yield* standing
    if (lease !== null && lease.holder !== holder) return "lost" as const
    return (yield* write(lease, LEASE_MS, doneSeq)) ? ("held" as const) : ("again" as const)
  }).pipe(
    Effect.timeoutOrElse({ duration: RENEW_EVERY_MS, orElse: () => Effect.succeed("again" as const) }),
    Effect.catch(() => Effect.succeed("again" as const))
  )

  /** Returns once the lease is held no longer. */
  const keep = Effect.gen(function* () {
    let heldMs = yield* monotonicMs
    while ((yield* monotonicMs) - heldMs < LEASE_MS) {
      yield* Effect.sleep(RENEW_EVERY_MS)
      const came = yield* renew
      if (came === "lost") return
      if (came === "held") heldMs = yield* monotonicMs
    }
  })

  /** For whoever comes next: how far the work has come, and that nobody needs to wait. */
  const giveBack = Effect.gen(function* () {
    const lease = yield* standing
    if (lease?.holder === holder && lease.untilMs !== 0) yield* write(lease, 0, doneSeq)
  }).pipe(Effect.timeout(GIVE_BACK_WITHIN_MS), Effect.ignore)

  const whileHeld: LeaseKeeper["whileHeld"] = (work) =>
    Effect.gen(function* () {
      yield* acquire
      const working = Effect.suspend(() => work(doneSeq))
      yield* Effect.raceFirst(working, keep).pipe(Effect.ensuring(giveBack))
      yield* Effect.logWarning(`${what}: the lease is lost; waits for it`)
    }).pipe(
      Effect.catch((error) =>
        Effect.andThen(Effect.logWarning(`${what}: ${error.message}; tries again`), Effect.sleep(LOOK_EVERY_MS))
      ),
      Effect.forever
    )
  return { done: (seq) => void (doneSeq = Math.max(doneSeq, seq)), whileHeld } satisfies LeaseKeeper
})
