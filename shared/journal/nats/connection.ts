/** One connection to a nats-server, or to one after another of a cluster, for as long as its scope lives. */
import type { NatsConnection } from "@nats-io/nats-core"
import { connect } from "@nats-io/transport-node"
import { Effect, Random, Schedule, type Scope } from "effect"
import { JournalOpenError } from "../port.ts"
import { messageOf } from "../../core/messageOf.ts"
import { authentication, type NatsCredentials, type NatsTlsFiles, transportSecurity } from "./access/credentials.ts"

/** Which servers, as whom, and how long the first try may take. */
export interface ConnectOptions {
  /** Such as `nats://127.0.0.1:4222`, or several with commas between them; without user and password. */
  readonly url: string
  readonly credentials?: NatsCredentials
  readonly tls?: NatsTlsFiles
  /** How long the first connection may be tried, milliseconds. Default 10,000. */
  readonly connectTimeoutMs?: number
}

/** How long a server, and then its JetStream, is waited for at the start, milliseconds. */
export const DEFAULT_CONNECT_TIMEOUT_MS = 10_000

/** Pause between attempts, first connection and later ones alike. */
const RETRY_MS = 200

/** Two pings unanswered, so a server that hangs without closing is noticed after ten to fifteen seconds. */
const PING_INTERVAL_MS = 5_000

/** A closing connection waits this long at most for what is on its way. */
const CLOSE_TIMEOUT = "2 seconds"

/** Being turned away does not get better by trying again, and a certificate that does not fit neither. */
const isFinal = (error: unknown): boolean =>
  /authorization|authentication|permission|certificate|does not support 'tls'/i.test(messageOf(error))

/**
 * Connects, trying again until `connectTimeoutMs` is over; afterwards the client reconnects by itself for ever.
 * Fails with `JournalOpenError` naming the URL and what to do.
 */
export const connectTo = Effect.fnUntraced(function* (
  options: ConnectOptions
): Effect.fn.Return<NatsConnection, JournalOpenError, Scope.Scope> {
  const { url } = options
  const timeoutMs = options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS
  const refuse = (detail: string) => new JournalOpenError({ where: url, detail })

  const secrets = yield* Effect.all([authentication(options.credentials), transportSecurity(url, options.tls)]).pipe(
    Effect.mapError(({ message }) => refuse(message))
  )
  // In another order each time, so that the clients of a cluster spread over it.
  const servers = yield* Random.shuffle(url.split(",").map((server) => server.trim()))
  const attempt = Effect.tryPromise({
    try: () =>
      connect({
        servers,
        // The client would also shuffle the order in which `leaveServer` has put them.
        noRandomize: true,
        name: "kennel-journal",
        timeout: Math.max(1, Math.min(timeoutMs, 5_000)),
        maxReconnectAttempts: -1,
        reconnectTimeWait: RETRY_MS,
        reconnectJitter: 50,
        pingInterval: PING_INTERVAL_MS,
        maxPingOut: 2,
        // A stack trace per request costs half of the throughput.
        noAsyncTraces: true,
        ...Object.assign({}, ...secrets)
      }),
    catch: (error) => error
  })
  const connection = yield* Effect.acquireRelease(
    attempt.pipe(
      Effect.retry({ while: (error) => !isFinal(error), schedule: Schedule.spaced(RETRY_MS) }),
      Effect.catch((error) => {
        const advice = "check user, password, credentials and certificates (NATS_… settings)"
        return Effect.fail(refuse(`the server refused the connection (${messageOf(error)}); ${advice}`))
      }),
      Effect.timeoutOrElse({
        duration: timeoutMs,
        orElse: () => {
          // A server that does not like a certificate hangs up without a word.
          const advice =
            (options.tls?.certFile ?? "") === ""
              ? "start nats-server with JetStream (nats-server -js) or correct the URL"
              : "start it, correct the URL, or see in its log whether it refuses NATS_TLS_CERT_FILE"
          return Effect.fail(refuse(`no NATS server answered within ${timeoutMs} ms; ${advice}`))
        }
      })
    ),
    (open) => Effect.promise(() => open.close()).pipe(Effect.timeoutOption(CLOSE_TIMEOUT))
  )
  return connection
})

/** Leaves the server for the next of its cluster; false where there is no other. The link hears of it as of any reconnect. */
export const leaveServer = (connection: NatsConnection): Effect.Effect<boolean> =>
  Effect.suspend(() => {
    const here = connection.getServer()
    const others = connection
      .getServers()
      .map(({ listen }) => listen)
      .filter((server) => server !== here)
    if (others.length === 0) return Effect.succeed(false)
    // Left to itself the client dials the first of its list, which is this one if it has not reconnected yet.
    connection.setServers([...others, here])
    // Only a connection that is closed for good refuses, and that is a change of its own.
    return Effect.as(
      Effect.promise(() => connection.reconnect().catch(() => undefined)),
      true
    )
  })
