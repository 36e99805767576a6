/**
 * Whether the stream can be used right now, and whether it is still the one this process knows. After every reconnect,
 * and after every time without a leader, the server's head is compared with what was seen before: a server may come back
 * without its newest records and give their numbers out again (nats-server 2.9.10 does so with only an INFO line in its
 * log), and then nothing may be written any more.
 */
import type { JetStreamManager, StreamInfo } from "@nats-io/jetstream"
import type { NatsConnection } from "@nats-io/nats-core"
import { Effect, Queue, Schedule, type Scope, Stream } from "effect"
import { JournalCorrupt, JournalUnavailable, type ReadError } from "../port.ts"
import { messageOf } from "../../core/messageOf.ts"
import { isLeaderless } from "./cluster/leader.ts"
import { leaveServer } from "./connection.ts"
import { namedBy } from "./delivery.ts"

/** Whether the stream can be used. `broken` never ends. */
export type LinkState =
  | { readonly kind: "ready" }
  | { readonly kind: "down"; readonly error: JournalUnavailable }
  /** For good: the stream lost records that had been acknowledged. */
  | { readonly kind: "broken"; readonly error: JournalCorrupt }

/** The connection as readers and writers of one stream see it. */
export interface Link {
  readonly state: () => LinkState
  /** Called at every change until the returned function is called. */
  readonly onChange: (listener: (state: LinkState) => void) => () => void
  /**
   * Asks the server one thing. Fails at once while the connection is down, and as soon as it breaks: a request that was
   * on its way then would only wait for its timeout, though the server may be back long before. A question that nobody is
   * there to answer brings the link down too: a cluster without a leader is a server that is away.
   */
  readonly ask: <A>(what: string, question: () => Promise<A>) => Effect.Effect<A, ReadError>
  /** Notes a record that was acknowledged to or read by this process. */
  readonly saw: (seq: number, id: string) => void
  /** Something went unanswered: the link is down until the stream has been looked at. */
  readonly doubt: (detail: string) => void
}

/** Pause between looks at a server that has just come back and does not serve its streams yet. */
const VERIFY_EVERY = "200 millis"

/**
 * A server that has heard of no leader for so long may be cut off from the others: an election takes a few seconds. Then
 * another server is tried, for as long as it takes.
 */
const LEAVE_AFTER = "10 seconds"

/**
 * A new leader, or one that is cut off, may show less than was acknowledged until it has caught up, or has been replaced.
 * After so many looks, half a minute, a replicated stream counts as shorter for good.
 */
const MAX_SHORT_LOOKS = 150

const down = (detail: string): LinkState => ({ kind: "down", error: new JournalUnavailable({ detail }) })

/** Records the server itself reports as lost, or null. */
export const lostRecords = (info: StreamInfo): string | null => {
  // Absent when nothing was lost, whatever the client's type says.
  const lost: { readonly msgs?: ReadonlyArray<number> | null } | undefined = info.state.lost
  const count = lost?.msgs?.length ?? 0
  return count === 0 ? null : `the server reports ${count} lost records, the first is ${lost?.msgs?.[0]}`
}

/** Watches the connection for as long as the scope. `opened` is the stream as this process has first seen it. */
export const makeLink = Effect.fnUntraced(function* (
  connection: NatsConnection,
  manager: JetStreamManager,
  where: string,
  opened: StreamInfo
): Effect.fn.Return<Link, never, Scope.Scope> {
  const { state, onChange, become } = makeState()
  const { saw, verify } = makeVerifier(manager, opened)
  // One doubt is as good as many: a look answers them all.
  const doubts = yield* Queue.sliding<"doubt">(1)

  const doubt = (detail: string): void => {
    if (state().kind !== "ready") return
    become(down(detail))
    Queue.offerUnsafe(doubts, "doubt")
  }

  const verifyUntilAnswered = Effect.tryPromise({ try: verify, catch: String }).pipe(
    Effect.retry(Schedule.spaced(VERIFY_EVERY)),
    Effect.catch((detail) => Effect.succeed(detail)),
    Effect.flatMap((problem) => {
      if (problem === null) return Effect.sync(() => become({ kind: "ready" }))
      const detail = `${problem}; stop, keep the server's data and restore it from a copy`
      become({ kind: "broken", error: new JournalCorrupt({ where, detail }) })
      return Effect.logError(`${where}: ${detail}`)
    })
  )
  const leaveInTime = Effect.gen(function* () {
    yield* Effect.sleep(LEAVE_AFTER)
    const here = connection.getServer()
    if (yield* leaveServer(connection)) {
      yield* Effect.logWarning(`${where}: no leader for ${LEAVE_AFTER} at ${here}; another server is tried`)
    }
    return yield* Effect.never
  })
  const look = Effect.raceFirst(verifyUntilAnswered, leaveInTime)

  const changes = Stream.fromAsyncIterable(
    connection.status(),
    (error) => new JournalUnavailable({ detail: String(error) })
  ).pipe(Stream.map(({ type }) => type))
  yield* Stream.merge(changes, Stream.fromQueue(doubts)).pipe(
    Stream.filter((type) => type === "disconnect" || type === "reconnect" || type === "close" || type === "doubt"),
    // A newer change stops a look that is still waiting for its answer.
    Stream.switchMap((type) => {
      if (type === "reconnect" || type === "doubt") return Stream.fromEffect(look)
      return Stream.fromEffect(
        Effect.sync(() =>
          become(down(type === "close" ? "the connection is closed" : `the connection to ${where} is lost`))
        )
      )
    }),
    Stream.runDrain,
    Effect.catch((error) => Effect.sync(() => become({ kind: "down", error }))),
    Effect.forkScoped
  )

  return { state, onChange, ask: makeAsk(state, onChange, doubt), saw, doubt }
})

