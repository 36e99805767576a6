/**
 * Everything the governor knows, folded from the market's journal. Nothing in it grows without bound: live orders by the
 * exchange's limit, samples and windows by constants beside their types, slots by the operator's own commands.
 *
 * Money, prices and volumes are exact decimals; times are Unix milliseconds of the exchange's clock; each slice belongs to
 * the file named beside it, and only that file writes it.
 */
import { type Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { GovernorRules, SlotRules } from "../../../shared/events/families/control.ts"
import type { EventOf } from "../../../shared/events/event.ts"
import type { Mode, StartupStep } from "../../../shared/events/families/governor.ts"
import type { Reason } from "../../../shared/events/reason.ts"

export type Side = "buy" | "sell"
export type TradeId = "A" | "B"

/** What the journal has said of market and account (`market.ts`). Null until it has. */
export interface MarketSlice {
  /** Last trade price; null before the first. */
  readonly price: Price | null
  /** The same as the nearest double, 0 before the first: for ratios. */
  readonly priceNumber: number
  readonly priceSeq: number
  readonly priceAtMs: number
  /** What the feed's clock last said of the price. */
  readonly heard: Omit<EventOf<"ClockTicked">, "_tag">
  readonly slotRules: SlotRules | null
  readonly constraints: EventOf<"ConstraintsObserved"> | null
  readonly fees: EventOf<"FeesObserved"> | null
  readonly balances: EventOf<"BalancesObserved"> | null
  /** What fills since that observation took from it: volume sold, quote paid and fees. What they brought is not counted. */
  readonly spentBase: Volume
  readonly spentQuote: Quote
  /** Sequence of the last `EpochRaised` of a process that handles orders: what was reconciled before it counts no more. */
  readonly gatewayStartSeq: number
  readonly reconciled: EventOf<"AccountReconciled"> | null
}

/** An order between its request and its end (`orderTable.ts`). */
export interface TrackedOrder {
  readonly slot: number
  readonly localId: number
  readonly side: Side
  readonly role: "entry" | "exit"
  readonly tradeId: TradeId
  readonly cycle: number
  readonly price: Price
  readonly volume: Volume
  /** Of its fills so far: volume, cost and fee. */
  readonly filled: Volume
  readonly cost: Quote
  readonly fee: Quote
  /** `requested` and `deferred`: an entry without a grant. An exit is `granted` from its request on. */
  readonly stage: "requested" | "deferred" | "granted" | "claimed" | "unknown" | "open"
  readonly requestedAtMs: number
  /** When the exchange took it; 0 before. */
  readonly openedAtMs: number
  /** Capital layers in its size, as its request's reason says. */
  readonly layers: number
  /** Not null once the exit has been orphaned. */
  readonly recovery: { readonly recoveryId: number; readonly orphanedAtMs: number } | null
}

/** The mode and what stands against it (`mode.ts`). */
export interface ModeSlice {
  readonly mode: Mode
  /** Why it is that. */
  readonly reason: Reason | null
  readonly sinceMs: number
  /** What stands against running now, by cause. */
  readonly causes: Readonly<Partial<Record<Cause, Reason>>>
  /** Why only an operator may end this pause: the command, the loss lock or the halt that began it. Null: it ends by itself. */
  readonly operatorNeeded: Reason | null
  /** Something broke; stays until an operator resumes. */
  readonly halted: boolean
  /** When the last cause went; meaningless while one stands. */
  readonly clearSinceMs: number
  /** Slots that broke their invariants. */
  readonly brokenSlots: ReadonlyArray<number>
  /** Faults nobody has answered, as `actor seq`, at most `MAX_FAULTS`. */
  readonly faults: ReadonlyArray<string>
}

/** What pauses or halts a market by itself, most severe first. */
export const CAUSES = [
  "invariant_broken",
  "fault",
  "daily_loss_lock",
  "cannot_bootstrap",
  "api_errors",
  "stale_price"
] as const
export type Cause = (typeof CAUSES)[number]

/** How far the start is (`startup.ts`). */
export interface StartupSlice {
  /** Null: not looked at yet since this start. `pending` does not hold up the next step. */
  readonly steps: Readonly<Record<StartupStep, "waiting" | "pending" | "done" | null>>
  /** Slots that have had their first funds answered since this start. */
  readonly answered: ReadonlyArray<number>
  /** When the slots began to be funded; null before. */
  readonly bootstrapSinceMs: number | null
}

/** The regime advisor's models (`advisor.ts`). */
export interface AdvisorSlice {
  /** Candle intervals, in minutes, that models are fitted to; empty: no advisor runs. Null: nobody has said. */
  readonly intervals: ReadonlyArray<number> | null
  /** By interval, what came of its trainings since the advisor started: null is a model, a text the name of the refusal. */
  readonly trainings: Readonly<Record<number, string | null>>
  /** The command to fit models anew that waits for the advisor's answer (`retrain.ts`). */
  readonly retrain: (EventOf<"RetrainAsked"> & { readonly author: string; readonly askedAtMs: number }) | null
}

/** Who is promised which funds (`funds.ts`). */
export interface FundsSlice {
  /** Slots waiting for an allotment, first come first served, each once. */
  readonly queue: ReadonlyArray<{ readonly slot: number; readonly what: "bootstrap" | "repair" }>
  /** The slot that has been told and has not answered yet. */
  readonly allotted: { readonly slot: number; readonly what: "bootstrap" | "repair"; readonly atMs: number } | null
}

/** The entry scheduler (`scheduler.ts`). */
export interface SchedulerSlice {
  /** `floor(now / loop)`: changes when a loop begins. */
  readonly loop: number
  readonly grantedInLoop: number
  /** Keys of deferred entries, oldest first. */
  readonly queue: ReadonlyArray<string>
  readonly deferredTotal: number
  readonly drainedTotal: number
}

/** The daily loss lock (`lossLock.ts`). */
export interface LossSlice {
  readonly utcDay: number
  readonly loss: Quote
  /** An operator's own limit over the configured one; null: as configured. */
  readonly limitOverride: Quote | null
  readonly locked: boolean
  readonly lockedDay: number | null
}

/** Room for open orders, and how orders fare (`capacity.ts`). */
export interface CapacitySlice {
  /** The band last told. */
  readonly band: "normal" | "caution" | "stop"
  /** What the exchange last said, and how many the journal had open at that moment; null before the first. */
  readonly exchange: { readonly ours: number; readonly foreign: number; readonly internal: number } | null
  /** Of the last day, oldest first, at most `MAX_SAMPLES`. */
  readonly fillSeconds: ReadonlyArray<{ readonly atMs: number; readonly seconds: number }>
  readonly partialFills: ReadonlyArray<number>
  readonly partialCancels: ReadonlyArray<number>
  /** Recoveries at the last orphan notice, as a multiple of the threshold. */
  readonly orphanNotice: number
  readonly softClosedTotal: number
}

/** Open orders that exchange and journal count differently (`drift.ts`). */
export interface DriftSlice {
  readonly sinceMs: number | null
  readonly alertedAtMs: number | null
  readonly active: boolean
}

/** Capital layers and skew (`sizing.ts`). */
export interface SizingSlice {
  readonly targetLayers: number
  readonly effectiveLayers: number
  readonly skew: number
  /** The last that was told to the slots; null before the first. */
  readonly told: Omit<EventOf<"SizingSet">, "_tag" | "reason"> | null
}

/** Distances (`profitTarget.ts`). */
export interface TargetsSlice {
  readonly entryPct: number | null
  readonly profitPct: number | null
  readonly runtimeProfitPct: number | null
  /** One price a loop, oldest first, at most 180. */
  readonly samples: ReadonlyArray<number>
  readonly sampledLoop: number
  /** The profit target for which people were last told that it does not cover two maker fees; null: it does. */
  readonly belowFeesAt: number | null
}

/** The slots and their names (`slots.ts`). */
export interface SlotsSlice {
  /** Ascending by slot. */
  readonly slots: ReadonlyArray<EventOf<"SlotsSet">["slots"][number]>
  /** What the last configuration listed, and what of it is already the market's: they differ until the market is governed. */
  readonly listed: ReadonlyArray<number>
  readonly configured: ReadonlyArray<number>
  readonly nextSlot: number
  readonly recycledAliases: ReadonlyArray<string>
  /** Of the last `doge-NN` given; never goes back. */
  readonly aliasCounter: number
}

/** Running sums of what the journal says the exchange did: the audit's left side (`audit.ts`). */
export interface AuditSlice {
  /** Of ended orders. */
  readonly sums: Omit<EventOf<"TradeHistoryObserved">["ours"], "trades">
  /** Sum of the booked nets of all slots. */
  readonly realised: Quote
  readonly cycles: number
  /** When the journal last learned of a fill, or of an end with fills; 0 before the first. */
  readonly lastTradeMs: number
}

export interface GovernorState {
  readonly nowMs: number
  readonly governed: boolean
  readonly rules: GovernorRules | null
  readonly market: MarketSlice
  /** By `slot/localId`, in the order of their requests. */
  readonly orders: Readonly<Record<string, TrackedOrder>>
  readonly mode: ModeSlice
  readonly startup: StartupSlice
  readonly advisor: AdvisorSlice
  readonly funds: FundsSlice
  readonly scheduler: SchedulerSlice
  readonly loss: LossSlice
  readonly capacity: CapacitySlice
  readonly drift: DriftSlice
  readonly sizing: SizingSlice
  readonly targets: TargetsSlice
  readonly slots: SlotsSlice
  readonly audit: AuditSlice
}

export const initialState: GovernorState = {
  nowMs: 0,
  governed: false,
  rules: null,
  market: {
    price: null,
    priceNumber: 0,
    priceSeq: 0,
    priceAtMs: 0,
    heard: { priceAgeSec: null },
    slotRules: null,
    constraints: null,
    fees: null,
    balances: null,
    spentBase: Volume.zero,
    spentQuote: Quote.zero,
    gatewayStartSeq: 0,
    reconciled: null
  },
  orders: {},
  mode: {
    mode: "STARTING",
    reason: null,
    sinceMs: 0,
    causes: {},
    operatorNeeded: null,
    halted: false,
    clearSinceMs: 0,
    brokenSlots: [],
    faults: []
  },
  startup: {
    steps: {
      snapshot: null,
      terms: null,
      price: null,
      candles: null,
      reconcile: null,
      missed_fills: null,
      bootstrap: null,
      running: null
    },
    answered: [],
    bootstrapSinceMs: null
  },
  advisor: { intervals: null, trainings: {}, retrain: null },
  funds: { queue: [], allotted: null },
  scheduler: { loop: 0, grantedInLoop: 0, queue: [], deferredTotal: 0, drainedTotal: 0 },
  loss: { utcDay: 0, loss: Quote.zero, limitOverride: null, locked: false, lockedDay: null },
  capacity: {
    band: "normal",
    exchange: null,
    fillSeconds: [],
    partialFills: [],
    partialCancels: [],
    orphanNotice: 0,
    softClosedTotal: 0
  },
  drift: { sinceMs: null, alertedAtMs: null, active: false },
  sizing: { targetLayers: 0, effectiveLayers: 0, skew: 0, told: null },
  targets: { entryPct: null, profitPct: null, runtimeProfitPct: null, samples: [], sampledLoop: -1, belowFeesAt: null },
  slots: { slots: [], listed: [], configured: [], nextSlot: 1, recycledAliases: [], aliasCounter: 0 },
  audit: {
    sums: { bought: Volume.zero, sold: Volume.zero, paid: Quote.zero, received: Quote.zero, fees: Quote.zero },
    realised: Quote.zero,
    cycles: 0,
    lastTradeMs: 0
  }
}
