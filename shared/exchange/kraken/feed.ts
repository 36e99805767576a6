/**
 * A subscription that lasts for ever: connect, subscribe, read, and after any loss the same again with a growing pause.
 * Both streams of the port are this feed with their own channel and reader.
 */
import { Duration, Effect, Queue, Random, type Scope, Stream } from "effect"
import { monotonicMs } from "../../monotonic.ts"
import { ExchangeError, MalformedFrame } from "../port.ts"
import { VenueClock } from "../venueClock.ts"
import type { Access } from "./access.ts"
import { classify } from "./core/errors.ts"
import { failure } from "./rest.ts"
import { openSocket, type RawFrame, SocketLost, type VenueSocket } from "./socket.ts"
import { type Frame, readFrame } from "./core/wire/frame.ts"
import { WireProblem } from "../../core/wire/json.ts"

/** A frame as the reader gets it: the exchange's time comes with the round trip that bounds its error. */
export type FeedFrame =
  | Exclude<Frame, { readonly kind: "pong" }>
  | { readonly kind: "time"; readonly venueMs: number; readonly roundTripMs: number }

/** What a reader makes of one frame. */
export interface Heard<Event> {
  readonly events: ReadonlyArray<Event>
  /** Parts of the frame that could not be read. */
  readonly problems?: ReadonlyArray<WireProblem>
  /** The connection is of no more use, and why. */
  readonly lost?: string
}

/** What makes a feed of a connection: where it goes, what it subscribes to, and how its frames are read. */
export interface FeedOptions<Event> {
  /** Names the feed in errors: `ticker`, `executions`. */
  readonly name: string
  readonly url: string
  /** Whether address and name have worked in this process: then a refusal is told, and tried again. */
  readonly access: Access
  /** Wall milliseconds for opening the connection, and again for the answer to the subscription. */
  readonly timeoutMs: number
  /** The `params` of the subscription, made anew for each connection. A `token` in it is kept out of all that is shown. */
  readonly subscription: Effect.Effect<Record<string, unknown>, ExchangeError>
  /** A reader for one connection, told when the frame arrived by the exchange's clock; it may throw a `WireProblem`. */
  readonly reader: () => (frame: FeedFrame, arrivedMs: number) => Heard<Event>
}

/**
 * What the feed itself adds to its reader's events: a lost connection, and frames or parts of them that could not be
 * read.
 */
export type FeedEvent =
  | { readonly _tag: "Disconnected"; readonly detail: string; readonly refused?: ExchangeError }
  | { readonly _tag: "Malformed"; readonly error: MalformedFrame }

/** All of these are wall time. */
export const PING_EVERY_MS = 2_500
/** Kraken sends a heartbeat every second; ten without any, and four pings without an answer, is a dead connection. */
export const SILENCE_MS = 10_000
/**
 * The pause doubles from the first to the longest, give or take half. Kraken is said to allow 150 connections per
 * address in ten minutes; this makes about 25 of one feed.
 */
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 30_000
/** A connection that held this long was a good one: the next pause is a short one again. */
const GOOD_AFTER_MS = 30_000

/** Events that nobody has taken yet; when they are full the feed waits, and the socket's own bound decides. */
const MAX_UNTAKEN = 256

/** What is kept of a frame that could not be read: enough to see what it was. */
const RAW_LENGTH = 4_000

const SUBSCRIBE_REQ_ID = 1

/** Fails only with the advice `stop`. */
export const feed = <Event>(options: FeedOptions<Event>): Stream.Stream<Event | FeedEvent, ExchangeError, VenueClock> =>
  Stream.callback<Event | FeedEvent, ExchangeError, VenueClock>(
    (queue) => connectForEver(options, (event) => Effect.asVoid(Queue.offer(queue, event))),
    { bufferSize: MAX_UNTAKEN, strategy: "suspend" }
  )

type Emit<Event> = (event: Event | FeedEvent) => Effect.Effect<void>

const connectForEver = Effect.fnUntraced(function* <Event>(options: FeedOptions<Event>, emit: Emit<Event>) {
  const venue = yield* VenueClock
  let failures = 0
  while (true) {
    const startedMs = yield* monotonicMs
    const lost = yield* Effect.flip(Effect.scoped(connectOnce(options, emit)))
    const error = yield* options.access.judged(lost._tag === "ExchangeError" ? lost : refusalOf(options.name, lost))
    if (error.advice === "stop") return yield* error
    const refused = error.source === "access" ? { refused: error } : {}
    yield* emit({ _tag: "Disconnected", detail: lost._tag === "SocketLost" ? lost.detail : lost.message, ...refused })
    if ((yield* monotonicMs) - startedMs >= GOOD_AFTER_MS) failures = 0
    yield* Effect.sleep(Duration.millis(pauseMs(failures++, yield* Random.next)))
    if (error.retryAtMs !== null) yield* venue.sleepUntil(error.retryAtMs)
  }
})

