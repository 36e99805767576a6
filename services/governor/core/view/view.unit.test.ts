import { describe, expect, it } from "@effect/vitest"
import { Quote } from "../../../../shared/core/decimal/decimal.ts"
import type { MarketEvent } from "../../../../shared/events/event.ts"
import { accepted, cycle, GovernorStory, orphaned, request, START_MS, testRules } from "../../testing/governorDriver.ts"
import { governorView } from "./view.ts"

const shown = (story: GovernorStory) => {
  const view = governorView(story.state)
  expect(view).not.toBeNull()
  return view
}

const errors = (consecutive: number): MarketEvent => ({
  _tag: "ExchangeErrorsObserved",
  consecutive,
  operation: "AddOrder",
  detail: "timed out"
})

describe("the governor as people see it", () => {
  it("is a start that waits for rules before there are any", () => {
    const view = governorView(new GovernorStory().clock().state)
    expect(view).toEqual(expect.objectContaining({ mode: "STARTING", slots: [], mode_reason: view.mode_reason }))
    expect(view.startup[0]).toStrictEqual({
      step: "snapshot",
      state: "waiting",
      waits_for: "The rules of the governor and of the market are not configured yet."
    })
  })

  it("can be shown while nothing is known but its rules, and is plain JSON", () => {
    const view = shown(
      new GovernorStory().control({ _tag: "GovernorConfigured", rules: testRules(), fittedIntervals: [] })
    )
    expect(JSON.parse(JSON.stringify(view))).toStrictEqual(view)
    expect(view.targets).toMatchObject({ entry_pct: null, profit_pct: null, fees_pct: null })
    expect(view.capital_layers.funding_gap_usd).toBe(null)
  })

  it("says each step of the start and what it waits for", () => {
    const view = shown(new GovernorStory().configure().terms().clock(null))
    expect(view.startup).toStrictEqual([
      { step: "snapshot", state: "done", waits_for: null },
      { step: "terms", state: "done", waits_for: null },
      { step: "price", state: "waiting", waits_for: "No price has been heard since the start." },
      { step: "candles", state: null, waits_for: null },
      { step: "reconcile", state: null, waits_for: null },
      { step: "missed_fills", state: null, waits_for: null },
      { step: "bootstrap", state: null, waits_for: null },
      { step: "running", state: null, waits_for: null }
    ])
    expect(view.mode).toBe("STARTING")
  })

  it("says the mode, why, since when, and every cause", () => {
    const story = new GovernorStory().running().after(9, 61)
    for (let n = 1; n <= 5; n++) story.account(errors(n))
    const view = shown(story)
    expect(view.mode).toBe("PAUSED")
    expect(view.since).toBe((START_MS + 40_000) / 1_000)
    expect(view.causes.map(({ cause, sentence }) => [cause, sentence])).toStrictEqual([
      ["api_errors", "5 calls to the exchange had failed in a row, last AddOrder: timed out."],
      ["stale_price", "The last price was 61 s old, at most 60 s are allowed."]
    ])
    expect(view.mode_reason?.rule).toBe("api_errors")
    expect(view.api_errors?.["consecutive"]).toBe(5)
    expect(view.operator_needed).toBeNull()
    const paused = shown(story.command({ name: "pause", note: "lunch" }))
    expect(paused.operator_needed?.sentence).toBe("Paused by an operator: lunch.")
  })

  it("shows the entries that wait, and how many may leave", () => {
    const story = new GovernorStory().running()
    for (let n = 1; n <= 4; n++) story.slot(2, request(n))
    expect(shown(story).entry_scheduler).toStrictEqual({
      cap: 2,
      granted_in_loop: 2,
      deferred: 2,
      deferred_total: 2,
      drained_total: 0,
      loop_sec: 30,
      queue: [3, 4].map((localId) => ({
        slot: 2,
        local_id: localId,
        side: "buy",
        price: "0.0998",
        requested_at: story.nowMs / 1_000
      }))
    })
    expect(shown(story.nextLoop()).entry_scheduler).toMatchObject({ deferred: 0, drained_total: 2, granted_in_loop: 2 })
  })

  it("shows the day's loss in exact decimals, and the day of the lock", () => {
    const story = new GovernorStory().running({ dailyLossLimit: Quote.parse("3") })
    story.slot(1, cycle("-2.9999999999", story.nowMs))
    expect(shown(story)).toMatchObject({
      daily_loss_limit: "3",
      daily_realized_loss_utc: "2.9999999999",
      daily_loss_lock_active: false,
      daily_loss_lock_utc_day: null
    })
    story.slot(1, cycle("-0.0000000001", story.nowMs))
    expect(shown(story)).toMatchObject({ daily_loss_lock_active: true, daily_loss_lock_utc_day: "1970-01-03" })
  })

  it("shows slots with their names, targets with their sources, sizes and recoveries", () => {
    const story = new GovernorStory().running({ volatilityProfit: false }, [1, 4])
    story.command({ name: "remove_slot", slot: 4 }).command({ name: "set_entry_pct", pct: 0.4 })
    story.account({ _tag: "SkewDecided", skew: -0.1, reason: { rule: "controlled", numbers: {} } })
    story
      .slot(1, request(1, { role: "exit" }))
      .order(1, accepted(1))
      .slot(1, orphaned(1, 1))
    const view = shown(story)
    expect(view.slots).toStrictEqual([
      { slot: 1, alias: "doge", state: "active" },
      { slot: 4, alias: "shiba", state: "retiring" }
    ])
    expect(view.targets).toMatchObject({
      entry_pct: 0.4,
      operator_entry_pct: 0.4,
      profit_pct: 1,
      operator_profit_pct: null,
      volatility_profit_pct: null,
      fees_pct: 0.5,
      below_fees: false
    })
    expect(view.sizing).toStrictEqual({ effective_layers: 0, doge_per_order: 1, skew: -0.1, favoured_multiplier: 1.1 })
    expect(view.recoveries).toBe(1)
  })

  it("shows how far the exchange's count is off", () => {
    const story = new GovernorStory().running().account({ _tag: "OpenOrdersObserved", ours: 0, foreign: 11 }).clock()
    const since = story.nowMs / 1_000
    expect(shown(story).open_order_drift_hint).toStrictEqual({
      active: false,
      since,
      alerted_at: null,
      exchange: 11,
      internal: 0,
      difference: 11,
      tolerance: 0
    })
    expect(shown(story.after(600)).open_order_drift_hint).toMatchObject({ active: true, alerted_at: since + 600 })
  })
})

