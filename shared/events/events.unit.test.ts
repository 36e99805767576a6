import { describe, expect, it } from "@effect/vitest"
import fc from "fast-check"
import { Price } from "../core/decimal/decimal.ts"
import { clientIdOf, originOf } from "../core/ids/clientId.ts"
import {
  BuildTooOld,
  decodeRecord,
  encodeEntry,
  ENVELOPE_VERSION,
  isText,
  outputId,
  RecordUndecodable
} from "./envelope.ts"
import { type RawEnvelope, upcast, UPCASTS } from "./upcast.ts"
import { marketSubjects, standingOf } from "../core/ids/subjects.ts"

const stored = (data: string, seq = 7) => ({
  seq,
  subject: "market.TEST.price",
  id: "x",
  data: new TextEncoder().encode(data),
  storedMs: 0
})

describe("a record", () => {
  const price = {
    _tag: "PriceObserved",
    last: Price.parse("0.1"),
    bid: Price.parse("0.09"),
    ask: Price.parse("0.11")
  } as const

  it("holds the same bytes for the same envelope, and comes back with its place", () => {
    const envelope = {
      epoch: 3,
      timeMs: 1_700_000_000_000,
      writer: "market-feed",
      cause: null,
      events: [price]
    } as const
    const entry = encodeEntry("market.TEST.price", "a", envelope)
    expect(encodeEntry("market.TEST.price", "a", envelope)).toStrictEqual(entry)
    expect(new TextDecoder().decode(entry.data)).toBe(
      '{"v":3,"epoch":3,"timeMs":1700000000000,"writer":"market-feed","cause":null,' +
        '"events":[{"_tag":"PriceObserved","last":"0.1","bid":"0.09","ask":"0.11"}]}'
    )
    const record = decodeRecord({ ...stored(""), id: "a", data: entry.data })
    expect(record).toStrictEqual({
      ...envelope,
      storedMs: 0,
      seq: 7,
      subject: "market.TEST.price",
      family: "price",
      slot: null,
      id: "a",
      writtenIn: ENVELOPE_VERSION
    })
  })

  it.each([
    ["no JSON", "{", /record 7 on market\.TEST\.price does not decode/],
    [
      "no version",
      '{"epoch":1,"timeMs":0,"writer":"x","cause":null,"events":[]}',
      /v is undefined, expected the version/
    ],
    [
      "a version that is none",
      '{"v":0,"epoch":1,"timeMs":0,"writer":"x","cause":null,"events":[]}',
      /v is 0, expected/
    ],
    ["no event", '{"v":1,"epoch":1,"timeMs":0,"writer":"x","cause":null,"events":[]}', /events/],
    [
      "an unknown event",
      '{"v":1,"epoch":1,"timeMs":0,"writer":"x","cause":null,"events":[{"_tag":"Nonsense"}]}',
      /events/
    ],
    [
      "a price that is none",
      '{"v":1,"epoch":1,"timeMs":0,"writer":"x","cause":null,"events":[{"_tag":"PriceObserved","last":"1e3","bid":"1","ask":"1"}]}',
      /"1e3" is not a decimal number[^]*last/
    ]
  ])("with %s is refused, naming the place and the field", (_name, data, message) => {
    expect(() => decodeRecord(stored(data))).toThrow(RecordUndecodable)
    try {
      decodeRecord(stored(data))
    } catch (error) {
      expect((error as RecordUndecodable).message).toMatch(message)
    }
  })
})

describe("bytes and a text", () => {
  const long = "x".repeat(10_000)
  it.each([
    { bytes: '{"a":1}', text: '{"a":1}', alike: true },
    { bytes: "ünï 🐕", text: "ünï 🐕", alike: true },
    { bytes: long, text: long, alike: true },
    { bytes: "", text: "", alike: true },
    { bytes: '{"a":1}', text: '{"a":2}', alike: false },
    { bytes: '{"a":1}', text: '{"a":1} ', alike: false },
    { bytes: '{"a":1} ', text: '{"a":1}', alike: false },
    { bytes: "ü", text: "u", alike: false },
    { bytes: "u", text: "ü", alike: false },
    { bytes: `${long}y`, text: `${long}z`, alike: false }
  ])("are compared whole: $alike", ({ bytes, text, alike }) => {
    expect(isText(new TextEncoder().encode(bytes), text)).toBe(alike)
  })
})