/** A lost connection as the port's error: what is refused is for people, all else passes. */
const refusalOf = (operation: string, { detail, refusal }: SocketLost): ExchangeError =>
  refusal === null
    ? new ExchangeError({ operation, advice: "unknown", source: "link", detail, retryAtMs: null })
    : failure({ method: operation }, classify("read", [refusal], 0), detail)

/** The pause after `failures` in a row; `random` in [0, 1) spreads those who were cut off together. */
export const pauseMs = (failures: number, random: number): number =>
  Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures) * (0.5 + random)

const connectOnce = Effect.fnUntraced(function* <Event>(
  options: FeedOptions<Event>,
  emit: Emit<Event>
): Effect.fn.Return<never, SocketLost | ExchangeError, Scope.Scope | VenueClock> {
  const venue = yield* VenueClock
  const params = yield* options.subscription
  const socket = yield* openSocket(options.url, options.timeoutMs)
  const pings = yield* keepAlive(socket)
  const reader = options.reader()
  let subscribed = false

  const hear = Effect.fnUntraced(function* ({ text: asSent, arrivedMs }: RawFrame) {
    const text = withoutToken(asSent, params)
    const heard = attempt(() => {
      const frame = timed(readFrame(text), arrivedMs, pings)
      return { frame, ...reader(frame, venue.unsafeAtMs(arrivedMs)) }
    })
    if (heard instanceof WireProblem) return yield* emit(malformed(options.name, heard, text))
    if (heard.frame.kind === "time") yield* venue.observe(heard.frame.venueMs, heard.frame.roundTripMs)
    if (heard.frame.kind === "subscribed") {
      subscribed = true
      yield* options.access.worked
    }
    if (heard.frame.kind === "refused") {
      const { error } = heard.frame
      return yield* new SocketLost({ detail: `subscription refused: ${error}`, refusal: error })
    }
    for (const event of heard.events) yield* emit(event)
    for (const problem of heard.problems ?? []) yield* emit(malformed(options.name, problem, text))
    if (heard.lost !== undefined) return yield* new SocketLost({ detail: heard.lost, refusal: null })
  })
  const hearNext = Effect.flatMap(socket.take, hear)

  yield* socket.send({ method: "subscribe", params, req_id: SUBSCRIBE_REQ_ID })
  yield* hearNext.pipe(
    Effect.repeat({ until: () => subscribed }),
    Effect.timeoutOrElse({
      duration: Duration.millis(options.timeoutMs),
      orElse: () => Effect.fail(new SocketLost({ detail: "no answer to the subscription", refusal: null }))
    })
  )
  return yield* Effect.forever(hearNext, { disableYield: true })
})

/** The last ping of a connection: its pong gives the round trip. */
interface Pings {
  reqId: number
  sentMs: number
}

/** Pings until the connection goes silent, which ends it. */
const keepAlive = Effect.fnUntraced(function* (socket: VenueSocket): Effect.fn.Return<Pings, never, Scope.Scope> {
  const pings: Pings = { reqId: SUBSCRIBE_REQ_ID, sentMs: 0 }
  const loop = Effect.gen(function* () {
    while (true) {
      const nowMs = yield* monotonicMs
      if (nowMs - socket.heardMs() >= SILENCE_MS) return yield* socket.drop(`nothing heard for ${SILENCE_MS / 1_000} s`)
      pings.reqId++
      pings.sentMs = nowMs
      yield* socket.send({ method: "ping", req_id: pings.reqId })
      yield* Effect.sleep(Duration.millis(PING_EVERY_MS))
    }
  })
  yield* Effect.forkScoped(loop)
  return pings
})

/** A pong that answers an older ping is a sign of life, but its round trip is not known. */
const timed = (frame: Frame, arrivedMs: number, pings: Pings): FeedFrame => {
  if (frame.kind !== "pong") return frame
  return frame.reqId === pings.reqId
    ? { kind: "time", venueMs: frame.venueMs, roundTripMs: arrivedMs - pings.sentMs }
    : { kind: "heartbeat" }
}

const attempt = <A>(read: () => A): A | WireProblem => {
  try {
    return read()
  } catch (error) {
    if (error instanceof WireProblem) return error
    throw error
  }
}

const malformed = (source: string, problem: WireProblem, text: string): FeedEvent => {
  const error = new MalformedFrame({ source, problem: problem.message, raw: text.slice(0, RAW_LENGTH) })
  return { _tag: "Malformed", error }
}

/** The frame without the token, should the exchange quote it: so it can be in nothing that is made of the frame. */
const withoutToken = (text: string, { token }: Record<string, unknown>): string =>
  typeof token === "string" ? text.replaceAll(token, "[token]") : text
