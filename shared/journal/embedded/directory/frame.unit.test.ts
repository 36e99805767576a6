/** A frame that is read is the record that was written, whichever was read before it. */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { JournalRecord } from "../../port.ts"
import { decodeFrame, encodeFrame } from "./frame.ts"

const recordOf = (subject: string, id: string, seq: number): JournalRecord => ({
  ...{ seq, subject, id, data: Uint8Array.from([seq]), storedMs: 1_000 }
})

/** Reads each of them, one after the other. */
const readBack = (records: ReadonlyArray<JournalRecord>): ReadonlyArray<string> =>
  records.map((record) => {
    const frame = decodeFrame(encodeFrame({ ...record, durableSeq: 0, previousCrc: 0 }).frame, 0)
    return frame === null ? "damaged" : `${frame.record.subject} ${frame.record.id}`
  })
const names = (records: ReadonlyArray<JournalRecord>) => records.map(({ subject, id }) => `${subject} ${id}`)

describe("the subject of a frame", () => {
  it.each([
    ["of slot 1 behind slot 11, with an id that goes on as that subject does", "market.X.out.slot-11", "1.slot-1.5"],
    ["of slot 1 behind slot 12", "market.X.out.slot-12", "2.slot-1.5"]
  ])("is its own: %s", (_what, before, id) => {
    const records = [recordOf(before, "1.slot-1.4", 1), recordOf("market.X.out.slot-1", id, 2)]
    expect(readBack(records)).toEqual(names(records))
  })

  it("is its own behind any other that begins or ends like it", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "1", "."), minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { minLength: 2, maxLength: 12 }), (pairs) => {
        const records = pairs.map(([subject, id], at) => recordOf(subject, id, at + 1))
        expect(readBack(records)).toEqual(names(records))
      }),
      { seed: 20_261_130, numRuns: 2_000 }
    )
  })
})
