/** One REST request: out with a time limit, back as a value of the port or as an `ExchangeError`. */
import { Clock, Data, Duration, Effect } from "effect"
import { ExchangeError } from "../port.ts"
import { VenueClock } from "../venueClock.ts"
import { type CallKind, judge, UNKNOWN, type Verdict } from "./core/errors.ts"
import type { Connection } from "./options.ts"
import { readReply, type Reply } from "./core/wire/envelope.ts"
import { type Row, WireProblem } from "../../core/wire/json.ts"

/** The request was sent, as far as we know, and nothing that Kraken itself wrote came back. */
export class NoReply extends Data.TaggedError("NoReply")<{ readonly detail: string }> {}

/**
 * Sends once and gives the body of a 200. Everything else comes from the edge in front of the exchange (HTML pages, 429,
 * 5xx, 520) or from a cut connection, and says nothing about whether the request took effect. Redirects are refused:
 * they would carry a signed request elsewhere.
 */
export const fetchText = (url: string, init: RequestInit, timeoutMs: number): Effect.Effect<string, NoReply> =>
  Effect.tryPromise({
    try: async (signal) => {
      const response = await fetch(url, { ...init, redirect: "error", signal })
      const body = await response.text()
      if (response.status !== 200) throw new NoReply({ detail: `HTTP ${response.status}` })
      return body
    },
    catch: (error) => (error instanceof NoReply ? error : new NoReply({ detail: connectionProblem(error) }))
  }).pipe(
    Effect.timeoutOrElse({
      duration: Duration.millis(timeoutMs),
      orElse: () => Effect.fail(new NoReply({ detail: `no reply within ${timeoutMs} ms` }))
    })
  )

/** Only the system's code: whatever else the error carries might quote the request. */
const connectionProblem = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "no code"
  return `connection failed (${code})`
}

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
export const settle = <A>(
  call: Call<A>,
  body: string,
  reply: Reply,
  nowMs: number
): { readonly verdict: Verdict; readonly value: Effect.Effect<A, ExchangeError> } => {
  if (reply.ok) return { verdict: UNKNOWN, value: reading(call, body, () => call.read(reply.result)) }
  const verdict = judge(call.kind, reply.errors, nowMs)
  return { verdict, value: Effect.fail(failure(call, verdict, reply.errors.join("; "))) }
}

/** A request without an answer of Kraken's own, as the port's error: it may have taken effect. */
export const noReply =
  (call: Call<unknown>) =>
  ({ detail }: NoReply): ExchangeError =>
    failure(call, UNKNOWN, detail)

/** A failed call as the port's error; `detail` must hold no secret. */
export const failure = (
  { method: operation }: Call<unknown>,
  { advice, retryAtMs }: Pick<Verdict, "advice" | "retryAtMs">,
  detail: string
): ExchangeError => new ExchangeError({ operation, advice, detail, retryAtMs })

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
    const body = yield* fetchText(url, { method: "GET" }, requestTimeoutMs).pipe(Effect.mapError(noReply(call)))
    const roundTripMs = Number((yield* Clock.monotonicTimeNanos) - sentNs) / 1e6
    const reply = yield* openReply(call, body)
    return { value: yield* settle(call, body, reply, yield* clock.nowMs).value, roundTripMs }
  })
