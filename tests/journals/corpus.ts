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
import { type Actor, ofAnyKind } from "../../shared/actor/core/actor.ts"
import { verifyJournal } from "../../shared/actor/verify.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { NEWEST_RULES } from "../../shared/core/rules/versions.ts"
import { ENVELOPE_VERSION } from "../../shared/events/envelope.ts"
import { MemoryJournal } from "../../shared/journal/memory.ts"
import { Journal, type JournalRecord, type SnapshotStore } from "../../shared/journal/port.ts"

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

/** Every recorded journal by name: `rules-1-shapes-1-trading`. */
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
export const journalOf = (records: ReadonlyArray<JournalRecord>): Layer.Layer<Journal | SnapshotStore> =>
  Layer.effect(
    Journal,
    Effect.gen(function* () {
      const journal = yield* Journal
      const appended = yield* journal.appendAll(records.map(({ subject, id, data }) => ({ subject, id, data })))
      const moved = appended.findIndex(({ seq }, index) => seq !== records[index]?.seq)
      if (moved >= 0) throw new Error(`record ${records[moved]?.seq} would stand at ${appended[moved]?.seq}`)
      return journal
    })
  ).pipe(Layer.provideMerge(MemoryJournal.layer()), Layer.orDie)

/** The actors of the market whose journal is open: those that decide, and the gateway's fold. */
const marketActors = Effect.map(decidingActors(SUBJECTS), (actors) => [...actors, ofAnyKind(gatewayFold)])

/** Folds the open journal by every actor of its market. `as` puts another actor in the place of one. */
export const verified = Effect.fnUntraced(function* (as: (actor: Actor<unknown>) => Actor<unknown> = (actor) => actor) {
  const actors = (yield* marketActors).map(as)
  const verification = yield* verifyJournal({ subjects: SUBJECTS, actors })
  const versions = new Map(actors.map(({ name, version }) => [name, version]))
  const states = verification.actors.map(({ name, stateHash }) => ({
    name,
    version: versions.get(name) ?? "",
    stateHash
  }))
  return { ...verification, states }
})

const tagsIn = ({ data }: JournalRecord): ReadonlyArray<string> => {
  try {
    const { events } = JSON.parse(new TextDecoder().decode(data)) as { events: ReadonlyArray<{ _tag: string }> }
    return events.map(({ _tag }) => _tag)
  } catch {
    // A record that nobody can read.
    return []
  }
}

/** How often each event stands in the records, by the tag that was written. */
export const countEvents = (records: ReadonlyArray<JournalRecord>): Record<string, number> => {
  const tags = records.flatMap(tagsIn).toSorted()
  const counts: Record<string, number> = {}
  for (const tag of tags) counts[tag] = (counts[tag] ?? 0) + 1
  return counts
}

/** What a build does not do as the one that recorded a journal: a line each, with what to do about it; empty when nothing. */
export const differences = (
  recorded: Recorded,
  { divergences, states }: Effect.Success<ReturnType<typeof verified>>
): ReadonlyArray<string> => {
  const [first, ...more] = divergences
  const decided =
    first === undefined
      ? []
      : [
          `${first}\n… and ${more.length} more. Version ${recorded.rulesVersion} of the rules is frozen by its recorded journals: ` +
            "declare a new version in shared/core/rules/versions.ts, and give the actor's table of variants its line " +
            "(tests/journals/README.md)"
        ]
  const before = new Map(recorded.actors.map((actor) => [actor.name, actor]))
  const changed = states.filter(({ name, version, stateHash }) => {
    const was = before.get(name)
    return was === undefined || (was.version === version && was.stateHash !== stateHash)
  })
  return [
    ...decided,
    ...changed.map(
      ({ name, version }) =>
        `${name} ends in another state of shape ${version} than it was recorded with. Where only the shape of the state has ` +
        "changed, raise the actor's `version`: snapshots of the old one are read by nobody then"
    )
  ]
}

/** Why a journal of this name cannot be recorded; null: it can. */
export const refusalOf = (name: string): string | null =>
  existsSync(packedFile(name)) || existsSync(factsFile(name))
    ? `${name} has been recorded and is never written again. What this build decides otherwise is a new version of the rules: ` +
      "declare it in shared/core/rules/versions.ts, then record that one"
    : null

/** Writes a journal and what is true of it. Throws where it does not verify, or has been recorded: it is never written again. */
export const writeRecorded = Effect.fnUntraced(function* (name: string, records: ReadonlyArray<JournalRecord>) {
  const refusal = refusalOf(name)
  if (refusal !== null) throw new Error(refusal)
  const lines = linesOf(records)
  const facts = yield* Effect.gen(function* () {
    const { divergences, actors, states, head } = yield* verified()
    const unwritten = actors.filter((actor) => actor.unwritten > 0).map((actor) => actor.name)
    if (divergences.length > 0) throw new Error(`it does not verify: ${divergences.slice(0, 3).join("\n")}`)
    if (unwritten.length > 0) throw new Error(`outputs are missing of ${unwritten.join(", ")}`)
    return {
      rulesVersion: NEWEST_RULES,
      shapesVersion: ENVELOPE_VERSION,
      records: head,
      sha256: sha256Of(lines),
      events: countEvents(records),
      actors: states
    } satisfies Recorded
  }).pipe(Effect.provide(journalOf(recordsOf(lines))))
  const packed = gzipSync(lines, { level: 9 })
  // Fails where the file is there.
  writeFileSync(packedFile(name), packed, { flag: "wx" })
  writeFileSync(factsFile(name), `${JSON.stringify(facts, null, 2)}\n`, { flag: "wx" })
  return { ...facts, bytes: packed.length }
})
