/** One ephemeral pull consumer and what it has delivered. Any doubt about it ends the session; the reader opens the next. */
import { AckPolicy, DeliverPolicy, type JetStreamManager, ReplayPolicy } from "@nats-io/jetstream"
import { createInbox, type Msg, type NatsConnection, nanos } from "@nats-io/nats-core"
import { Effect, type Scope } from "effect"
import { JournalCorrupt, type JournalRecord, type ReadError } from "../port.ts"
import { deliveryOf, idOf, noteOf } from "./delivery.ts"
import type { Link } from "./link.ts"
import { foreignRecord } from "./lookup.ts"

/** Records asked for and not yet taken, at most: the bound of a reader's buffer. */
const MAX_BUFFERED = 1_000

/** A request for records lives this long, then it is made again. */
const REQUEST_MS = 30_000

/** The server says this often that it lives although nothing comes; three misses end the session. */
const HEARTBEAT_MS = 2_000
const MISSED_HEARTBEATS = 3

/** The server forgets a consumer that nobody asks for this long. */
const INACTIVE_MS = 30_000

/** Deleting the consumer is a courtesy: the server forgets it anyway. */
const DELETE_TIMEOUT = "1 second"

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

export type SessionEnd =
  | { readonly kind: "doubtful"; readonly detail: string }
  | { readonly kind: "corrupt"; readonly error: JournalCorrupt }

export interface Session {
  /** Takes what has arrived, in order. */
  readonly take: () => ReadonlyArray<JournalRecord>
  /** Why nothing more will come from this session, or null. What has arrived before is still good. */
  readonly ended: () => SessionEnd | null
  /** True when all that matched had been delivered at the time of the newest delivery. */
  readonly caughtUp: () => boolean
  /** Asks for more, up to `wanted` records, where too little is on its way. */
  readonly request: (wanted: number) => void
  /** Waits until there is something to take, the session has ended, or the reader is caught up. */
  readonly changed: Effect.Effect<void>
}

export const openSession = Effect.fnUntraced(function* (
  { connection, manager, link, where, stream }: SessionOptions,
  { from, filter }: SessionStart
): Effect.fn.Return<Session, ReadError, Scope.Scope> {
  const inbox = createInbox()
  let arrived: Array<JournalRecord> = []
  let outstanding = 0
  let lastStreamSeq = from - 1
  let lastConsumerSeq = 0
  let silentTicks = 0
  let caughtUp = false
  let ended: SessionEnd | null = null
  let wake: (() => void) | null = null

  const notify = () => {
    const waiting = wake
    wake = null
    waiting?.()
  }
  const end = (reason: SessionEnd) => {
    ended ??= reason
    notify()
  }
  const doubt = (detail: string) => end({ kind: "doubtful", detail })

  const onNote = (message: Msg) => {
    const note = noteOf(message)
    switch (note.kind) {
      case "heartbeat":
        if (note.consumerSeq > lastConsumerSeq) doubt("a delivery was lost")
        return
      case "request-over":
        // Where the server does not say how much is missing, asking for too much is the harmless mistake.
        outstanding -= Math.min(outstanding, note.unanswered ?? outstanding)
        return notify()
      case "gone":
        return doubt(note.detail)
    }
  }

  const onMessage = (error: Error | null, message: Msg) => {
    if (ended !== null) return
    if (error !== null) return doubt(error.message)
    silentTicks = 0
    const delivery = deliveryOf(message)
    if (delivery === null) return onNote(message)
    const { streamSeq, consumerSeq, storedMs, pending } = delivery
    if (consumerSeq !== lastConsumerSeq + 1 || streamSeq <= lastStreamSeq)
      return doubt("a delivery was lost or repeated")
    if (filter === null && streamSeq !== lastStreamSeq + 1) {
      const detail = `record ${lastStreamSeq + 1} is missing, record ${streamSeq} comes instead; stop and keep the server's data`
      return end({ kind: "corrupt", error: new JournalCorrupt({ where, detail }) })
    }
    const id = idOf(message)
    if (id === "") return end({ kind: "corrupt", error: foreignRecord(where, streamSeq) })
    lastConsumerSeq = consumerSeq
    lastStreamSeq = streamSeq
    caughtUp = pending === 0
    outstanding -= 1
    link.saw(streamSeq, id)
    arrived.push({ seq: streamSeq, subject: message.subject, id, data: message.data, storedMs })
    notify()
  }

  yield* Effect.acquireRelease(
    Effect.sync(() => connection.subscribe(inbox, { callback: onMessage })),
    (subscription) => Effect.sync(() => subscription.unsubscribe())
  )
  const info = yield* Effect.acquireRelease(
    link.ask(`reading ${where}`, () =>
      manager.consumers.add(stream, {
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: from,
        ack_policy: AckPolicy.None,
        replay_policy: ReplayPolicy.Instant,
        mem_storage: true,
        num_replicas: 1,
        inactive_threshold: nanos(INACTIVE_MS),
        ...(filter === null ? {} : { filter_subject: filter })
      })
    ),
    ({ name }) =>
      link.state().kind === "ready"
        ? Effect.promise(() => manager.consumers.delete(stream, name).catch(() => false)).pipe(
            Effect.timeoutOption(DELETE_TIMEOUT)
          )
        : Effect.void
  )
  caughtUp = info.num_pending === 0

  yield* Effect.acquireRelease(
    Effect.sync(() => link.onChange(() => doubt("the connection changed"))),
    (stop) => Effect.sync(stop)
  )
  yield* Effect.sync(() => {
    silentTicks += 1
    // Without a request on its way the server owes no sign of life.
    if (outstanding > 0 && silentTicks > MISSED_HEARTBEATS) doubt("the server fell silent")
  }).pipe(Effect.delay(HEARTBEAT_MS), Effect.forever, Effect.forkScoped)

  const requestSubject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${info.name}`
  return {
    take: () => {
      const taken = arrived
      arrived = []
      return taken
    },
    ended: () => ended,
    caughtUp: () => caughtUp,
    request: (wanted) => {
      if (ended !== null || outstanding > MAX_BUFFERED / 2) return
      const batch = Math.min(wanted, MAX_BUFFERED) - outstanding
      if (batch <= 0) return
      if (outstanding === 0) silentTicks = 0
      outstanding += batch
      const body = JSON.stringify({ batch, expires: nanos(REQUEST_MS), idle_heartbeat: nanos(HEARTBEAT_MS) })
      connection.publish(requestSubject, body, { reply: inbox })
    },
    changed: Effect.callback((resume) => {
      if (arrived.length > 0 || ended !== null || outstanding === 0) return resume(Effect.void)
      // Yields first: one piece from the network holds many records, and they travel on as one array.
      wake = () => resume(Effect.yieldNow)
      return Effect.sync(() => {
        wake = null
      })
    })
  }
})
