/** Price records read from their bytes: the same as what the schema makes of them, or nothing. */
import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import fc from "fast-check"
import { Price } from "../core/decimal/decimal.ts"
import { decodeRecord, encodeText, Envelope, ENVELOPE_VERSION } from "./envelope.ts"
import { priceReader, type Prices } from "./priceBytes.ts"

const readPrices = priceReader(ENVELOPE_VERSION)
const bytesOf = (text: string) => new TextEncoder().encode(text)

/** As the schema has it; null: it refuses the text, or the version is another. */
const bySchema = (data: Uint8Array): Envelope | null => {
  try {
    const { v, ...raw } = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data)) as Record<string, unknown>
    return v === ENVELOPE_VERSION ? Schema.decodeUnknownSync(Envelope)(raw) : null
  } catch {
    return null
  }
}

/** Prices of up to 15 characters: what a market writes. */
const price = fc.bigInt({ min: 0n, max: 9_999_999_999_999n }).map((units) => units as Price)
const observed = fc.record(
  { _tag: fc.constant("PriceObserved" as const), last: price, bid: price, ask: price },
  { noNullPrototype: true }
)
const whole = fc.oneof(fc.nat(), fc.constantFrom(0, 1_769_990_400_000, 999_999_999_999_999))
const prices: fc.Arbitrary<Prices> = fc.record(
  {
    epoch: whole,
    timeMs: whole,
    writer: fc.stringMatching(/^[ -!#-[\]-~]{1,20}$/),
    cause: fc.constant(null),
    events: fc.array(observed, { minLength: 1, maxLength: 4 }) as unknown as fc.Arbitrary<Prices["events"]>
  },
  { noNullPrototype: true }
)

describe("price records, read from their bytes", () => {
  it("are what was written, one writer's behind another's", () => {
    fc.assert(
      fc.property(prices, (envelope) => {
        const data = bytesOf(encodeText(envelope))
        expect(readPrices(data)).toStrictEqual(envelope)
        expect(bySchema(data)).toStrictEqual(envelope)
      }),
      { seed: 11 }
    )
  })

  it("are what the schema makes of them, or left to it, whatever byte is changed, missing or too many", () => {
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      remove: fc.nat(2),
      insert: fc.stringMatching(/^[-0-9.,:"{}[\]e+ a\\]{0,2}$/)
    })
    let read = 0
    fc.assert(
      fc.property(prices, edit, (envelope, { at, remove, insert }) => {
        const text = encodeText(envelope)
        const from = Math.floor(at * text.length)
        const data = bytesOf(text.slice(0, from) + insert + text.slice(from + remove))
        const found = readPrices(data)
        if (found === null) return
        read++
        expect(found).toStrictEqual(bySchema(data))
      }),
      { seed: 11, numRuns: 5_000 }
    )
    expect(read).toBeGreaterThan(500)
  })

  const record = (writer: string, last: string, more = "") =>
    `{"v":${ENVELOPE_VERSION},"epoch":1,"timeMs":5,"writer":"${writer}","cause":null,"events":[{"_tag":"PriceObserved","last":"${last}","bid":"1","ask":"1"${more}}]}`
  it.each([
    ["a price of more digits than a double holds", record("x", "123456.7890123456")],
    ["a price finer than prices are", record("x", "0.12345678901")],
    ["a price that is none", record("x", "1.")],
    ["a negative one", record("x", "-1")],
    ["a writer with a sign that JSON writes otherwise", record('\\"', "1")],
    ["a writer with letters of two bytes", record("ü", "1")],
    ["a field that is not known", record("x", "1", ',"more":1')],
    ["another version", record("x", "1").replace('"v":3', '"v":2')],
    ["something behind it", `${record("x", "1")} `],
    ["half a record", record("x", "1").slice(0, 90)],
    ["nothing", ""]
  ])("with %s are left to the schema", (_what, text) => {
    expect(readPrices(bytesOf(text))).toBeNull()
  })

  it("are not believed on a subject that is not theirs, or where something speaks against the record", () => {
    const stored = {
      seq: 1,
      subject: "market.TEST.price",
      id: "a",
      data: bytesOf(record("market-feed", "1")),
      storedMs: 0
    }
    expect(decodeRecord(stored).events[0]).toMatchObject({ last: Price.parse("1") })
    expect(() => decodeRecord({ ...stored, subject: "market.TEST.clock" })).toThrow(/does not belong/)
    expect(() => decodeRecord({ ...stored, objection: "its mark is not right" })).toThrow(/its mark is not right/)
    expect(() => decodeRecord({ ...stored, id: "" })).toThrow(/it has no id/)
  })
})
