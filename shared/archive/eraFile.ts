/**
 * One sealed era as a file of its own: gzip, JSON lines. The first line says what it is, then a line for each record, and the
 * last is the seal with the states that were sealed. `zcat era-000001.jsonl.gz` shows all of it.
 */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync, gzipSync } from "node:zlib"
import { Schema } from "effect"
import { EraHashes } from "../actor/seals/eraDigest.ts"
import type { Seal } from "../actor/seals/seals.ts"
import { sha256 } from "../actor/hash.ts"
import { EraSealed } from "../events/families/seal.ts"
import { messageOf } from "../core/messageOf.ts"
import { makeDirectory } from "../files/directory.ts"
import { replaceFile } from "../journal/embedded/directory/disk.ts"
import type { JournalRecord } from "../journal/port.ts"
import { lineOf, recordIn } from "./recordLine.ts"

const FORMAT = "kennel-era"
const VERSION = 1

/** Far above the largest era (60,000 records of some 300 bytes): a file that unpacks to more is none of ours. */
const MAX_UNPACKED_BYTES = 1 << 30

/** A sealed era, whole. */
export interface Era {
  readonly seal: Seal
  /** The digest that stands before this era's. */
  readonly before: string
  readonly records: ReadonlyArray<JournalRecord>
  /** The folds as text that were sealed, by actor: those that were still kept when the era was archived. */
  readonly states: Readonly<Record<string, string>>
}

/** A file of an archive that does not hold what it should: names file, line and what is wrong. */
export class ArchiveDamaged extends Schema.TaggedError<ArchiveDamaged>()("ArchiveDamaged", {
  file: Schema.String,
  problem: Schema.String
}) {
  override get message(): string {
    return `${this.file}: ${this.problem}; fetch another copy of it`
  }
}

const Header = Schema.Struct({
  format: Schema.Literal(FORMAT),
  version: Schema.Literal(VERSION),
  era: Schema.Int,
  from: Schema.Int,
  to: Schema.Int,
  /** The digest of the era before. */
  before: Schema.String
})
const Footer = Schema.Struct({
  seal: EraSealed,
  /** The record of the seal. */
  sealSeq: Schema.Int,
  states: Schema.Record(Schema.String, Schema.String)
})

const encodeSeal = Schema.encodeSync(EraSealed)
const readHeader = Schema.decodeUnknownSync(Schema.fromJsonString(Header))
const readFooter = Schema.decodeUnknownSync(Schema.fromJsonString(Footer))

const NAME = /^era-(\d{6})\.jsonl\.gz$/

/** Where an era stands in an archive's directory. */
export const eraPath = (directory: string, era: number): string =>
  join(directory, `era-${String(era).padStart(6, "0")}.jsonl.gz`)

/** The eras that have a file in the directory, ascending; none where there is no such directory. */
export const erasIn = (directory: string): ReadonlyArray<number> => {
  const names = ((): ReadonlyArray<string> => {
    try {
      return readdirSync(directory)
    } catch {
      return []
    }
  })()
  return names
    .flatMap((name) => {
      const match = NAME.exec(name)
      return match === null ? [] : [Number(match[1])]
    })
    .toSorted((a, b) => a - b)
}

/** Writes the file whole or not at all, and has it on the disk when it returns. Throws what the disk says. */
export const writeEra = (directory: string, { seal, before, records, states }: Era): string => {
  const { seq: sealSeq, ...event } = seal
  const { era, from, to } = seal
  const lines = [
    JSON.stringify({ format: FORMAT, version: VERSION, era, from, to, before }),
    ...records.map(lineOf),
    JSON.stringify({ seal: encodeSeal(event), sealSeq, states })
  ]
  const path = eraPath(directory, era)
  makeDirectory(directory)
  replaceFile(path, gzipSync(lines.join("\n")))
  return path
}

/** Reads an era back and holds it to its own seal: digest, and each state. Throws `ArchiveDamaged`. */
export const readEra = (path: string): Era => {
  let text: string
  try {
    text = gunzipSync(readFileSync(path), { maxOutputLength: MAX_UNPACKED_BYTES }).toString("utf8")
  } catch (error) {
    throw new ArchiveDamaged({ file: path, problem: `line 1 is not what an era holds: ${messageOf(error)}` })
  }
  return eraIn(text, path)
}

/** The era of a file's text. Throws `ArchiveDamaged`, which names the file. */
export const eraIn = (text: string, path: string): Era => {
  const refuse = (problem: string): never => {
    throw new ArchiveDamaged({ file: path, problem })
  }
  const at = <A>(line: number, read: () => A): A => {
    try {
      return read()
    } catch (error) {
      return refuse(`line ${line} is not what an era holds: ${messageOf(error)}`)
    }
  }
  const lines = text.split("\n")
  const { before } = at(1, () => readHeader(lines[0]))
  const { seal: event, sealSeq, states } = at(lines.length, () => readFooter(lines.at(-1)))
  const seal: Seal = { ...event, seq: sealSeq }
  const hashes = new EraHashes()
  const records = lines.slice(1, -1).map((text, index): JournalRecord => {
    const record = at(index + 2, () => recordIn(text))
    hashes.add(record)
    return record
  })
  if (records.length !== seal.to - seal.from + 1) {
    refuse(`holds ${records.length} records, its seal says ${seal.from} to ${seal.to}`)
  }
  const changed = hashes.changed(seal, before)
  if (changed !== null) {
    const which = changed[0] === undefined ? "one of its records" : `record ${changed[0]}`
    refuse(`era ${seal.era} is not what was sealed: ${which} has changed`)
  }
  for (const [name, text] of Object.entries(states)) {
    const sealed = seal.actors.find((actor) => actor.name === name)
    if (sealed?.stateHash !== sha256(text)) refuse(`the state of ${name} is not the sealed one`)
  }
  return { seal, before, records, states }
}
