/**
 * A journal, or a piece of one, as one file that says all about itself: gzip, JSON lines. The first line says what it is, where it
 * begins and with which states, under which settings it ran; then comes a line for each record; the last line says how many there
 * were, their hash, and what a fold of them must give. `zcat` shows all of it. Lines of records alone are read too.
 */
import { once } from "node:events"
import { createReadStream, createWriteStream, renameSync, rmSync } from "node:fs"
import { createGunzip, createGzip } from "node:zlib"
import { Schema } from "effect"
import { SealedStates } from "../actor/seals/slice.ts"
import { messageOf } from "../core/messageOf.ts"
import { fileProblem } from "../files/textPieces.ts"
import { linked, NO_RECORDS } from "../journal/chainHash.ts"
import type { JournalRecord } from "../journal/port.ts"
import { lineOf, recordIn } from "./recordLine.ts"

const FORMAT = "kennel-journal"
const VERSION = 1

/** Records of some 300 bytes: half a gigabyte in memory. A longer journal is looked at where it stands, or in pieces. */
const MAX_RECORDS = 2_000_000

const Header = Schema.Struct({
  format: Schema.Literal(FORMAT),
  version: Schema.Literal(VERSION),
  /** As the exchange's REST names it. */
  pair: Schema.NonEmptyString,
  /** The sequence of the first record. */
  from: Schema.Int,
  /** What it was made for, for people. */
  note: Schema.String,
  /** Which build made it. */
  build: Schema.String,
  /** Ids, names and texts are replaced, each by the same everywhere. */
  redacted: Schema.Boolean,
  /** Settings by name, as text, without secrets. */
  settings: Schema.Record(Schema.String, Schema.String),
  /** The states that it begins with, after record `from` − 1, by actor; null: it begins with the first record of all. */
  start: Schema.NullOr(
    Schema.Struct({
      sealed: SealedStates,
      recordId: Schema.String,
      recordHash: Schema.NonEmptyString,
      states: Schema.Record(Schema.String, Schema.String)
    })
  )
})
/** What a file says of itself before its records. */
export type JournalFileHeader = typeof Header.Type

const Expected = Schema.Struct({
  /** What does not follow from the records, a line each: empty of a sound journal. */
  divergences: Schema.Array(Schema.String),
  /** Each actor that decides, after the last record: the shape of its state, and the hash of its fold. */
  actors: Schema.Array(
    Schema.Struct({ name: Schema.NonEmptyString, version: Schema.NonEmptyString, stateHash: Schema.NonEmptyString })
  )
})
/** What a fold of the records must give. */
export type Expected = typeof Expected.Type

const Footer = Schema.Struct({
  end: Schema.Literal(FORMAT),
  records: Schema.Int,
  /** `chainHash` of the records. */
  chain: Schema.NonEmptyString,
  expected: Schema.NullOr(Expected)
})

const encodeHeader = Schema.encodeSync(Schema.fromJsonString(Header))
const readHeader = Schema.decodeUnknownSync(Schema.fromJsonString(Header))
const encodeFooter = Schema.encodeSync(Schema.fromJsonString(Footer))
const readFooter = Schema.decodeUnknownSync(Schema.fromJsonString(Footer))

/** A file that holds no journal: which file, which line, and what to do. */
export class JournalFileBroken extends Schema.TaggedError<JournalFileBroken>()("JournalFileBroken", {
  file: Schema.String,
  problem: Schema.String
}) {
  override get message(): string {
    return `${this.file}: ${this.problem}`
  }
}

/** A whole file. Lines of records alone have no header, and expect nothing. */
export interface JournalFile {
  readonly header: JournalFileHeader | null
  readonly records: ReadonlyArray<JournalRecord>
  readonly expected: Expected | null
}

/** What the first line needs beside what every file says. */
export type NewJournalFile = Omit<JournalFileHeader, "format" | "version">

/**
 * Writes a file record by record: nobody sees it under its name before `end`. Memory does not grow with it.
 */
export class JournalFileWriter {
  private readonly file: string
  private readonly gzip = createGzip()
  private readonly written: Promise<unknown>
  private chain = NO_RECORDS
  private records = 0

  constructor(file: string, header: NewJournalFile) {
    this.file = file
    const out = createWriteStream(this.unfinished, { mode: 0o600 })
    this.written = once(out, "close")
    // Told by `end`, or by the next write.
    this.written.catch(() => {})
    out.on("error", (error) => this.gzip.destroy(error))
    this.gzip.pipe(out)
    this.gzip.write(`${encodeHeader({ format: FORMAT, version: VERSION, ...header })}\n`)
  }

  private get unfinished(): string {
    return `${this.file}.unfinished`
  }

  /** The next records; waits while the disk is behind. */
  async write(records: ReadonlyArray<JournalRecord>): Promise<void> {
    let room = true
    for (const record of records) {
      this.chain = linked(this.chain, record)
      this.records++
      room = this.gzip.write(`${lineOf(record)}\n`)
    }
    if (!room) await once(this.gzip, "drain")
  }

