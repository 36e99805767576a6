/** What holds of the governor after every event. A breach halts the market, as a slot's own does. */
import { Quote } from "../../../shared/core/decimal/decimal.ts"
import type { Draft } from "./draft.ts"
import { lossLimit } from "./mode/lossLock.ts"
import { governorBroke, isHalted, leadingCause } from "./mode/mode.ts"
import { exitsWithoutGrant, unanswered, waitingOf } from "./orderTable.ts"
import { isConfigured, rulesOf } from "./rules.ts"
import { isActive } from "./slots/slots.ts"
import type { GovernorState } from "./state.ts"

interface Check {
  /** What it looks at: while that is what it was, its answer is too. */
  readonly reads: ReadonlyArray<(state: GovernorState) => unknown>
  /** The rules of it that are broken, in words. */
  readonly broken: (state: GovernorState) => ReadonlyArray<string>
}

type Rule = readonly [holds: boolean, text: () => string]

/** The texts of the rules that do not hold: only those are put into words. */
const brokenOf = (rules: ReadonlyArray<Rule>): ReadonlyArray<string> =>
  rules.flatMap(([holds, text]) => (holds ? [] : [text()]))

const of =
  (slice: keyof GovernorState) =>
  (state: GovernorState): unknown =>
    state[slice]

const isRunning = ({ mode }: GovernorState): boolean => mode.mode === "RUNNING" || mode.mode === "STARTING"

const CHECKS: ReadonlyArray<Check> = [
  {
    reads: [waitingOf, exitsWithoutGrant, unanswered, of("scheduler"), of("rules"), of("mode")],
    broken: (state) => {
      const { scheduler, mode } = state
      const { grantedInLoop, queue } = scheduler
      const waiting = waitingOf(state)
      const deferred = waiting.length
      return [
        ...brokenOf([
          [grantedInLoop <= rulesOf(state).maxEntryAddsPerLoop, () => `${grantedInLoop} entries granted in one loop`],
          [new Set(queue).size === queue.length, () => "an entry waits in the queue twice"],
          [deferred === queue.length, () => `${deferred} deferred entries, ${queue.length} in the queue`],
          [exitsWithoutGrant(state) === 0, () => "an exit waits for a grant"],
          [unanswered(state) === 0, () => "an entry was asked for and not answered"],
          [isRunning(state) || deferred === 0, () => `${deferred} entries wait while ${mode.mode}`]
        ]),
        ...queue
          .filter((key, place) => waiting[place]?.key !== key && !waiting.some((entry) => entry.key === key))
          .map((key) => `${key} waits in the queue and is not deferred`)
      ]
    }
  },
  {
    reads: [of("mode"), of("loss"), of("startup")],
    broken: (state) => {
      const { mode, loss, startup } = state
      const cause = leadingCause(mode)
      return brokenOf([
        [!isRunning(state) || cause === null, () => `${mode.mode} while ${cause} stands`],
        [!isRunning(state) || !loss.locked, () => `${mode.mode} while the loss lock holds`],
        [isHalted(mode) === (mode.mode === "HALTED"), () => `${mode.mode}, and what stands against it says otherwise`],
        [mode.mode !== "RUNNING" || startup.steps.bootstrap === "done", () => "RUNNING before the start is done"]
      ])
    }
  },
  {
    reads: [of("loss"), of("rules")],
    broken: (state) => {
      const { loss, locked } = state.loss
      const limit = lossLimit(state, rulesOf(state))
      const told = () => `lost ${Quote.format(loss)} of ${Quote.format(limit)}, locked: ${locked}`
      return brokenOf([[locked === (limit > 0n && loss >= limit), told]])
    }
  },
  {
    reads: [of("sizing")],
    broken: ({ sizing: { effectiveLayers, targetLayers } }) =>
      brokenOf([
        [effectiveLayers <= targetLayers, () => `${effectiveLayers} layers of ${targetLayers} wanted`],
        [effectiveLayers >= 0, () => `${effectiveLayers} layers`]
      ])
  },
  {
    reads: [of("slots")],
    broken: ({ slots: { slots, recycledAliases, nextSlot } }) => {
      const aliases = slots.map(({ alias }) => alias)
      const used = new Set(aliases)
      return brokenOf([
        [used.size === aliases.length, () => `two slots have one name: ${aliases.join(" ")}`],
        [!recycledAliases.some((alias) => used.has(alias)), () => "a name is in use and waits to be used again"],
        [slots.every(({ slot }) => slot < nextSlot), () => "a slot has a number that is still to be given"]
      ])
    }
  },
  {
    reads: [of("funds"), of("slots")],
    broken: (state) => {
      const asking = state.funds.queue.map(({ slot }) => slot)
      return [
        ...brokenOf([[new Set(asking).size === asking.length, () => "a slot waits for funds twice"]]),
        ...asking
          .filter((slot) => !isActive(state, slot))
          .map((slot) => `slot ${slot} waits for funds and does not trade`)
      ]
    }
  }
]

/** Every broken rule, in words; empty when the state is sound, or has no rules to go by yet. */
export const governorViolations = (state: GovernorState): ReadonlyArray<string> =>
  isConfigured(state) ? CHECKS.flatMap(({ broken }) => broken(state)) : []

/**
 * Checks what the event has changed, and everything while something is broken. True when what is broken has changed: the mode
 * follows from it.
 */
export const watchInvariants = (draft: Draft, before: GovernorState): boolean => {
  const { state } = draft
  const known = state.mode.violations
  const violations: Array<string> = []
  for (const { reads, broken } of CHECKS) {
    if (known.length > 0 || reads.some((read) => read(state) !== read(before))) violations.push(...broken(state))
  }
  if (violations.length === known.length && violations.every((text, index) => text === known[index])) return false
  governorBroke(draft, violations)
  return true
}
