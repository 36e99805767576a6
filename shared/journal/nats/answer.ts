/** What a server answers to a publish. */
import type { Msg } from "@nats-io/nats-core"
import { JournalConflict, type JournalEntry, JournalRefused, JournalUnavailable } from "../port.ts"

/** What one publish can fail with. */
export type PublishError = JournalConflict | JournalRefused | JournalUnavailable

/** What became of a publish: stored under `seq`, or not taken. */
export type Answer =
  | { readonly kind: "stored"; readonly seq: number; readonly duplicate: boolean }
  | { readonly kind: "failed"; readonly error: PublishError }

const decoder = new TextDecoder()

const closingBrace = 0x7d
const colon = 0x3a
const space = 0x20
const letterQ = 0x71

/**
 * The sequence at the end of a plain `{"stream":"X","seq":12}`, or 0 for every other answer: the answer to nearly
 * every publish, so it is not worth a JSON parser.
 */
export const plainSeq = (data: Uint8Array): number => {
  let at = data.length - 1
  if (data[at] !== closingBrace) return 0
  let seq = 0
  let unit = 1
  for (at -= 1; at >= 0; at--) {
    const digit = (data[at] ?? 0) - 0x30
    if (digit < 0 || digit > 9) break
    seq += digit * unit
    unit *= 10
  }
  if (data[at] === space) at -= 1
  return data[at] === colon && data[at - 2] === letterQ ? seq : 0
}

interface AnswerText {
  readonly seq?: number
  readonly duplicate?: boolean
  readonly error?: { readonly err_code?: number; readonly description?: string }
}

/** Codes of `server/errors.json`, read at v2.9.10 and v2.14.5. */
const wrongLastSequence: ReadonlySet<number> = new Set([10071, 10164])
const resourcesExceeded: ReadonlySet<number> = new Set([10002, 10023, 10028, 10047])
const STORE_FAILED = 10077
const MESSAGE_TOO_LARGE = 10054
const STREAM_SEALED = 10109

const failureOf = (
  entry: JournalEntry,
  { err_code: code = 0, description = "no reason given" }: NonNullable<AnswerText["error"]>
) => {
  const { subject } = entry
  const detail = `${description} (code ${code})`
  if (wrongLastSequence.has(code)) {
    const found = /wrong last sequence: (\d+)/.exec(description)?.[1]
    const actual = found === undefined ? null : Number(found)
    return new JournalConflict({ subject, expected: entry.expectedLastSeq ?? 0, actual })
  }
  if (code === MESSAGE_TOO_LARGE) return new JournalRefused({ subject, problem: "too-large", detail })
  if (code === STREAM_SEALED) return new JournalRefused({ subject, problem: "sealed", detail })
  // The same code also stands for a disk that failed, which says nothing about the record.
  if (resourcesExceeded.has(code) || (code === STORE_FAILED && /exceeded/.test(description))) {
    return new JournalRefused({ subject, problem: "full", detail })
  }
  return new JournalUnavailable({ detail })
}

/** Any answer, read in full. */
export const answerOf = (message: Msg, entry: JournalEntry): Answer => {
  if (message.data.length === 0) {
    const detail = `the server did not take the record (status ${message.headers?.code ?? "none"}): no stream listens`
    return { kind: "failed", error: new JournalUnavailable({ detail }) }
  }
  const { error, seq = 0, duplicate } = JSON.parse(decoder.decode(message.data)) as AnswerText
  if (error !== undefined) return { kind: "failed", error: failureOf(entry, error) }
  if (seq > 0) return { kind: "stored", seq, duplicate: duplicate === true }
  // A cluster's answer to a repeat whose first copy it has not stored yet (2.10.27).
  return { kind: "failed", error: new JournalUnavailable({ detail: "the record is on its way and has no place yet" }) }
}
