import { describe, expect, it } from "@effect/vitest"
import { changesBetween, leavesOf } from "./flatten.ts"
import { conditionOf, metByEvents, metByState } from "./until.ts"
import { arrive, openView, press, type Reached, screenOf, type View } from "./view.ts"

const reached = (seq: number, state: unknown, actor = "slot-1"): Reached => ({
  seq,
  time: "2026-11-21 17:03:09.000",
  record: `${seq} price PriceObserved`,
  actor,
  leaves: leavesOf(state)
})
const opened = openView(
  1,
  20,
  ["slot-1", "governor"],
  reached(10, { mode: "RUNNING", orders: [{ localId: 7, price: 1 }] })
)
const keys = (view: View, ...pressed: ReadonlyArray<string>) =>
  pressed.reduce((next, key) => press(next.view, key), { view, ask: null } as ReturnType<typeof press>)

describe("a state as lines", () => {
  it("has a path for every value, and names orders by their number", () => {
    expect(leavesOf({ a: { b: null, c: [] }, orders: [{ localId: 7, price: "12n" }] })).toStrictEqual([
      { path: "a.b", value: "null" },
      { path: "a.c", value: "[]" },
      { path: "orders.#7.localId", value: "7" },
      { path: "orders.#7.price", value: '"12n"' }
    ])
  })

  it("says of each line what it was, and what is gone", () => {
    expect(changesBetween(leavesOf({ a: 1, b: 2, c: 3 }), leavesOf({ a: 1, b: 5, d: 4 }))).toStrictEqual([
      { path: "a", value: "1", before: null },
      { path: "b", value: "5", before: "2" },
      { path: "d", value: "4", before: undefined },
      { path: "c", value: "", before: "3" }
    ])
  })
})

describe("the view of a past", () => {
  it.each([
    ["right", { _tag: "Go", seq: 11, actor: "slot-1" }],
    ["left", { _tag: "Go", seq: 9, actor: "slot-1" }],
    ["home", { _tag: "Go", seq: 1, actor: "slot-1" }],
    ["end", { _tag: "Go", seq: 20, actor: "slot-1" }],
    ["tab", { _tag: "Go", seq: 10, actor: "governor" }],
    ["n", { _tag: "Decision", forward: true }],
    ["p", { _tag: "Decision", forward: false }],
    ["c", { _tag: "Cause" }],
    ["q", { _tag: "Quit" }],
    ["x", null]
  ])("%s asks for %j", (key, ask) => {
    expect(press(opened, key).ask).toStrictEqual(ask)
  })

  it("does not go beyond either end", () => {
    expect(press({ ...opened, at: reached(20, {}) }, "right").ask).toBe(null)
    expect(press({ ...opened, at: reached(1, {}) }, "left").ask).toBe(null)
  })

  it("goes to a record or a time that is typed, and takes back what is typed wrong", () => {
    expect(keys(opened, "g", "1", "8", "backspace", "5", "return").ask).toStrictEqual({
      _tag: "Place",
      place: "15",
      actor: "slot-1"
    })
    expect(keys(opened, "g", "1", "escape").view.typing).toBe(null)
  })

  it("shows what a search finds, and what has changed since, highlighted with what it was", () => {
    const found = keys(opened, "/", "m", "o", "d", "e", "return").view
    expect(screenOf(found, 80, 8).filter((line) => line.startsWith("orders"))).toStrictEqual([])
    const later = arrive(opened, reached(11, { mode: "PAUSED", orders: [{ localId: 7, price: 1 }] }))
    const screen = screenOf(later, 80, 10)
    expect(screen[0]).toMatch(/record 11 of 20 .* slot-1 {2}1 changed/)
    expect(screen).toContain('\u001b[7mmode  "PAUSED"  was "RUNNING"\u001b[0m')
    expect(screen).toContain("orders.#7.price  1")
    const only = screenOf(keys(later, "d").view, 80, 10)
    expect(only.filter((line) => line.startsWith("orders"))).toStrictEqual([])
  })

  it("holds nothing of one actor against another", () => {
    const other = arrive(opened, reached(10, { mode: "PAUSED" }, "governor"))
    expect(other.changes.every(({ before }) => before === null)).toBe(true)
  })

  it("fills its rows and no more, whatever is scrolled, and cuts what is too wide", () => {
    const long = arrive(
      opened,
      reached(11, Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`key${n}`, "x".repeat(99)])))
    )
    for (const view of [
      long,
      keys(long, "pagedown", "down").view,
      keys(long, ...Array<string>(80).fill("down")).view
    ]) {
      const screen = screenOf(view, 40, 12)
      expect(screen).toHaveLength(12)
      const widths = screen.map((line) => line.replaceAll("\u001b[7m", "").replaceAll("\u001b[0m", "").length)
      expect(Math.max(...widths)).toBeLessThanOrEqual(40)
    }
    expect(keys(long, "down", "up", "up").view.scroll).toBe(0)
  })
})

describe("a condition", () => {
  const paused = [{ _tag: "ModeChanged", mode: "PAUSED", reason: { rule: "operator", numbers: {} } }] as const

  it("holds of an event by its name, of a mode, or of a value in a state", () => {
    const met = (text: string) => metByEvents(conditionOf(text) ?? { _tag: "Event", tag: "" }, paused)
    expect([met("ModeChanged"), met("mode=PAUSED"), met("mode=RUNNING"), met("OrderFilled")]).toStrictEqual([
      true,
      true,
      false,
      false
    ])
    const state = { book: { halted: null, nextOrderId: 12, orders: [], totalProfit: 15_100_000_000n } }
    const holds = (text: string) => metByState(conditionOf(text) ?? { _tag: "Event", tag: "" }, state)
    expect(holds("slot-1.book.nextOrderId>11")).toBe(true)
    expect(holds("slot-1.book.nextOrderId>=12")).toBe(true)
    expect(holds("slot-1.book.nextOrderId<12")).toBe(false)
    expect(holds("slot-1.book.nextOrderId<=12")).toBe(true)
    expect(holds("slot-1.book.totalProfit>1.5")).toBe(true)
    expect(holds("slot-1.book.totalProfit=1.51")).toBe(true)
    expect(holds("slot-1.book.halted!=null")).toBe(false)
    expect(holds("slot-1.book.halted=null")).toBe(true)
    expect(holds("slot-1.book.orders!=null")).toBe(true)
    expect(holds("slot-1.nothing.there=null")).toBe(true)
  })

  it("finds an order by the number that the view shows", () => {
    const state = { book: { orders: [{ localId: 7, stage: "open" }] } }
    const holds = (text: string) => metByState(conditionOf(text) ?? { _tag: "Event", tag: "" }, state)
    expect(holds("slot-1.book.orders.#7.stage=open")).toBe(true)
    expect(holds("slot-1.book.orders.#8.stage=open")).toBe(false)
  })

  it("that is none is none", () => {
    expect(["", "price > 3", "mode=paused", "slot-1.book"].map(conditionOf)).toStrictEqual([null, null, null, null])
  })
})
