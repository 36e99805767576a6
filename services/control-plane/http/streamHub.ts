/**
 * The server-sent events of all open pages. Every message is the whole status, so a page that was away, or too slow for
 * one message, is right again with the next; `Last-Event-ID` needs no history.
 */
import type { ServerResponse } from "node:http"
import type { Socket } from "node:net"
import { placeOf } from "./connections.ts"
import type { Published } from "./publisher.ts"

/** As much of a report as is sent. */
type Sent = Pick<Published, "seq" | "json">

/** One person's pages and scripts. Each costs a socket and a report a second; a forgotten loop must not cost more. */
export const MAX_CLIENTS = 32
/** Half of them for one place: a program that opens streams and forgets them leaves room for pages elsewhere. */
export const MAX_PER_ADDRESS = 16
/**
 * A silent connection looks like a dead one to a proxy (patience 30–60 s) and to a page, which connects again when it has
 * missed two of these. An event, not a comment: a browser does not tell a page of comments.
 */
export const HEARTBEAT_MS = 15_000
/**
 * The least time between two reports to the same pages. A report is several kilobytes, and a market at speed changes ten times a second:
 * whole reports at that rate are 240 MB an hour for each tab, once a second 24 MB. What is left out is left out whole: the next report
 * says everything, so nothing has to be made up for after a cut.
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

/** The journal sequence is the message's id. */
const frameOf = ({ seq, json }: Sent): string => `id: ${seq}\ndata: ${json}\n\n`

/** A hub without clients. */
export const makeStreamHub = (): StreamHub => {
  /** Each client with the heartbeats it has left unread in a row. */
  const clients = new Map<ServerResponse, number>()
  let closed = false
  /** What waits for the next tick, and whether the next report need not wait. */
  let [waiting, due]: [Sent | null, boolean] = [null, true]
  const write = (published: Sent): void => {
    waiting = null
    due = false
    const frame = frameOf(published)
    // A client that has not read the last message skips this one: at most one message waits per client.
    for (const client of clients.keys()) if (!client.writableNeedDrain) client.write(frame)
  }
  return {
    open: (response, first) => {
      const place = placeOf(response.socket?.remoteAddress)
      const neighbours = [...clients.keys()].filter(({ socket }) => placeOf(socket?.remoteAddress) === place)
      if (closed || clients.size >= MAX_CLIENTS || neighbours.length >= MAX_PER_ADDRESS) return false
      clients.set(response, 0)
      response.once("close", () => clients.delete(response))
      response.writeHead(200, {
        "Content-Type": "text/event-stream; charset=utf-8",
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no"
      })
      response.write(`retry: ${RETRY_MS}\n${frameOf(first)}`)
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
      for (const [client, missed] of clients) {
        if (!client.writableNeedDrain) {
          clients.set(client, 0)
          client.write("event: beat\ndata:\n\n")
        } else if (missed + 1 >= MAX_MISSED_BEATS) client.destroy()
        else clients.set(client, missed + 1)
      }
    },
    close: () => {
      closed = true
      for (const client of clients.keys()) client.end()
    }
  }
}
