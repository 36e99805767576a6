/** Binds the HTTP server, and lets it go within a second. */
import type { RequestListener, Server } from "node:http"
import type { Socket } from "node:net"
import { Effect, Schema } from "effect"
import { makeServer } from "./connections.ts"

/** The server cannot listen: the text names the setting to change. */
export class ListenFailed extends Schema.TaggedError<ListenFailed>()("ListenFailed", {
  host: Schema.String,
  port: Schema.Int,
  code: Schema.String
}) {
  override get message(): string {
    const where = `${this.host}:${this.port}`
    switch (this.code) {
      case "EADDRINUSE":
        return `port ${this.port} on ${this.host} is in use: stop the process that holds it, or set PORT to another port (0 takes any free one)`
      case "EACCES":
        return `port ${this.port} on ${this.host} is not permitted: set PORT to one of 1024 or above`
      case "EADDRNOTAVAIL":
      case "ENOTFOUND":
        return `${where}: ${this.host} is no address of this machine: set HOST to one, such as 127.0.0.1`
      default:
        return `cannot listen on ${where} (${this.code}): check HOST and PORT`
    }
  }
}

/** Requests under way when the server stops get this long; with it, stopping stays well within a second. */
const GRACE_MS = 500

/** Stops accepting, closes what is idle at once and what is busy after the grace. Wall time, as sockets live in it. */
const close = (server: Server) =>
  Effect.callback<void>((resume) => {
    const force = setTimeout(() => server.closeAllConnections(), GRACE_MS)
    server.close(() => {
      clearTimeout(force)
      resume(Effect.void)
    })
    server.closeIdleConnections()
  })

/** Listens until the scope closes; `beforeClose` runs first. Port 0 takes any free one: the result names it. */
export const listen = (options: {
  readonly host: string
  readonly port: number
  readonly handler: RequestListener
  /** Connections that no newer one pushes out. */
  readonly isKept: (socket: Socket) => boolean
  readonly beforeClose: () => void
}) => {
  const { host, port, handler, isKept, beforeClose } = options
  const bind = Effect.callback<{ readonly server: Server; readonly port: number }, ListenFailed>((resume) => {
    const server = makeServer(handler, isKept)
    // Heard for as long as the server lives: a later failure to accept (no file descriptors left) concerns that one
    // client, and resuming a second time does nothing.
    server.on("error", (error: NodeJS.ErrnoException) =>
      resume(Effect.fail(new ListenFailed({ host, port, code: error.code ?? error.message })))
    )
    server.listen(port, host, () => {
      const address = server.address()
      resume(Effect.succeed({ server, port: typeof address === "object" && address !== null ? address.port : port }))
    })
  })
  return Effect.acquireRelease(bind, ({ server }) => Effect.andThen(Effect.sync(beforeClose), close(server))).pipe(
    Effect.map((bound) => ({ port: bound.port }))
  )
}
