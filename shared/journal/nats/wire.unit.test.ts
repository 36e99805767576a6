/** What is read by hand from the wire, against the plain ways to read it. */
import type { Msg } from "@nats-io/nats-core"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { answerOf, plainSeq } from "./answer.ts"
import { deliveryOf } from "./delivery.ts"

const seed = 20_261_121
const bytes = (text: string) => new TextEncoder().encode(text)
const message = (parts: Partial<Msg>) => parts as Msg
const entry = { subject: "market.TEST.price", id: "a", data: new Uint8Array(), expectedLastSeq: 4 }

describe("an acknowledgement", () => {
  it("gives its sequence, with or without a space", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), fc.constantFrom("", " "), (seq, space) => {
        expect(plainSeq(bytes(`{"stream":"TEST",${space}"seq":${space}${seq}}`))).toBe(seq)
      }),
      { seed }
    )
  })

  it.each([
    '{"stream":"TEST","seq":7,"duplicate":true}',
    '{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 5"},"stream":"TEST","seq":0}',
    '{"error":{"code":400}}',
    '{"code":400}',
    "",
    "7}"
  ])("is not read from %s", (text) => {
    expect(plainSeq(bytes(text))).toBe(0)
  })
})

describe("any other answer", () => {
  const read = (text: string) => answerOf(message({ data: bytes(text) }), entry)
  const error = (code: number, description: string) =>
    read(`{"error":{"code":400,"err_code":${code},"description":"${description}"},"stream":"TEST","seq":0}`)

  it("may be a duplicate", () => {
    expect(read('{"stream":"TEST","seq":7,"duplicate":true}')).toEqual({ kind: "stored", seq: 7, duplicate: true })
  })

  it.each([
    [10071, "wrong last sequence: 5", { _tag: "JournalConflict", expected: 4, actual: 5 }],
    [10164, "wrong last sequence", { _tag: "JournalConflict", expected: 4, actual: null }],
    [10077, "maximum bytes exceeded", { _tag: "JournalRefused", problem: "full" }],
    [10077, "no space left on device", { _tag: "JournalUnavailable" }],
    [10047, "insufficient storage resources available", { _tag: "JournalRefused", problem: "full" }],
    [10054, "message size exceeds maximum allowed", { _tag: "JournalRefused", problem: "too-large" }],
    [10109, "invalid operation on sealed stream", { _tag: "JournalRefused", problem: "sealed" }],
    [10008, "jetstream system temporarily unavailable", { _tag: "JournalUnavailable" }]
  ])("with code %i (%s) means %o", (code, description, expected) => {
    expect(error(code, description)).toMatchObject({ kind: "failed", error: expected })
  })

  it("that gives a duplicate no place means that it is not stored yet", () => {
    expect(read('{"stream":"TEST","seq":0,"duplicate":true}')).toMatchObject({
      kind: "failed",
      error: { _tag: "JournalUnavailable" }
    })
  })

  it("without a word means that nobody listens", () => {
    expect(answerOf(message({ data: new Uint8Array() }), entry)).toMatchObject({
      error: { _tag: "JournalUnavailable" }
    })
  })
})

describe("a delivery", () => {
  const delivery = { streamSeq: 1_234, consumerSeq: 7, storedMs: 1_760_000_000_123, pending: 42 }

  it.each([
    "$JS.ACK.TEST.consumer.1.1234.7.1760000000123456789.42",
    "$JS.ACK.hub.ACCHASH.TEST.consumer.1.1234.7.1760000000123456789.42",
    "$JS.ACK.hub.ACCHASH.TEST.consumer.1.1234.7.1760000000123456789.42.random"
  ])("is read from %s", (reply) => {
    expect(deliveryOf(message({ reply }))).toEqual(delivery)
  })

  it("is not seen in a note", () => {
    expect(deliveryOf(message({ reply: "" }))).toBeNull()
    expect(deliveryOf(message({}))).toBeNull()
  })
})
