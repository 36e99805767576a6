/** What holds of the governor after every event. */
import { Quote } from "../../../shared/core/decimal/decimal.ts"
import { lossLimit } from "./mode/lossLock.ts"
import { leadingCause } from "./mode/mode.ts"
import { ordersOf } from "./orderTable.ts"
import type { GovernorState } from "./state.ts"

/** Every broken rule, in words; empty when the state is sound. */
export const governorViolations = (state: GovernorState): ReadonlyArray<string> => {
  const { rules, mode, scheduler, orders, loss, sizing, slots, startup, funds } = state
  if (rules === null || !state.governed) return []
  const violations: Array<string> = []
  const must = (holds: boolean, text: string): void => {
    if (!holds) violations.push(text)
  }
  must(scheduler.grantedInLoop <= rules.maxEntryAddsPerLoop, `${scheduler.grantedInLoop} entries granted in one loop`)
  must(new Set(scheduler.queue).size === scheduler.queue.length, "an entry waits in the queue twice")
  const deferred = ordersOf(state).filter(({ stage }) => stage === "deferred").length
  must(deferred === scheduler.queue.length, `${deferred} deferred entries, ${scheduler.queue.length} in the queue`)
  for (const key of scheduler.queue)
    must(orders[key]?.stage === "deferred", `${key} waits in the queue and is not deferred`)
  must(
    ordersOf(state).every(({ role, stage }) => role === "entry" || (stage !== "requested" && stage !== "deferred")),
    "an exit waits for a grant"
  )
  must(
    ordersOf(state).every(({ stage }) => stage !== "requested"),
    "an entry was asked for and not answered"
  )
  const running = mode.mode === "RUNNING" || mode.mode === "STARTING"
  must(!running || leadingCause(mode) === null, `${mode.mode} while ${leadingCause(mode)} stands`)
  must(!running || !loss.locked, `${mode.mode} while the loss lock holds`)
  must(running || deferred === 0, `${deferred} entries wait while ${mode.mode}`)
  must(!mode.halted || mode.mode === "HALTED", `halted, and ${mode.mode}`)
  must(mode.mode !== "RUNNING" || startup.steps.bootstrap === "done", "RUNNING before the start is done")
  must(
    sizing.effectiveLayers <= sizing.targetLayers,
    `${sizing.effectiveLayers} layers of ${sizing.targetLayers} wanted`
  )
  must(sizing.effectiveLayers >= 0, `${sizing.effectiveLayers} layers`)
  const aliases = slots.slots.map(({ alias }) => alias)
  must(new Set(aliases).size === aliases.length, `two slots have one name: ${aliases.join(" ")}`)
  must(
    slots.recycledAliases.every((alias) => !aliases.includes(alias)),
    "a name is in use and waits to be used again"
  )
  must(
    slots.slots.every(({ slot }) => slot < slots.nextSlot),
    "a slot has a number that is still to be given"
  )
  const limit = lossLimit(state, rules)
  must(
    loss.locked === (limit > 0n && loss.loss >= limit),
    `lost ${Quote.format(loss.loss)} of ${Quote.format(limit)}, locked: ${loss.locked}`
  )
  const asking = funds.queue.map(({ slot }) => slot)
  must(new Set(asking).size === asking.length, "a slot waits for funds twice")
  const active = new Set(slots.slots.filter((known) => known.state === "active").map(({ slot }) => slot))
  for (const slot of asking) must(active.has(slot), `slot ${slot} waits for funds and does not trade`)
  return violations
}
