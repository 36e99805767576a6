import { describe, expect, it } from "@effect/vitest"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import { GovernorEvent } from "../../../shared/events/families/governor.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { SlotEvent } from "../../../shared/events/families/slot.ts"
import { describeEffect } from "./effects.ts"
import { cycle, orphaned, refusal, request, wanted } from "../testing/governorDriver.ts"

const why = { rule: "already_retiring", numbers: { slot: 3 } } as const
const said = "Slot 3 is retiring already."

const LINES: ReadonlyArray<readonly [MarketEvent, string]> = [
  [
    { _tag: "ModeChanged", mode: "PAUSED", reason: { rule: "operator", numbers: { note: "lunch" } } },
    "the market becomes PAUSED: Paused by an operator: lunch."
  ],
  [
    {
      _tag: "StartupAdvanced",
      step: "price",
      state: "waiting",
      reason: { rule: "waits_for_first_price", numbers: {} }
    },
    "step price of the start is waiting: No price has been heard since the start."
  ],
  [{ _tag: "EntryGranted", slot: 3, localId: 7, reason: why }, "slot 3: entry 7 goes to the exchange"],
  [{ _tag: "EntryDeferred", slot: 3, localId: 7, reason: why }, `slot 3: entry 7 waits: ${said}`],
  [
    { _tag: "EntryRefused", slot: 3, localId: 7, askAgain: "later", reason: why },
    `slot 3: entry 7 is dropped: ${said}`
  ],
  [
    { _tag: "FundsAllotted", slot: 3, base: Volume.parse("12.5"), quote: Quote.parse("3"), reason: why },
    "slot 3 may plan with 12.5 DOGE and 3 USD"
  ],
  [
    { _tag: "SizingSet", effectiveLayers: 2, dogePerOrder: 1, skew: 0, favouredMultiplier: 1, reason: why },
    "orders carry 2 capital layers of 1 DOGE; the rebalancer favours neither side"
  ],
  [
    {
      _tag: "SizingSet",
      effectiveLayers: 0,
      dogePerOrder: 1,
      skew: 0.2,
      favouredMultiplier: 1.185542665369913,
      reason: why
    },
    "orders carry 0 capital layers of 1 DOGE; the rebalancer's skew of 0.2 makes buys up to 1.19 times as large"
  ],
  [
    { _tag: "SizingSet", effectiveLayers: 0, dogePerOrder: 1, skew: -0.2, favouredMultiplier: 1.2, reason: why },
    "orders carry 0 capital layers of 1 DOGE; the rebalancer's skew of -0.2 makes sells up to 1.2 times as large"
  ],
  [
    { _tag: "TargetsSet", entryPct: 0.3, profitPct: null, runtimeProfitPct: null, reason: why },
    "entry distance 0.3 %, profit target as configured"
  ],
  [
    { _tag: "TargetsSet", entryPct: null, profitPct: 1.2, runtimeProfitPct: 1.5, reason: why },
    "entry distance as configured, profit target 1.2 %; while volatility sets it, 1.5 %"
  ],
  [
    {
      _tag: "SlotsSet",
      slots: [
        { slot: 1, alias: "doge", state: "active" },
        { slot: 4, alias: "shiba", state: "retiring" }
      ],
      reason: why
    },
    "slots from here on: 1 doge, 4 shiba (retiring)"
  ],
  [{ _tag: "SlotsSet", slots: [], reason: why }, "slots from here on: none"],
  [{ _tag: "CapacityBandChanged", band: "stop", reason: why }, `room for open orders is now stop: ${said}`],
  [
    { _tag: "SoftCloseAsked", slot: 3, recoveryId: 2, reason: why },
    "slot 3: recovery 2 moves next to the market: once it fills, its cycle closes there"
  ],
  [
    {
      _tag: "SoftCloseAsked",
      slot: 3,
      recoveryId: 2,
      reason: { rule: "operator_moves_recovery", numbers: { distancePct: 3.20499 } }
    },
    "slot 3: recovery 2, 3.2 % away, moves next to the market: once it fills, its cycle closes there"
  ],
  [
    {
      _tag: "LossLockChanged",
      locked: true,
      utcDay: 1,
      loss: Quote.parse("3.1"),
      limit: Quote.parse("3"),
      reason: why
    },
    "the daily loss lock closes: 3.1 USD lost, limit 3 USD"
  ],
  [
    { _tag: "LossLockChanged", locked: false, utcDay: 1, loss: Quote.zero, limit: Quote.parse("3"), reason: why },
    "the daily loss lock opens: 0 USD lost, limit 3 USD"
  ],
  [{ _tag: "NoticeRaised", severity: "alert", reason: why }, `alert: ${said}`],
  [
    { _tag: "DriftReconcileAsked", commandId: "c" },
    "orders at the exchange that are provably ours and that no slot has are cancelled"
  ],
  [
    { _tag: "AuditAsked", commandId: "c" },
    "the exchange's trade history is read and compared with the journal, to the last unit"
  ],
  [
    { _tag: "BackfillAsked", commandId: "c", intervalMin: null },
    "the exchange is asked for the candles of every window"
  ],
  [{ _tag: "BackfillAsked", commandId: "c", intervalMin: 15 }, "the exchange is asked for the candles of 15m"],
  [
    { _tag: "RetrainAsked", commandId: "c", intervals: [1, 15] },
    "the regime models of 1m and 15m are fitted anew, from the newest candles"
  ],
  [{ _tag: "CommandApplied", commandId: "c", reason: why }, `done: ${said}`],
  [{ _tag: "CommandRefused", commandId: "c", reason: why }, `refused: ${said}`],
  [request(1), "buy entry B: 20 DOGE at 0.0998 (The slot has no order: its first buy.)"],
  [{ _tag: "CancelRequested", localId: 4, recoveryId: null, reason: why }, `order 4 is taken off the book (${said})`],
  [
    { _tag: "AmendRequested", localId: 4, recoveryId: 1, price: Price.parse("0.1002"), reason: why },
    "order 4 moves to 0.1002"
  ],
  [orphaned(4, 1), "exit 4 becomes recovery 1"],
  [cycle("-0.25", 0), "cycle B1 is booked with -0.25 USD net"],
  [
    {
      _tag: "PositionReleased",
      tradeId: "A",
      cycle: 1,
      entryPrice: Price.parse("0.1"),
      volume: Volume.parse("20"),
      cost: Quote.parse("2"),
      fee: Quote.zero,
      reason: why
    },
    "the position of 20 DOGE of trade A is given up"
  ],
  [wanted("repair"), "asks for funds (repair)"],
  [{ _tag: "SlotSettled", reason: why }, "nothing is left to settle: the slot is gone"],
  [refusal("entry_A", "paused"), "no entry_A: The market is paused."],
  [{ _tag: "InvariantBroken", violations: ["two exits", "no entry"] }, "stops: two exits; no entry"]
]

describe("an effect as a line for people", () => {
  it.each(LINES.map(([event, line]) => ({ event, line })))("$line", ({ event, line }) => {
    expect(describeEffect(event)).toBe(line)
  })

  it("has words for everything that the governor or a slot can say", () => {
    const spoken = new Set(LINES.map(([{ _tag }]) => _tag))
    for (const { fields } of [...GovernorEvent.members, ...SlotEvent.members]) {
      expect(spoken.has(fields._tag.schema.literal), fields._tag.schema.literal).toBe(true)
    }
  })

  it("is the name of anything else", () => {
    expect(describeEffect({ _tag: "ClockTicked", priceAgeSec: 1 })).toBe("ClockTicked")
  })
})
