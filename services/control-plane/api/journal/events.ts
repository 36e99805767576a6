/**
 * Every record as server-sent events. A reader holds its place in the journal and nothing else: what it has missed is read from there, and
 * it is read no faster than its reader takes it, so that a slow one costs one record of memory.
 */
import { Effect, FiberSet, type Scope, Stream } from "effect"
import type { Request, Response } from "express"
import type { Socket } from "node:net"
import { Journal, type JournalRecord, type ReadError } from "../../../../shared/journal/port.ts"
import { placeOf } from "../../http/connections.ts"
import { problem } from "../../http/respond.ts"
import { MAX_CLIENTS, MAX_PER_ADDRESS } from "../../http/connections.ts"
import { HEARTBEAT_MS, RETRY_MS } from "../../http/streamHub.ts"
import { maybeInteger } from "../params.ts"
import { type JournalLine } from "../schema/journal.ts"
import { shownRecord, WANTED_PARAMS, type Wanted } from "./records.ts"

/** A reader that takes nothing for so long is dropped; it may resume where it was. */
const PATIENCE_MS = 3 * HEARTBEAT_MS

/** What a stream can be asked for. */
export const EVENTS_PARAMS = {
  ...WANTED_PARAMS,
  after: maybeInteger("Begin after this record, where there is no Last-Event-ID.", 0)
} as const

/** Open streams of records. */
export interface EventStreams {
  /** Answers the request with a stream, or says why not. */
  readonly open: (request: Request, response: Response, asked: Wanted & { readonly after: number | null }) => void
  /** How many are open. */
  readonly size: () => number
  /** Whether a stream is open on this connection. */
  readonly holds: (socket: Socket) => boolean
  /** Ends every stream and opens no more. */
  readonly close: () => void
}

const frameOf = (line: typeof JournalLine.Type): string =>
  `id: ${line.seq}\nevent: record\ndata: ${JSON.stringify(line)}\n\n`

/** Returns once the reader has taken what was written, or has gone. */
const taken = (response: Response): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    const done = (): void => resume(Effect.void)
    response.once("drain", done)
    response.once("close", done)
    return Effect.sync(() => {
      response.off("drain", done)
      response.off("close", done)
    })
  })

/** Writes records from `from` on until the reader goes. */
const pump = Effect.fnUntraced(function* (
  response: Response,
  from: number,
  wanted: Wanted
): Effect.fn.Return<void, ReadError, Journal> {
  const journal = yield* Journal
  // The last record looked at: a stream that is resumed goes on behind it.
  let at = from - 1
  const beat = Effect.sync(() => {
    if (!response.writableNeedDrain) response.write(`id: ${at}\nevent: beat\ndata:\n\n`)
  })
  const send = (record: JournalRecord): Effect.Effect<void> => {
    at = record.seq
    const line = shownRecord(record, wanted)
    if (line === null || response.write(frameOf(line))) return Effect.void
    return taken(response).pipe(
      Effect.timeoutOrElse({ duration: PATIENCE_MS, orElse: () => Effect.sync(() => response.destroy()) }),
      Effect.asVoid
    )
  }
  yield* Effect.raceFirst(
    Stream.runForEach(journal.tail({ from }), send),
    Effect.forever(Effect.andThen(Effect.sleep(HEARTBEAT_MS), beat))
  )
})

/** The record to begin with, or why there is none: of `Last-Event-ID`, of `after`, or of nothing. */
const beginning = Effect.fnUntraced(function* (lastEventId: string | undefined, after: number | null) {
  const journal = yield* Journal
  const head = yield* journal.head
  const given = lastEventId === undefined || lastEventId === "" ? after : Number(lastEventId)
  if (given === null) return head + 1
  if (!Number.isSafeInteger(given) || given < 0 || given > head) {
    return `${lastEventId === undefined ? "after" : "Last-Event-ID"}: the journal's last record is ${head}`
  }
  const first = yield* journal.first
  return given + 1 < first ? `record ${given + 1} was dropped from the journal, which begins at ${first}` : given + 1
})

/** Runs while its scope lives. */
export const makeEventStreams: Effect.Effect<EventStreams, never, Journal | Scope.Scope> = Effect.gen(function* () {
  const run = yield* FiberSet.makeRuntime<Journal>()
  const open = new Set<Response>()
  let closed = false

  const hasRoom = (response: Response): boolean => {
    const place = placeOf(response.socket?.remoteAddress)
    const neighbours = [...open].filter(({ socket }) => placeOf(socket?.remoteAddress) === place)
    return !closed && open.size < MAX_CLIENTS && neighbours.length < MAX_PER_ADDRESS
  }

  const serve = Effect.fnUntraced(function* (
    response: Response,
    lastEventId: string | undefined,
    asked: Wanted & { readonly after: number | null }
  ) {
    const from = yield* beginning(lastEventId, asked.after)
    if (typeof from === "string") return problem(response, 404, "Not Found", from)
    response.writeHead(200, {
      "Content-Type": "text/event-stream; charset=utf-8",
      "Cache-Control": "no-store",
      "X-Accel-Buffering": "no"
    })
    response.write(`retry: ${RETRY_MS}\n\n`)
    yield* pump(response, from, asked)
  })

  return {
    open: (request, response, asked) => {
      if (!hasRoom(response)) {
        response.set("Retry-After", "15")
        const detail = `${MAX_CLIENTS} streams are open already, or ${MAX_PER_ADDRESS} from here, or the server is stopping`
        return problem(response, 503, "Too Many Streams", detail)
      }
      open.add(response)
      const leave = new AbortController()
      response.once("close", () => {
        open.delete(response)
        leave.abort()
      })
      const lastEventId = request.headers["last-event-id"]
      const work = serve(response, typeof lastEventId === "string" ? lastEventId : undefined, asked).pipe(
        Effect.tapCause((cause) => Effect.logDebug("control-plane: a stream of records has ended", cause)),
        // Cut, so that its reader resumes where it was; what cannot be read at once may be later.
        Effect.catchCause(() =>
          Effect.sync(() => {
            if (response.headersSent) response.destroy()
            else problem(response, 503, "Service Unavailable", "the journal cannot be read now")
          })
        )
      )
      run(work, { signal: leave.signal })
    },
    size: () => open.size,
    holds: (socket) => [...open].some((response) => response.socket === socket),
    close: () => {
      closed = true
      for (const response of open) response.end()
    }
  }
})
