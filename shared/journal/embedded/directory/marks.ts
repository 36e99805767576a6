/** The two small files that say where the journal must begin and how far it must reach. */
import * as fs from "node:fs"
import { Schema } from "effect"
import { JournalOpenError } from "../../port.ts"
import { replaceFile } from "./disk.ts"
import { beginningPath, highWaterPath } from "./layout.ts"

const Seq = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** What the journal is known to have held: its newest durable sequence and that record's checksum. */
export interface HighWater {
  readonly head: number
  readonly crc: number
}
const HighWaterText = Schema.fromJsonString(Schema.Struct({ head: Seq, crc: Seq }))

/** Where a journal begins whose oldest records were dropped, and what still has to be known of them. */
export interface Beginning {
  /** Lowest sequence kept. */
  readonly first: number
  /** Checksum of the record before it. */
  readonly previousCrc: number
  /** Last sequence of each subject that has none any more; compare-and-set goes on by it. */
  readonly lasts: Readonly<Record<string, number>>
}
const BeginningText = Schema.fromJsonString(
  Schema.Struct({ first: Seq, previousCrc: Seq, lasts: Schema.Record(Schema.String, Seq) })
)

const read = <A>(path: string, codec: Schema.Codec<A, string>, advice: string): A | null => {
  if (!fs.existsSync(path)) return null
  const text = fs.readFileSync(path, "utf8")
  const found = Schema.decodeUnknownOption(codec)(text)
  if (found._tag === "Some") return found.value
  throw new JournalOpenError({ where: path, detail: `unreadable: ${JSON.stringify(text.slice(0, 60))}; ${advice}` })
}

/** Null when it was never noted. Throws `JournalOpenError` when it cannot be understood. */
export const readHighWater = (directory: string): HighWater | null =>
  read(highWaterPath(directory), HighWaterText, "compare the journal with a copy, then delete this file")

/** The text to put into `highWaterPath`. */
export const highWaterText = (mark: HighWater): string => JSON.stringify({ head: mark.head, crc: mark.crc })

/** Null in a whole journal. Throws `JournalOpenError` when it cannot be understood. */
export const readBeginning = (directory: string): Beginning | null =>
  read(beginningPath(directory), BeginningText, "restore this file from a copy of the journal")

/** Durable when it returns. Throws the system's error. */
export const writeBeginning = (directory: string, beginning: Beginning): void =>
  replaceFile(beginningPath(directory), JSON.stringify(beginning))
