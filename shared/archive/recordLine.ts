/** A record as a line of JSON, in every file that holds records. */
import { Schema } from "effect"
import type { JournalRecord } from "../journal/port.ts"

/** What a segment has room for: six bytes. */
const MOST = 2 ** 48 - 1

const Line = Schema.Struct({
  seq: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: MOST })),
  storedMs: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: MOST })),
  subject: Schema.String,
  id: Schema.String,
  /** The record's bytes as text; what is no UTF-8 stands in `base64` instead. */
  data: Schema.optionalKey(Schema.String),
  base64: Schema.optionalKey(Schema.String),
  mark: Schema.optionalKey(Schema.String)
})
const readLine = Schema.decodeUnknownSync(Schema.fromJsonString(Line))

/** The record as its line, without a line end. */
export const lineOf = ({ seq, storedMs, subject, id, data, mark }: JournalRecord): string => {
  const text = Buffer.from(data).toString("utf8")
  const place = { seq, storedMs, subject, id, ...(mark === undefined ? {} : { mark }) }
  return JSON.stringify(
    Buffer.from(text).equals(data)
      ? { ...place, data: text }
      : { ...place, base64: Buffer.from(data).toString("base64") }
  )
}

/** The record of a line; throws what is wrong with it. */
export const recordIn = (line: string): JournalRecord => {
  const { data, base64, ...place } = readLine(line)
  return { ...place, data: base64 === undefined ? Buffer.from(data ?? "") : Buffer.from(base64, "base64") }
}
