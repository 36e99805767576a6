/** What every WebSocket v2 connection says, whatever the channel. */
import { has, optionalText, parseJson, type Row, rowOf, rows, text } from "../../../../core/wire/json.ts"
import { serial, timestampMs } from "./figures.ts"

/** One frame, sorted by what the connection has to do about it. */
export type Frame =
  /** The channel's own data, still to be read. */
  | { readonly kind: "data"; readonly channel: string; readonly body: Row }
  | { readonly kind: "heartbeat" }
  | { readonly kind: "status"; readonly system: string }
  /** `venueMs` is when the exchange sent the answer, by its own clock. */
  | { readonly kind: "pong"; readonly reqId: number; readonly venueMs: number }
  | { readonly kind: "subscribed" }
  | { readonly kind: "refused"; readonly error: string }
  /** An answer to something else, or a kind of frame that did not exist when this was written. */
  | { readonly kind: "other" }

/** Throws a `WireProblem`. Unknown fields and kinds are no problem; a known kind without its fields is. */
export const readFrame = (raw: string): Frame => {
  const body = rowOf(parseJson(raw), "frame")
  const channel = optionalText(body, "channel")
  if (channel === "heartbeat") return { kind: "heartbeat" }
  if (channel === "status") return readStatus(body)
  if (channel !== null) return { kind: "data", channel, body }
  const method = optionalText(body, "method")
  if (method === "pong") return { kind: "pong", reqId: serial(body, "req_id"), venueMs: timestampMs(body, "time_out") }
  // A request that could not even be read is refused without its method.
  if (has(body, "error")) return { kind: "refused", error: text(body, "error") }
  return { kind: method === "subscribe" ? "subscribed" : "other" }
}

/** The last of the list is the newest; an empty list says nothing. */
const readStatus = (body: Row): Frame => {
  const newest = rows(body, "data").at(-1)
  return newest === undefined ? { kind: "other" } : { kind: "status", system: text(newest, "system") }
}
