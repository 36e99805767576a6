/** One ephemeral pull consumer and what it has delivered. Any doubt about it ends the session; the reader opens the next. */
import { AckPolicy, DeliverPolicy, type JetStreamManager, ReplayPolicy } from "@nats-io/jetstream"
import { createInbox, type Msg, type NatsConnection, nanos } from "@nats-io/nats-core"
import { Effect, type Scope } from "effect"
import { type JournalCorrupt, type JournalRecord, type ReadError } from "../port.ts"
import { deliveryOf, makeSubjectOf, namedIn, noteOf } from "./delivery.ts"
import type { Link } from "./link.ts"

/** Records asked for and not yet taken, at most: the bound of a reader's buffer. */
const MAX_BUFFERED = 1_000

/** A request for records lives this long, then it is made again. */
export const REQUEST_MS = 30_000

/** The server says this often that it lives although nothing comes. */
export const HEARTBEAT_MS = 2_000
/** This many misses end the session. */
export const MISSED_HEARTBEATS = 3

/** The server forgets a consumer that nobody asks for this long. */
export const INACTIVE_MS = 30_000

/** Deleting the consumer is a courtesy: the server forgets it anyway. */
const DELETE_TIMEOUT = "1 second"

/** Where a session reads: connection, stream, and its place in words (`where`) for errors. */
export interface SessionOptions {
  readonly connection: NatsConnection
  readonly manager: JetStreamManager
  readonly link: Link
  readonly where: string
  readonly stream: string
}

/** Where a session begins and what it asks for. */
export interface SessionStart {
  readonly from: number
  /** Filter for the server; null: every record, and then their sequences must have no holes. */
  readonly filter: string | null
}

/** Why a session ended: `doubtful` may be opened anew, `corrupt` must not; a `gap` may have been dropped or lost. */
export type SessionEnd =
  | { readonly kind: "doubtful"; readonly detail: string }
  | { readonly kind: "gap"; readonly expected: number; readonly found: number }
  | { readonly kind: "corrupt"; readonly error: JournalCorrupt }

/** What has arrived, in order. */
export interface Taken {
  readonly records: ReadonlyArray<JournalRecord>
  /** All that matched up to here had come before the first of them: the server says so while nothing comes, two heartbeats late. */
  readonly quietTo: number
  /** Whether each was sent as soon as it was stored, so that none before it can have been dropped unseen. */
  readonly live: boolean
}

/** One consumer's deliveries, buffered until they are taken; for one reader. */
export interface Session {
  readonly take: () => Taken
  /** Why nothing more will come from this session, or null. What has arrived before is still good. */
  readonly ended: () => SessionEnd | null
  /** True when all that matched had been delivered at the time of the newest delivery. */
  readonly caughtUp: () => boolean
  /** Asks for more, up to `wanted` records, where too little is on its way. */
  readonly request: (wanted: number) => void
  /** Waits until there is something to take, the session has ended, or the reader is caught up. */
  readonly changed: Effect.Effect<void>
}

/** What the consumer has delivered, what is still on its way, and whether any of it is in doubt. */
class Deliveries {
  /** Why nothing more will come, or null. */
  ended: SessionEnd | null = null
  caughtUp = false
  private readonly where: string
  private readonly gapless: boolean
  private readonly saw: Link["saw"]
  private readonly subjectOf = makeSubjectOf()
  private arrived: Array<JournalRecord> = []
  private quietTo = 0
  /** The server has nothing to catch up with and a request to answer: what is stored comes at once. */
  private live = false
  private arrivedLive = true
  private asked = false
  private outstanding = 0
  private lastStreamSeq: number
  private lastConsumerSeq = 0
  private silentTicks = 0
  private wake: (() => void) | null = null

  constructor({ where, link }: SessionOptions, { from, filter }: SessionStart) {
    this.where = where
    this.gapless = filter === null
    this.saw = link.saw
    this.lastStreamSeq = from - 1
  }

  /** A message has come from the server, or the subscription has failed. */
  hear(error: Error | null, message: Msg): void {
    if (this.ended !== null) return
    if (error !== null) return this.doubt(error.message)
    this.silentTicks = 0
    const delivery = deliveryOf(message)
    if (delivery === null) return this.hearNote(message)
    const { streamSeq, consumerSeq, storedMs, pending } = delivery
    if (consumerSeq !== this.lastConsumerSeq + 1 || streamSeq <= this.lastStreamSeq) {
      return this.doubt("a delivery was lost or repeated")
    }
    if (this.gapless && streamSeq !== this.lastStreamSeq + 1) {
      return this.end({ kind: "gap", expected: this.lastStreamSeq + 1, found: streamSeq })
    }
    const { id, mark } = namedIn(message)
    const subject = this.subjectOf(message)
    const { data } = message
    this.lastConsumerSeq = consumerSeq
    this.lastStreamSeq = streamSeq
    this.caughtUp = pending === 0
    this.arrivedLive &&= this.live
    this.owedLess(1)
    this.live ||= this.caughtUp && this.outstanding > 0
    this.saw(streamSeq, id)
    this.arrived.push(
      mark === undefined
        ? { seq: streamSeq, subject, id, data, storedMs }
        : { seq: streamSeq, subject, id, data, storedMs, mark }
    )
    this.notify()
  }

