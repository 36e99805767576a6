import { describe, expect, it } from "vitest"
import { SameRunDigest } from "./sameRun.ts"

const record = (seq: number, event: object, subject = "market.XDGUSD.control") => ({
  seq,
  subject,
  data: new TextEncoder().encode(
    JSON.stringify({ v: 3, epoch: 1, timeMs: 5, writer: "w", cause: null, events: [event] })
  )
})
const digest = (...records: ReadonlyArray<ReturnType<typeof record>>): string => {
  const all = new SameRunDigest()
  for (const one of records) all.add(one)
  return all.end()
}
const adopted = (adoptedMs: number, to = 3) => record(1, { _tag: "RulesAdopted", from: 1, to, adoptedMs })
const price = (last: string, seq = 2) => record(seq, { _tag: "PriceObserved", last }, "market.XDGUSD.price")

describe("two journals tell the same", () => {
  it("whatever the machine's clock said when rules were adopted, and an era sealed, and whichever key marks", () => {
    expect(digest(adopted(7), price("0.1"))).toBe(digest(adopted(8), price("0.1")))
    const marks = (fingerprint: string) =>
      record(1, { _tag: "WriterKeySet", service: "kennel-up", key: 1, fingerprint })
    expect(digest(marks("aa"), price("0.1"))).toBe(digest(marks("bb"), price("0.1")))
    const sealed = (ms: number, sum: string) =>
      record(3, { _tag: "EraSealed", from: 1, to: 2, digest: sum, checks: sum, sealedMs: ms })
    expect(digest(sealed(7, "aa"))).toBe(digest(sealed(8, "bb")))
  })

  it("and not where a figure, a subject, a sequence or the order differs", () => {
    const told = digest(adopted(7), price("0.1"))
    expect(digest(adopted(7), price("0.2"))).not.toBe(told)
    expect(digest(adopted(7, 4), price("0.1"))).not.toBe(told)
    expect(digest(adopted(7), price("0.1", 3))).not.toBe(told)
    expect(digest(price("0.1"), adopted(7))).not.toBe(told)
    expect(digest(adopted(7), { ...price("0.1"), subject: "market.XDGUSD.clock" })).not.toBe(told)
  })
})
