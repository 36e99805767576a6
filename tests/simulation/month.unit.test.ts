/**
 * A violent month of DOGE at speed with governor and rebalancer on: an operator who meddles, a feed that goes quiet, an
 * exchange that fails, restarts. After every single record the slots' and the governor's invariants hold, no entry is granted
 * while the market stands still or the loss lock holds, and no order stands above the exchange's limit.
 */
import { describe, expect, it } from "@effect/vitest"
import { recordedMarket } from "../../services/exchange-sim/core/market/recorded.ts"
import { readSettings } from "../../app/settings.ts"
import { Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { incidents } from "../../app/inProcess/incidents.ts"
import { rulesOf } from "../../app/inProcess/market.ts"
import { simulate } from "../../app/inProcess/simulation.ts"
import { monthToPlay } from "../data/recording.ts"

const SEED = 7
const DAY_MS = 86_400_000

const run = (days: number, seed: number) => {
  const rows = monthToPlay()
  const { settings } = readSettings({ SLOTS: "4", MIN_VOLUME: "2" })
  const startMs = rows[0]?.timeMs ?? 0
  const decided = new Set<string>()
  const result = simulate({
    market: recordedMarket({ kind: "candles", rows }, settings.slot.priceDecimals),
    startMs,
    untilMs: startMs + days * DAY_MS,
    ...rulesOf(settings),
    base: Volume.parse("2000"),
    quote: Quote.parse("600"),
    incidents: incidents(seed, startMs, days),
    clockMs: 15_000,
    watch: ({ events }) => {
      for (const event of events) {
        if ("reason" in event && typeof event.reason === "object") decided.add(`${event._tag} ${event.reason.rule}`)
      }
    }
  })
  return { ...result, decided }
}

/** What a month must have seen, or it has shown nothing of it. */
const SEEN = [
  "EntryGranted",
  "EntryDeferred",
  "EntryRefused",
  "FundsAllotted",
  "OrderFilled",
  "OrderCancelled",
  "OrderRejected",
  "ExitOrphaned",
  "CycleBooked",
  "LossLockChanged",
  "SoftCloseAsked",
  "OrderAmended",
  "PositionReleased",
  "SlotSettled",
  "TargetsSet",
  "SkewDecided",
  "SizingSet",
  "CommandApplied",
  "CommandRefused"
]
/** Decisions under stress that it must have seen, each with its rule. */
const DECIDED = [
  "CycleBooked recovery_evicted",
  "EntryDeferred loop_cap",
  "EntryRefused price_passed",
  "LossLockChanged daily_loss_lock",
  "LossLockChanged daily_loss_lock_open"
]
const MODES = [
  "STARTING startup",
  "RUNNING started",
  "RUNNING resumed",
  "PAUSED operator",
  "PAUSED daily_loss_lock",
  "PAUSED api_errors",
  "PAUSED stale_price"
]

describe(`a simulated market (seed ${SEED})`, () => {
  it("keeps every rule after every record of a month, and every unit of money in its account", () => {
    const { problems, events, modes, decided, mostOpenOrders, transactions } = run(30, SEED)
    expect(problems).toStrictEqual([])
    expect(SEEN.filter((tag) => (events[tag] ?? 0) === 0)).toStrictEqual([])
    expect(DECIDED.filter((decision) => !decided.has(decision))).toStrictEqual([])
    expect(MODES.filter((mode) => (modes[mode] ?? 0) === 0)).toStrictEqual([])
    expect(events["CycleBooked"] ?? 0).toBeGreaterThan(1_000)
    expect(transactions).toBeGreaterThan(10_000)
    expect(mostOpenOrders).toBeLessThanOrEqual(45)
  }, 240_000)

  it("is the same journal again from the same seed, and another from another", () => {
    const first = run(3, SEED)
    expect(first.problems).toStrictEqual([])
    expect(run(3, SEED).digest).toBe(first.digest)
    expect(run(3, SEED + 1).digest).not.toBe(first.digest)
  }, 120_000)
})