  /** Gives the file its last line and its name. */
  async end(expected: Expected | null): Promise<{ readonly records: number; readonly chain: string }> {
    const { records, chain } = this
    this.gzip.end(encodeFooter({ end: FORMAT, records, chain, expected }))
    await this.written
    renameSync(this.unfinished, this.file)
    return { records, chain }
  }

  /** Nothing comes of it. */
  abandon(): void {
    this.gzip.destroy()
    rmSync(this.unfinished, { force: true })
  }
}

const NEW_LINE = 10

const packedAs = (file: string): ".gz" | ".kennel" | null =>
  file.endsWith(".gz") ? ".gz" : file.endsWith(".kennel") ? ".kennel" : null

/** The lines of a file, packed or not. Split at line feeds alone: other line ends may stand inside of JSON. */
async function* linesIn(file: string): AsyncGenerator<string, void> {
  const bytes = createReadStream(file, { highWaterMark: 1 << 18 })
  let source: AsyncIterable<Buffer> | null = null
  const begin = async function* (): AsyncGenerator<Buffer, void> {
    for await (const chunk of bytes) yield chunk as Buffer
  }
  if (packedAs(file) !== null) {
    const gunzip = createGunzip()
    bytes.once("error", (error) => gunzip.destroy(error))
    source = bytes.pipe(gunzip) as AsyncIterable<Buffer>
  } else source = begin()
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of source) {
    let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (let end = data.indexOf(NEW_LINE); end >= 0; end = data.indexOf(NEW_LINE)) {
      yield data.toString("utf8", 0, end)
      data = data.subarray(end + 1)
    }
    rest = data
  }
  if (rest.length > 0) yield rest.toString("utf8")
}

const isFooter = (line: string): boolean => line.startsWith(`{"end":"${FORMAT}"`)

/** Says which of the records of a changed file is not what its writer wrote; null: it cannot tell. */
export type NamesChanged = (records: ReadonlyArray<JournalRecord>) => string | null

/** A file as its lines come in, one after the other. */
export class JournalLines {
  private readonly file: string
  private readonly records: Array<JournalRecord> = []
  private header: JournalFileHeader | null = null
  private footer: typeof Footer.Type | null = null
  private chain = NO_RECORDS
  private number = 0

  /** `file`: what errors call it. */
  constructor(file: string) {
    this.file = file
  }

  /** The next line. Throws `JournalFileBroken`. */
  take(line: string): void {
    this.number++
    try {
      this.read(line)
    } catch (error) {
      if (error instanceof JournalFileBroken) throw error
      this.refuse(`line ${this.number}: ${messageOf(error)}`)
    }
  }

  /** The whole file, held to its own last line. Throws `JournalFileBroken`; where it was changed, with what `namesChanged` says. */
  end(namesChanged: NamesChanged = () => null): JournalFile {
    const { header, footer, records, chain } = this
    if (header !== null && footer === null)
      this.refuse("has no last line: it was not written to its end; export it again")
    if (footer !== null && (footer.chain !== chain || footer.records !== records.length)) {
      const which = namesChanged(records)
      const named = which === null ? "" : ` (${which})`
      this.refuse(`does not hold what its last line says: it was changed; export it again${named}`)
    }
    if (header === null && records.length === 0) this.refuse("holds no record")
    return { header, records, expected: footer?.expected ?? null }
  }

  /** What went wrong with the file itself. */
  unreadable(error: unknown): JournalFileBroken {
    const problem = fileProblem(error, packedAs(this.file))
    const place = this.number === 0 ? "" : `, after line ${this.number}`
    return new JournalFileBroken({ file: this.file, problem: `${problem}${place}` })
  }

  private refuse(problem: string): never {
    throw new JournalFileBroken({ file: this.file, problem })
  }

  private read(line: string): void {
    const { number, records } = this
    if (number === 1 && line.startsWith('{"format"')) this.header = readHeader(line)
    else if (isFooter(line)) this.footer = readFooter(line)
    else if (line !== "") {
      const record = recordIn(line)
      const expected = (records.at(-1)?.seq ?? (this.header?.from ?? 1) - 1) + 1
      if (record.seq !== expected) this.refuse(`line ${number} is record ${record.seq}, expected record ${expected}`)
      if (records.length >= MAX_RECORDS)
        this.refuse(`holds more than ${MAX_RECORDS} records: import it, or export less`)
      this.chain = linked(this.chain, record)
      records.push(record)
    }
  }
}

/** Reads a file; as `JournalLines`. */
export const readJournalFile = async (file: string, namesChanged?: NamesChanged): Promise<JournalFile> => {
  const lines = new JournalLines(file)
  try {
    for await (const line of linesIn(file)) lines.take(line)
  } catch (error) {
    throw error instanceof JournalFileBroken ? error : lines.unreadable(error)
  }
  return lines.end(namesChanged)
}