  private hearNote(message: Msg): void {
    const note = noteOf(message)
    switch (note.kind) {
      case "heartbeat":
        if (note.consumerSeq > this.lastConsumerSeq) this.doubt("a delivery was lost")
        else if (this.arrived.length === 0) this.quietTo = Math.max(this.quietTo, note.streamSeq)
        return
      case "request-over":
        // Where the server does not say how much is missing, asking for too much is the harmless mistake.
        this.owedLess(note.unanswered ?? this.outstanding)
        return this.notify()
      case "gone":
        return this.doubt(note.detail)
    }
  }

  doubt(detail: string): void {
    this.end({ kind: "doubtful", detail })
  }

  private end(reason: SessionEnd): void {
    this.ended ??= reason
    this.notify()
  }

  private notify(): void {
    const waiting = this.wake
    this.wake = null
    waiting?.()
  }

  /** The time of a heartbeat has passed. Without a request on its way the server owes no sign of life. */
  tick(): void {
    this.silentTicks += 1
    if (this.outstanding > 0 && this.silentTicks > MISSED_HEARTBEATS) this.doubt("the server fell silent")
  }

  take(): Taken {
    const taken = { records: this.arrived, quietTo: this.quietTo, live: this.arrivedLive }
    this.arrived = []
    this.arrivedLive = true
    return taken
  }

  private owedLess(records: number): void {
    this.outstanding -= Math.min(this.outstanding, records)
    if (this.outstanding === 0) this.live = false
  }

  /** How many records to ask for now so that up to `wanted` are on their way; 0: enough are. They count as asked for. */
  order(wanted: number): number {
    if (this.ended !== null || this.outstanding > MAX_BUFFERED / 2) return 0
    const batch = Math.min(wanted, MAX_BUFFERED) - this.outstanding
    if (batch <= 0) return 0
    if (this.outstanding === 0) this.silentTicks = 0
    if (!this.asked) this.live = this.caughtUp
    this.asked = true
    this.outstanding += batch
    return batch
  }

  readonly changed = Effect.callback<void>((resume) => {
    if (this.arrived.length > 0 || this.ended !== null || this.outstanding === 0) return resume(Effect.void)
    // Yields first: one piece from the network holds many records, and they travel on as one array.
    this.wake = () => resume(Effect.yieldNow)
    return Effect.sync(() => {
      this.wake = null
    })
  })
}

/** Opens a session for as long as its scope. */
export const openSession = Effect.fnUntraced(function* (
  options: SessionOptions,
  start: SessionStart
): Effect.fn.Return<Session, ReadError, Scope.Scope> {
  const { connection, manager, link, where, stream } = options
  const inbox = createInbox()
  const deliveries = new Deliveries(options, start)

  yield* Effect.acquireRelease(
    Effect.sync(() => connection.subscribe(inbox, { callback: (error, message) => deliveries.hear(error, message) })),
    (subscription) => Effect.sync(() => subscription.unsubscribe())
  )
  const consumer = yield* Effect.acquireRelease(
    link.ask(`reading ${where}`, () =>
      manager.consumers.add(stream, {
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: start.from,
        ack_policy: AckPolicy.None,
        replay_policy: ReplayPolicy.Instant,
        mem_storage: true,
        num_replicas: 1,
        inactive_threshold: nanos(INACTIVE_MS),
        ...(start.filter === null ? {} : { filter_subject: start.filter })
      })
    ),
    ({ name }) =>
      link.state().kind === "ready"
        ? Effect.promise(() => manager.consumers.delete(stream, name).catch(() => false)).pipe(
            Effect.timeoutOption(DELETE_TIMEOUT)
          )
        : Effect.void
  )
  deliveries.caughtUp = consumer.num_pending === 0

  yield* Effect.acquireRelease(
    Effect.sync(() => link.onChange(() => deliveries.doubt("the connection changed"))),
    (stop) => Effect.sync(stop)
  )
  yield* Effect.sync(() => deliveries.tick()).pipe(Effect.delay(HEARTBEAT_MS), Effect.forever, Effect.forkScoped)

  const requestSubject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer.name}`
  return {
    take: () => deliveries.take(),
    ended: () => deliveries.ended,
    caughtUp: () => deliveries.caughtUp,
    request: (wanted) => {
      const batch = deliveries.order(wanted)
      if (batch === 0) return
      const body = JSON.stringify({ batch, expires: nanos(REQUEST_MS), idle_heartbeat: nanos(HEARTBEAT_MS) })
      connection.publish(requestSubject, body, { reply: inbox })
    },
    changed: deliveries.changed
  }
})