const makeAsk =
  (state: Link["state"], onChange: Link["onChange"], doubt: Link["doubt"]): Link["ask"] =>
  (what, question) =>
    Effect.callback((resume) => {
      const now = state()
      if (now.kind !== "ready") return resume(Effect.fail(now.error))
      const stop = onChange((next) => {
        if (next.kind !== "ready") resume(Effect.fail(next.error))
      })
      question()
        .then(Effect.succeed, (error: unknown) => {
          const detail = `${what}: ${messageOf(error)}`
          if (isLeaderless(error)) doubt(detail)
          return Effect.fail(new JournalUnavailable({ detail }))
        })
        .then((answer) => {
          stop()
          resume(answer)
        })
        // Neither of the two steps can fail; a floating promise must not be the one place where it would go unseen.
        .catch((defect: unknown) => resume(Effect.die(defect)))
      return Effect.sync(stop)
    })

/** The state and who hears of its changes. */
const makeState = (): Pick<Link, "state" | "onChange"> & { readonly become: (next: LinkState) => void } => {
  const listeners = new Set<(state: LinkState) => void>()
  let state: LinkState = { kind: "ready" }
  return {
    state: () => state,
    onChange: (listener) => {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    become: (next) => {
      if (state.kind === "broken") return
      state = next
      for (const listener of [...listeners]) listener(next)
    }
  }
}

/** Compares the stream as the server has it with what this process has seen of it. */
const makeVerifier = (manager: JetStreamManager, opened: StreamInfo) => {
  const stream = opened.config.name
  let seenSeq = 0
  let seenId = ""
  let shortLooks = 0

  const saw = (seq: number, id: string): void => {
    if (seq <= seenSeq) return
    seenSeq = seq
    seenId = id
  }

  /** The id of record `seq`; `missing` where there is no such record. */
  const idAt = async (seq: number): Promise<string> => {
    const message = await manager.streams.getMessage(stream, { seq })
    if (message === null) return "missing"
    return namedBy(message.header).id
  }

  /** What is wrong with the stream as the server now has it, or null. Throws where a later look may find better. */
  const verify = async (): Promise<string | null> => {
    // What is noted while the server answers belongs to the next look.
    const [seq, id] = [seenSeq, seenId]
    // Asked for before the stream's extent, so that a drop in between is not taken for a loss.
    const before = seq === 0 ? id : await idAt(seq)
    const info = await manager.streams.info(stream)
    if (info.created !== opened.created) return `the stream was created anew at ${info.created}`
    const lost = lostRecords(info)
    if (lost !== null) return lost
    const isDropped = seq < info.state.first_seq
    const isShort = info.state.last_seq < seq
    // A server that was behind a moment ago may have caught up.
    const found = isShort || before === id || isDropped ? before : await idAt(seq)
    if (seq === 0 || isDropped || (found === id && !isShort)) {
      shortLooks = 0
      return null
    }
    if (!isShort) return `record ${seq} was ${id} and is now ${found}`
    const problem = `it ends at record ${info.state.last_seq}, but record ${seq} had been stored`
    if (info.config.num_replicas > 1 && ++shortLooks <= MAX_SHORT_LOOKS) throw new Error(problem)
    return problem
  }
  return { saw, verify }
}
