/** What a pull consumer sends: records, and notes about the request they answer. */
import type { Msg } from "@nats-io/nats-core"

/** Where a delivered record stands. */
export interface Delivery {
  /** The record's sequence in the journal. */
  readonly streamSeq: number
  /** 1, 2, 3, ... over what this consumer delivered: a hole means that something was lost on the way. */
  readonly consumerSeq: number
  /** When the server stored it, Unix milliseconds. */
  readonly storedMs: number
  /** How many matching records come after this one. */
  readonly pending: number
}

/** Such as a message's, or those of a look-up. */
interface Headers {
  readonly get: (name: string) => string
}

/** What the headers say of a record: its writer's id, empty when it has none, and its mark, if it bears one. */
export interface Named {
  readonly id: string
  readonly mark?: string
}

const ID_HEADER = "Nats-Msg-Id"
/** Where a record's mark travels. */
export const MARK_HEADER = "Kennel-Mark"

/** What a record of this id is sent under where somebody else has used the id first (`publisher.ts`): the server looks at no more than this. */
export const idApart = (id: string, by: string): string => `~${by}~${id}`

const TILDE = 126

/** The id of a record by what it was sent under. */
const idOf = (sent: string): string => (sent.charCodeAt(0) === TILDE ? sent.slice(sent.indexOf("~", 1) + 1) : sent)

/** As the client has read the headers. */
export const namedBy = (headers: Headers | undefined): Named => {
  const id = idOf(headers?.get(ID_HEADER) ?? "")
  const mark = headers?.get(MARK_HEADER) ?? ""
  return mark === "" ? { id } : { id, mark }
}

/**
 * A message as it came, in the parts of the client's own (3.4.0) that hold its bytes: what the client makes of its headers and subjects
 * costs more than all the rest of a record.
 */
interface Raw {
  readonly _rdata?: unknown
  readonly _msg?: { readonly subject?: unknown; readonly reply?: unknown; readonly hdr?: unknown }
}

const rawOf = (message: Msg): Raw => message as unknown as Raw

const ACK_PREFIX = Buffer.from("$JS.ACK.")
const [DOT, ZERO, NINE] = [46, 48, 57] as const

/** Tokens of the plain form below. With eleven, domain and account stand in front; with twelve, also one at the end. */
const PLAIN_TOKENS = 9

const tokensIn = (subject: Uint8Array): number => {
  let count = 1
  for (let at = 0; at < subject.length; at++) if (subject[at] === DOT) count += 1
  return count
}

/** The place of the dot before `end`; -1: there is none. */
const dotBefore = (subject: Uint8Array, end: number): number => {
  let at = end - 1
  while (at >= 0 && subject[at] !== DOT) at -= 1
  return at
}

/** The number whose digits stand from `from` to `end`; NaN for anything else. */
const numberAt = (subject: Uint8Array, from: number, end: number): number => {
  let number = 0
  for (let at = from; at < end; at++) {
    const digit = subject[at] as number
    if (digit < ZERO || digit > NINE) return Number.NaN
    number = 10 * number + (digit - ZERO)
  }
  return from < end ? number : Number.NaN
}

const isAck = (reply: Uint8Array): boolean => {
  for (let at = 0; at < ACK_PREFIX.length; at++) if (reply[at] !== ACK_PREFIX[at]) return false
  return true
}

/**
 * Parsed from the reply subject `$JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<time, ns>.<pending>`;
 * other servers put `<domain>.<account>` after `ACK` and a token at the end. Null when the message is no record.
 * Source: ADR-15 of the NATS architecture notes.
 */
export const deliveryOf = (message: Msg): Delivery | null => {
  const raw = rawOf(message)._msg?.reply
  const reply = raw instanceof Uint8Array ? raw : Buffer.from(message.reply ?? "")
  if (!isAck(reply)) return null
  // From the end, because that is where all of it stands.
  const end = tokensIn(reply) > PLAIN_TOKENS + 2 ? dotBefore(reply, reply.length) : reply.length
  const pendingAt = dotBefore(reply, end)
  const timeAt = dotBefore(reply, pendingAt)
  const consumerAt = dotBefore(reply, timeAt)
  const streamAt = dotBefore(reply, consumerAt)
  return {
    streamSeq: numberAt(reply, streamAt + 1, consumerAt),
    consumerSeq: numberAt(reply, consumerAt + 1, timeAt),
    storedMs: numberAt(reply, timeAt + 1, pendingAt - 6),
    pending: numberAt(reply, pendingAt + 1, end)
  }
}

