/** What people ask for: every command by its name, answered in the record of its effects; `retrain` and `backfill_ohlcv` are answered later. */
import type { ActionName } from "../../../shared/core/actions/actions.ts"
import type { CommandOf } from "../../../shared/events/families/command.ts"
import type { EventOf } from "../../../shared/events/event.ts"
import type { Reason } from "../../../shared/events/reason.ts"
import { reason } from "../../../shared/core/rules/rules.ts"
import type { Draft } from "./draft.ts"
import { roomOf } from "./entries/capacity.ts"
import { lossLimit, setLossLimit } from "./mode/lossLock.ts"
import { pauseByOperator, resume, standsStill } from "./mode/mode.ts"
import { isConfigured } from "./rules.ts"
import { profitPctInForce, setTargets } from "./slots/profitTarget.ts"
import { entryPctInForce, softCloseByOperator } from "./slots/recoveries.ts"
import { askBackfill } from "./later/backfill.ts"
import { askRetrain } from "./later/retrain.ts"
import { addLayer, fundableLayers, removeLayer } from "./slots/sizing.ts"
import { Quote } from "../../../shared/core/decimal/decimal.ts"
import type { GovernorState } from "./state.ts"
import { addSlots, removeSlot, removeSlots } from "./slots/slots.ts"

/** Another service has its part in it: the command is answered when that has come. */
const LATER = "later"

/** Null: done. Else why not, that the answer comes later, or that it is done and what is to be said besides. */
type Outcome = Reason | null | typeof LATER | { readonly done: Reason }

type Rule<N extends ActionName> = (draft: Draft, command: CommandOf<N>, asked: EventOf<"CommandIssued">) => Outcome

const pause = (draft: Draft, note: string): Reason | null => {
  if (draft.state.mode.operatorNeeded?.by === "operator") return reason("already_paused", {})
  pauseByOperator(draft, note)
  return null
}

/** Why an entry distance would change nothing; null: it would. */
const entryPctUnchanged = (state: GovernorState, pct: number): Reason | null =>
  state.market.slotRules !== null && entryPctInForce(state) === pct ? reason("entry_pct_unchanged", { pct }) : null

/** Why a profit target would change nothing now; null: it would. */
const profitPctUnchanged = (state: GovernorState, pct: number): Reason | null => {
  const { runtimeProfitPct } = state.targets
  if (runtimeProfitPct !== null) return reason("profit_follows_volatility", { pct, runtimeProfitPct })
  return profitPctInForce(state) === pct ? reason("profit_pct_unchanged", { pct }) : null
}

/** A layer more or less; where no order becomes another size by it, the answer says which funds decide that. */
const carried = (
  draft: Draft,
  { author }: EventOf<"CommandIssued">,
  unchanged: "layer_waits" | "layer_was_not_carried",
  change: () => Reason | null
): Outcome => {
  const before = draft.state.sizing.effectiveLayers
  const refused = change()
  const { effectiveLayers, targetLayers } = draft.state.sizing
  if (refused !== null || !draft.variants.saysUnchanged || effectiveLayers !== before) return refused
  const fundable = fundableLayers(draft.state, draft.rules)
  const fromDoge = fundable?.fromDoge ?? "unknown"
  const fromUsd = fundable?.fromUsd ?? "unknown"
  return { done: reason(unchanged, { author, targetLayers, effectiveLayers, fromDoge, fromUsd }) }
}

/** What carries each command out. */
const RULES: { readonly [N in ActionName]: Rule<N> } = {
  pause: (draft, { note }) => pause(draft, note),
  resume: (draft) =>
    standsStill(draft.state) ? resume(draft) : reason("already_running", { mode: draft.state.mode.mode }),
  add_slot: (draft, { count }) => addSlots(draft, count),
  remove_slot: (draft, { slot }) => removeSlot(draft, slot),
  remove_slots: (draft, { count }) => removeSlots(draft, count),
  add_layer: (draft, { source }, asked) => carried(draft, asked, "layer_waits", () => addLayer(draft, source)),
  remove_layer: (draft, _command, asked) => carried(draft, asked, "layer_was_not_carried", () => removeLayer(draft)),
  set_entry_pct: (draft, { pct }) => {
    const refused = draft.variants.saysUnchanged ? entryPctUnchanged(draft.state, pct) : null
    if (refused === null) setTargets(draft, { entryPct: pct }, reason("entry_pct_set", { pct }))
    return refused
  },
  set_profit_pct: (draft, { pct }) => {
    const refused = draft.variants.saysUnchanged ? profitPctUnchanged(draft.state, pct) : null
    if (refused === null) setTargets(draft, { profitPct: pct }, reason("profit_pct_set", { pct }))
    return refused
  },
  set_daily_loss_limit: (draft, { limit }) => {
    if (draft.variants.saysUnchanged && lossLimit(draft.state, draft.rules) === limit) {
      return reason("limit_unchanged", { limit: Quote.format(limit) })
    }
    setLossLimit(draft, limit)
    return null
  },
  soft_close: softCloseByOperator,
  soft_close_next: softCloseByOperator,
  cancel_stale_recoveries: softCloseByOperator,
  reconcile_drift: (draft, _command, { commandId, author }) => {
    draft.outputs.push({ _tag: "DriftReconcileAsked", commandId })
    if (!draft.variants.saysUnchanged) return null
    const { exchange, internal } = roomOf(draft.state, draft.rules)
    return { done: reason("drift_looked_at", { author, exchange: exchange ?? "unknown", internal }) }
  },
  audit_pnl: (draft, _command, { commandId, author }) => {
    draft.outputs.push({ _tag: "AuditAsked", commandId })
    return draft.variants.saysUnchanged ? { done: reason("books_looked_at", { author }) } : null
  },
  backfill_ohlcv: (draft, { timeframe }, asked) => askBackfill(draft, asked, timeframe) ?? LATER,
  retrain: (draft, { timeframe }, asked) => askRetrain(draft, asked, timeframe) ?? LATER
}

const carryOut = <N extends ActionName>(
  draft: Draft,
  command: CommandOf<N>,
  asked: EventOf<"CommandIssued">
): Outcome => RULES[command.name](draft, command, asked)

/** Carries the command out, or says why not: before there are rules nobody could. A refused command has changed nothing. */
export const applyCommand = (draft: Draft, asked: EventOf<"CommandIssued">): void => {
  const { commandId, command, author } = asked
  const outcome = isConfigured(draft.state) ? carryOut(draft, command, asked) : reason("waits_for_configuration", {})
  if (outcome === LATER) return
  draft.outputs.push(
    outcome === null || "done" in outcome
      ? { _tag: "CommandApplied", commandId, reason: outcome?.done ?? reason("done", { author }) }
      : { _tag: "CommandRefused", commandId, reason: outcome }
  )
}
