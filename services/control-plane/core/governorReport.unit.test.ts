import { describe, expect, it } from "vitest"
import { Quote } from "../../../shared/core/decimal/decimal.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { waitingFor, warnings } from "./checks.ts"
import { configured, governor, observedAt, opening, OPTIONS, price, slots } from "../testing/examples.ts"
import type { GovernorStatus } from "./blocks.ts"
import { blocks } from "../testing/blocks.ts"
import { reportOf } from "./report.ts"

const running = [...opening, configured, price("0.141")]
const at = (fields: Partial<GovernorStatus> = {}, events: ReadonlyArray<MarketEvent> = running) =>
  observedAt(events, { slots, startHead: 6, governor: { ...governor, ...fields } })
const report = (...args: Parameters<typeof at>) => reportOf(at(...args), OPTIONS)
const why = {
  rule: "daily_loss_lock",
  numbers: { loss: "3.1", limit: "3" },
  sentence: "The day's loss is 3.1 USD."
} as const
const broken = slots.map((slot) => (slot.slot_id === 1 ? { ...slot, halted: ["two buy exits"] } : slot))

describe("the mode of the market", () => {
  it("is the governor's, with its sentence and its numbers", () => {
    const paused = report({
      mode: "PAUSED",
      mode_reason: why,
      causes: [{ cause: why.rule, ...why }],
      operator_needed: why
    })
    expect(paused).toMatchObject({
      mode: "PAUSED",
      mode_reason: why.sentence,
      mode_cause: { rule: "daily_loss_lock", numbers: { loss: "3.1", limit: "3" } },
      mode_since: governor.since,
      mode_causes: [why.sentence],
      operator_needed: why.sentence
    })
  })

  it("has no reason while it runs", () => {
    expect(report()).toMatchObject({ mode: "RUNNING", mode_reason: null, mode_causes: [], operator_needed: null })
  })

  it("is HALTED while a fault stands, also when the governor itself met it and says nothing any more", () => {
    const fault: MarketEvent = { _tag: "FaultRaised", actor: "governor", seq: 9, problem: "bug" }
    expect(report({}, [...running, fault])).toMatchObject({
      mode: "HALTED",
      mode_reason: "fault told of governor at record 9: bug"
    })
  })

  it.each([
    ["HALTED", "HALTED", "slot 1 halted: two buy exits", []],
    ["RUNNING", "RUNNING", null, ["slot 1 halted: two buy exits"]]
  ] as const)("with a stopped slot and a governor that says %s is %s", (said, mode, reason, warned) => {
    const observed = { ...at({ mode: said }), slots: broken }
    expect(reportOf(observed, OPTIONS)).toMatchObject({ mode, mode_reason: reason })
    expect(warnings(observed)).toEqual(warned)
  })
})

describe("a start", () => {
  const startup = governor.startup.map((step, index) =>
    index < 4 ? step : { ...step, state: index === 4 ? ("waiting" as const) : null, waits_for: "something" }
  )

  it.each([
    ["bootstrap", ["start, bootstrap: something"]],
    ["missed_fills", ["start, missed fills: something"]],
    // Said already by the checks of price and account, in more detail.
    ["price", []],
    ["reconcile", []]
  ] as const)("that waits for %s makes the market wait for %j", (step, expected) => {
    const waiting = startup.map((one, index) => (index === 4 ? { ...one, step } : one))
    expect(waitingFor(at({ mode: "STARTING", startup: waiting }), OPTIONS)).toEqual(expected)
  })

  it("is not held up by a step that is pending", () => {
    expect(report().ready).toBe(true)
  })
})

describe("the blocks", () => {
  it("are the governor's, under their names", () => {
    expect(report()).toMatchObject({
      entry_scheduler: governor.entry_scheduler,
      capacity_fill_health: governor.capacity_fill_health,
      capital_layers: governor.capital_layers,
      daily_loss_limit: "3",
      daily_realized_loss_utc: "0.41",
      daily_loss_lock_active: false
    })
  })

  it("of other actors stand beside them", () => {
    expect(reportOf({ ...at(), blocks }, OPTIONS)).toMatchObject(blocks)
  })
})

describe("slots", () => {
  it("have the governor's names and lives", () => {
    expect(report().slots.map(({ slot_id, alias, life }) => [slot_id, alias, life])).toEqual([
      [1, "wow", "active"],
      [2, "such", "retiring"]
    ])
  })

  it("that are gone are shown only while they hold an order; their profit stays in the totals", () => {
    const left = report({ slots: [{ slot: 1, alias: "wow", state: "active" }] })
    expect(left.slots.map((slot) => slot.slot_id)).toEqual([1, 2])
    const empty = slots.map((slot) => (slot.slot_id === 2 ? { ...slot, orders: [], recovery_orders: [] } : slot))
    const gone = { ...at({ slots: [{ slot: 1, alias: "wow", state: "active" as const }] }), slots: empty }
    expect(reportOf(gone, OPTIONS).slots.map((slot) => slot.slot_id)).toEqual([1])
    expect(reportOf(gone, OPTIONS).total_profit).toBe(left.total_profit)
  })
})