const ID_LINE = `\r\n${ID_HEADER}: `
const MARK_LINE = `\r\n${MARK_HEADER}: `

/** Whether the client reads the very same of these bytes: it trims, and takes them for UTF-8. */
const isPlain = (text: string): boolean => {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code <= SPACE || code >= DELETE) return false
  }
  return true
}
const [SPACE, DELETE] = [32, 127] as const

/** What the headers of a message that holds a record say of it. */
export const namedIn = (message: Msg): Named => {
  const { _rdata: raw, _msg: frame } = rawOf(message)
  if (raw instanceof Uint8Array && typeof frame?.hdr === "number") {
    const bytes = raw instanceof Buffer ? raw : Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
    const headers = bytes.toString("latin1", 0, Math.max(0, frame.hdr))
    const start = headers.indexOf(ID_LINE)
    if (start >= 0) {
      const end = headers.indexOf("\r\n", start + 2)
      const id = idOf(headers.slice(start + ID_LINE.length, end))
      const at = headers.indexOf(MARK_LINE)
      const mark = at < 0 ? "" : headers.slice(at + MARK_LINE.length, headers.indexOf("\r\n", at + 2))
      // Else a look-up, which reads them the slow way, would find another id than a reader has.
      if (isPlain(id) && isPlain(mark)) return at < 0 ? { id } : { id, mark }
    }
  }
  // Another version of the client, or another spelling of the header: the slow way is right as well.
  return namedBy(message.headers)
}

/** Subjects remembered, one a place: those that make up nearly all of a market's records. A power of two. */
const SUBJECT_PLACES = 64

/** Makes the text of messages' subjects: of one that was met before, that of then. A market writes on few, and one after the other. */
export const makeSubjectOf = (): ((message: Msg) => string) => {
  const known: Array<{ readonly bytes: Uint8Array; readonly text: string } | undefined> = Array.from({
    length: SUBJECT_PLACES
  })
  return (message) => {
    const raw = rawOf(message)._msg?.subject
    if (!(raw instanceof Uint8Array)) return message.subject
    // By the end, where they differ.
    const place = ((raw.at(-1) ?? 0) + 7 * raw.length) & (SUBJECT_PLACES - 1)
    const before = known[place]
    if (before !== undefined && sameBytes(raw, before.bytes)) return before.text
    const text = message.subject
    known[place] = { bytes: new Uint8Array(raw), text }
    return text
  }
}

const sameBytes = (one: Uint8Array, other: Uint8Array): boolean => {
  if (one.length !== other.length) return false
  for (let at = one.length - 1; at >= 0; at--) if (one[at] !== other[at]) return false
  return true
}

/** What a message without a record tells about the consumer or its request. */
export type Note =
  /** The server lives; `consumerSeq` is the last it delivered, `streamSeq` how far in the stream it has looked. */
  | { readonly kind: "heartbeat"; readonly consumerSeq: number; readonly streamSeq: number }
  /** A request is over; `unanswered` of its records will not come (null: the server does not say). */
  | { readonly kind: "request-over"; readonly unanswered: number | null }
  /** The consumer is of no use any more. */
  | { readonly kind: "gone"; readonly detail: string }

const numberIn = (message: Msg, header: string): number | null => {
  const text = message.headers?.get(header) ?? ""
  return text === "" ? null : Number(text)
}

/** What a message without a record says. Codes as in ADR-13. */
export const noteOf = (message: Msg): Note => {
  const code = message.headers?.code ?? 0
  const detail = `${code} ${message.headers?.description ?? ""}`.trim()
  if (code === 100) {
    const consumerSeq = numberIn(message, "Nats-Last-Consumer") ?? 0
    return { kind: "heartbeat", consumerSeq, streamSeq: numberIn(message, "Nats-Last-Stream") ?? 0 }
  }
  const requestOnly = code === 408 || code === 404 || (code === 409 && /exceeds|exceeded/i.test(detail))
  return requestOnly
    ? { kind: "request-over", unanswered: numberIn(message, "Nats-Pending-Messages") }
    : { kind: "gone", detail }
}
