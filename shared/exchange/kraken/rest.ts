/** One REST request: out with a time limit, back as a value of the port or as an `ExchangeError`. */
import { Clock, Effect } from "effect"
import { type NoReply, sendRequest } from "../../http/request.ts"
import { ExchangeError } from "../port.ts"
import { VenueClock } from "../venueClock.ts"
import { type CallKind, classify, classifyStatus, UNKNOWN, type Verdict } from "./core/errors.ts"
import type { Connection } from "./options.ts"
import { readReply, type Reply } from "./core/wire/envelope.ts"
import { type Row, WireProblem } from "../../core/wire/json.ts"

/**
 * Sends once and gives the body of a 200. Everything else comes from the edge in front of the exchange (HTML pages, 4xx,
 * 5xx, 520) or from a cut connection, and says nothing about whether an order took effect.
 */
export const fetchText = (
  call: Call<unknown>,
  url: string,
  init: { readonly method: "GET" | "POST"; readonly headers?: Record<string, string>; readonly body?: string },
  timeoutMs: number
): Effect.Effect<string, ExchangeError, VenueClock> =>
  Effect.gen(function* () {
    const { status, body } = yield* sendRequest(url, init, timeoutMs).pipe(Effect.mapError(noReply(call)))
    if (status === 200) return body
    const nowMs = yield* (yield* VenueClock).nowMs
    return yield* failure(call, classifyStatus(call.kind, status, nowMs), `HTTP ${status}`)
  })

/** What is shown of a reply that could not be read. */
const EXCERPT_LENGTH = 300

/** What a REST method is called and how its reply is read. */
export interface Call<A> {
  /** The path's last part: `AddOrder`. */
  readonly method: string
  /** Decides what an error text means for this call. */
  readonly kind: CallKind
  /** May throw a `WireProblem`, which becomes a failure with the advice `unknown`. */
  readonly read: (result: Row) => A
  /** The reply holds a secret and is never quoted. */
  readonly secretReply?: boolean
}

/** The envelope of a reply; one that is none may follow a request that took effect. */
export const openReply = (call: Call<unknown>, body: string): Effect.Effect<Reply, ExchangeError> =>
  reading(call, body, () => readReply(body))

/** The value inside of a good reply, or what the exchange's errors mean. */
export const interpret = <A>(
  call: Call<A>,
  body: string,
  reply: Reply,
  nowMs: number
): { readonly verdict: Verdict; readonly value: Effect.Effect<A, ExchangeError> } => {
  if (reply.ok) return { verdict: UNKNOWN, value: reading(call, body, () => call.read(reply.result)) }
  const verdict = classify(call.kind, reply.errors, nowMs)
  return { verdict, value: Effect.fail(failure(call, verdict, reply.errors.join("; "))) }
}

/** A request without any answer, as the port's error: it may have taken effect. */
const noReply =
  (call: Call<unknown>) =>
  ({ detail }: NoReply): ExchangeError =>
    failure(call, UNKNOWN, detail)

/** A failed call as the port's error; `detail` must hold no secret. */
export const failure = (
  { method: operation }: Pick<Call<unknown>, "method">,
  { advice, source, retryAtMs, help = null }: Omit<Verdict, "exhausted" | "help"> & Partial<Pick<Verdict, "help">>,
  detail: string
): ExchangeError =>
  new ExchangeError({ operation, advice, source, detail, retryAtMs, ...(help === null ? {} : { help }) })

const reading = <A>(call: Call<unknown>, body: string, read: () => A): Effect.Effect<A, ExchangeError> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(read())
    } catch (error) {
      if (!(error instanceof WireProblem)) throw error
      const excerpt = call.secretReply === true ? "" : `; reply: ${body.slice(0, EXCERPT_LENGTH)}`
      return Effect.fail(failure(call, UNKNOWN, `${error.message}${excerpt}`))
    }
  })

/** A public call; also says how long it took on the wall. */
export const publicCall = <A>(
  { restUrl, requestTimeoutMs }: Connection,
  call: Call<A>,
  params: Record<string, string>
): Effect.Effect<{ readonly value: A; readonly roundTripMs: number }, ExchangeError, VenueClock> =>
  Effect.gen(function* () {
    const clock = yield* VenueClock
    const query = new URLSearchParams(params).toString()
    const url = `${restUrl}/0/public/${call.method}${query === "" ? "" : `?${query}`}`
    const sentNs = yield* Clock.monotonicTimeNanos
    const body = yield* fetchText(call, url, { method: "GET" }, requestTimeoutMs)
    const roundTripMs = Number((yield* Clock.monotonicTimeNanos) - sentNs) / 1e6
    const reply = yield* openReply(call, body)
    return { value: yield* interpret(call, body, reply, yield* clock.nowMs).value, roundTripMs }
  })
