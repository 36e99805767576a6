/**
 * The rebalancer as an actor: what the journal says of prices, balances, room for orders and the regime becomes the input of
 * `rebalance`, and each update leaves as a `SkewDecided` with every number on the way to it.
 */
import { defineActor, type Step } from "../../../shared/actor/core/actor.ts"
import { dispatch, type Handlers, hearsOnly } from "../../../shared/actor/core/handlers.ts"
import { minus, Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { RebalancerRules } from "../../../shared/events/families/control.ts"
import { reason } from "../../../shared/core/rules/rules.ts"
import type { EventOf, MarketEvent } from "../../../shared/events/event.ts"
import type { Reason } from "../../../shared/events/reason.ts"
import type { CapacityBand } from "../../../shared/core/trading.ts"
import { rebalancerVariants } from "./variants.ts"
import { initialState as freshCore, rebalance, type Rebalanced, type RebalancerState } from "./rebalance.ts"

/** What the journal has said, and what the rebalancer itself remembers. */
export interface RebalancerActorState {
  readonly nowMs: number
  /** Null until it is configured: nothing is decided before. */
  readonly rules: RebalancerRules | null
  /** Last price, USD per DOGE; null before the first. */
  readonly price: number | null
  /** Prices seen, counted up to the samples a cold start needs. */
  readonly samples: number
  readonly balances: EventOf<"BalancesObserved"> | null
  readonly capacityBand: CapacityBand
  /** The last regime and when it was said; null before the first. */
  readonly regime: {
    readonly bias: number
    readonly trained: boolean
    readonly atMs: number
    /** By minutes, the end of the newest candle it was read from, Unix seconds; absent under rules that do not wait. */
    readonly candlesSec?: Readonly<Record<number, number>>
  } | null
  /** By minutes, the newest candle that has closed: its end, Unix seconds, and when that was heard; absent under rules that do not wait. */
  readonly closed?: Readonly<Record<number, { readonly endSec: number; readonly heardMs: number }>>
  readonly core: RebalancerState
  /** Idle dollars as a share of the account at the last update; null before the first, and of an empty account. */
  readonly idleRatio: number | null
  /** The numbers of the last update, for people; null before the first. */
  readonly last: Reason | null
}

const initialState: RebalancerActorState = {
  nowMs: 0,
  rules: null,
  price: null,
  samples: 0,
  balances: null,
  capacityBand: "normal",
  regime: null,
  core: freshCore,
  idleRatio: null,
  last: null
}

/** More samples than this change nothing: no setting asks for more before it trusts the trend. */
const SAMPLES_COUNTED = 1_000_000

/** One sample more. */
export const countSample = (samples: number): number => Math.min(samples + 1, SAMPLES_COUNTED)

const NO_OUTPUTS: ReadonlyArray<MarketEvent> = []
const learn = (state: RebalancerActorState): Step<RebalancerActorState> => ({ state, outputs: NO_OUTPUTS })

/** Takes a look when one is due; a market whose account is unknown has nothing to rebalance. */
const update = (state: RebalancerActorState): Step<RebalancerActorState> => {
  const { rules, balances, nowMs, price, core } = state
  if (rules === null || balances === null || price === null || !rules.enabled) return learn(state)
  if (awaitsRegime(state, rules)) return learn(state)
  const idleRatio = idleRatioOf(balances, price)
  const { state: next, output } = rebalance(
    core,
    { nowMs, price, samples: state.samples, idleRatio, capacityBand: state.capacityBand, bias: biasOf(state, rules) },
    rules
  )
  if (output._tag !== "Rebalanced") return learn({ ...state, core: next })
  const why = reasonOf(output, state, idleRatio)
  return {
    state: { ...state, core: next, idleRatio, last: why },
    outputs: [{ _tag: "SkewDecided", skew: output.skew, reason: why }]
  }
}

/** A regime speaks while a model stands behind it and it is fresh; a silent advisor leaves the trend alone. */
const biasOf = ({ regime, nowMs }: RebalancerActorState, { regimeMaxAgeSec }: RebalancerRules): number | null =>
  regime === null || !regime.trained || nowMs - regime.atMs > regimeMaxAgeSec * 1_000 ? null : regime.bias

/** An advisor answers a closed candle within a second or two; one that does not for so long is not waited for. */
const REGIME_PATIENCE_MS = 30_000

/** A candle has closed that the regime does not know, and its advisor may still speak of it (docs/trading-contract.md §9). */
const awaitsRegime = (state: RebalancerActorState, rules: RebalancerRules): boolean => {
  const { regime, closed, nowMs } = state
  if (!rules.useBias || closed === undefined || regime?.candlesSec === undefined) return false
  if (biasOf(state, rules) === null) return false
  return Object.entries(regime.candlesSec).some(([intervalMin, knownSec]) => {
    const newest = closed[Number(intervalMin)]
    return newest !== undefined && newest.endSec > knownSec && nowMs - newest.heardMs < REGIME_PATIENCE_MS
  })
}

/** The ends of the candles that a regime was read from, as far as there were any. */
const candlesOf = (
  readings: ReadonlyArray<EventOf<"RegimeObserved">["fast"]>,
  timeMs: number
): Readonly<Record<number, number>> =>
  Object.fromEntries(
    readings.flatMap(({ intervalMin, ageSec }) =>
      ageSec === null ? [] : [[intervalMin, Math.round(timeMs / 1_000 - ageSec)]]
    )
  )

/** Dollars not bound by open orders, as a share of what the whole account is worth at the last price; null when that is nothing. */
const idleRatioOf = ({ base, quote }: EventOf<"BalancesObserved">, price: number): number | null => {
  const value = Quote.toNumber(quote.total) + Volume.toNumber(base.total) * price
  return value > 0 ? Quote.toNumber(minus(quote.total, quote.hold)) / value : null
}

/** The chain of numbers, under the rule that had the last word. */
const reasonOf = (
  { skew, elapsedSec, trend, target, control, damping }: Rebalanced,
  { price, capacityBand, regime, nowMs }: RebalancerActorState,
  idleRatio: number | null
): Reason =>
  reason(damping.silenced ? "flip_damping" : control.rule, {
    price: price ?? "unknown",
    elapsedSec,
    trendRule: trend.rule,
    fastAverage: trend.averages?.fast ?? "unknown",
    slowAverage: trend.averages?.slow ?? "unknown",
    trendScore: trend.score,
    bias: target.bias ?? "none",
    regimeAgeSec: regime === null ? "none" : (nowMs - regime.atMs) / 1_000,
    signal: target.signal,
    targetRule: target.rule,
    rawTarget: target.raw,
    target: target.target,
    holdUntilMs: target.holdUntilMs ?? "none",
    idleRatio: idleRatio ?? "unknown",
    capacityBand,
    ...(control.rule === "neutral_band" || control.rule === "controlled"
      ? { error: control.error, velocity: control.velocity, wanted: control.wanted }
      : {}),
    smoothedError: control.smoothedError,
    smoothedVelocity: control.smoothedVelocity,
    flips: damping.flipsAtMs.length,
    skew
  })

const HANDLERS: Handlers<RebalancerActorState, Step<RebalancerActorState>, "price" | "clock"> = {
  PriceObserved: (state, event, { timeMs }) =>
    update({
      ...state,
      nowMs: Math.max(state.nowMs, timeMs),
      // Nothing is no price: the last one that was stands until the next.
      price: event.last > 0n ? Price.toNumber(event.last) : state.price,
      samples: countSample(state.samples)
    }),
  ClockTicked: (state, _event, { timeMs }) => update({ ...state, nowMs: Math.max(state.nowMs, timeMs) }),
  BalancesObserved: (state, balances) => learn({ ...state, balances }),
  CapacityBandChanged: (state, { band }) => learn({ ...state, capacityBand: band }),
  RegimeObserved: (state, { fast, slow, consensus }, { timeMs, rulesVersion }) => {
    const regime = { bias: consensus.biasSignal, trained: fast.trained || slow.trained, atMs: timeMs }
    if (!rebalancerVariants(rulesVersion).awaitsRegime) return learn({ ...state, regime })
    return learn({ ...state, regime: { ...regime, candlesSec: candlesOf([fast, slow], timeMs) } })
  },
  CandleClosed: (state, { intervalMin, timeSec }, { timeMs, rulesVersion }) => {
    const endSec = timeSec + intervalMin * 60
    const known = state.closed?.[intervalMin]?.endSec ?? 0
    if (!rebalancerVariants(rulesVersion).awaitsRegime || endSec <= known) return learn(state)
    const heardMs = Math.max(state.nowMs, timeMs)
    return learn({ ...state, closed: { ...state.closed, [intervalMin]: { endSec, heardMs } } })
  },
  RebalancerConfigured: (state, { rules }) => learn({ ...state, rules })
}

/** Folds prices, balances, capacity and regimes; decides the skew once per interval. */
export const rebalancerActor = defineActor<RebalancerActorState>({
  name: "rebalancer",
  version: "2",
  initial: initialState,
  hears: hearsOnly(HANDLERS),
  reduce: dispatch(HANDLERS, learn)
})
