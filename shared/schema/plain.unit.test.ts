import { describe, expect, it } from "@effect/vitest"
import { Schema, type SchemaAST } from "effect"
import fc from "fast-check"
import { FAMILIES } from "../events/event.ts"
import { LEFT, plain } from "./plain.ts"
import { PriceText, QuoteText } from "./decimalText.ts"

const SEED = 20_261_129

const STRINGS = [
  "",
  "x",
  "2026-11-21",
  "1m",
  "15m",
  "slot-1",
  'ünï\u{1f415} \\ "',
  "0.1",
  "__proto__",
  "a long text, of some words"
]
const NUMBERS = [0, 1, -1, 0.25, 0.5, 2.5, 7, 40, 1e21, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER + 1]
const DECIMALS = ["0", "0.1", "12", "-3.25", "0.12345678", "0.1234567000", "4200000.00000001", "-0"]
/** What stands where something else should. */
const ODD = [
  null,
  undefined,
  true,
  "",
  "1e3",
  "0.12345678901",
  1.5,
  Number.NaN,
  5n,
  2n ** 70n,
  [],
  {},
  [1],
  { _tag: "X" }
]

const passing = (ast: SchemaAST.AST, pool: ReadonlyArray<unknown>): fc.Arbitrary<unknown> => {
  const fits = (value: unknown): boolean =>
    (ast.checks ?? []).every((check) => check._tag === "Filter" && check.run(value, ast, {}) === undefined)
  return fc.constantFrom(...pool.filter(fits))
}

/** JSON that a schema takes. */
const jsonOf = (ast: SchemaAST.AST): fc.Arbitrary<unknown> => {
  if (ast.encoding !== undefined) return fc.constantFrom(...DECIMALS)
  switch (ast._tag) {
    case "String":
      return passing(ast, STRINGS)
    case "Number":
      return passing(ast, NUMBERS)
    case "Boolean":
      return fc.boolean()
    case "Null":
      return fc.constant(null)
    case "Literal":
      return fc.constant(ast.literal)
    case "Union":
      return fc.oneof(...ast.types.map(jsonOf))
    case "Arrays":
      return fc
        .tuple(fc.tuple(...ast.elements.map(jsonOf)), fc.array(fc.oneof(...ast.rest.map(jsonOf)), { maxLength: 3 }))
        .map(([first, more]) => [...first, ...more])
    case "Objects": {
      const [index] = ast.indexSignatures
      if (index !== undefined) return fc.dictionary(fc.constantFrom("price", "n", "7", "long"), jsonOf(index.type))
      const fields = ast.propertySignatures.map(({ name, type }) => [String(name), jsonOf(type)] as const)
      const requiredKeys = ast.propertySignatures.flatMap(({ name, type }) =>
        type.context?.isOptional === true ? [] : [String(name)]
      )
      return fc
        .record(Object.fromEntries(fields), { requiredKeys })
        .map((fieldsOnly) => ({ ...fieldsOnly, extra: "nobody reads it" }))
    }
    default:
      throw new Error(`${ast._tag} is in no event`)
  }
}

/** With one part of it replaced, or gone: the way to it is chosen by these numbers. */
const spoiled = (value: unknown, way: ReadonlyArray<number>, odd: unknown): unknown => {
  const [turn = 0, ...further] = way
  if (typeof value !== "object" || value === null || way.length === 0) return odd
  const keys = Object.keys(value)
  const key = keys[turn % Math.max(1, keys.length)]
  if (key === undefined) return odd
  const parts = value as Readonly<Record<string, unknown>>
  const part = spoiled(parts[key], further, odd)
  if (Array.isArray(value)) return value.with(Number(key), part)
  const { [key]: _gone, ...others } = parts
  return part === undefined && turn % 2 === 0 ? others : { ...parts, [key]: part }
}

const outcome = (of: () => unknown): unknown => {
  try {
    return of()
  } catch {
    return LEFT
  }
}

const EVENTS = Object.values(FAMILIES)
  .flat()
  .map((event) => ({ tag: event.fields._tag.schema.literal, event: event as Schema.Codec<unknown> }))

describe.each(EVENTS)("the plain functions of $tag", ({ event }) => {
  const decode = Schema.decodeUnknownSync(event)
  const encode = Schema.encodeUnknownSync(event)
  const { read, write } = plain(event)
  const json = jsonOf(event.ast)

  it("read and write whatever the schema takes, to the same value and the same text", () => {
    fc.assert(
      fc.property(json, (raw) => {
        const value = read(raw)
        expect(value).toStrictEqual(decode(raw))
        expect(JSON.stringify(write(value))).toBe(JSON.stringify(encode(value)))
      }),
      { seed: SEED, numRuns: 60 }
    )
  })

  it("take nothing that the schema refuses, and give nothing else", () => {
    const way = fc.array(fc.nat(30), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(json, way, fc.constantFrom(...ODD), (sound, where, odd) => {
        const raw = spoiled(sound, where, odd)
        expect(read(raw)).toStrictEqual(outcome(() => decode(raw)))
        const value = spoiled(decode(sound), where, odd)
        const written = write(value)
        if (written === LEFT) return
        expect(JSON.stringify(written)).toBe(JSON.stringify(encode(value)))
      }),
      { seed: SEED, numRuns: 120 }
    )
  })
})

describe("a schema with something in it that has no plain form", () => {
  it.each([
    ["a date", Schema.Struct({ at: Schema.DateFromString })],
    ["an encoding of its own", Schema.Struct({ n: Schema.NumberFromString })]
  ])("is left to itself: %s", (_what, schema) => {
    const { read } = plain(schema)
    expect(read({ at: "2025-01-01T00:00:00Z", a: 1, n: "1" })).toBe(LEFT)
  })

  it("leaves a dictionary with a key that objects have of their own to the schema", () => {
    const numbers = Schema.Record(Schema.String, Schema.Finite)
    expect(plain(numbers).read(JSON.parse('{"a":1}'))).toStrictEqual({ a: 1 })
    expect(plain(numbers).read(JSON.parse('{"a":1,"__proto__":1}'))).toBe(LEFT)
  })

  it("knows decimals by how they are parsed, and leaves an amount beyond 64 bits to the schema", () => {
    expect(plain(PriceText).read("0.5")).toBe(5_000_000_000n)
    expect(plain(QuoteText).write(-(2n ** 63n))).toBe(Schema.encodeUnknownSync(QuoteText)(-(2n ** 63n)))
    expect(plain(QuoteText).write(2n ** 63n)).toBe(LEFT)
  })
})
