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

const ACK_PREFIX = "$JS.ACK."

/** Tokens of the plain form below. With eleven, domain and account stand in front; with twelve, also one at the end. */
const PLAIN_TOKENS = 9

const tokensIn = (subject: string): number => {
  let count = 1
  for (let at = subject.indexOf("."); at >= 0; at = subject.indexOf(".", at + 1)) count += 1
  return count
}

/**
 * Parsed from the reply subject `$JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<time, ns>.<pending>`;
 * other servers put `<domain>.<account>` after `ACK` and a token at the end. Null when the message is no record.
 * Source: ADR-15 of the NATS architecture notes.
 */
export const deliveryOf = (message: Msg): Delivery | null => {
  const reply = message.reply
  if (reply === undefined || !reply.startsWith(ACK_PREFIX)) return null
  // From the end, because that is where all of it stands; once per record, hence no array of tokens.
  const end = tokensIn(reply) > PLAIN_TOKENS + 2 ? reply.lastIndexOf(".") : reply.length
  const pendingAt = reply.lastIndexOf(".", end - 1)
  const timeAt = reply.lastIndexOf(".", pendingAt - 1)
  const consumerAt = reply.lastIndexOf(".", timeAt - 1)
  const streamAt = reply.lastIndexOf(".", consumerAt - 1)
  return {
    streamSeq: Number(reply.slice(streamAt + 1, consumerAt)),
    consumerSeq: Number(reply.slice(consumerAt + 1, timeAt)),
    storedMs: Number(reply.slice(timeAt + 1, pendingAt - 6)),
    pending: Number(reply.slice(pendingAt + 1, end))
  }
}

const ID_HEADER = "Nats-Msg-Id: "
/** Where a record's mark travels. */
export const MARK_HEADER = "Kennel-Mark"

/** The parts of the client's message (3.4.0) that hold the raw headers; its own parser costs more than all the rest of a record. */
interface RawMessage {
  readonly _rdata?: unknown
  readonly _msg?: { readonly hdr?: unknown }
}

/** What the headers say of a record: its writer's id, empty when it has none, and its mark, if it bears one. */
export interface Named {
  readonly id: string
  readonly mark?: string
}

/** Such as a message's, or those of a look-up. */
interface Headers {
  readonly get: (name: string) => string
}

/** As the client has read the headers. */
export const namedBy = (headers: Headers | undefined): Named => {
  const id = headers?.get("Nats-Msg-Id") ?? ""
  const mark = headers?.get(MARK_HEADER) ?? ""
  return mark === "" ? { id } : { id, mark }
}

const MARK_LINE = `\r\n${MARK_HEADER}: `

/** Of a message that holds a record. */
export const namedIn = (message: Msg): Named => {
  const { _rdata: raw, _msg: frame } = message as unknown as RawMessage
  if (raw instanceof Uint8Array && typeof frame?.hdr === "number") {
    const headers = Buffer.from(raw.buffer, raw.byteOffset, Math.max(0, frame.hdr)).toString("latin1")
    const start = headers.indexOf(ID_HEADER)
    if (start >= 0) {
      const id = headers.slice(start + ID_HEADER.length, headers.indexOf("\r\n", start))
      const at = headers.indexOf(MARK_LINE)
      return at < 0 ? { id } : { id, mark: headers.slice(at + MARK_LINE.length, headers.indexOf("\r\n", at + 2)) }
    }
  }
  // Another version of the client, or another spelling of the header: the slow way is right as well.
  return namedBy(message.headers)
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
