import { expect, it } from "vitest"
import { lineOf, recordIn } from "./recordLine.ts"

const RECORD = {
  seq: 7,
  storedMs: 1_795_183_203_000,
  subject: "market.XDGUSD.price",
  id: "1.market-feed.7",
  data: Buffer.from("{}"),
  mark: "kennel-up.1.abcdefghijklmnopqrstuv"
}
const withField = (field: string, value: unknown): string =>
  JSON.stringify({ ...(JSON.parse(lineOf(RECORD)) as object), [field]: value })

it("gives back what it was made of, bytes that are no text as well", () => {
  for (const data of [RECORD.data, Buffer.from([0xff, 0xfe])]) {
    expect(recordIn(lineOf({ ...RECORD, data }))).toStrictEqual({ ...RECORD, data })
  }
})

it.each([
  ["seq", 0],
  ["seq", 1.5],
  ["seq", 2 ** 48],
  ["storedMs", -1],
  ["storedMs", 0.5],
  ["storedMs", 9.999999999174773e22]
] as const)("refuses %s = %d, for which no segment has room", (field, value) => {
  expect(() => recordIn(withField(field, value))).toThrow(new RegExp(field))
})
