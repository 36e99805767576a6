/** Records on every subject, as nobody would write them: each decodes to events that belong on its subject, or is undecodable. */
import fc from "fast-check"
import { expect, it } from "vitest"
import { standingOf } from "../../shared/core/ids/subjects.ts"
import { objectionTo } from "../../shared/events/belonging.ts"
import { BuildTooOld, decodeRecord, RecordUndecodable } from "../../shared/events/envelope.ts"
import type { JournalRecord } from "../../shared/journal/port.ts"
import { recordedLines, recordedNames, recordsOf } from "../journals/corpus.ts"

/** The long run is a million. */
const CASES = Number(process.env["FUZZ_CASES"] ?? 20_000)
const SEED = Number(process.env["FUZZ_SEED"] ?? 20_261_129)
/** A long run takes some minutes. */
const TIMEOUT_MS = 3_600_000

/** One record of each kind of event that a market has recorded, so that rare ones are met as often as prices. */
const seeds: ReadonlyArray<JournalRecord> = [
  ...new Map(
    recordedNames()
      .flatMap((name) => recordsOf(recordedLines(name)))
      .map((record) => [
        `${record.subject} ${new TextDecoder().decode(record.data).match(/"_tag":"\w+"/)?.[0]}`,
        record
      ])
  ).values()
]

const record = fc.constantFrom(...seeds)

/** Values that stand where another was: of every kind that JSON has, and the figures that programs stumble over. */
const odd = fc.oneof(
  fc.constantFrom(
    null,
    true,
    "",
    "NaN",
    -0,
    -1,
    2 ** 53,
    1e308,
    4_102_444_800_000,
    "9".repeat(400),
    [],
    {},
    "__proto__"
  ),
  fc.jsonValue({ maxDepth: 2 })
)

/** What becomes of a record: bytes changed or cut, a value replaced, another's subject, no id, or all of its bytes new. */
const damage = fc.oneof(
  fc.record({ kind: fc.constant("byte" as const), at: fc.nat(), to: fc.nat(255) }),
  fc.record({ kind: fc.constant("cut" as const), at: fc.nat() }),
  fc.record({ kind: fc.constant("value" as const), at: fc.nat(), to: odd }),
  fc.record({ kind: fc.constant("subject" as const), of: record }),
  fc.record({ kind: fc.constant("anonymous" as const) }),
  fc.record({ kind: fc.constant("bytes" as const), data: fc.uint8Array({ maxLength: 200 }) })
)

const withValue = (data: Uint8Array, at: number, to: unknown): Uint8Array => {
  let text: string
  try {
    let places = 0
    JSON.parse(new TextDecoder().decode(data), () => {
      places++
    })
    const wanted = at % Math.max(1, places)
    let place = 0
    text = JSON.stringify(
      JSON.parse(new TextDecoder().decode(data), (_key, value: unknown) => (place++ === wanted ? to : value))
    )
  } catch {
    return data
  }
  return new TextEncoder().encode(text)
}

const damaged = (whole: JournalRecord, how: typeof damage extends fc.Arbitrary<infer D> ? D : never): JournalRecord => {
  const { data } = whole
  switch (how.kind) {
    case "byte":
      return { ...whole, data: data.with(how.at % data.length, how.to) }
    case "cut":
      return { ...whole, data: data.slice(0, how.at % data.length) }
    case "value":
      return { ...whole, data: withValue(data, how.at, how.to) }
    case "subject":
      return { ...whole, subject: how.of.subject }
    case "anonymous":
      return { ...whole, id: "" }
    case "bytes":
      return { ...whole, data: how.data }
  }
}

it(`decodes in its place, or not at all (${CASES} cases, seed ${SEED})`, { timeout: TIMEOUT_MS }, () => {
  const outcomes = { decoded: 0, undecodable: 0 }
  fc.assert(
    fc.property(record, damage, (whole, how) => {
      const met = damaged(whole, how)
      try {
        const stored = decodeRecord(met)
        expect(met.id).not.toBe("")
        expect(objectionTo(stored.subject, standingOf(stored.subject), stored)).toBeNull()
        outcomes.decoded++
      } catch (error) {
        if (!(error instanceof RecordUndecodable) && !(error instanceof BuildTooOld)) throw error
        outcomes.undecodable++
      }
    }),
    { numRuns: CASES, seed: SEED }
  )
  // Both were met: the cases are neither all nonsense nor all harmless.
  expect(Math.min(outcomes.decoded, outcomes.undecodable)).toBeGreaterThan(CASES / 100)
})
