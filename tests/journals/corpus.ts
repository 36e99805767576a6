/**
 * The recorded journals: files that were written once, by the build of their time, and that every later build must decode, fold
 * and verify. Beside each stands what was true of it when it was recorded.
 */
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync, gzipSync } from "node:zlib"
import { Effect, Layer } from "effect"
import { gatewayFold } from "../../services/order-gateway/core/fold.ts"
import { decidingActors } from "../../app/leaves/journal.ts"
import { ofAnyKind } from "../../shared/actor/core/actor.ts"
import { EVERY_ACTOR, readControl, skipKey } from "../../shared/actor/control.ts"
import { verifyJournal } from "../../shared/actor/verify.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { NEWEST_RULES } from "../../shared/core/rules/versions.ts"
import { decodeRecord, ENVELOPE_VERSION } from "../../shared/events/envelope.ts"
import { MemoryJournal } from "../../shared/journal/memory.ts"
import { Journal, type JournalRecord } from "../../shared/journal/port.ts"

/** Where they stand. */
const FOLDER = join(import.meta.dirname, "recorded")

/** All were recorded of this market. */
export const SUBJECTS = marketSubjects("XDGUSD")

/** What was true of a journal when it was recorded, and has to be ever after. */
export interface Recorded {
  /** The newest version of the rules that the build knew which recorded it: the one that these records judge. */
  readonly rulesVersion: number
  /** The version of the shapes that it wrote. */
  readonly shapesVersion: number
  readonly records: number
  /** Of the lines, unpacked. */
  readonly sha256: string
  /** How often each event stands in it. */
  readonly events: Readonly<Record<string, number>>
  /** Each actor at the end: the version of its state's shape, and the hash of its fold. */
  readonly actors: ReadonlyArray<{ readonly name: string; readonly version: string; readonly stateHash: string }>
}

const packedFile = (name: string): string => join(FOLDER, `${name}.jsonl.gz`)
const factsFile = (name: string): string => join(FOLDER, `${name}.json`)

/** Every recorded journal by name: `rules-1-trading`. */
export const recordedNames = (): ReadonlyArray<string> =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith(".jsonl.gz"))
    .map((file) => file.slice(0, -".jsonl.gz".length))
    .toSorted()

/** What stands beside a journal. */
export const recordedFacts = (name: string): Recorded => JSON.parse(readFileSync(factsFile(name), "utf8")) as Recorded

/** Whether a version of the rules is frozen: a journal of it has been recorded. */
export const isFrozen = (rulesVersion: number): boolean =>
  recordedNames().some((name) => recordedFacts(name).rulesVersion === rulesVersion)

/** A recorded journal's lines, unpacked. */
export const recordedLines = (name: string): string => gunzipSync(readFileSync(packedFile(name))).toString("utf8")

interface Line extends Omit<JournalRecord, "data"> {
  /** The record's bytes, which are UTF-8. */
  readonly data: string
}

/** The records that lines hold. */
export const recordsOf = (lines: string): ReadonlyArray<JournalRecord> =>
  lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const { data, ...record } = JSON.parse(line) as Line
      return { ...record, data: new TextEncoder().encode(data) }
    })

const linesOf = (records: ReadonlyArray<JournalRecord>): string =>
  records
    .map(({ seq, subject, id, storedMs, data }) =>
      JSON.stringify({ seq, subject, id, storedMs, data: new TextDecoder("utf-8", { fatal: true }).decode(data) })
    )
    .map((line) => `${line}\n`)
    .join("")

/** SHA-256 (hex) of a text. */
export const sha256Of = (text: string): string => createHash("sha256").update(text).digest("hex")

/** A journal that holds these records at their places. */
export const journalOf = (records: ReadonlyArray<JournalRecord>): Layer.Layer<Journal> =>
  Layer.effect(
    Journal,
    Effect.gen(function* () {
      const journal = yield* Journal
      const appended = yield* journal.appendAll(records.map(({ subject, id, data }) => ({ subject, id, data })))
      const moved = appended.findIndex(({ seq }, index) => seq !== records[index]?.seq)
      if (moved >= 0) throw new Error(`record ${records[moved]?.seq} would stand at ${appended[moved]?.seq}`)
      return journal
    })
  ).pipe(Layer.provide(MemoryJournal.layer()), Layer.orDie)

/** The actors of the market whose journal is open: those that decide, and the gateway's fold. */
export const marketActors = Effect.map(decidingActors(SUBJECTS), (actors) => [...actors, ofAnyKind(gatewayFold)])

/** Folds the open journal by every actor of its market and says what is true of it. */
export const verified = Effect.gen(function* () {
  const actors = yield* marketActors
  const verification = yield* verifyJournal({ subjects: SUBJECTS, actors })
  const versions = new Map(actors.map(({ name, version }) => [name, version]))
  const states = verification.actors.map(({ name, stateHash }) => ({
    name,
    version: versions.get(name) ?? "",
    stateHash
  }))
  return { ...verification, states }
})

/** How often each event stands in the open journal. What an operator has excluded for everybody is not looked at. */
export const countEvents = Effect.fnUntraced(function* (records: ReadonlyArray<JournalRecord>) {
  const { skipped } = yield* readControl(SUBJECTS)
  const counts: Record<string, number> = {}
  for (const record of records) {
    if (skipped.has(skipKey(EVERY_ACTOR, record.seq))) continue
    for (const { _tag } of decodeRecord(record).events) counts[_tag] = (counts[_tag] ?? 0) + 1
  }
  return Object.fromEntries(Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1)))
})

/** Whether a journal of this name has been recorded. */
export const isRecorded = (name: string): boolean => existsSync(packedFile(name)) || existsSync(factsFile(name))

/** Writes a journal and what is true of it. Throws where it does not verify, or has been recorded: it is never written again. */
export const writeRecorded = Effect.fnUntraced(function* (name: string, records: ReadonlyArray<JournalRecord>) {
  const lines = linesOf(records)
  const facts = yield* Effect.gen(function* () {
    const { divergences, actors, states, head } = yield* verified
    const unwritten = actors.filter((actor) => actor.unwritten > 0).map((actor) => actor.name)
    if (divergences.length > 0) throw new Error(`it does not verify: ${divergences.slice(0, 3).join("\n")}`)
    if (unwritten.length > 0) throw new Error(`outputs are missing of ${unwritten.join(", ")}`)
    return {
      rulesVersion: NEWEST_RULES,
      shapesVersion: ENVELOPE_VERSION,
      records: head,
      sha256: sha256Of(lines),
      events: yield* countEvents(records),
      actors: states
    } satisfies Recorded
  }).pipe(Effect.provide(journalOf(recordsOf(lines))))
  const packed = gzipSync(lines, { level: 9 })
  // Fails where the file is there.
  writeFileSync(packedFile(name), packed, { flag: "wx" })
  writeFileSync(factsFile(name), `${JSON.stringify(facts, null, 2)}\n`, { flag: "wx" })
  return { ...facts, bytes: packed.length }
})
