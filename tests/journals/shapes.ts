/**
 * The shapes of events as hashes: one for each event, so that a change is named. A version of the shapes is frozen once a journal
 * has been recorded in it; then they stand in `recorded/shapes-<version>.json`.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Schema } from "effect"
import { Envelope, ENVELOPE_VERSION } from "../../shared/events/envelope.ts"
import { FAMILIES } from "../../shared/events/event.ts"
import { sha256Of } from "./corpus.ts"

/** What one version of the shapes was: a hash for each event by its tag, and for what an envelope holds around them. */
export interface Shapes {
  readonly envelope: string
  readonly events: Readonly<Record<string, string>>
}

/** Keys in one order, at every depth: the order in which code names them means nothing. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)])
  )
}

/**
 * What a schema reads and writes: its text in the journal (JSON Schema) and what code sees of it, without which an amount and a
 * price, both decimal texts, would be the same.
 */
export const hashOf = (schema: Schema.Constraint): string =>
  sha256Of(
    JSON.stringify(
      sorted([Schema.toJsonSchemaDocument(schema), Schema.toRepresentation(Schema.toType(schema)).representation])
    )
  ).slice(0, 16)

/** The shapes of this build. */
export const shapesNow = (): Shapes => {
  const { events: _events, ...around } = Envelope.fields
  const members = Object.values(FAMILIES).flat()
  const events = members.map((member) => [member.fields._tag.schema.literal, hashOf(member)] as const)
  return {
    envelope: hashOf(Schema.Struct(around)),
    events: Object.fromEntries(events.toSorted(([a], [b]) => (a < b ? -1 : 1)))
  }
}

const fileOf = (version: number): string => join(import.meta.dirname, "recorded", `shapes-${version}.json`)

/** The shapes of a frozen version; null: it is open. */
export const frozenShapes = (version: number): Shapes | null =>
  existsSync(fileOf(version)) ? (JSON.parse(readFileSync(fileOf(version), "utf8")) as Shapes) : null

/** Freezes the shapes of this build, unless their version is frozen. */
export const freezeShapes = (): void => {
  if (frozenShapes(ENVELOPE_VERSION) !== null) return
  writeFileSync(fileOf(ENVELOPE_VERSION), `${JSON.stringify(shapesNow(), null, 2)}\n`, { flag: "wx" })
}

/** What is not as it was, by name: events added, gone or changed, and the envelope. */
export const changedShapes = (before: Shapes, now: Shapes): ReadonlyArray<string> => [
  ...(before.envelope === now.envelope ? [] : ["the envelope is not what it was"]),
  ...Object.entries(now.events).flatMap(([tag, hash]) => {
    const was = before.events[tag]
    if (was === hash) return []
    return [was === undefined ? `${tag} is new` : `${tag} is not what it was`]
  }),
  ...Object.keys(before.events).flatMap((tag) => (tag in now.events ? [] : [`${tag} is gone`]))
]
