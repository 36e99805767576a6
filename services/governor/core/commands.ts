/** What people ask for: every command by its name, answered in the record of its effects; `retrain` alone is answered later. */
import type { Command } from "../../../shared/events/families/command.ts"
import type { EventOf } from "../../../shared/events/event.ts"
import type { Reason } from "../../../shared/events/reason.ts"
import { reason } from "../../../shared/core/rules/rules.ts"
import type { Draft } from "./draft.ts"
import { setLossLimit } from "./mode/lossLock.ts"
import { pauseByOperator, resume, standsStill } from "./mode/mode.ts"
import { isConfigured } from "./rules.ts"
import { setTargets } from "./slots/profitTarget.ts"
import { softCloseByOperator } from "./slots/recoveries.ts"
import { askRetrain } from "./watch/retrain.ts"
import { addLayer, removeLayer } from "./slots/sizing.ts"
import { addSlots, removeSlot, removeSlots } from "./slots/slots.ts"

/** Carries the command out, or says why not: before there are rules nobody could. A refused command has changed nothing. */
export const applyCommand = (draft: Draft, asked: EventOf<"CommandIssued">): void => {
  const { commandId, command, author } = asked
  const refused = !isConfigured(draft.state)
    ? reason("waits_for_configuration", {})
    : command.name === "retrain"
      ? askRetrain(draft, asked, command.timeframe)
      : carryOut(draft, commandId, command)
  if (refused !== null) draft.outputs.push({ _tag: "CommandRefused", commandId, reason: refused })
  else if (command.name !== "retrain") {
    draft.outputs.push({ _tag: "CommandApplied", commandId, reason: reason("done", { author }) })
  }
}

type AnsweredAtOnce = Exclude<Command, { readonly name: "retrain" }>

/** Null: done. */
const carryOut = (draft: Draft, commandId: string, command: AnsweredAtOnce): Reason | null => {
  switch (command.name) {
    case "pause":
      return pause(draft, command.note)
    case "resume":
      if (!standsStill(draft.state)) return reason("already_running", { mode: draft.state.mode.mode })
      return resume(draft)
    case "add_slot":
      return addSlots(draft, command.count)
    case "remove_slot":
      return removeSlot(draft, command.slot)
    case "remove_slots":
      return removeSlots(draft, command.count)
    case "add_layer":
      return addLayer(draft, command.source)
    case "remove_layer":
      return removeLayer(draft)
    case "set_entry_pct":
      setTargets(draft, { entryPct: command.pct }, reason("entry_pct_set", { pct: command.pct }))
      return null
    case "set_profit_pct":
      setTargets(draft, { profitPct: command.pct }, reason("profit_pct_set", { pct: command.pct }))
      return null
    case "set_daily_loss_limit":
      setLossLimit(draft, command.limit)
      return null
    case "soft_close":
    case "soft_close_next":
    case "cancel_stale_recoveries":
      return softCloseByOperator(draft, command)
    case "reconcile_drift":
      draft.outputs.push({ _tag: "DriftReconcileAsked", commandId })
      return null
    case "audit_pnl":
      draft.outputs.push({ _tag: "AuditAsked", commandId })
      return null
  }
}

const pause = (draft: Draft, note: string): Reason | null => {
  if (draft.state.mode.operatorNeeded?.by === "operator") return reason("already_paused", {})
  pauseByOperator(draft, note)
  return null
}
