/** Every recorded journal decodes, folds and verifies, for ever: to the same bytes, the same states. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import fc from "fast-check"
import { type Actor, ofAnyKind } from "../../shared/actor/core/actor.ts"
import { FIRST_RULES, RULES_VERSIONS } from "../../shared/core/rules/versions.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import type { JournalRecord } from "../../shared/journal/port.ts"
import {
  countEvents,
  differences,
  isFrozen,
  journalOf,
  recordedFacts,
  recordedLines,
  recordedNames,
  recordsOf,
  sha256Of,
  verified,
  writeRecorded
} from "./corpus.ts"
import { frozenShapes } from "./shapes.ts"

const NAMES = recordedNames()

describe.each(NAMES)("the recorded journal %s", (name) => {
  const recorded = recordedFacts(name)
  const lines = recordedLines(name)

  it("is the file that was written then", () => {
    expect(sha256Of(lines)).toBe(recorded.sha256)
    expect(countEvents(recordsOf(lines))).toStrictEqual(recorded.events)
  })

  it.effect("verifies: every output follows from its inputs, and every actor ends as it did then", () =>
    Effect.gen(function* () {
      const verification = yield* verified()
      expect(differences(recorded, verification)).toStrictEqual([])
      expect(verification.head).toBe(recorded.records)
      expect(verification.generations.at(-1)?.rulesVersion).toBe(recorded.rulesVersion)
    }).pipe(Effect.provide(journalOf(recordsOf(lines))))
  )
})

describe("the recorded journals", () => {
  const frozen = RULES_VERSIONS.filter(({ version }) => isFrozen(version))

  it.each(frozen)("of version $version of the rules hold every kind of event that there was", ({ version }) => {
    const facts = NAMES.map(recordedFacts).filter(({ rulesVersion }) => rulesVersion === version)
    const held = new Set(facts.flatMap(({ events }) => Object.keys(events)))
    const known = facts.flatMap(({ shapesVersion }) => Object.keys(frozenShapes(shapesVersion)?.events ?? {}))
    // A journal that adopts nothing follows the first rules.
    const wanted = known.filter((tag) => version > FIRST_RULES || tag !== "RulesAdopted")
    expect(new Set(wanted)).toStrictEqual(held)
  })

  it.effect.each(NAMES)("are never written again: %s", (name) =>
    Effect.gen(function* () {
      const lines = recordedLines(name)
      const written = yield* Effect.exit(writeRecorded(name, recordsOf(lines).slice(0, 1)))
      expect(String(written)).toContain(`${name} has been recorded and is never written again`)
      expect(recordedLines(name)).toBe(lines)
    })
  )

  it("are there of every version of the rules but the newest, which is open until one is recorded", () => {
    expect(
      RULES_VERSIONS.slice(0, -1).filter(({ version }) => !isFrozen(version)),
      "a new version was declared before the last one was frozen: take its changes into the open one"
    ).toStrictEqual([])
  })
})

/** The first that was recorded of the first rules: small, and full of trouble. */
const TROUBLE = "rules-1-shapes-1-trouble"

describe("a recorded journal in which one byte has been changed", () => {
  const records = recordsOf(recordedLines(TROUBLE))
  const text = ({ data }: JournalRecord): string => new TextDecoder().decode(data)
  const changed = (at: number, data: string): ReadonlyArray<JournalRecord> =>
    records.with(at, { ...(records[at] as JournalRecord), data: new TextEncoder().encode(data) })
  const firstDivergence = (journal: ReadonlyArray<JournalRecord>) =>
    Effect.map(verified(), ({ divergences }) => divergences[0] ?? "").pipe(Effect.provide(journalOf(journal)))

  it.effect("names the record where it is a decision", () =>
    Effect.gen(function* () {
      const decisions = records.flatMap(({ subject }, at) => (subject.includes(".out.") ? [at] : []))
      const places = fc.sample(fc.record({ at: fc.constantFrom(...decisions), digit: fc.nat() }), {
        seed: 11,
        numRuns: 12
      })
      for (const { at, digit } of places) {
        const before = text(records[at] as JournalRecord)
        // Behind the version of the shapes, of which a newer one would be another build's.
        const digits = [...before.matchAll(/\d/g)].map(({ index }) => index).slice(1)
        const where = digits[digit % digits.length] ?? 0
        const after = `${before.slice(0, where)}${(Number(before[where]) + 1) % 10}${before.slice(where + 1)}`
        expect(yield* firstDivergence(changed(at, after)), after).toContain(`record ${records[at]?.seq} `)
      }
    })
  )

  it.effect("names the first decision that no longer follows where it is a fact that one was made from", () =>
    Effect.gen(function* () {
      const at = records.findIndex((record) => text(record).includes('"OrderFilled"'))
      const after = text(records[at] as JournalRecord).replace(/("OrderFilled".*"volume":")1/, "$12")
      const named = /record (\d+) /.exec(yield* firstDivergence(changed(at, after)))?.[1]
      expect(Number(named)).toBeGreaterThan(records[at]?.seq ?? 0)
    })
  )
})

describe("a rule that has been changed without a new version", () => {
  const recorded = recordedFacts(TROUBLE)
  const journal = journalOf(recordsOf(recordedLines(TROUBLE)))

  /** One slot that stands a hundredth of a percent farther from the market than it is told to. */
  const farther = (actor: Actor<unknown>): Actor<unknown> => {
    if (actor.name !== "slot-1") return actor
    const told = (event: MarketEvent): MarketEvent =>
      event._tag === "MarketConfigured"
        ? { ...event, rules: { ...event.rules, entryPct: event.rules.entryPct + 0.01 } }
        : event
    return ofAnyKind({ ...actor, reduce: (state, event, place) => actor.reduce(state, told(event), place) })
  }

  it.effect("is named by the first decision that it changes, with what to do", () =>
    Effect.gen(function* () {
      const verification = yield* verified(farther)
      expect(differences(recorded, verification)[0]).toMatch(
        /^slot-1: record \d+ \(1\.slot-1\.\d+\) differs from what the fold gives:[^]*declare a new version in shared\/core\/rules\/versions\.ts/
      )
    }).pipe(Effect.provide(journal))
  )

  it.effect("is named also where it changes a state alone, unless that has another shape", () =>
    Effect.gen(function* () {
      const hushed = (version: string) => (actor: Actor<unknown>) =>
        actor.name === "order-gateway" ? { ...actor, version, encode: () => "another" } : actor
      expect(differences(recorded, yield* verified(hushed("3")))).toStrictEqual([
        expect.stringMatching(/^order-gateway ends in another state of shape 3 [^]*raise the actor's `version`/)
      ])
      expect(differences(recorded, yield* verified(hushed("next")))).toStrictEqual([])
    }).pipe(Effect.provide(journal))
  )
})
