import { describe, expect, it } from "vitest"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { waitingFor, warnings } from "./checks.ts"
import {
  claimed,
  foldAll,
  governor,
  observedAt,
  opening,
  OPTIONS,
  price,
  reconciled,
  requested,
  slots,
  START_MS
} from "../testing/examples.ts"
import { briefOf } from "./brief.ts"
import { reportOf } from "./report.ts"

const running = [...opening, price("0.141", "0.1409", "0.1411")]
const report = (events: ReadonlyArray<MarketEvent> = running, fields: Parameters<typeof observedAt>[1] = {}) =>
  reportOf(observedAt(events, { slots, startHead: opening.length, ...fields }), OPTIONS)

describe("a process that goes", () => {
  it("says so where people look: it is not ready, and warns of its end with the reason", () => {
    const going = {
      ...observedAt(running, { startHead: opening.length }),
      blocks: { leaving: { reason: "keys refused" } }
    }
    expect(waitingFor(going, OPTIONS)[0]).toBe("process: it ends: keys refused")
    expect(warnings(going)[0]).toBe("process: it ends: keys refused")
  })
})

describe("being ready", () => {
  const waiting = (...args: Parameters<typeof observedAt>) => waitingFor(observedAt(...args), OPTIONS)

  it("waits for nothing when the history is read, the price is fresh and the account compared", () => {
    expect(waiting(running, { startHead: opening.length })).toEqual([])
  })

  it.each([
    ["the journal to answer at all", { startHead: null }, "history: the journal has not answered yet"],
    ["the history to be read", { startHead: 9 }, "history: 6 of 9 records read"],
    [
      "the first price of this process: an old one says nothing",
      { startHead: 6 },
      "price: none heard since this process began"
    ],
    ["a silent price to come back", { startHead: 0, silentSec: 61 }, "price: 61 s old, stale after 60 s"],
    [
      "a clock that stands still, whatever else is written",
      { startHead: 0, clockSilentSec: 31 },
      "clock: no clock for 31 s, silent after 30 s; the mode is as it stood then, until market-feed tells the time again"
    ]
  ])("waits for %s", (_what, fields, expected) => {
    expect(waiting(running, fields)).toContain(expected)
  })

  it("waits for the journal, in the journal's own words", () => {
    const journal = { where: "nats", problem: "journal not reachable: refused", head: 6, startHead: 0 }
    expect(waiting(running, { journal })).toEqual(["journal: journal not reachable: refused"])
  })

  it("waits for the comparison with the exchange", () => {
    expect(waiting([price("0.141")])).toEqual(["account: orders not yet compared with the exchange"])
  })

  it("counts the silence of a simulated market at its own speed", () => {
    const observed = observedAt(running, { startHead: 0, silentSec: 2 })
    expect(waitingFor(observed, { ...OPTIONS, speed: 60 })).toEqual(["price: 120 s old, stale after 60 s"])
  })

  it("takes the age from the feed's clock and lets it grow with the exchange's", () => {
    const later = foldAll([{ _tag: "ClockTicked", priceAgeSec: 55 }, reconciled], {
      from: foldAll(running),
      firstSeq: 7,
      timeMs: START_MS + 60_000
    })
    const at = (silentSec: number) => reportOf({ ...observedAt(running, { status: later }), silentSec }, OPTIONS).market
    expect(at(0).price_age_sec).toBe(56)
    expect(at(2.4).price_age_sec).toBe(58)
  })
})

describe("the mode", () => {
  it("is RUNNING while nothing halts", () => {
    expect(report()).toMatchObject({ mode: "RUNNING", mode_reason: null, ready: true, waiting_for: [] })
  })

  it("that nobody could change for want of a clock says so, however well it stood", () => {
    const stopped = /^clock: no clock for 47 s/
    expect(report(running, { clockSilentSec: 47 })).toMatchObject({
      mode: "RUNNING",
      ready: false,
      mode_causes: [expect.stringMatching(stopped)],
      waiting_for: [expect.stringMatching(stopped)]
    })
    expect(report(running, { clockSilentSec: 30 }).mode_causes).toEqual([])
  })

  it("is HALTED while a fault stands, and names the record", () => {
    const fault: MarketEvent = { _tag: "FaultRaised", actor: "slot-2", seq: 44, problem: "not a number" }
    expect(report([...running, fault])).toMatchObject({
      mode: "HALTED",
      mode_reason: "fault told of slot-2 at record 44: not a number"
    })
  })

  it("is HALTED while a slot has stopped itself, and names the rules", () => {
    const halted = slots.map((slot) => ({ ...slot, halted: ["two buy exits", "cycle below 1"] }))
    const stopped = { ...governor, mode: "HALTED" as const }
    expect(report(running, { slots: halted, governor: stopped }).mode_reason).toBe(
      "slot 1 halted: two buy exits; cycle below 1, slot 2 halted: two buy exits; cycle below 1"
    )
  })
})

