/** Both WebSocket v2 endpoints: `/v2` for everybody, `/v2-auth` for the account. */
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import { Duration, Effect, Schedule, type Scope } from "effect"
import { type RawData, type WebSocket, WebSocketServer } from "ws"
import { type Wire, WireInProcess } from "../../../shared/pace/wire.ts"
import type { Exchange } from "../exchange.ts"
import { dayOf, tell } from "./news.ts"
import { handleFrame, type SocketDependencies } from "./requests.ts"
import { Session } from "./session.ts"

/** Wall seconds; Kraken closes a socket without subscriptions after about a minute. */
export const IDLE_LIMIT_SEC = 60
/** A batch of fifteen orders is a few kilobytes. */
const MAX_FRAME_BYTES = 64 * 1024

/** The sockets of both endpoints. */
export interface SocketServer {
  /** For the HTTP server's `upgrade` event. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** Cuts all sockets of an endpoint without a word. */
  readonly disconnect: (endpoint: "public" | "private" | "all") => void
  /** Sends every public socket so many frames that cannot be read. */
  readonly sendUnreadable: (frames: number) => void
  /** Tells every socket the system status. */
  readonly announceStatus: () => void
}

/** Serves sockets until the scope closes; listens on no port of its own. */
export const makeSocketServer = Effect.fn("exchangeSim.makeSocketServer")(function* (
  dependencies: SocketDependencies,
  /** Runs what a frame asks for, as a fiber of the server. */
  run: (effect: Effect.Effect<void>) => void
): Effect.fn.Return<SocketServer, never, Scope.Scope> {
  const { exchange } = dependencies
  const wire = yield* WireInProcess
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES })
  const sessions = new Set<Session>()
  let connections = 0n

  const accept = (endpoint: Session["endpoint"], socket: WebSocket) => {
    const inside = wire?.accepted() === true ? wire : null
    const session = new Session(endpoint, socket, exchange.faults.edge, inside)
    sessions.add(session)
    socket.on("close", () => sessions.delete(session))
    // A broken socket closes right after, and the client comes back: nothing to be done here.
    socket.on("error", () => session.cut())
    socket.on("message", (data: RawData) => run(handleFrame(dependencies, session, data)))
    if (inside !== null) tellOfLandings(socket, inside)
    session.send(statusFrame(exchange, ++connections))
  }

  yield* Effect.acquireRelease(
    Effect.sync(() =>
      exchange.listen((news) => {
        let known: { readonly day: ReturnType<typeof dayOf> } | null = null
        const day = () => (known ??= { day: dayOf(news) }).day
        for (const session of sessions) tell(exchange, session, news, day)
      })
    ),
    (stop) => Effect.sync(stop)
  )
  const everySecond = Effect.sync(() => {
    for (const session of sessions) session.second(IDLE_LIMIT_SEC)
  })
  yield* Effect.forkScoped(Effect.repeat(everySecond, Schedule.spaced(Duration.seconds(1))))
  yield* Effect.addFinalizer(() => Effect.sync(() => server.close()))

  return {
    upgrade: (request, socket, head) => {
      const { pathname } = new URL(request.url ?? "/", "http://localhost")
      const endpoint = pathname === "/v2" ? "public" : pathname === "/v2-auth" ? "private" : null
      if (endpoint === null) {
        socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n")
        return
      }
      const status = exchange.faults.edge.onUpgrade(endpoint)
      if (status !== null) {
        socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
        return
      }
      server.handleUpgrade(request, socket, head, (webSocket) => accept(endpoint, webSocket))
    },
    disconnect: (endpoint) => {
      for (const session of sessions) if (endpoint === "all" || session.endpoint === endpoint) session.cut()
    },
    sendUnreadable: (frames) => {
      const open = [...sessions].filter((session) => session.endpoint === "public")
      for (const session of open)
        for (let sent = 0; sent < frames; sent++) session.send({ channel: "ticker", data: "?" })
    },
    announceStatus: () => {
      for (const session of sessions) session.send(statusFrame(exchange, connections))
    }
  }
})

/** A frame has landed once the listener before has taken it; a socket that has closed lands nothing any more. */
const tellOfLandings = (socket: WebSocket, wire: Wire): void => {
  socket.on("message", wire.landed)
  socket.on("close", wire.landed)
}

/** Connection ids of Kraken do not fit in a double: neither do these, so that nobody reads them as numbers. */
const FIRST_CONNECTION_ID = 12_000_000_000_000_000_001n

const statusFrame = ({ faults }: Exchange, connection: bigint): object => ({
  channel: "status",
  type: "update",
  data: [
    {
      version: "2.0.10",
      system: faults.system,
      api_version: "v2",
      connection_id: Number(FIRST_CONNECTION_ID + connection),
      upcoming_maintenance: [],
      emergency: []
    }
  ]
})