describe("the profit target", () => {
  const targets = (profit_pct: number) => ({ targets: { ...governor.targets, profit_pct } })

  it.each([
    [0.51, []],
    [0.5, ["profit target: 0.5 % does not cover two maker fees of 0.25 %; raise it above 0.5 %"]],
    [0.4, ["profit target: 0.4 % does not cover two maker fees of 0.25 %; raise it above 0.5 %"]]
  ])("of %d %% at a maker fee of 0.25 %% warns: %j", (pct, expected) => {
    expect(warnings(at(targets(pct)))).toEqual(expected)
  })

  it("says nothing of fees before the exchange has said them", () => {
    const poor = { ...governor, ...targets(0.3) }
    expect(warnings(observedAt(opening, { governor: poor }))).toHaveLength(1)
    expect(warnings(observedAt([], { governor: poor }))).toEqual([])
  })
})

describe("what people asked for and were told", () => {
  const asked = (id: string, limit = "3.5"): MarketEvent => ({
    _tag: "CommandIssued",
    commandId: id,
    author: "cli:ann",
    command: { name: "set_daily_loss_limit", limit: Quote.parse(limit) },
    preview: []
  })
  const reason = { rule: "already_retiring", numbers: { slot: 4 } } as const

  it("stands in the report in words, newest last", () => {
    const events: ReadonlyArray<MarketEvent> = [
      ...running,
      asked("a"),
      { _tag: "CommandRefused", commandId: "a", reason },
      {
        _tag: "NoticeRaised",
        severity: "alert",
        reason: { rule: "orphan_pressure", numbers: { recoveries: 4, warnAt: 2 } }
      },
      asked("b", "0")
    ]
    const { commands, notices } = report({}, events)
    expect(commands).toMatchObject([
      {
        id: "a",
        author: "cli:ann",
        action: "set_daily_loss_limit",
        arguments: { limit: "3.5" },
        text: "set daily loss limit (limit 3.5)",
        result: "refused",
        reason: "Slot 4 is retiring already."
      },
      { id: "b", result: "pending", reason: null }
    ])
    expect(notices).toMatchObject([
      { severity: "alert", rule: "orphan_pressure", text: "4 exits wait as recoveries; every 2 of them are told." }
    ])
    // As JSON: an amount that is still a number of the fold would throw here.
    expect(JSON.parse(JSON.stringify(report({}, events)))).toMatchObject({ commands: [{ id: "a" }, { id: "b" }] })
  })

  it("tells of a pause once: as the change of the mode, not as the notice of its cause too", () => {
    const reason = { rule: "orders_refused", numbers: { count: 5, words: "EOrder:Margin", retryAtMs: 0 } } as const
    const events: ReadonlyArray<MarketEvent> = [
      ...running,
      { _tag: "NoticeRaised", severity: "alert", reason },
      { _tag: "ModeChanged", mode: "PAUSED", reason }
    ]
    const told = report({}, events).notices.filter(({ rule }) => rule === "orders_refused")
    expect(told.map(({ text }) => text)).toStrictEqual([
      expect.stringMatching(/^PAUSED: The exchange has refused 5 orders/)
    ])
  })

  it("names the events that are enough for a halt", () => {
    const events = [{ seq: 3, index: 0, tag: "OrderFilled" }]
    const halt: MarketEvent = { _tag: "HaltExplained", slot: 2, seq: 8, violations: ["two exits"], events, outOf: 900 }
    expect(report({}, [...running, halt]).last_halt).toEqual({
      slot: 2,
      seq: 8,
      violations: ["two exits"],
      events,
      out_of: 900
    })
    expect(report().last_halt).toBeNull()
  })
})

describe("what becomes of a pause", () => {
  const why = { rule: "operator", numbers: {}, sentence: "Paused by ann." } as const
  const paused = { mode: "PAUSED", mode_reason: why } as const
  const cause = { cause: "stale_price", rule: "stale_price", numbers: {}, sentence: "The price is old." } as const
  it.each([
    { fields: { mode: "RUNNING" as const }, next: null },
    { fields: { ...paused, causes: [cause] }, next: "It goes on by itself once that is over." },
    { fields: paused, next: "What paused the market is over: it goes on soon." },
    { fields: { ...paused, operator_needed: why }, next: "It stays so until somebody resumes it." },
    { fields: { ...paused, operator_needed: why, causes: [cause] }, next: "Resume it once that is over." },
    {
      fields: { ...paused, operator_needed: why, daily_loss_lock_active: true },
      next: "The lock opens at 00:00 UTC of the exchange's clock"
    },
    {
      fields: { mode: "HALTED" as const },
      next: "Remove the slot, or answer the fault (kennel doctor says how), and resume."
    }
  ])("is said: $next", ({ fields, next }) => {
    const shown = reportOf(
      observedAt([...opening, price("0.141")], { startHead: 6, governor: { ...governor, ...fields } }),
      OPTIONS
    ).mode_next
    if (next === null) expect(shown).toBeNull()
    else expect(shown).toContain(next)
  })
})
