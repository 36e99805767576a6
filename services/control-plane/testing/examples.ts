/** A market for the tests: one slot with both entries out, one with both exits, a recovery and two booked cycles. */
import { placeAt } from "../../../shared/actor/core/actor.ts"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import { DEFAULT_SLOT_RULES } from "../../../shared/config/rules/slot.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import type { Observed } from "../core/checks.ts"
import type { GovernorStatus, SlotStatus } from "../core/blocks.ts"
import { initialChart } from "../core/chart/state.ts"
import { initialHistory } from "../core/history/state.ts"
import { NO_BOOKS } from "../core/money/ledgerActor.ts"
import { partly } from "./partly.ts"
import type { ReportOptions } from "../core/report.ts"
import { statusActor } from "../core/status/actor.ts"
import { initialStatus, type StatusState } from "../core/status/state.ts"

/** 2026-11-20 14:00:00 UTC. */
export const START_MS = Date.UTC(2026, 10, 20, 14)

export const price = (last: string, bid = last, ask = last): MarketEvent => ({
  _tag: "PriceObserved",
  last: Price.parse(last),
  bid: Price.parse(bid),
  ask: Price.parse(ask)
})

export const reconciled: MarketEvent = {
  _tag: "AccountReconciled",
  openOrders: 5,
  missed: 0,
  foreignOrders: 0,
  windowStartMs: START_MS
}

/** Order `n` of a slot is asked for. */
export const requested = (n: number): MarketEvent => ({
  _tag: "OrderRequested",
  localId: n,
  side: "buy",
  role: "entry",
  tradeId: "B",
  cycle: 1,
  price: Price.parse("0.14"),
  volume: Volume.parse("14"),
  postOnly: true,
  layers: 0,
  reason: { rule: "bootstrap_B", numbers: {} }
})

/** … and about to be sent, as `k<n>`. */
export const claimed = (n: number): MarketEvent => ({
  _tag: "OrderClaimed",
  clientId: `k${n}`,
  localId: n,
  side: "buy",
  price: Price.parse("0.14"),
  volume: Volume.parse("14"),
  postOnly: true,
  deadlineMs: START_MS + 5_000
})

/** The facts a market begins with, in the order in which they are written. */
export const opening: ReadonlyArray<MarketEvent> = [
  { _tag: "EpochRaised", epoch: 3, service: "kennel", reason: "start", watchesOrders: true, fitsModels: true },
  {
    _tag: "ConstraintsObserved",
    priceDecimals: 7,
    volumeDecimals: 0,
    minVolume: Volume.parse("2"),
    minCost: Quote.parse("0.5"),
    status: "online"
  },
  { _tag: "FeesObserved", makerPct: 0.25, takerPct: 0.4 },
  {
    _tag: "BalancesObserved",
    base: { total: Volume.parse("10012"), hold: Volume.parse("84") },
    quote: { total: Quote.parse("1998.4321"), hold: Quote.parse("6.05") }
  },
  reconciled
]

/** Folds `events` one record each, the first at `firstSeq`, a second apart; `subject` where it matters. */
export const foldAll = (
  events: ReadonlyArray<MarketEvent>,
  options: {
    readonly from?: StatusState
    readonly firstSeq?: number
    readonly subject?: string
    readonly timeMs?: number
  } = {}
): StatusState => {
  const { from = initialStatus, firstSeq = 1, subject = "market.XDGUSD.order.slot-1", timeMs = START_MS } = options
  return events.reduce((state, event, index) => {
    const place = placeAt({ seq: firstSeq + index, index: 0, subject, epoch: 1, timeMs: timeMs + index * 1_000 })
    return statusActor.reduce(state, event, place).state
  }, from)
}

const NOW = START_MS / 1_000

type SlotOrder = SlotStatus["orders"][number]
type SlotCycle = SlotStatus["last_cycles"][number]

const order = (
  fields: Pick<SlotOrder, "local_id" | "side" | "role" | "trade_id" | "price"> & Partial<SlotOrder>
): SlotOrder =>
  partly<SlotOrder>({
    cycle: 1,
    volume: "14",
    status: "open",
    txid: `OABC${fields.local_id}-XYZ`,
    placed_at: NOW - 300,
    entry_price: null,
    ...fields
  })

export const cycle = (fields: Partial<SlotCycle>): SlotCycle =>
  partly<SlotCycle>({
    trade_id: "A",
    cycle: 1,
    entry_price: "0.1412823",
    exit_price: "0.1398695",
    volume: "14",
    gross_profit: "0.0197792",
    fees: "0.0098403",
    net_profit: "0.0099389",
    entry_time: NOW - 900,
    exit_time: NOW - 400,
    from_recovery: false,
    kind: "closed",
    ...fields
  })

