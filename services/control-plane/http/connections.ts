/** How long and how often one client may hold the server: every wait, and every count, has an end. */
import { createServer, type RequestListener, type Server, STATUS_CODES } from "node:http"
import type { Socket } from "node:net"
import { SECURITY_HEADERS } from "./door.ts"

/** Streams of reports, and as many of records: pages and scripts of a whole team. Each costs a socket and a message a second, whose bytes are the same for all. */
export const MAX_CLIENTS = 256
/** Half of each for one place: a program that opens streams and forgets them leaves room for pages elsewhere. */
export const MAX_PER_ADDRESS = 128
/** Beside a place's streams: they are never pushed out, and whoever has all of them still asks, acts and is asked for its health. */
const ROOM_TO_ACT = 64
/** One that forgets connections leaves the others theirs. */
export const MAX_CONNECTIONS_PER_PLACE = 2 * MAX_PER_ADDRESS + ROOM_TO_ACT
/** Two places that have all of theirs, and room for others. */
const MAX_CONNECTIONS = 2 * MAX_CLIENTS + 256
/** All of a request's line and headers. The page's own have some hundred bytes. */
export const MAX_HEADER_BYTES = 8 * 1_024

const TIMES = {
  /** From connecting, or the end of the answer before, to the last header. Wall time, as all of these. */
  headersTimeout: 10_000,
  /** To the last byte of the body: 16 KiB at most. */
  requestTimeout: 15_000,
  /** How often the two above are looked at. */
  connectionsCheckingInterval: 1_000,
  /** Without a request under way. */
  keepAliveTimeout: 5_000
} as const
/** A connection on which nothing moves: twice the heartbeat of a stream, so that no stream is ever so still. */
const STILL_MS = 30_000

/** Whom a connection counts for: all of loopback is one place, and so is an IPv6 network of 64 bits, which one host has for itself. */
export const placeOf = (address: string | undefined): string => {
  if (address === undefined) return "gone"
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "")
  if (plain === "::1" || plain.startsWith("127.")) return "loopback"
  if (!plain.includes(":")) return plain
  const [left = "", right] = plain.split("%")[0]?.split("::") ?? []
  const before = left === "" ? [] : left.split(":")
  const after = right === undefined || right === "" ? [] : right.split(":")
  const zeros = right === undefined ? 0 : 8 - before.length - after.length
  return [...before, ...Array.from({ length: zeros }, () => "0"), ...after].slice(0, 4).join(":")
}

/** Status of what Node's parser refuses, by its error codes. */
const REFUSED: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }

/** What cannot be read as a request is answered like everything else, and ends the connection. */
const refuse = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy()
    return
  }
  const status = (error.code === undefined ? undefined : REFUSED[error.code]) ?? 400
  const title = STATUS_CODES[status] ?? "Bad Request"
  const body = JSON.stringify({ type: "about:blank", title, status, detail: "this is no request that can be read" })
  const headers = {
    ...SECURITY_HEADERS,
    "Cache-Control": "no-store",
    "Content-Type": "application/problem+json",
    "Content-Length": String(body.length),
    Connection: "close"
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status} ${title}\r\n${lines.join("")}\r\n${body}`)
}

/**
 * Lets a new connection in, and for it the oldest goes of the place that has too many: whoever floods the server pushes out his own.
 * `isKept` names connections that stay (open streams, which are counted on their own).
 */
const admit = (open: Map<Socket, string>, socket: Socket, isKept: (socket: Socket) => boolean): void => {
  const place = placeOf(socket.remoteAddress)
  const byPlace = Map.groupBy(open.keys(), (one) => open.get(one))
  const own = byPlace.get(place) ?? []
  const crowded =
    own.length >= MAX_CONNECTIONS_PER_PLACE
      ? own
      : open.size >= MAX_CONNECTIONS
        ? ([...byPlace.values()].toSorted((a, b) => b.length - a.length)[0] ?? [])
        : []
  if (crowded.length > 0) {
    const oldest = crowded.find((one) => !isKept(one))
    if (oldest === undefined) {
      socket.destroy()
      return
    }
    oldest.destroy()
    open.delete(oldest)
  }
  open.set(socket, place)
  socket.once("close", () => open.delete(socket))
}

/** A server that is not listening yet. */
export const makeServer = (handler: RequestListener, isKept: (socket: Socket) => boolean): Server => {
  // A request that names no host is answered by the door, which says why.
  const server = createServer({ ...TIMES, maxHeaderSize: MAX_HEADER_BYTES, requireHostHeader: false }, handler)
  server.setTimeout(STILL_MS)
  const open = new Map<Socket, string>()
  server.on("connection", (socket: Socket) => admit(open, socket, isKept))
  server.on("clientError", (error, socket) => refuse(error, socket as Socket))
  return server
}
