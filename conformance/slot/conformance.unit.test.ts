/** The reference cases, and what the runner says of a wrong result or a malformed case. */
import { describe, expect, it } from "vitest"
import { readCases } from "../cases.ts"
import { isSlotCase, runSlotCase } from "./conformance.ts"

describe("the reference", () => {
  it.each(readCases("slot-vectors.jsonl.gz"))("agrees in every step of $name", (input) => {
    expect(runSlotCase(input)).toEqual([])
  })
})

const tiny = (step: object, config: object = {}) => ({
  config: { entry_pct: 1, price_decimals: 3, min_cost_usd: 0, min_volume: 1, ...config },
  initial: { market_price: 1, now: 100 },
  steps: [{ order_size_usd: 10, actions: [], state: {}, ...step }]
})

const addEntry = { op: "add_entry", side: "buy", trade_id: "B", reason: "bootstrap_B" }
const placed = {
  type: "PlaceOrderAction",
  local_id: 1,
  side: "buy",
  role: "entry",
  price: 0.99,
  volume: 10,
  trade_id: "B",
  cycle: 1,
  post_only: true,
  reason: "bootstrap_B"
}

describe("the runner", () => {
  it("accepts a case that leaves optional fields out", () => {
    expect(runSlotCase(tiny({ ...addEntry, actions: [placed] }))).toEqual([])
  })

  it("names step and field of every difference", () => {
    expect(runSlotCase(tiny({ ...addEntry, actions: [{ ...placed, price: 0.98 }], state: { cycle_b: 2 } }))).toEqual([
      { step: 0, field: "actions[0].price", expected: 0.98, got: 0.99 },
      { step: 0, field: "state.cycle_b", expected: 2, got: 1 }
    ])
  })

  it("says when actions are missing or too many", () => {
    expect(runSlotCase(tiny(addEntry))).toMatchObject([{ step: 0, field: "actions.length" }])
  })

  it.each([
    [{ op: "jump" }, 'steps[0].op "jump" is unknown'],
    [{ op: "bind_txid", txid: "T" }, "steps[0].local_id must be a finite number, is missing"],
    [{ op: "event" }, "steps[0].event must be an object, is missing"],
    [{ op: "event", event: { type: "Boom", timestamp: 1 } }, 'event.type "Boom" is no event'],
    [
      { op: "event", event: { type: "PriceTick", timestamp: 1, price: "x" } },
      'event.price must be a finite number, is "x"'
    ],
    [{ ...addEntry, side: "up" }, 'steps[0].side must be one of buy, sell, is "up"']
  ])("refuses %j: %s", (step, message) => {
    expect(() => runSlotCase(tiny(step))).toThrow(message)
  })

  it("does nothing on fills and cancels of unknown ids, except that time goes on", () => {
    const fill = {
      order_local_id: 9,
      recovery_id: 9,
      price: 1,
      volume: 1,
      fee: 0,
      timestamp: 200,
      side: "buy",
      txid: ""
    }
    for (const type of ["FillEvent", "RecoveryFillEvent", "RecoveryCancelEvent"]) {
      const step = { op: "event", event: { ...fill, type }, state: { now: 200, total_round_trips: 0, orders: [] } }
      expect(runSlotCase(tiny(step))).toEqual([])
    }
  })

  it("tells a slot case from another kind", () => {
    expect(isSlotCase(tiny(addEntry))).toBe(true)
    expect(isSlotCase({ config: {}, steps: [] })).toBe(false)
    expect(isSlotCase(null)).toBe(false)
  })
})
