/**
 * The account's REST calls, one at a time: Kraken wants every request's nonce above the one before *as they arrive*, and
 * requests in flight together overtake each other. Before a call takes its turn it waits for both rate limits.
 */
import { Clock, Effect, Redacted, Semaphore } from "effect"
import type { ExchangeError } from "../port.ts"
import { VenueClock } from "../venueClock.ts"
import { makeAccess } from "./access.ts"
import { nextNonce, sign } from "./auth.ts"
import { COUNTER_WAIT_MS, type Counter, emptyCounter, exhausted, type Limit, LIMITS, spend } from "./core/budget.ts"
import { isInvalidNonce } from "./core/errors.ts"
import type { Connection, KrakenTradingOptions } from "./options.ts"
import { type Call, failure, fetchText, interpret, openReply } from "./rest.ts"

/**
 * Calls waiting or in flight. Four times what the roomiest tier takes at once; a longer queue would only make orders
 * older than their deadline.
 */
const MAX_QUEUED = 4 * LIMITS.pro.calls.ceiling

/** The last permission that a start asks for: a key that has come so far is right, and what refuses it later is an outage. */
const LAST_OF_START = "GetWebSocketsToken"

/** One signed request: its form fields without the nonce, and what it costs. */
export interface PrivateCall<A> extends Call<A> {
  readonly params: Record<string, string>
  /** What it adds to each of the exchange's two counters. */
  readonly cost: { readonly calls: number; readonly trading: number }
}

/**
 * Makes one signed call. Fails with `wait`, nothing sent, when `MAX_QUEUED` is reached or a counter has no room within
 * `COUNTER_WAIT_MS`.
 */
export type PrivateCalls = <A>(call: PrivateCall<A>) => Effect.Effect<A, ExchangeError>

/** One per key and process: it owns the key's nonce. */
export const makePrivateCalls = Effect.fnUntraced(function* (
  connection: Connection,
  account: Pick<KrakenTradingOptions, "apiKey" | "apiSecret" | "tier">
): Effect.fn.Return<PrivateCalls, never, VenueClock> {
  const venue = yield* VenueClock
  const turn = yield* Semaphore.make(1)
  const counters = makeCounters(LIMITS[account.tier], venue)
  const request = makeRequests(connection, account, venue)
  const access = yield* makeAccess(connection.refusedExitAfterMs)
  let queued = 0

  const inTurn = Effect.fnUntraced(function* <A>(call: PrivateCall<A>) {
    let { text, reply } = yield* request(call)
    // Something else used the key between: worth one more signature, except for what must never be sent twice.
    if (!reply.ok && isInvalidNonce(reply.errors) && call.kind !== "place") ({ text, reply } = yield* request(call))
    const nowMs = yield* venue.nowMs
    const { verdict, value } = interpret(call, text, reply, nowMs)
    if (verdict.exhausted !== null) counters.exhaust(verdict.exhausted, nowMs)
    return yield* value
  })

  return Effect.fnUntraced(function* <A>(call: PrivateCall<A>) {
    if (queued >= MAX_QUEUED) {
      const retryAtMs = (yield* venue.nowMs) + COUNTER_WAIT_MS
      return yield* failure(
        call,
        { advice: "wait", source: "limit", retryAtMs },
        `not sent: ${queued} calls are waiting already`
      )
    }
    queued++
    return yield* Effect.gen(function* () {
      yield* counters.waitForRoom(call, "calls")
      yield* counters.waitForRoom(call, "trading")
      return yield* turn.withPermit(access.through(inTurn(call), call.method === LAST_OF_START))
    }).pipe(
      Effect.ensuring(
        Effect.sync(() => {
          queued--
        })
      )
    )
  })
})

type CounterName = keyof PrivateCall<unknown>["cost"]

/** The exchange's two counters, as this process reckons them. */
const makeCounters = (limits: Readonly<Record<CounterName, Limit>>, venue: VenueClock["Service"]) => {
  const counters: Record<CounterName, Counter> = { calls: emptyCounter, trading: emptyCounter }

  const waitForRoom = Effect.fnUntraced(function* (call: PrivateCall<unknown>, name: CounterName) {
    if (call.cost[name] === 0) return
    let waitLeftMs = COUNTER_WAIT_MS
    while (true) {
      const nowMs = yield* venue.nowMs
      const spent = spend(counters[name], limits[name], call.cost[name], nowMs)
      if (spent.granted) {
        counters[name] = spent.counter
        return
      }
      const waitMs = spent.readyAtMs - nowMs
      if (waitMs > waitLeftMs) {
        const detail = `not sent: the ${name} counter has no room for ${waitMs} ms`
        return yield* failure(call, { advice: "wait", source: "limit", retryAtMs: spent.readyAtMs }, detail)
      }
      waitLeftMs -= waitMs
      yield* venue.sleep(waitMs)
    }
  })

  /** The exchange says that a counter is full, whatever was reckoned. */
  const exhaust = (name: CounterName, nowMs: number): void => {
    counters[name] = exhausted(limits[name], nowMs)
  }
  return { waitForRoom, exhaust }
}

/** Signed requests, each with a nonce above the one before. */
const makeRequests = (
  { restUrl, requestTimeoutMs }: Connection,
  { apiKey, apiSecret }: Pick<KrakenTradingOptions, "apiKey" | "apiSecret">,
  venue: VenueClock["Service"]
) => {
  let nonce = 0n
  return Effect.fnUntraced(function* (call: PrivateCall<unknown>) {
    nonce = nextNonce(nonce, yield* Clock.currentTimeMillis)
    const path = `/0/private/${call.method}`
    const body = new URLSearchParams({ nonce: nonce.toString(), ...call.params }).toString()
    const headers = {
      "API-Key": Redacted.value(apiKey),
      "API-Sign": sign(Redacted.value(apiSecret), path, nonce.toString(), body),
      "Content-Type": "application/x-www-form-urlencoded"
    }
    const text = yield* fetchText(call, restUrl + path, { method: "POST", headers, body }, requestTimeoutMs).pipe(
      Effect.provideService(VenueClock, venue)
    )
    return { text, reply: yield* openReply(call, text) }
  })
}
