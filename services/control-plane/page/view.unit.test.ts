import { describe, expect, it } from "vitest"
import { observedAt, opening, OPTIONS, price, slots } from "../examples.ts"
import { reportOf, type StatusReport } from "../report.ts"
import { heard, lost, unknown } from "./connection.js"
import { type Element, type Node, textOf } from "./h.js"
import { page } from "./view.js"

const SCREEN = { nowMs: 0, chartWidth: 600 }
const report = reportOf(observedAt([...opening, price("0.141")], { slots, startHead: opening.length }), OPTIONS)
const shown = (fields: Partial<StatusReport> = {}) => page(heard(unknown(0), { ...report, ...fields }, 0), SCREEN)
const text = (node: Node) => textOf(node).replaceAll(/\s+/g, " ")
const all = (node: Node, tag: string): ReadonlyArray<Element> =>
  typeof node === "string"
    ? []
    : [...(node.tag === tag ? [node] : []), ...node.children.flatMap((child) => all(child, tag))]

describe("the page", () => {
  it("says that it waits before anything was heard", () => {
    expect(text(page(unknown(0), SCREEN))).toContain("Nothing has been heard yet.")
  })

  it("shows the price with its digits, its unit and its age", () => {
    expect(text(shown())).toMatch(/0\.1410000 USD bid 0\.1410000 ask 0\.1410000 age 0\.0 s old/)
  })

  it.each([
    [{ trading: "paper" as const }, "PAPER simulated money"],
    [{ trading: "paper" as const, simulator: { market: "walk", speed: 60 } }, "PAPER simulated money · walk ×60"],
    [{ trading: "live" as const }, "LIVE real money"]
  ])("with %j says %s", (fields, expected) => {
    expect(text(shown(fields))).toContain(expected)
  })

  it("shows each order with leg, side, role, price, distance and volume", () => {
    expect(text(shown())).toContain("A sell entry 0.1412823 +0.20 % 14")
  })

  it("marks an order whose outcome is unknown, and says nothing of an accepted one", () => {
    expect(text(shown())).toContain("B sell exit outcome unknown 0.1421249")
  })

  it("shows a recovery with the rule that made it one", () => {
    expect(text(shown())).toContain("B sell recovery 1 s1 timeout 0.1502000 +6.52 % 13")
  })

  it("says what a slot does not do at present, and why", () => {
    expect(text(shown())).toContain("entry A not now: reentry cooldown")
  })

  it("lists the newest cycle first, over all slots", () => {
    const rows = all(shown(), "tr").map(text)
    const newest = rows.findIndex((row) => row.includes("B wow · 4 recovery −0.0412"))
    expect(newest).toBeGreaterThan(0)
    expect(rows[newest + 1]).toContain("A Slot 1 · 1 +0.0099")
  })

  it("draws a line for each order within reach and counts the others", () => {
    expect(all(shown(), "line")).toHaveLength(4)
    expect(text(shown())).toContain("1 order farther away than the chart reaches")
  })

  it("leaves the drawing out until it knows its width", () => {
    expect(all(page(heard(unknown(0), report, 0), { ...SCREEN, chartWidth: 0 }), "svg")).toHaveLength(0)
  })

  it("has no notice when all is well", () => {
    expect(text(shown())).not.toContain("Look at this")
    expect(all(shown(), "section").map((section) => section.attributes["aria-label"])).not.toContain("Attention")
  })

  it.each([
    [{ warnings: ["orders sent, outcome unknown"] }, "Look at this orders sent, outcome unknown"],
    [{ ready: false, waiting_for: ["price: none heard"] }, "Not ready yet price: none heard"],
    [
      { mode: "HALTED" as const, mode_reason: "fault in slot-1 at record 9: x" },
      "Halted fault in slot-1 at record 9: x"
    ]
  ])("with %j notes: %s", (fields, expected) => {
    expect(text(shown(fields))).toContain(expected)
  })

  it("says how long ago it last heard the server, and greys the figures", () => {
    const gone = page(lost(heard(unknown(0), report, 0)), { ...SCREEN, nowMs: 12_000 })
    expect(text(gone)).toContain("Connection lost Last heard 12 s ago.")
    expect(all(gone, "main")[0]?.attributes["class"]).toContain("old")
  })

  it("shows the broken rules of a halted slot on its card", () => {
    const [first] = report.slots
    if (first === undefined) throw new Error("the example has slots")
    expect(text(shown({ slots: [{ ...first, halted: ["two buy exits", "cycle below 1"] }] }))).toContain(
      "Halted: two buy exits; cycle below 1"
    )
  })

  it("says so when there are no slots, no cycles, no account", () => {
    const bare = text(shown({ slots: [], account: null, constraints: null, fees: null }))
    expect(bare).toContain("No slots yet")
    expect(bare).toContain("No cycle is complete yet.")
    expect(bare).toContain("the exchange has not been asked yet")
  })
})
