/** What holds of the governor after every event. A breach halts the market, as a slot's own does. */
import { Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import { orderKey } from "../../../shared/market/core/orderLife.ts"
import type { Draft } from "./draft.ts"
import { lossLimit } from "./mode/lossLock.ts"
import { governorBroke, isHalted, leadingCause } from "./mode/mode.ts"
import { exitsWithoutGrant, unanswered, waitingOf } from "./orderTable.ts"
import { isConfigured, rulesOf } from "./rules.ts"
import { isActive } from "./slots/slots.ts"
import type { GovernorState } from "./state.ts"

/** Told of each rule that does not hold, in words. */
type Tell = (broken: string) => void

interface Check {
  /** Whether what it looks at is another than it was; if not, its answer is the same. */
  readonly changed: (state: GovernorState, before: GovernorState) => boolean
  /** Looked at after nearly every event: what holds costs a comparison, and only what does not is put into words. */
  readonly broken: (state: GovernorState, tell: Tell) => void
}

/** Whether of the orders, which change with nearly every fact, those have that wait or stand as none may. */
const waitOtherwise = (state: GovernorState, before: GovernorState): boolean =>
  state.orders !== before.orders &&
  (waitingOf(state) !== waitingOf(before) ||
    exitsWithoutGrant(state) !== exitsWithoutGrant(before) ||
    unanswered(state) !== unanswered(before))

const isRunning = ({ mode }: GovernorState): boolean => mode.mode === "RUNNING" || mode.mode === "STARTING"

const CHECKS: ReadonlyArray<Check> = [
  {
    changed: (state, before) =>
      state.scheduler !== before.scheduler ||
      state.rules !== before.rules ||
      state.mode !== before.mode ||
      waitOtherwise(state, before),
    broken: (state, tell) => {
      const { scheduler, mode } = state
      const { grantedInLoop, queue } = scheduler
      const waiting = waitingOf(state)
      const deferred = waiting.length
      if (grantedInLoop > rulesOf(state).maxEntryAddsPerLoop) tell(`${grantedInLoop} entries granted in one loop`)
      if (new Set(queue).size < queue.length) tell("an entry waits in the queue twice")
      if (deferred !== queue.length) tell(`${deferred} deferred entries, ${queue.length} in the queue`)
      if (exitsWithoutGrant(state) > 0) tell("an exit waits for a grant")
      if (unanswered(state) > 0) tell("an entry was asked for and not answered")
      if (!isRunning(state) && deferred > 0) tell(`${deferred} entries wait while ${mode.mode}`)
      for (const [place, key] of queue.entries())
        if (waiting[place]?.key !== key && !waiting.some((entry) => entry.key === key))
          tell(`${key} waits in the queue and is not deferred`)
    }
  },
  {
    changed: (state, before) =>
      state.mode !== before.mode || state.loss !== before.loss || state.startup !== before.startup,
    broken: (state, tell) => {
      const { mode, loss, startup } = state
      const cause = leadingCause(mode)
      if (isRunning(state) && cause !== null) tell(`${mode.mode} while ${cause} stands`)
      if (isRunning(state) && loss.locked) tell(`${mode.mode} while the loss lock holds`)
      if (isHalted(mode) !== (mode.mode === "HALTED")) tell(`${mode.mode}, and what stands against it says otherwise`)
      if (mode.mode === "RUNNING" && startup.steps.bootstrap !== "done") tell("RUNNING before the start is done")
    }
  },
  {
    changed: (state, before) => state.loss !== before.loss || state.rules !== before.rules,
    broken: (state, tell) => {
      const { loss, locked } = state.loss
      const limit = lossLimit(state, rulesOf(state))
      if (locked !== (limit > 0n && loss >= limit))
        tell(`lost ${Quote.format(loss)} of ${Quote.format(limit)}, locked: ${locked}`)
    }
  },
  {
    changed: (state, before) => state.sizing !== before.sizing,
    broken: ({ sizing: { effectiveLayers, targetLayers } }, tell) => {
      if (effectiveLayers > targetLayers) tell(`${effectiveLayers} layers of ${targetLayers} wanted`)
      if (effectiveLayers < 0) tell(`${effectiveLayers} layers`)
    }
  },
  {
    changed: (state, before) => state.slots !== before.slots,
    broken: ({ slots: { slots, recycledAliases, nextSlot } }, tell) => {
      const aliases = slots.map(({ alias }) => alias)
      const used = new Set(aliases)
      if (used.size < aliases.length) tell(`two slots have one name: ${aliases.join(" ")}`)
      if (recycledAliases.some((alias) => used.has(alias))) tell("a name is in use and waits to be used again")
      if (slots.some(({ slot }) => slot >= nextSlot)) tell("a slot has a number that is still to be given")
    }
  },
  {
    changed: (state, before) => state.owed !== before.owed || state.slots !== before.slots,
    broken: ({ owed = [], slots: { slots } }, tell) => {
      const exits = owed.map(
        ({ slot, tradeId, exit }) => orderKey(slot, exit?.localId ?? 0) + (exit === null ? tradeId : "")
      )
      if (new Set(exits).size < exits.length) tell("an exit is owed its funds twice")
      for (const { slot, volume } of owed) {
        if (volume <= 0n) tell(`slot ${slot}: ${Volume.format(volume)} DOGE wait for an exit`)
        if (!slots.some((known) => known.slot === slot)) tell(`slot ${slot} is gone, and something waits for its exit`)
      }
    }
  },
  {
    changed: (state, before) => state.funds.queue !== before.funds.queue || state.slots !== before.slots,
    broken: (state, tell) => {
      const { queue } = state.funds
      if (new Set(queue.map(({ slot }) => slot)).size < queue.length) tell("a slot waits for funds twice")
      for (const { slot } of queue) if (!isActive(state, slot)) tell(`slot ${slot} waits for funds and does not trade`)
    }
  }
]

/** Every broken rule, in words; empty when the state is sound, or has no rules to go by yet. */
export const governorViolations = (state: GovernorState): ReadonlyArray<string> => {
  const violations: Array<string> = []
  if (isConfigured(state)) for (const { broken } of CHECKS) broken(state, (text) => violations.push(text))
  return violations
}

/**
 * Checks what the event has changed, and everything while something is broken. True when what is broken has changed: the mode
 * follows from it.
 */
export const watchInvariants = (draft: Draft, before: GovernorState): boolean => {
  const { state } = draft
  const known = state.mode.violations
  const violations: Array<string> = []
  const tell: Tell = (text) => violations.push(text)
  for (const { changed, broken } of CHECKS) if (known.length > 0 || changed(state, before)) broken(state, tell)
  if (violations.length === known.length && violations.every((text, index) => text === known[index])) return false
  governorBroke(draft, violations)
  return true
}
