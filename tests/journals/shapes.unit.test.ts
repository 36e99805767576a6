/** The shapes of events are those of their version, once that is frozen. */
import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import { ENVELOPE_VERSION } from "../../shared/events/envelope.ts"
import { PriceText, VolumeText } from "../../shared/schema/decimalText.ts"
import { RULE_NAMES } from "../../shared/core/rules/rules.ts"
import { NEWEST_RULES } from "../../shared/core/rules/versions.ts"
import { frozenReasons, reasonsBreach } from "./reasons.ts"
import { frozenShapes, hashOf, type Shapes, shapesBreach, shapesNow } from "./shapes.ts"

const versions = Array.from({ length: ENVELOPE_VERSION }, (_, n) => n + 1)

describe("the shapes of this build", () => {
  it("are those of their version, unless that is open", () => {
    expect(shapesBreach(ENVELOPE_VERSION, frozenShapes(ENVELOPE_VERSION), shapesNow())).toBeNull()
  })

  it("follow versions that are all frozen", () => {
    const open = versions.slice(0, -1).filter((version) => frozenShapes(version) === null)
    expect(open, "ENVELOPE_VERSION was raised before the last one was frozen: that one may still change").toStrictEqual(
      []
    )
  })
})

describe("the hash of a schema", () => {
  const bell = { times: Schema.Int, at: PriceText }
  const hash = (fields: Schema.Struct.Fields) => hashOf(Schema.TaggedStruct("BellRung", fields))

  it("is the same for the same schema", () => {
    expect(hash({ ...bell })).toBe(hash(bell))
  })

  it.each([
    ["a field more", { ...bell, loud: Schema.Boolean }],
    ["a field less", { times: Schema.Int }],
    ["a field that may be missing", { ...bell, times: Schema.optionalKey(Schema.Int) }],
    ["a field that may be null", { ...bell, times: Schema.NullOr(Schema.Int) }],
    ["another order, which is another text", { at: bell.at, times: bell.times }],
    ["other numbers", { ...bell, times: Schema.Finite }],
    ["a narrower range", { ...bell, times: Schema.Int.check(Schema.isGreaterThan(0)) }],
    ["the same text with another meaning", { ...bell, at: VolumeText }],
    ["a choice that nobody had", { ...bell, times: Schema.Literals([1, 2]) }]
  ])("is another for %s", (_what, fields) => {
    expect(hash(fields)).not.toBe(hash(bell))
  })
})

describe("the names of rules in this build", () => {
  it("are those of its newest rules, unless they are open; none has gone", () => {
    expect(reasonsBreach(NEWEST_RULES, frozenReasons, RULE_NAMES)).toBeNull()
  })

  const frozen = (version: number) => ({ 1: ["rung"], 2: ["rung", "broke"] })[version] ?? null

  it.each([
    [
      "is new under frozen rules",
      2,
      ["rung", "broke", "found"],
      /^version 2 of the rules is frozen .* do not know found\. Declare a new version/
    ],
    ["has gone from frozen rules", 2, ["rung"], /^journals hold the reasons broke: keep them/],
    ["has gone from open rules", 3, ["broke", "found"], /^journals hold the reasons rung: keep them/]
  ])("are named where one %s", (_what, newest, now, said) => {
    expect(reasonsBreach(newest, frozen, now)).toMatch(said)
  })

  it("may grow with open rules", () => {
    expect(reasonsBreach(3, frozen, ["rung", "broke", "found"])).toBeNull()
  })
})

describe("shapes that are not those of their frozen version", () => {
  const before: Shapes = { envelope: "a", events: { BellRung: "b", BellBroke: "c" } }

  it.each([
    ["an event that is new", { ...before, events: { ...before.events, BellFound: "d" } }, "BellFound is new"],
    ["an event that is gone", { ...before, events: { BellRung: "b" } }, "BellBroke is gone"],
    [
      "an event that differs",
      { ...before, events: { ...before.events, BellRung: "e" } },
      "BellRung is not what it was"
    ],
    ["an envelope that differs", { ...before, envelope: "f" }, "the envelope is not what it was"]
  ])("are named, with what to do: %s", (_what, now, named) => {
    const breach = shapesBreach(4, before, now)
    expect(breach).toMatch(/^version 4 of the shapes is frozen by recorded journals/)
    expect(breach).toContain(`and ${named}. `)
    expect(breach).toMatch(
      /Raise ENVELOPE_VERSION in \S+ to 5, add the step 4 to UPCASTS in \S+, .* record journals of it/
    )
  })

  it("may differ while it is open", () => {
    expect(shapesBreach(5, null, before)).toBeNull()
  })
})