describe("the capital layers as people see them", () => {
  const layers = (story: GovernorStory) => shown(story).capital_layers
  const ladder = { layerDogePerOrder: 2, layerOrderBudget: 100, layerBalanceBuffer: 1 }

  it("are unknown before balances and a price", () => {
    const story = new GovernorStory().configure(ladder).terms()
    expect(layers(story)).toStrictEqual({
      target: 0,
      effective: 0,
      doge_per_order: 2,
      orders_per_layer: 100,
      default_source: "auto",
      funding_gap_doge: null,
      funding_gap_usd: null,
      fully_funded: null,
      sources: { doge: null, usd: null },
      propagation: { done: 0, orders: 0 }
    })
  })

  it("say what each currency covers, and what one more layer lacks of it", () => {
    // One layer more: 100 orders of 2 DOGE, at 0.1.
    const story = new GovernorStory().running(ladder).balances("149.87654321", "20")
    expect(layers(story).sources).toStrictEqual({
      doge: { fundable_layers: 74, next_layer: { covered: false, missing: "50.12345679" } },
      usd: { fundable_layers: 100, next_layer: { covered: true, missing: "0" } }
    })
    expect(layers(story.balances("200", "19.5")).sources).toStrictEqual({
      doge: { fundable_layers: 100, next_layer: { covered: true, missing: "0" } },
      usd: { fundable_layers: 97, next_layer: { covered: false, missing: "0.5" } }
    })
  })
})
