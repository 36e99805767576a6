import { describe, expect, it } from "vitest"
import { configured, governor, observedAt, opening, OPTIONS, price, slots } from "../../testing/examples.ts"
import { reportOf, type StatusReport } from "../../core/report.ts"
import { heard, lost, unknown } from "../connection.js"
import { type Element, type Node, textOf } from "../h.js"
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

  it("marks an order whose outcome is unknown, and says nothing of an open one", () => {
    expect(text(shown())).toContain("B sell exit outcome unknown 0.1421249")
  })

  it("shows a recovery with the rule that made it one", () => {
    expect(text(shown())).toContain(
      "B sell recovery 1 It has waited 30 min, and the market has moved away. 0.1502000 +6.52 % 13"
    )
  })

  it("says what a slot does not do at present, and why", () => {
    expect(text(shown())).toContain(
      "entry A not now, since 13:00:00 UTC: The trade rests until 2026-11-21 17:03:09 UTC."
    )
  })

  it("lists the newest cycle first, over all slots", () => {
    const rows = all(shown(), "tr").map(text)
    const newest = rows.findIndex((row) => row.includes("B such · 4 recovery −0.0412"))
    expect(newest).toBeGreaterThan(0)
    expect(rows[newest + 1]).toContain("A wow · 1 +0.0099")
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

describe("the page of a market that runs", () => {
  const events = [...opening, configured, price("0.141")]
  const watched = reportOf(observedAt(events, { slots, startHead: 6, governor }), OPTIONS)
  const governorPage = (fields: Partial<StatusReport> = {}) =>
    page(heard(unknown(0), { ...watched, ...fields }, 0), SCREEN)
  const actions = (node: Node) => all(node, "button").map((button) => button.attributes["data-action"])

  it("shows entries, open orders, the day's loss, layers, target and recoveries against their limits", () => {
    const shown = text(governorPage())
    expect(shown).toContain("Entries this loop 1 of 2 3 waiting · loop 30 s")
    expect(shown).toContain("Open orders 31 of 45 caution: 14 of 45 places for open orders are left.")
    expect(shown).toContain("Lost today, UTC 0.41 of 3.00 USD, losing cycles only; gains 0.00")
    expect(shown).toContain("Capital layers 1 of 2")
    expect(shown).toContain("Profit target 1.00 % two maker fees 0.50 %")
    expect(shown).toContain("Recoveries 1 4 soft closed so far")
  })

  it.each([
    [null, "Lost today, UTC 0.41 USD, losing cycles only; gains 0.00 · no limit"],
    ["3.005", "Lost today, UTC 0.41 of 3.01 USD"]
  ])("shows a limit of %s as %s", (limit, expected) => {
    expect(text(governorPage({ daily_loss: { ...watched.daily_loss, limit } }))).toContain(expected)
  })

  it("says when the lock is closed, and for which day", () => {
    const locked = governorPage({
      daily_loss: { ...watched.daily_loss, locked: true },
      daily_loss_lock_utc_day: "2026-11-20"
    })
    expect(text(locked)).toContain("locked, day 2026-11-20")
  })

  it("offers to pause what runs, and to resume what does not; a retiring slot cannot be removed again", () => {
    const offered = actions(governorPage())
    expect(offered[0]).toBe("pause")
    expect(offered).not.toContain("resume")
    expect(offered.filter((action) => action === "remove_slot")).toHaveLength(1)
    expect(actions(governorPage({ mode: "PAUSED" }))[0]).toBe("resume")
    expect(actions(governorPage({ mode: "HALTED", mode_reason: "x" }))[0]).toBe("resume")
    expect(text(governorPage())).toContain("such slot 2 S2 both to close retiring")
  })

  it("says of each step of a start what it waits for", () => {
    const startup = governor.startup.map((step) =>
      step.step === "reconcile" ? { ...step, state: "waiting" as const, waits_for: "the comparison" } : step
    )
    const starting = text(governorPage({ mode: "STARTING", ready: false, startup }))
    expect(starting).toContain(
      "Starting snapshot done terms done price done candles pending reconcile waiting : the comparison"
    )
  })

  it("says of a pause why, and what has to be done about it", () => {
    const fields = { mode: "PAUSED" as const, mode_reason: "Paused by ann.", mode_next: "No new entries. It stays so." }
    expect(text(governorPage(fields))).toContain("Paused by ann. No new entries. It stays so.")
  })

  it("offers no button that would be refused: it says why instead", () => {
    const locked = governorPage({
      mode: "PAUSED",
      refused_actions: { resume: "The day's loss.", remove_layer: "There is no layer." }
    })
    expect(actions(locked).filter((action) => action === "resume" || action === "remove_layer")).toEqual([])
    expect(text(locked)).toContain("Resume would be refused now: The day's loss.")
    const buttons = all(locked, "button").filter((button) => button.attributes["aria-disabled"] === "true")
    expect(buttons.map(({ attributes }) => attributes["title"])).toEqual([
      "Would be refused: The day's loss.",
      "Would be refused: There is no layer."
    ])
    expect(text(locked)).toContain("Entries this loop none while paused · 3 waiting")
  })

  it("shows what is enough for a halt", () => {
    const events = [{ seq: 88_412, index: 0, tag: "OrderFilled" }]
    const halt = { slot: 1, seq: 88_412, violations: ["two exits"], events, out_of: 90_000 }
    const halted = text(governorPage({ mode: "HALTED", mode_reason: "slot 1 halted", last_halt: halt }))
    expect(halted).toContain("Of 90,000 events these 1 are enough for that: record 88412.0 OrderFilled")
    expect(text(governorPage({ last_halt: halt }))).not.toContain("are enough")
  })

  it("lists the newest notices and commands first, with author and reason", () => {
    const notices = ["old", "new"].map((name) => ({
      at: 60,
      severity: "alert" as const,
      rule: "paused" as const,
      times: 1,
      text: name
    }))
    const asked = { id: "a", author: "cli:ann", at: 0, action: "resume" as const, arguments: {}, text: "resume" }
    const commands = [{ ...asked, result: "refused" as const, reason: "already running" }]
    const logged = text(governorPage({ notices, commands }))
    expect(logged).toContain("Notices 00:01:00 alert new 00:01:00 alert old")
    expect(logged).toContain("Commands – refused resume by cli:ann: already running")
  })
})
