/**
 * The shapes of events as hashes: one for each event, so that a change is named. A version of the shapes is frozen once a journal
 * has been recorded in it; then they stand in `recorded/shapes-<version>.json`.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Schema } from "effect"
import { Envelope, ENVELOPE_VERSION } from "../../shared/events/envelope.ts"
import { FAMILIES } from "../../shared/events/event.ts"
import { RULE_NAMES } from "../../shared/core/rules/rules.ts"
import { sha256Of } from "./corpus.ts"

/** What one version of the shapes was: a hash for each event by its tag, and for what an envelope holds around them. */
export interface Shapes {
  readonly envelope: string
  readonly events: Readonly<Record<string, string>>
}

/** The list of reasons, as enumeration or as literals. It grows with the rules, not with the shapes (`reasons.ts`). */
const isVocabulary = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length === RULE_NAMES.length &&
  value.every((one: unknown, at) => {
    const word = typeof one === "object" && one !== null && "literal" in one ? one.literal : one
    return word === RULE_NAMES[at]
  })

/**
 * What a schema reads and writes: its text in the journal (JSON Schema) and what code sees of it, without which an amount and a
 * price, both decimal texts, would be the same.
 */
export const hashOf = (schema: Schema.Constraint): string =>
  sha256Of(
    JSON.stringify(
      [Schema.toJsonSchemaDocument(schema), Schema.toRepresentation(Schema.toType(schema))],
      (_key, value: unknown) => (isVocabulary(value) ? "any reason" : value)
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
const changedShapes = (before: Shapes, now: Shapes): ReadonlyArray<string> => [
  ...(before.envelope === now.envelope ? [] : ["the envelope is not what it was"]),
  ...Object.entries(now.events).flatMap(([tag, hash]) => {
    const was = before.events[tag]
    if (was === hash) return []
    return [was === undefined ? `${tag} is new` : `${tag} is not what it was`]
  }),
  ...Object.keys(before.events).flatMap((tag) => (tag in now.events ? [] : [`${tag} is gone`]))
]

/** Null: shapes are as a frozen version has them, or their version is open. Else what differs and what to do. */
export const shapesBreach = (version: number, before: Shapes | null, now: Shapes): string | null => {
  const changed = before === null ? [] : changedShapes(before, now)
  if (changed.length === 0) return null
  return (
    `version ${version} of the shapes is frozen by recorded journals, and ${changed.join(", ")}. Raise ENVELOPE_VERSION in ` +
    `shared/events/envelope.ts to ${version + 1}, add the step ${version} to UPCASTS in shared/events/upcast.ts, and before the ` +
    "release record journals of it: npm run journals -- record <name> (tests/journals/README.md)"
  )
}