export const slots: ReadonlyArray<SlotStatus> = partly<ReadonlyArray<SlotStatus>>([
  {
    slot_id: 1,
    phase: "S0",
    orders: [
      order({ local_id: 7, side: "sell", role: "entry", trade_id: "A", price: "0.1412823" }),
      order({ local_id: 8, side: "buy", role: "entry", trade_id: "B", price: "0.1407177" })
    ],
    recovery_orders: [],
    cycle_a: 2,
    cycle_b: 1,
    total_profit: "0.0099389",
    total_fees: "0.0147",
    today_realized_loss: "0",
    day_realized_loss: { utc_day: 0, loss: "0" },
    total_round_trips: 1,
    s2_entered_at: null,
    long_only: false,
    short_only: false,
    last_cycles: [cycle({})],
    phase_in_words: "both entries out",
    refusals: {},
    refused_since: {},
    refused_by: {},
    halted: null
  },
  {
    slot_id: 2,
    phase: "S2",
    orders: [
      order({ local_id: 11, side: "buy", role: "exit", trade_id: "A", price: "0.1398695", entry_price: "0.1412823" }),
      order({
        local_id: 12,
        side: "sell",
        role: "exit",
        trade_id: "B",
        price: "0.1421249",
        status: "unknown",
        txid: null,
        entry_price: "0.1407177"
      })
    ],
    recovery_orders: [
      {
        recovery_id: 1,
        side: "sell",
        trade_id: "B",
        cycle: 3,
        price: "0.1502",
        volume: "13",
        status: "open",
        txid: "OREC-1",
        entry_price: "0.1487129",
        orphaned_at: NOW - 5_000,
        reason: "s1_timeout",
        sentence: "It has waited 30 min, and the market has moved away."
      }
    ],
    cycle_a: 4,
    cycle_b: 5,
    total_profit: "-0.0213005",
    total_fees: "0.0611",
    today_realized_loss: "0.0612394",
    day_realized_loss: { utc_day: Math.floor(START_MS / 86_400_000), loss: "0.0412394" },
    total_round_trips: 6,
    s2_entered_at: NOW - 60,
    long_only: false,
    short_only: false,
    last_cycles: [
      cycle({
        trade_id: "B",
        cycle: 4,
        net_profit: "-0.0412394",
        from_recovery: true,
        kind: "recovered",
        exit_time: NOW - 100
      })
    ],
    phase_in_words: "both to close",
    refusals: { entry_A: "The trade rests until 2026-11-21 17:03:09 UTC." },
    refused_since: { entry_A: NOW - 3_600 },
    refused_by: { entry_A: { rule: "cooldown", numbers: { cooldownUntilMs: Date.UTC(2026, 10, 21, 17, 3, 9) } } },
    halted: null
  }
])

/** The options of a real exchange. */
export const OPTIONS: ReportOptions = {
  pair: "DOGE/USD",
  trading: "paper",
  simulator: null,
  startedAt: START_MS / 1_000,
  stalePriceMaxAgeSec: 60,
  silentAfterSec: 30,
  speed: 1
}

/** `events` folded; the records up to `startHead` were there before the process began. */
export const observedAt = (
  events: ReadonlyArray<MarketEvent>,
  fields: { readonly slots?: ReadonlyArray<SlotStatus>; readonly startHead?: number | null } & Partial<Observed> = {}
): Observed => {
  const { startHead = 0, slots = [], ...rest } = fields
  const journal = { where: "memory", problem: null, head: events.length, startHead }
  const status = foldAll(events)
  return {
    seq: events.length,
    status,
    ...NO_BOOKS,
    chart: initialChart,
    history: initialHistory,
    slots,
    governor,
    blocks: {},
    refused: () => ({}),
    journal,
    silentSec: 0,
    clockSilentSec: 0,
    chat: { watch: null, quietNow: null },
    ...rest
  }
}

/** A market of two slots that earn more than two maker fees. */
export const configured: MarketEvent = {
  _tag: "MarketConfigured",
  slots: [1, 2],
  rules: DEFAULT_SLOT_RULES
}

/** A governor that lets the market run, with room enough. */
export const governor = partly<GovernorStatus>({
  mode: "RUNNING",
  mode_reason: { rule: "started", numbers: {}, sentence: "Every step of the start is done." },
  since: NOW - 3_600,
  causes: [],
  operator_needed: null,
  startup: (
    ["snapshot", "terms", "price", "candles", "reconcile", "missed_fills", "bootstrap", "running"] as const
  ).map((step) => ({ step, state: step === "candles" ? "pending" : "done", waits_for: null })),
  entry_scheduler: {
    cap: 2,
    granted_in_loop: 1,
    deferred: 3,
    deferred_total: 41,
    drained_total: 38,
    loop_sec: 30,
    queue: []
  },
  capacity_fill_health: {
    open_orders_current: 31,
    open_orders_safe_cap: 45,
    open_order_headroom: 14,
    open_order_utilization_pct: 68.9,
    orders_per_slot_estimate: 2.1,
    status_band: "caution",
    blocked_risk_hint: ["14 of 45 places for open orders are left."]
  },
  daily_loss_limit: "3",
  daily_realized_loss_utc: "0.41",
  daily_loss_lock_active: false,
  daily_loss_lock_utc_day: null,
  capital_layers: {
    target: 2,
    effective: 1,
    fully_funded: false,
    funding_gap_doge: "40",
    funding_gap_usd: "6.2",
    doge_per_order: 1,
    orders_per_layer: 225,
    default_source: "auto",
    sources: {},
    propagation: { done: 3, orders: 12 }
  },
  slots: [
    { slot: 1, alias: "wow", state: "active" },
    { slot: 2, alias: "such", state: "retiring" }
  ],
  targets: { entry_pct: 0.2, profit_pct: 1, fees_pct: 0.5 },
  sizing: null,
  open_order_drift_hint: { active: false, exchange: 31, internal: 31 },
  recoveries: 1,
  soft_closed_total: 4
})
