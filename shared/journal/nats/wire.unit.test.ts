/** What is read by hand from the wire, against the plain ways to read it. */
import type { Msg } from "@nats-io/nats-core"
import { MsgHdrsImpl } from "@nats-io/nats-core/internal"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { answerOf, plainSeq } from "./answer.ts"
import { deliveryOf, makeSubjectOf, namedBy, namedIn } from "./delivery.ts"

const seed = 20_261_121
const bytes = (text: string) => new TextEncoder().encode(text)
const message = (parts: Partial<Msg>) => parts as Msg

/** A message in the bytes that it came in, where the client (3.4.0) has it. */
const asItCame = (came: {
  readonly subject?: string
  readonly reply?: string
  readonly headers?: ReadonlyArray<string>
}) => {
  const subject = came.subject ?? "market.TEST.price"
  const headers = `NATS/1.0\r\n${(came.headers ?? []).map((line) => `${line}\r\n`).join("")}\r\n`
  const [raw, reply] = [bytes(`${headers}{}`), bytes(came.reply ?? "")]
  const hdr = bytes(headers).length
  const read = {
    get headers() {
      return MsgHdrsImpl.decode(bytes(headers))
    }
  }
  return Object.assign(read, { subject, _rdata: raw, _msg: { subject: bytes(subject), reply, hdr } }) as unknown as Msg
}

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
    expect(deliveryOf(asItCame({ reply }))).toEqual(delivery)
  })

  it("is not seen in a note", () => {
    expect(deliveryOf(message({ reply: "" }))).toBeNull()
    expect(deliveryOf(message({}))).toBeNull()
    expect(deliveryOf(asItCame({ reply: "_INBOX.a.b" }))).toBeNull()
  })

  it.each([
    "$JS.ACK.TEST.consumer.1.12x4.7.1760000000123456789.42",
    "$JS.ACK.TEST.consumer.1..7.1760000000123456789.42"
  ])("has no sequence where none stands in %s", (reply) => {
    expect(deliveryOf(asItCame({ reply }))?.streamSeq).toBeNaN()
  })

  it("gives whatever numbers and names there are, as the client would read them", () => {
    const word = fc.stringMatching(/^[!-}][!-~]{0,39}$/)
    fc.assert(
      fc.property(
        fc.record({ seq: fc.nat(2 ** 40), pending: fc.nat(), ms: fc.integer({ min: 10 ** 12, max: 4 * 10 ** 12 }) }),
        fc.record({ id: word, mark: fc.option(word) }),
        ({ seq, pending, ms }, { id, mark }) => {
          const came = asItCame({
            reply: `$JS.ACK.TEST.consumer.1.${seq}.7.${ms}123456.${pending}`,
            headers: [
              "Nats-Expected-Stream: TEST",
              `Nats-Msg-Id: ${id}`,
              ...(mark === null ? [] : [`Kennel-Mark: ${mark}`])
            ]
          })
          expect(deliveryOf(came)).toEqual({ streamSeq: seq, consumerSeq: 7, storedMs: ms, pending })
          expect(namedIn(came)).toEqual(mark === null ? { id } : { id, mark })
        }
      ),
      { seed }
    )
  })

  it.each([
    ["of another alphabet", ["Nats-Msg-Id: \u00e9"]],
    ["with spaces around it", ["Nats-Msg-Id:   a  "]],
    ["behind a header that holds its name", ["X: Nats-Msg-Id: a", "Nats-Msg-Id: b"]],
    ["given twice", ["Nats-Msg-Id: a", "Nats-Msg-Id: b"]],
    ["kept apart from another's", ["Nats-Msg-Id: ~by~1.slot-3.77"]],
    ["with one tilde", ["Nats-Msg-Id: ~a"]],
    ["with a mark of another alphabet", ["Nats-Msg-Id: a", "Kennel-Mark: \u00e9"]]
  ])("has the id that a look-up finds, one %s", (_what, headers) => {
    const came = asItCame({ headers })
    expect(namedIn(came)).toEqual(namedBy(came.headers))
  })

  it("names its subject, however many there are and in whichever order they come", () => {
    const subjectOf = makeSubjectOf()
    const subjects = fc.array(fc.stringMatching(/^market\.[A-Z]\.(order|out)\.slot-[0-9]{1,3}$/), { maxLength: 50 })
    fc.assert(
      fc.property(subjects, (some) => {
        expect(some.map((subject) => subjectOf(asItCame({ subject })))).toEqual(some)
      }),
      { seed }
    )
  })
})
