/**
 * The server-sent events of all open pages. A stream begins with the whole status; from then on it is sent what has changed, as long as
 * it has taken every message before. One that was away, or too slow for a message, is sent the whole status again and is right:
 * nothing is lost, and `Last-Event-ID` needs no history.
 */
import type { ServerResponse } from "node:http"
import type { Socket } from "node:net"
import { patchOf } from "../core/patch.ts"
import { MAX_CLIENTS, MAX_PER_ADDRESS, placeOf } from "./connections.ts"
import type { Published } from "./publisher.ts"

/** As much of a report as is sent. */
export type Sent = Pick<Published, "seq" | "bytes"> & { readonly status: object }

/**
 * A silent connection looks like a dead one to a proxy (patience 30–60 s) and to a page, which connects again when it has
 * missed two of these. An event, not a comment: a browser does not tell a page of comments.
 */
export const HEARTBEAT_MS = 15_000
/**
 * The least time between two messages to the same pages: a market at speed changes ten times a second, and nobody reads that. A report in
 * between is left out whole: the next message says everything that is different from the one before.
 */
export const REPORT_EVERY_MS = 1_000
/** What a page waits before it connects again. */
export const RETRY_MS = 1_000
/** Heartbeats a client may leave unread before it is dropped. */
const MAX_MISSED_BEATS = 3

/** All open streams; at most `MAX_CLIENTS`, and `MAX_PER_ADDRESS` from one address. */
export interface StreamHub {
  /** Opens a stream that begins with `first`; false when all places are taken, or all of its address, or the server is stopping. */
  readonly open: (response: ServerResponse, first: Sent) => boolean
  /** How many are open. */
  readonly size: () => number
  /** Whether a stream is open on this connection. */
  readonly holds: (socket: Socket) => boolean
  /** At once if none was sent since the last `tick`, else with the next one, unless a newer one comes before it. */
  readonly send: (published: Sent) => void
  /** To be called every `REPORT_EVERY_MS`. */
  readonly tick: () => void
  readonly beat: () => void
  /** Ends every stream and opens no more. */
  readonly close: () => void
}

/** Of a whole status: changes that are longer are no use. */
const MOST_OF_WHOLE = 0.5

const END = Buffer.from("\n\n")

/** A whole status. The journal sequence is the message's id. */
const wholeOf = ({ seq, bytes }: Sent): Buffer => Buffer.concat([Buffer.from(`id: ${seq}\ndata: `), bytes, END])

/** What makes one status of the one before; null: the whole is as short. */
const changesOf = (before: Sent, { seq, status, bytes }: Sent): Buffer | null => {
  const text = JSON.stringify(patchOf(before.status, status))
  return text.length > MOST_OF_WHOLE * bytes.length ? null : Buffer.from(`id: ${seq}\nevent: patch\ndata: ${text}\n\n`)
}

/** What a page has been given, and how long it has left it unread. */
interface Client {
  /** The status that it has, if it has read everything. */
  has: Sent
  /** Heartbeats in a row that it has left unread. */
  missed: number
}

/** A hub without clients. */
export const makeStreamHub = (): StreamHub => {
  const clients = new Map<ServerResponse, Client>()
  let closed = false
  /** What waits for the next tick, and whether the next report need not wait. */
  let [waiting, due]: [Sent | null, boolean] = [null, true]
  /** What those who have read everything have. */
  let last: Sent | null = null
  const write = (published: Sent): void => {
    waiting = null
    due = false
    // Each is made once, for the first whom it is for, and its bytes are shared by all whom it waits for.
    let changes: Buffer | null | undefined
    let whole: Buffer | undefined
    for (const [response, client] of clients) {
      // One that has not read the last message skips this one: at most one waits for each.
      if (response.writableNeedDrain) continue
      // Null is an answer too: the whole is as short.
      if (client.has === last && changes === undefined) changes = changesOf(last, published)
      const message = client.has === last ? changes : null
      response.write(message ?? (whole ??= wholeOf(published)))
      client.has = published
    }
    last = published
  }
  return {
    open: (response, first) => {
      const place = placeOf(response.socket?.remoteAddress)
      const neighbours = [...clients.keys()].filter(({ socket }) => placeOf(socket?.remoteAddress) === place)
      if (closed || clients.size >= MAX_CLIENTS || neighbours.length >= MAX_PER_ADDRESS) return false
      clients.set(response, { has: first, missed: 0 })
      response.once("close", () => clients.delete(response))
      response.writeHead(200, {
        "Content-Type": "text/event-stream; charset=utf-8",
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no"
      })
      response.write(`retry: ${RETRY_MS}\n`)
      response.write(wholeOf(first))
      return true
    },
    size: () => clients.size,
    holds: (socket) => [...clients.keys()].some((client) => client.socket === socket),
    send: (published) => {
      if (due) write(published)
      else waiting = published
    },
    tick: () => {
      if (waiting === null) due = true
      else write(waiting)
    },
    beat: () => {
      for (const [response, client] of clients) {
        if (!response.writableNeedDrain) {
          client.missed = 0
          response.write("event: beat\ndata:\n\n")
        } else if (++client.missed >= MAX_MISSED_BEATS) response.destroy()
      }
    },
    close: () => {
      closed = true
      for (const response of clients.keys()) response.end()
    }
  }
}
