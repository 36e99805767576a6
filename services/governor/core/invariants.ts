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
  /** What it looks at: while that is what it was, its answer is too. */
  readonly reads: ReadonlyArray<(state: GovernorState) => unknown>
  /** Looked at after nearly every event: what holds costs a comparison, and only what does not is put into words. */
  readonly broken: (state: GovernorState, tell: Tell) => void
}

const of =
  (slice: keyof GovernorState) =>
  (state: GovernorState): unknown =>
    state[slice]

const isRunning = ({ mode }: GovernorState): boolean => mode.mode === "RUNNING" || mode.mode === "STARTING"

const CHECKS: ReadonlyArray<Check> = [
  {
    reads: [waitingOf, exitsWithoutGrant, unanswered, of("scheduler"), of("rules"), of("mode")],
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
    reads: [of("mode"), of("loss"), of("startup")],
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
    reads: [of("loss"), of("rules")],
    broken: (state, tell) => {
      const { loss, locked } = state.loss
      const limit = lossLimit(state, rulesOf(state))
      if (locked !== (limit > 0n && loss >= limit))
        tell(`lost ${Quote.format(loss)} of ${Quote.format(limit)}, locked: ${locked}`)
    }
  },
  {
    reads: [of("sizing")],
    broken: ({ sizing: { effectiveLayers, targetLayers } }, tell) => {
      if (effectiveLayers > targetLayers) tell(`${effectiveLayers} layers of ${targetLayers} wanted`)
      if (effectiveLayers < 0) tell(`${effectiveLayers} layers`)
    }
  },
  {
    reads: [of("slots")],
    broken: ({ slots: { slots, recycledAliases, nextSlot } }, tell) => {
      const aliases = slots.map(({ alias }) => alias)
      const used = new Set(aliases)
      if (used.size < aliases.length) tell(`two slots have one name: ${aliases.join(" ")}`)
      if (recycledAliases.some((alias) => used.has(alias))) tell("a name is in use and waits to be used again")
      if (slots.some(({ slot }) => slot >= nextSlot)) tell("a slot has a number that is still to be given")
    }
  },
  {
    reads: [of("owed"), of("slots")],
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
    reads: [of("funds"), of("slots")],
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
  for (const { reads, broken } of CHECKS) if (known.length > 0 || haveChanged(reads, state, before)) broken(state, tell)
  if (violations.length === known.length && violations.every((text, index) => text === known[index])) return false
  governorBroke(draft, violations)
  return true
}

const haveChanged = (reads: Check["reads"], state: GovernorState, before: GovernorState): boolean => {
  for (const read of reads) if (read(state) !== read(before)) return true
  return false
}
