/**
 * Everything the governor knows, folded from the market's journal; only the file named beside a slice writes it. Bounded: live orders by the
 * exchange's limit, the rest by constants and the operator's commands. Money is exact; times are Unix milliseconds of the exchange's clock.
 */
import type { SlotNumber } from "../../../shared/core/ids/kinds.ts"
import { type Account, NO_ACCOUNT } from "../../../shared/market/core/account.ts"
import type { OrderLife } from "../../../shared/market/core/orderLife.ts"
import { type Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { GovernorRules, SlotRules } from "../../../shared/events/families/control.ts"
import type { CapacityBand, Side, TradeId } from "../../../shared/core/trading.ts"
import type { EventOf } from "../../../shared/events/event.ts"
import type { Mode, StartupStep } from "../../../shared/events/families/governor.ts"
import type { Reason } from "../../../shared/events/reason.ts"
import type { Cause } from "./mode/causes.ts"
import type {
  AuditSlice,
  BaseFeesSlice,
  DriftSlice,
  LevelsSlice,
  MoneySlice,
  Owed,
  RecoveryMark,
  RefusalSlice
} from "./watch/slices.ts"

export type { Side, TradeId }

/** What the journal has said of market and account (`market.ts`). Null until it has. */
export interface MarketSlice extends Account {
  /** Last trade price; null before the first. */
  readonly price: Price | null
  /** The price as the nearest double, 0 before the first: for ratios. */
  readonly priceNumber: number
  readonly priceSeq: number
  readonly priceAtMs: number
  /** What the feed's clock last said of the price. */
  readonly heard: Omit<EventOf<"ClockTicked">, "_tag">
  /** When it said so; absent where that was heard under rules that kept no time of it. */
  readonly toldAtMs?: number
  readonly slotRules: SlotRules | null
  /** The last call that failed and has not been followed by one that was answered; absent: none, or rules that keep none. */
  readonly lastError?: { readonly operation: string; readonly detail: string; readonly retryAtMs?: number }
  /** What fills since the balances were last observed took from it: volume sold, quote paid and fees. What they brought is not counted. */
  readonly spentBase: Volume
  readonly spentQuote: Quote
  /** Sequence of the last `EpochRaised` of a process that handles orders: what was reconciled before it counts no more. */
  readonly gatewayStartSeq: number
}

/** An order between its request and its end (`orderTable.ts`). */
export interface TrackedOrder extends OrderLife<"deferred" | "granted"> {
  readonly slot: SlotNumber
  readonly tradeId: TradeId
  readonly cycle: number
  readonly requestedAtMs: number
  /** When the exchange took it; 0 before. */
  readonly openedAtMs: number
  /** Capital layers in its size. */
  readonly layers: number
  /** Not null once the exit has been orphaned. */
  readonly recovery: RecoveryMark | null
  /** Of an exit, what it is to close of its position; absent: its volume (`owed.ts`). */
  readonly covers?: Volume
}

/** The mode and what stands against it (`mode.ts`). */
export interface ModeSlice {
  readonly mode: Mode
  readonly reason: Reason | null
  readonly sinceMs: number
  readonly causes: Readonly<Partial<Record<Cause, Reason>>>
  /**
   * Why only an operator may end this pause or halt: the command, the loss lock or the breach that began it. Null: a pause ends by
   * itself, a halt with this event.
   */
  readonly operatorNeeded: { readonly by: Cause | "operator"; readonly reason: Reason } | null
  /** When the last cause went; meaningless while one stands. */
  readonly clearSinceMs: number
  /** The slot behind the last `cannot_bootstrap`; null: it trades, is gone, or there was none. */
  readonly unfundedSlot: number | null
  /** Slots that broke their invariants. */
  readonly brokenSlots: ReadonlyArray<number>
  /** The governor's own that are broken now. */
  readonly violations: ReadonlyArray<string>
  /** Faults nobody has answered, as `actor seq`, at most `MAX_FAULTS`. */
  readonly faults: ReadonlyArray<string>
}

/** How far the start is (`startup.ts`). */
export interface StartupSlice {
  /** Null: not looked at yet since this start. `pending` does not hold up the next step. */
  readonly steps: Readonly<Record<StartupStep, "waiting" | "pending" | "done" | null>>
  /** Slots that have had their first funds answered since this start. */
  readonly answered: ReadonlyArray<number>
  /** When the slots began to be funded; null before. */
  readonly bootstrapSinceMs: number | null
  /** When the first trainings began to be waited for; absent before, and under rules that do not wait. */
  readonly candlesSinceMs?: number
}

/** The regime advisor's models (`advisor.ts`). */
export interface AdvisorSlice {
  /** Candle intervals, in minutes, that models are fitted to; empty: no advisor runs. */
  readonly intervals: ReadonlyArray<number>
  /** By interval, what came of its trainings since the advisor started: null is a model, a text the name of the refusal. */
  readonly trainings: Readonly<Record<number, string | null>>
  /** The command to fit models anew that waits for the advisor's answer (`retrain.ts`). */
  readonly retrain: (EventOf<"RetrainAsked"> & { readonly author: string; readonly askedAtMs: number }) | null
}

/** Who is promised which funds (`funds.ts`). */
export interface FundsSlice {
  /** Slots waiting for an allotment, first come first served, each once. */
  readonly queue: ReadonlyArray<{ readonly slot: SlotNumber; readonly what: "bootstrap" | "repair" }>
  /** The slot that has been told and has not answered yet. */
  readonly allotted: { readonly slot: SlotNumber; readonly what: "bootstrap" | "repair"; readonly atMs: number } | null
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
  /** The pause of the lock ends by itself when the day is over; left out: an operator resumes. */
  readonly endsAlone?: true
}

/** Room for open orders, and how orders fare (`capacity.ts`). */
export interface CapacitySlice {
  /** The band last told. */
  readonly band: CapacityBand
  /** What the exchange last said, and how many the journal had open at that moment; null before the first. */
  readonly exchange: { readonly ours: number; readonly foreign: number; readonly internal: number } | null
  /** Of the last day, oldest first, at most `MAX_SAMPLES`. */
  readonly fillSeconds: ReadonlyArray<{ readonly atMs: number; readonly seconds: number }>
  readonly partialFills: ReadonlyArray<number>
  readonly partialCancels: ReadonlyArray<number>
  /** Recoveries at the last orphan notice, as a multiple of the threshold. */
  readonly orphanNotice: number
  readonly softClosedTotal: number
  /** Positions whose soft close is asked for and not done; absent before the first (`softCloseCount.ts`). */
  readonly softClosesAsked?: ReadonlyArray<string>
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
  /** When the exchange said the fees in force; absent while that is not known. */
  readonly feesObservedAtMs?: number
}

/** The slots and their names (`slots.ts`). */
export interface SlotsSlice {
  /** Ascending by slot. */
  readonly slots: ReadonlyArray<EventOf<"SlotsSet">["slots"][number]>
  /** What the last configuration listed, and what of it is the market's already: they differ until the governor has rules. */
  readonly listed: ReadonlyArray<number>
  readonly configured: ReadonlyArray<number>
  readonly nextSlot: number
  readonly recycledAliases: ReadonlyArray<string>
  /** Of the last `doge-NN` given; never goes back. */
  readonly aliasCounter: number
}

/** One slice per concern; `rules` and what the journal has not said yet are null. */
export interface GovernorState {
  readonly nowMs: number
  /** As last configured; null before: read through `rulesOf`. */
  readonly rules: GovernorRules | null
  readonly market: MarketSlice
  /** In the order of their requests. */
  readonly orders: ReadonlyArray<TrackedOrder>
  readonly mode: ModeSlice
  readonly startup: StartupSlice
  readonly advisor: AdvisorSlice
  /** The command to fill the candles' windows that waits for the ingestor's answer (`backfill.ts`). */
  readonly backfill: (EventOf<"BackfillAsked"> & { readonly author: string; readonly askedAtMs: number }) | null
  readonly funds: FundsSlice
  readonly scheduler: SchedulerSlice
  readonly loss: LossSlice
  readonly capacity: CapacitySlice
  readonly drift: DriftSlice
  readonly sizing: SizingSlice
  readonly targets: TargetsSlice
  readonly slots: SlotsSlice
  readonly audit: AuditSlice
  /** Absent until the exchange takes a fee so. */
  readonly baseFees?: BaseFeesSlice
  /** Absent while the last order was taken, and under rules that do not count. */
  readonly refusals?: RefusalSlice
  /** By slot, what it wanted last and the exchange does not take, USD; absent before the first (`tooSmall.ts`). */
  readonly tooSmall?: Readonly<Record<number, number>>
  /** Absent under rules that do not look, and before balances are known. */
  readonly money?: MoneySlice
  /** Exchange time in one of the wall's, as the one who tells the time said it; absent at 1, and under rules that do not look. */
  readonly pace?: number
  /** What waits for the key levels, and who is told of them; absent before either, and under rules that do not look (`levels.ts`). */
  readonly levels?: LevelsSlice
  /** What of open positions no order stands for; absent before the first, and under rules that count it as free (`owed.ts`). */
  readonly owed?: ReadonlyArray<Owed>
}

/** The state before the first record. */
export const initialState: GovernorState = {
  nowMs: 0,
  rules: null,
  market: {
    ...NO_ACCOUNT,
    price: null,
    priceNumber: 0,
    priceSeq: 0,
    priceAtMs: 0,
    heard: { priceAgeSec: null },
    slotRules: null,
    spentBase: Volume.zero,
    spentQuote: Quote.zero,
    gatewayStartSeq: 0
  },
  orders: [],
  mode: {
    mode: "STARTING",
    reason: null,
    sinceMs: 0,
    causes: {},
    operatorNeeded: null,
    unfundedSlot: null,
    clearSinceMs: 0,
    brokenSlots: [],
    violations: [],
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
  advisor: { intervals: [], trainings: {}, retrain: null },
  backfill: null,
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