describe("warnings", () => {
  const unknown = (n: number): MarketEvent => ({
    _tag: "OrderUnknown",
    clientId: `k${n}`,
    localId: n,
    cause: "timed out"
  })

  it.each([
    [0, []],
    [1, ["orders sent, outcome unknown, being looked up: k1 (slot 1)"]],
    [5, ["orders sent, outcome unknown, being looked up: k1 (slot 1), k2 (slot 1), k3 (slot 1) and 2 more"]]
  ])("of %i orders without outcome are %j", (count, expected) => {
    const events = Array.from({ length: count }, (_, index) => [
      requested(index + 1),
      claimed(index + 1),
      unknown(index + 1)
    ])
    expect(warnings(observedAt([...running, ...events.flat()]))).toEqual(expected)
  })

  it("name a pair that is not open for trading, and orders that are not ours", () => {
    const [, constraints] = opening
    if (constraints?._tag !== "ConstraintsObserved") throw new Error("the example begins with constraints")
    const foreign: MarketEvent = {
      _tag: "AccountReconciled",
      openOrders: 0,
      missed: 0,
      foreignOrders: 2,
      windowStartMs: 0
    }
    expect(warnings(observedAt([...running, { ...constraints, status: "cancel_only" }, foreign]))).toEqual([
      "exchange: the pair is cancel_only",
      "exchange: 2 open orders on the account are not ours and left alone"
    ])
  })
})

describe("the figures", () => {
  it("add up over the slots, exactly", () => {
    expect(report()).toMatchObject({
      total_profit: "-0.0113616",
      total_fees: "0.0758",
      total_round_trips: 7,
      today_realized_loss: "0.0612394",
      daily_realized_loss_utc: governor.daily_realized_loss_utc
    })
  })

  it("say how far each order stands from the market, with the sign", () => {
    const [first, second] = report().slots
    expect(first?.orders.map((order) => order.distance_pct)).toEqual([0.2002, -0.2002])
    expect(second?.recovery_orders.map((order) => order.distance_pct)).toEqual([6.5248])
    expect(report(opening).slots[0]?.orders[0]?.distance_pct).toBeNull()
  })

  it("say what is free of the account", () => {
    expect(report().account).toEqual({
      base_total: "10012",
      base_hold: "84",
      base_free: "9928",
      quote_total: "1998.4321",
      quote_hold: "6.05",
      quote_free: "1992.3821"
    })
  })

  it("give prices as exact text and times as Unix seconds", () => {
    expect(report().market).toEqual({
      pair: "DOGE/USD",
      base: "DOGE",
      quote: "USD",
      price: "0.141",
      bid: "0.1409",
      ask: "0.1411",
      price_age_sec: 0,
      price_age_wall_sec: 0,
      price_stale_after_sec: 60,
      last_event_seq: 6,
      venue_time: START_MS / 1_000 + 5
    })
  })

  it("are null, not zero, while nothing is known", () => {
    const nothing = report([])
    expect(nothing).toMatchObject({ account: null, fees: null, constraints: null, reconciled: false })
    expect(nothing.market).toMatchObject({ price: null, price_age_sec: null, venue_time: null })
  })

  it("never show a head behind what was read", () => {
    expect(report(running, { journal: { where: "", problem: null, head: 3, startHead: 0 } }).journal.head).toBe(6)
  })
})

/** As the exchange writes them. */
const TXID = "OQCLML-BW3P3-BUCMWZ"

describe("a slot at a glance", () => {
  it("has of its orders where they stand, and leaves the rest to whoever asks for that slot", () => {
    const full = report()
    const { slots: shown, ...rest } = briefOf(full)
    const { slots: _whole, ...blocks } = full
    expect(rest).toEqual(blocks)
    const [order] = shown[0]?.orders ?? []
    expect(order).toEqual({
      local_id: expect.any(Number),
      trade_id: "A",
      side: "sell",
      role: "entry",
      price: "0.1412823",
      volume: expect.any(String),
      status: "open",
      txid: "OABC7-XYZ",
      distance_pct: 0.2002
    })
    expect(shown[1]).not.toHaveProperty("last_cycles")
    expect(full.slots[1]?.last_cycles).toHaveLength(slots[1]?.last_cycles.length ?? 0)
  })

  it("keeps the status of fifty slots, each with both trades and two recoveries out, below 60 kB", () => {
    const [, both] = slots
    const [recovery] = both?.recovery_orders ?? []
    if (both === undefined || recovery === undefined) throw new Error("the example has a slot with a recovery")
    const fifty = Array.from({ length: 50 }, (_, index) => ({
      ...both,
      slot_id: index + 1,
      orders: both.orders.map((order) => ({ ...order, txid: TXID })),
      recovery_orders: [0, 1].map((n) => ({ ...recovery, txid: TXID, recovery_id: recovery.recovery_id + n }))
    }))
    const text = JSON.stringify(briefOf(report(running, { slots: fifty })))
    expect(text.length).toBeLessThan(60_000)
  })
})

describe("one moment", () => {
  it("has one price and one age, in seconds of the exchange's clock and of the reader's", () => {
    const aged = slots.map((slot) => ({ ...slot, price_age_sec: 0.009 }))
    const observed = observedAt(running, { slots: aged, startHead: opening.length, silentSec: 1 })
    const { market, slots: shown } = reportOf(observed, { ...OPTIONS, speed: 120 })
    expect([market.price_age_sec, market.price_age_wall_sec]).toEqual([120, 1])
    expect(shown.map(({ price_age_sec: age }) => age)).toEqual([120, 120])
  })

  it("says of the rebalancer why the room is short, and that a skew is not in effect while nothing is entered", () => {
    const rebalancer = { enabled: true, capacity_band: "stop", skew: 0.2 } as never
    const hints = ["3 orders were cancelled after a part fill within a day."]
    const short = { ...governor, mode: "PAUSED" as const }
    const room = { ...governor.capacity_fill_health, blocked_risk_hint: hints }
    const shown = reportOf(
      observedAt(running, { governor: { ...short, capacity_fill_health: room }, blocks: { rebalancer } }),
      OPTIONS
    )
    expect(shown.rebalancer).toMatchObject({ capacity_hints: hints, in_effect: false })
  })
})
