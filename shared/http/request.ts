/** One HTTP request: sent once, its reply bounded in time and size. */
import { Context, Data, Duration, Effect } from "effect"
import { type Trip, type Wire, WIRE_HEADER, wireTo } from "../pace/wire.ts"

/** The request was sent, as far as we know, and no whole reply came back. */
export class NoReply extends Data.TaggedError("NoReply")<{ readonly detail: string }> {}

/** What came back, whatever its status. */
export interface HttpReply {
  readonly status: number
  /** The header `Retry-After` as it came: seconds or a date. */
  readonly retryAfter: string | null
  readonly body: string
}

/** The largest reply anyone asks for, a page of 50,000 bars, has about 7 MB. */
const MAX_BODY_BYTES = 32 * 1024 * 1024

/** What of a request its sender chooses. */
export type RequestParts = Omit<RequestInit, "redirect" | "signal">

/** Sends a request once and gives the whole reply; an interrupt gives it up. How long it may take is not its business. */
export type Transport = (url: string, init: RequestParts) => Effect.Effect<HttpReply, NoReply>

/** By `fetch`; to a server in this process when its turn has come. */
const BY_FETCH: Transport = (url, init) =>
  Effect.flatMap(wireTo(url), (wire) =>
    wire === null ? sendOnce(url, init) : overWire(wire, sendOnce(url, marked(init)))
  )

/** What carries requests where an effect runs; a world without sockets has one of its own. */
export const HttpTransport = Context.Reference<Transport>("kennel/http/Transport", { defaultValue: () => BY_FETCH })

/** Sends once and reads the whole reply; `timeoutMs` is wall time for both. Redirects are refused: they could carry a key elsewhere. */
export const sendRequest = (url: string, init: RequestParts, timeoutMs: number): Effect.Effect<HttpReply, NoReply> =>
  Effect.flatMap(HttpTransport, (send) => send(url, init)).pipe(
    Effect.timeoutOrElse({
      duration: Duration.millis(timeoutMs),
      orElse: () => Effect.fail(new NoReply({ detail: `no reply within ${timeoutMs} ms` }))
    })
  )

const sendOnce: Transport = (url, init) =>
  Effect.tryPromise({
    try: async (signal) => {
      const response = await fetch(url, { ...init, redirect: "error", signal })
      return {
        status: response.status,
        retryAfter: response.headers.get("retry-after"),
        body: await boundedText(response)
      }
    },
    catch: (error) => (error instanceof NoReply ? error : new NoReply({ detail: connectionProblem(error) }))
  })

const marked = (init: RequestParts): RequestParts => {
  const headers = new Headers(init.headers)
  headers.set(WIRE_HEADER, "1")
  return { ...init, headers }
}

/** To a server in this process: sent when its turn has come. */
const overWire = <A, E>(wire: Wire, work: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.uninterruptibleMask((restore) =>
    restore(
      Effect.callback<Trip>((resume) => {
        const trip = wire.ask((begun) => resume(Effect.succeed(begun)))
        return Effect.sync(() => wire.done(trip))
      })
    ).pipe(
      Effect.flatMap((trip) =>
        Effect.ensuring(
          restore(work),
          Effect.sync(() => wire.done(trip))
        )
      )
    )
  )

const boundedText = async (response: Response): Promise<string> => {
  const decoder = new TextDecoder()
  let text = ""
  let size = 0
  for await (const chunk of response.body ?? []) {
    const bytes = chunk as Uint8Array
    size += bytes.length
    if (size > MAX_BODY_BYTES) throw new NoReply({ detail: `a reply of more than ${MAX_BODY_BYTES} bytes` })
    text += decoder.decode(bytes, { stream: true })
  }
  return text + decoder.decode()
}

/** Only the system's code: whatever else the error carries might quote the request. */
const connectionProblem = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "no code"
  return `connection failed (${code})`
}
