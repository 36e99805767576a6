/**
 * The other end of the wire for the adapter's tests: an HTTP and WebSocket server on loopback that answers as a test
 * scripts it, and writes down what it was sent. It knows nothing of trading.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { setTimeout } from "node:timers/promises"
import { Effect, Redacted } from "effect"
import { type WebSocket, WebSocketServer } from "ws"

export interface Asked {
  readonly path: string
  readonly params: URLSearchParams
  readonly headers: IncomingHttpHeaders
}

/** How a request is answered: an envelope, something else than Kraken, no answer at all, or a cut connection. */
export type Answer =
  | { readonly result: unknown }
  | { readonly error: ReadonlyArray<string> }
  | { readonly status: number; readonly body: string }
  | "hang"
  | "cut"

/** One accepted WebSocket. */
export interface PeerSocket {
  /** Messages heard, in order, as objects. */
  readonly heard: Array<Record<string, unknown>>
  readonly send: (...frames: ReadonlyArray<object | string>) => void
  readonly close: (code: number) => void
}

export class Peer {
  readonly asked: Array<Asked> = []
  readonly sockets: Array<PeerSocket> = []
  /** The most requests that were ever in flight together. */
  mostInFlight = 0
  /** Answers by the last part of the path; the function sees how many came before. */
  readonly answers = new Map<string, (asked: Asked, nth: number) => Answer>()
  /** Called for each message of each socket. */
  onMessage: (socket: PeerSocket, message: Record<string, unknown>, nth: number) => void = () => {}
  /** How long a request is held before its answer, so that a second one could arrive meanwhile. */
  latencyMs = 0
  /** When set, upgrades are refused with this status. */
  refuseUpgrade: number | null = null
  #inFlight = 0
  readonly #counts = new Map<string, number>()

  /** Answers `method` with each of `answers` in turn, the last one for ever. */
  script(method: string, ...answers: ReadonlyArray<Answer>): void {
    this.answers.set(method, (_asked, nth) => answers[Math.min(nth, answers.length - 1)] ?? "hang")
  }

  to(method: string): ReadonlyArray<Asked> {
    return this.asked.filter(({ path }) => path.endsWith(`/${method}`))
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.mostInFlight = Math.max(this.mostInFlight, ++this.#inFlight)
    let body = ""
    for await (const chunk of request) body += String(chunk)
    const url = new URL(request.url ?? "/", "http://peer")
    const method = url.pathname.split("/").at(-1) ?? ""
    const asked = {
      path: url.pathname,
      params: request.method === "POST" ? new URLSearchParams(body) : url.searchParams,
      headers: request.headers
    }
    this.asked.push(asked)
    const nth = this.#counts.get(method) ?? 0
    this.#counts.set(method, nth + 1)
    await setTimeout(this.latencyMs)
    this.#inFlight--
    const answer = this.answers.get(method)?.(asked, nth) ?? { error: [`EGeneral:Unknown method: ${method}`] }
    if (answer === "hang") return
    if (answer === "cut") return void request.socket.destroy()
    const isRaw = "status" in answer
    response.writeHead(isRaw ? answer.status : 200, { "content-type": isRaw ? "text/html" : "application/json" })
    response.end(isRaw ? answer.body : JSON.stringify({ error: [], ...answer }))
  }

  accept(socket: WebSocket): void {
    const peer: PeerSocket = {
      heard: [],
      send: (...frames) => {
        for (const frame of frames) socket.send(typeof frame === "string" ? frame : JSON.stringify(frame))
      },
      close: (code) => socket.close(code)
    }
    const nth = this.sockets.push(peer) - 1
    socket.on("message", (data) => {
      const message = JSON.parse((data as Buffer).toString("utf8")) as Record<string, unknown>
      peer.heard.push(message)
      this.onMessage(peer, message, nth)
    })
  }
}

/** Not real, but long and odd enough to be found wherever it should not be. */
export const SECRETS = {
  key: "test-key-QmFzZTY0",
  secret: "c2VjcmV0LXRoYXQtbXVzdC1ub3QtbGVhaw==",
  token: "token-9f8e7d6c"
}

/** A running peer, closed with the scope, and the adapter's options that lead to it. */
export const runPeer = Effect.gen(function* () {
  const peer = new Peer()
  const server = createServer((request, response) => void peer.handle(request, response))
  const sockets = new WebSocketServer({ noServer: true })
  server.on("upgrade", (request, socket, head) => {
    if (peer.refuseUpgrade !== null) return socket.end(`HTTP/1.1 ${peer.refuseUpgrade} No\r\ncontent-length: 0\r\n\r\n`)
    sockets.handleUpgrade(request, socket, head, (accepted) => peer.accept(accepted))
  })
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
    () =>
      Effect.callback<void>((resume) => {
        for (const socket of sockets.clients) socket.terminate()
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )
  const { port } = server.address() as AddressInfo
  const options = {
    restUrl: `http://127.0.0.1:${port}`,
    wsPublicUrl: `ws://127.0.0.1:${port}/v2`,
    wsPrivateUrl: `ws://127.0.0.1:${port}/v2-auth`,
    apiKey: Redacted.make(SECRETS.key),
    apiSecret: Redacted.make(SECRETS.secret),
    tier: "pro" as const,
    requestTimeoutMs: 5_000
  }
  return { peer, options }
})
