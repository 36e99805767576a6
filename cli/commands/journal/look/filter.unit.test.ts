import { describe, expect, it } from "vitest"
import { linesOf, readSince, type Wanted } from "./filter.ts"

const ALL: Wanted = { slot: null, types: new Set(), sinceMs: null }
const TIME = Date.UTC(2026, 10, 21, 17, 3, 9)

const record = (subject: string, events: ReadonlyArray<object>, timeMs = TIME) => ({
  seq: 7,
  subject: `market.XDGUSD.${subject}`,
  id: "a-1",
  storedMs: 0,
  data: new TextEncoder().encode(JSON.stringify({ v: 1, timeMs, events }))
})
const booked = { _tag: "CycleBooked", net: "0.01" }
const mode = { _tag: "ModeChanged", mode: "PAUSED", reason: { rule: "operator", numbers: {} } }

describe("the records of a journal", () => {
  it("stand as they are where nothing is asked of them", () => {
    const [line] = linesOf(record("order.slot-3", [booked]), ALL, "plain")
    expect(line).toMatch(/^7 market\.XDGUSD\.order\.slot-3 a-1 \{"v":1,/)
  })

  it.each([
    [{ slot: 3 }, 1],
    [{ slot: 4 }, 0],
    [{ types: new Set(["CycleBooked"]) }, 1],
    [{ types: new Set(["OrderFilled"]) }, 0],
    [{ sinceMs: TIME }, 1],
    [{ sinceMs: TIME + 1 }, 0]
  ])("asked for %j: %i", (asked, lines) => {
    expect(linesOf(record("order.slot-3", [booked]), { ...ALL, ...asked }, "plain")).toHaveLength(lines)
  })

  it("read as an event a line, with the reason as a sentence", () => {
    expect(linesOf(record("out.governor", [mode, booked]), ALL, "pretty")).toStrictEqual([
      "7  2026-11-21 17:03:09  out.governor  ModeChanged  mode=PAUSED  Paused by an operator.",
      "7  2026-11-21 17:03:09  out.governor  CycleBooked  net=0.01"
    ])
  })

  it("is an object a line for machines, with the wanted events alone; one that nobody can read is its text", () => {
    const wanted = { ...ALL, types: new Set(["CycleBooked"]) }
    const [line = ""] = linesOf(record("out.governor", [mode, booked]), wanted, "json")
    expect(JSON.parse(line)).toMatchObject({
      seq: expect.any(Number),
      subject: expect.stringMatching(/out\.governor$/)
    })
    expect((JSON.parse(line) as { events: ReadonlyArray<unknown> }).events).toStrictEqual([booked])
    const broken = { ...record("clock", []), data: new TextEncoder().encode("{") }
    expect(JSON.parse(linesOf(broken, ALL, "json")[0] ?? "")).toMatchObject({ data: "{" })
  })

  it("that cannot be read are shown whatever is asked for", () => {
    const torn = { ...record("order.slot-3", []), data: new TextEncoder().encode("{") }
    expect(linesOf(torn, { ...ALL, slot: 9 }, "pretty")).toStrictEqual(["7 market.XDGUSD.order.slot-3 a-1 {"])
  })
})

describe("a time", () => {
  it.each([
    ["2026-11-21", Date.UTC(2026, 10, 21)],
    ["2026-11-21T17:03", Date.UTC(2026, 10, 21, 17, 3)],
    ["2026-11-21T17:03:09+01:00", Date.UTC(2026, 10, 21, 16, 3, 9)],
    ["yesterday", null]
  ])("%s is %s", (value, ms) => {
    expect(readSince(value)).toBe(ms)
  })
})
