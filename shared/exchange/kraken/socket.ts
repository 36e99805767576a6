/** One WebSocket connection: frames in order of arrival, and a reason when there will be no more. Never reconnects. */
import { Cause, Clock, Data, Deferred, Effect, Queue, type Scope } from "effect"
import { type RawData, WebSocket } from "ws"
import type { EndTurn } from "../../pace/errands.ts"
import { type Wire, wireTo } from "../../pace/wire.ts"

/** Why a connection ended; `refusal` when the exchange turned it away, in the words that `core/errors.ts` sorts. */
export class SocketLost extends Data.TaggedError("SocketLost")<{
  readonly detail: string
  readonly refusal: string | null
}> {}

/** A frame's text, and the monotonic wall milliseconds at which it arrived. */
export interface RawFrame {
  readonly text: string
  readonly arrivedMs: number
}

/** An open connection. Frames are taken by one reader; sending never waits and never fails. */
export interface VenueSocket {
  /** Sent as JSON; dropped when the connection is closing, which `take` reports. */
  readonly send: (message: object) => Effect.Effect<void>
  /** The next frame, waiting for it; after the last one the reason for the end. */
  readonly take: Effect.Effect<RawFrame, SocketLost>
  /** When anything was heard last, in monotonic wall milliseconds. */
  readonly heardMs: () => number
  /** Ends the connection: frames that have come are still taken. */
  readonly drop: (detail: string) => Effect.Effect<void>
}

/** Frames not yet taken: a minute of the busiest ticker. A reader that far behind is better off with a fresh snapshot. */
const MAX_UNREAD = 4_096

/** Larger than any snapshot of 225 orders and 50 fills, far below what would hurt. */
const LARGEST_FRAME_BYTES = 4 * 1024 * 1024

/** `ws` hands a message over as one Buffer as long as `binaryType` is left alone. */
const textOf = (data: RawData): string => (data as Buffer).toString("utf8")

/** "Policy violation": Kraken's answer to what it will never accept. */
const POLICY_VIOLATION = 1008

/** Waits for the turn of a socket to a server in this process; gives how to end it. */
const turnToOpen = (wire: Wire): Effect.Effect<EndTurn> =>
  Effect.callback((resume) => Effect.sync(wire.open((end) => resume(Effect.succeed(end)))))

/** Succeeds when the connection is open; closes it with the scope. `openTimeoutMs` is wall time. */
export const openSocket = Effect.fnUntraced(function* (
  url: string,
  openTimeoutMs: number
): Effect.fn.Return<VenueSocket, SocketLost, Scope.Scope> {
  const clock = yield* Clock.Clock
  const wire = yield* wireTo(url)
  const frames = yield* Queue.dropping<RawFrame, SocketLost>(MAX_UNREAD)
  const opened = yield* Deferred.make<void, SocketLost>()
  const nowMs = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
  let heardMs = nowMs()

  const end = (detail: string, refusal: string | null = null) => {
    const lost = new SocketLost({ detail, refusal })
    Deferred.doneUnsafe(opened, Effect.fail(lost))
    Queue.failCauseUnsafe(frames, Cause.fail(lost))
  }

  const connect = () => {
    const socket = new WebSocket(url, {
      handshakeTimeout: openTimeoutMs,
      maxPayload: LARGEST_FRAME_BYTES,
      perMessageDeflate: false
    })
    socket.on("open", () => Deferred.doneUnsafe(opened, Effect.void))
    socket.on("message", (data) => {
      heardMs = nowMs()
      if (!Queue.offerUnsafe(frames, { text: textOf(data), arrivedMs: heardMs })) {
        end(`more than ${MAX_UNREAD} frames unread`)
      }
      wire?.landed()
    })
    socket.on("unexpected-response", (request, response) => {
      end(`HTTP ${response.statusCode} instead of a WebSocket`, `HTTP ${response.statusCode}`)
      request.destroy()
    })
    socket.on("error", (error) => end(`connection failed (${"code" in error ? String(error.code) : error.message})`))
    socket.on("close", (code) => {
      end(`closed with code ${code}`, code === POLICY_VIOLATION ? `close code ${code}` : null)
      wire?.landed()
    })
    return socket
  }
  const turn = yield* Effect.acquireRelease(wire === null ? Effect.succeed(null) : turnToOpen(wire), (begun) =>
    Effect.sync(() => begun?.())
  )
  const socket = yield* Effect.acquireRelease(Effect.sync(connect), (open) => Effect.sync(() => open.terminate()))
  yield* Effect.ensuring(
    Deferred.await(opened),
    Effect.sync(() => turn?.())
  )

  return {
    send: (message) =>
      Effect.sync(() => {
        // A socket that is closing says so through `take`; what was to be sent is then of no use to anyone.
        const send = (): boolean => {
          const open = socket.readyState === WebSocket.OPEN
          if (open) socket.send(JSON.stringify(message))
          return open
        }
        if (wire === null) send()
        else wire.push(send)
      }),
    take: Queue.take(frames),
    heardMs: () => heardMs,
    drop: (detail) => Effect.sync(() => end(detail))
  }
})
