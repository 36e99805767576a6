/**
 * A day of trading: the recorded month's steepest rise, three slots, the regime advisor, an operator who asks for everything that
 * can be asked for, a feed that goes quiet, an exchange that fails, a restart. Every rule is looked at after every record.
 */
import { Effect } from "effect"
import { type Incident, incidents } from "../../app/inProcess/incidents.ts"
import { rulesOf } from "../../app/inProcess/market.ts"
import { simulate } from "../../app/inProcess/simulation.ts"
import { readSettings } from "../../app/settings.ts"
import { recordedMarket } from "../../services/exchange-sim/core/market/recorded.ts"
import type { MarketProcess } from "../../services/exchange-sim/core/market/process.ts"
import { advisorOptions } from "../../services/hmm-advisor/options.ts"
import { Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import type { Command } from "../../shared/events/families/command.ts"
import type { JournalRecord } from "../../shared/journal/port.ts"
import { candlesOf, riseAndFall } from "../data/recording.ts"
import { recordedAdvisor } from "../../app/backtest/recordedAdvisor.ts"
import { Recorder } from "./recorder.ts"

const SEED = 11
const HOUR_MS = 3_600_000
const HOURS = 20
/** One of so many trades is heard of: prices make up nearly all of a journal, and say little each. */
const THINNED = 6

/** What the operator asks for, and at which hour of the day. */
const ASKED: ReadonlyArray<readonly [hour: number, command: Command]> = [
  [1, { name: "resume" }],
  [1.5, { name: "add_slot", count: 1 }],
  [2, { name: "set_entry_pct", pct: 0.3 }],
  [2.5, { name: "set_profit_pct", pct: 0.8 }],
  [3, { name: "add_layer", source: "usd" }],
  [4, { name: "pause", note: "lunch" }],
  [4.2, { name: "pause", note: "still" }],
  [4.5, { name: "resume" }],
  [5, { name: "soft_close_next" }],
  [6, { name: "cancel_stale_recoveries", minDistancePct: 1, count: 2 }],
  [7, { name: "remove_slot", slot: 2 }],
  [8, { name: "add_layer", source: null }],
  [9, { name: "remove_layer" }],
  [10, { name: "soft_close", slot: 1, recoveryId: 1 }],
  [11, { name: "soft_close", slot: 1, recoveryId: 99 }],
  [12, { name: "retrain", timeframe: "1m" }],
  [12.1, { name: "retrain", timeframe: "7h" }],
  [13, { name: "set_daily_loss_limit", limit: Quote.parse("0.05") }],
  [13.2, { name: "soft_close_next" }],
  [14, { name: "resume" }],
  [15, { name: "set_daily_loss_limit", limit: Quote.parse("5") }],
  [15.1, { name: "resume" }],
  [16, { name: "add_slot", count: 1 }],
  [18, { name: "remove_slots", count: 1 }],
  [19, { name: "reconcile_drift" }],
  [19.2, { name: "audit_pnl" }]
]

/** The processes start again. */
const restart = (atMs: number, windowStartMs: number): ReadonlyArray<Incident> => {
  const start = { service: "kennel up", reason: "start", watchesOrders: true, fitsModels: true }
  const compared = { _tag: "AccountReconciled", openOrders: 0, missed: 0, foreignOrders: 0, windowStartMs } as const
  return [
    { atMs, what: { _tag: "Fact", family: "control", event: { _tag: "EpochRaised", epoch: 2, ...start } } },
    { atMs: atMs + 3_000, what: { _tag: "Fact", family: "account", event: compared } }
  ]
}

const thinned = ({ initial, step }: MarketProcess): MarketProcess => ({
  initial,
  step: (state) => {
    const made = step(state)
    return made === null ? null : { ...made, trades: made.trades.filter((_trade, index) => index % THINNED === 0) }
  }
})

/** Records the day. */
export const trading = Effect.sync((): ReadonlyArray<JournalRecord> => {
  const { settings } = readSettings({ SLOTS: "3", MIN_VOLUME: "2", HMM_ENABLED: "true", MAX_RECOVERY_SLOTS: "1" })
  const rows = candlesOf()
  const startMs = riseAndFall(rows, 2)
  const asked = ASKED.map(([hour, command]): Incident => {
    return { atMs: startMs + hour * HOUR_MS, what: { _tag: "Command", command } }
  })
  const recorder = new Recorder()
  const { problems } = simulate({
    market: thinned(
      recordedMarket(
        { kind: "candles", rows: rows.filter(({ timeMs }) => timeMs >= startMs) },
        settings.slot.priceDecimals
      )
    ),
    startMs,
    untilMs: startMs + HOURS * HOUR_MS,
    ...rulesOf(settings),
    base: Volume.parse("2000"),
    quote: Quote.parse("600"),
    incidents: [...incidents(SEED, startMs, 1), ...restart(startMs + 17 * HOUR_MS, startMs), ...asked].toSorted(
      (a, b) => a.atMs - b.atMs
    ),
    clockMs: 60_000,
    advice: recordedAdvisor(rows, advisorOptions(settings)).facts,
    watch: recorder.take
  })
  if (problems.length > 0) throw new Error(problems.join("\n"))
  return recorder.records
})
