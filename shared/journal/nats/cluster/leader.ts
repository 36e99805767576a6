/** Telling "nobody is there to answer" from an answer: a cluster without a leader counts as a server that is away. */
import { JetStreamApiError } from "@nats-io/jetstream"
import { errors } from "@nats-io/nats-core"
import { Effect, Schedule } from "effect"

/**
 * The API's codes for "no leader now" and "not the leader any more".
 * Source: `server/errors.json` of nats-server, read at v2.9.10 and v2.14.5.
 */
const NO_LEADER: ReadonlySet<number> = new Set([10008, 10009])

/** What the client (3.4.0) makes of "no responders"; it exports the class nowhere. */
const isUnheard = (error: unknown): boolean => error instanceof Error && error.name === "JetStreamNotEnabled"

/**
 * Whether a question to JetStream failed because nobody was there to answer: no leader, no responder, no answer in time.
 * Anything else is an answer.
 */
export const isLeaderless = (error: unknown): boolean =>
  error instanceof errors.TimeoutError ||
  isUnheard(error) ||
  (error instanceof errors.RequestError && error.isNoResponders()) ||
  (error instanceof JetStreamApiError && NO_LEADER.has(error.code))

/** Pause between questions to a cluster that has no leader yet. */
const ASK_EVERY = "200 millis"

/**
 * While a journal opens, a question is asked again after so long. A cluster that has no leader yet never answers it, nor a
 * second wish for a stream that is being made (2.15.1: with eight processes at once, half of them heard nothing).
 */
export const OPENING_TIMEOUT_MS = 2_000

/**
 * Asks JetStream until somebody answers, for `patienceMs`; `orWhile` names other errors that pass by themselves. A server
 * whose JetStream nobody hears has none: that does not pass.
 */
export const patientlyAsking = <A>(
  question: () => Promise<A>,
  patienceMs: number,
  orWhile: (error: unknown) => boolean = () => false
): Effect.Effect<A, unknown> =>
  Effect.tryPromise({ try: question, catch: (error) => error }).pipe(
    Effect.retry({
      while: (error) => (isLeaderless(error) && !isUnheard(error)) || orWhile(error),
      schedule: Schedule.spaced(ASK_EVERY).pipe(Schedule.upTo({ duration: patienceMs }))
    })
  )