describe("a record of other shapes", () => {
  const older = { v: 1, bid: "1" }
  const steps = {
    1: ({ bid, ...rest }: RawEnvelope) => ({ ...rest, bids: [bid] }),
    2: (written: RawEnvelope) => ({ ...written, asks: [] })
  }

  it("that are older is read as if it had been written today, one version after another", () => {
    expect(upcast(older, 1, 3, steps)).toStrictEqual({ v: 3, bids: ["1"], asks: [] })
    expect(upcast({ v: 2, bids: [] }, 2, 3, steps)).toStrictEqual({ v: 3, bids: [], asks: [] })
    expect(() => upcast(older, 1, 4, steps)).toThrow(/no way from shapes version 3 to 4/)
  })

  it("has a way to the newest from every version there was", () => {
    for (let version = 1; version < ENVELOPE_VERSION; version++)
      expect(UPCASTS[version], `version ${version}`).toBeDefined()
  })

  it("that are newer, whatever it holds, is no fault of the record: the build is too old for the journal", () => {
    const later = stored(JSON.stringify({ v: ENVELOPE_VERSION + 1, whoKnows: true }))
    expect(() => decodeRecord(later)).toThrow(BuildTooOld)
    expect(() => decodeRecord(later)).toThrow(
      `from record 7 on the journal is written in version ${ENVELOPE_VERSION + 1} of the shapes, and this build reads 1 to ${ENVELOPE_VERSION}`
    )
  })
})

describe("ids and subjects", () => {
  it("a client id says where its request stands, in 18 characters the exchange accepts", () => {
    fc.assert(
      fc.property(
        fc.record({
          epoch: fc.integer({ min: 0, max: 36 ** 4 - 1 }),
          slot: fc.integer({ min: 0, max: 36 ** 3 - 1 }),
          seq: fc.integer({ min: 0, max: 36 ** 8 - 1 }),
          index: fc.integer({ min: 0, max: 36 ** 2 - 1 })
        }),
        (origin) => {
          const id = clientIdOf(origin)
          expect(id).toMatch(/^[a-z0-9]{18}$/)
          expect(originOf(id)).toStrictEqual({ ...origin })
        }
      ),
      { seed: 20_261_121 }
    )
  })

  it("a part that does not fit is refused, and somebody else's id is nobody's", () => {
    expect(() => clientIdOf({ epoch: 36 ** 4, slot: 1, seq: 1, index: 0 })).toThrow(/epoch 1679616/)
    expect(originOf("manual-order")).toBeNull()
    expect(originOf("K00010010000000100")).toBeNull()
  })

  it("an output's id follows from what caused it", () => {
    expect(outputId(3, "slot-1", 42)).toBe("3.slot-1.42")
  })

  it("a subject says which family stands on it, and whose slot it is", () => {
    const subjects = marketSubjects("XDGUSD")
    expect(standingOf(subjects.order(12))).toStrictEqual({ family: "order", slot: 12 })
    expect(standingOf(subjects.out("slot-3"))).toStrictEqual({ family: "slot", slot: 3 })
    expect(standingOf(subjects.out("governor"))).toStrictEqual({ family: "governor", slot: null })
    expect(standingOf(subjects.price)).toStrictEqual({ family: "price", slot: null })
    expect(standingOf(subjects.command("slot-1"))).toStrictEqual({ family: "command", slot: null })
    expect(standingOf("elsewhere")).toStrictEqual({ family: "", slot: null })
  })
})
