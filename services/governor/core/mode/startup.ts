/** The start, step by step: each is done, or says what it waits for. A restart of whatever handles orders begins it anew. */
import type { SlotNumber } from "../../../../shared/core/ids/kinds.ts"
import type { StartupStep } from "../../../../shared/events/families/governor.ts"
import type { Reason } from "../../../../shared/events/reason.ts"
import { unfitted } from "../watch/advisor.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import type { Draft } from "../draft.ts"
import { standsStill } from "./mode.ts"
import { isConfigured } from "../rules.ts"
import type { GovernorState, StartupSlice } from "../state.ts"

/** A slot that has not asked for funds by then rests in a cooldown: it does not hold up the others. Exchange time. */
export const BOOTSTRAP_PATIENCE_MS = 30_000

type StepState = "waiting" | "pending" | "done"
type Finding = readonly [StepState, Reason]

const done = (why: Reason): Finding => ["done", why]
const waiting = (why: Reason): Finding => ["waiting", why]
const pending = (why: Reason): Finding => ["pending", why]

/** The gateway doubles its pauses up to this, seconds of the exchange's clock. */
const ASKED_WITHIN_SEC = 60

/** What the exchange last said instead of an answer, for people who ask what a start waits for. */
const lastError = ({ lastError: error }: GovernorState["market"]): Record<string, string | number> =>
  error === undefined
    ? {}
    : {
        operation: error.operation,
        lastError: error.detail,
        ...(error.retryAtMs === undefined ? { askedWithinSec: ASKED_WITHIN_SEC } : { askedAtMs: error.retryAtMs })
      }

/** A first training takes seconds; a start waits no longer for one that does not come. Exchange time. */
export const TRAINING_PATIENCE_MS = 60_000

/** A training is still to say what came of it, and may. */
const awaitsTraining = ({ advisor, startup, nowMs }: GovernorState): boolean =>
  startup.candlesSinceMs !== undefined &&
  nowMs - startup.candlesSinceMs < TRAINING_PATIENCE_MS &&
  unfitted(advisor).some(({ refusal }) => refusal === null)

/** What each step finds, given that those before it are done or pending. */
const FINDINGS: Readonly<Record<StartupStep, (state: GovernorState) => Finding>> = {
  snapshot: (state) =>
    isConfigured(state) ? done(reason("journal_folded", {})) : waiting(reason("waits_for_configuration", {})),
  terms: ({ market }) =>
    market.constraints !== null && market.fees !== null
      ? done(reason("terms_known", { makerPct: market.fees.makerPct }))
      : waiting(reason("waits_for_constraints_and_fees", lastError(market))),
  price: ({ market }) =>
    market.price !== null && market.priceSeq > market.gatewayStartSeq
      ? done(reason("price_heard", { price: market.priceNumber }))
      : waiting(reason("waits_for_first_price", {})),
  candles: (state) => {
    const { advisor } = state
    if (advisor.intervals.length === 0) return done(reason("no_regime_advisor", {}))
    const missing = unfitted(advisor)
    if (missing.length === 0) return done(reason("models_fitted", { intervals: advisor.intervals.join(" ") }))
    const refusals = missing.flatMap(({ intervalMin, refusal }) =>
      refusal === null ? [] : `${intervalMin}: ${refusal}`
    )
    const intervals = missing.map(({ intervalMin }) => intervalMin).join(" ")
    const found = awaitsTraining(state) ? waiting : pending
    return found(
      reason("waits_for_training", {
        intervals,
        ...(refusals.length > 0 ? { refused: refusals.join(", ") } : {})
      })
    )
  },
  reconcile: ({ market }) =>
    market.reconciled === null
      ? waiting(reason("waits_for_comparison_with_the_exchange", lastError(market)))
      : done(
          reason("compared", {
            openOrders: market.reconciled.openOrders,
            foreignOrders: market.reconciled.foreignOrders
          })
        ),
  missed_fills: ({ market }) => done(reason("fills_read", { missed: market.reconciled?.missed ?? 0 })),
  bootstrap: (state) => {
    const missing = unfunded(state)
    const since = state.startup.bootstrapSinceMs ?? state.nowMs
    return missing.length === 0 || state.nowMs - since >= BOOTSTRAP_PATIENCE_MS
      ? done(reason("slots_funded", { resting: missing.length }))
      : waiting(reason("waits_for_slots", { slots: missing.join(" ") }))
  },
  running: () => done(reason("started", {}))
}

/** The steps in their order. */
export const STEPS = Object.keys(FINDINGS) as ReadonlyArray<StartupStep>

/** What the step finds now: for people who ask what it waits for. */
export const findingOf = (state: GovernorState, step: StartupStep): Reason => FINDINGS[step](state)[1]

/** Active slots without a live order that have not been answered since this start. */
const unfunded = (state: GovernorState): ReadonlyArray<number> => {
  const trading = new Set(state.orders.map(({ slot }) => slot))
  return state.slots.slots
    .filter(
      ({ slot, state: life }) => life === "active" && !trading.has(slot) && !state.startup.answered.includes(slot)
    )
    .map(({ slot }) => slot)
}

/** Entries may leave: every step before the slots' own is done. */
export const readyForEntries = ({ startup }: GovernorState): boolean => startup.steps.missed_fills === "done"

/** A slot's first funds were answered. */
export const noteFunded = (draft: Draft, slot: SlotNumber): void => {
  const { startup } = draft.state
  if (startup.answered.includes(slot)) return
  draft.state.startup = { ...startup, answered: [...startup.answered, slot] }
}

/** Whatever handled orders has started again: everything it knew is to be found out anew. */
export const restart = (draft: Draft): void => {
  const steps = Object.fromEntries(STEPS.map((step) => [step, null])) as StartupSlice["steps"]
  draft.state.startup = { steps, answered: [], bootstrapSinceMs: null }
}

/** The steps of which all were last found to be done: they are replaced and never changed, and looked at after every event. */
let lastDone: StartupSlice["steps"] | null = null

/** Whether the start is over. */
export const hasStarted = ({ startup: { steps } }: Pick<GovernorState, "startup">): boolean => {
  if (steps === lastDone) return true
  if (STEPS.some((step) => steps[step] !== "done")) return false
  lastDone = steps
  return true
}

/** Moves on as far as facts allow, and tells each step whose state has changed. What is pending may end when all runs already. */
export const advanceStartup = (draft: Draft): void => {
  if (hasStarted(draft.state)) return
  for (const step of STEPS) {
    const before = draft.state.startup.steps[step]
    if (before === "done") continue
    // A market that stands still funds nobody: the slots' time begins when it goes on.
    if (step === "bootstrap" && (draft.state.startup.bootstrapSinceMs === null || standsStill(draft.state))) {
      draft.state.startup = { ...draft.state.startup, bootstrapSinceMs: draft.state.nowMs }
    }
    if (step === "candles" && draft.variants.startsAfterTraining && draft.state.startup.candlesSinceMs === undefined) {
      draft.state.startup = { ...draft.state.startup, candlesSinceMs: draft.state.nowMs }
    }
    const [found, why] = FINDINGS[step](draft.state)
    const { startup } = draft.state
    if (before !== found) {
      draft.state.startup = { ...startup, steps: { ...startup.steps, [step]: found } }
      draft.outputs.push({ _tag: "StartupAdvanced", step, state: found, reason: why })
    }
    if (found === "waiting") return
  }
}
