import { assert, describe, it } from "@effect/vitest"
import { Quote } from "../../../shared/core/decimal/decimal.ts"
import { GovernorStory, request } from "../testing/governorDriver.ts"
import { governorViolations } from "./invariants.ts"
import type { GovernorState } from "./state.ts"

/** A market that runs, with one entry granted (`1/1`) and one that waits (`2/1`). */
const sound = (): GovernorState =>
  new GovernorStory().running({ maxEntryAddsPerLoop: 1 }).nextLoop().slot(1, request(1)).slot(2, request(1)).state

const withOrder = (state: GovernorState, key: string, change: Partial<GovernorState["orders"][string]>) => {
  const order = state.orders[key]
  if (order === undefined) throw new Error(`no order ${key}`)
  return { ...state, orders: { ...state.orders, [key]: { ...order, ...change } } }
}
const stale = { rule: "stale_price", numbers: {} } as const

describe("the governor's invariants", () => {
  it("hold of a market that runs", () => {
    assert.deepEqual(governorViolations(sound()), [])
  })

  it.each<{ broken: string; by: (state: GovernorState) => GovernorState; says: string }>([
    {
      broken: "more entries granted than allowed",
      by: (state) => ({ ...state, scheduler: { ...state.scheduler, grantedInLoop: 2 } }),
      says: "2 entries granted in one loop"
    },
    {
      broken: "an entry that waits twice",
      by: (state) => ({ ...state, scheduler: { ...state.scheduler, queue: ["2/1", "2/1"] } }),
      says: "an entry waits in the queue twice"
    },
    {
      broken: "a waiting entry nobody knows",
      by: (state) => ({ ...state, orders: {} }),
      says: "2/1 waits in the queue and is not deferred"
    },
    {
      broken: "a deferred entry outside the queue",
      by: (state) => withOrder(state, "1/1", { stage: "deferred" }),
      says: "2 deferred entries, 1 in the queue"
    },
    {
      broken: "an entry without an answer",
      by: (state) => withOrder(state, "1/1", { stage: "requested" }),
      says: "an entry was asked for and not answered"
    },
    {
      broken: "an exit that waits",
      by: (state) => withOrder(state, "2/1", { role: "exit" }),
      says: "an exit waits for a grant"
    },
    {
      broken: "a cause that does not pause",
      by: (state) => ({ ...state, mode: { ...state.mode, causes: { stale_price: stale } } }),
      says: "RUNNING while stale_price stands"
    },
    {
      broken: "a lock that does not pause",
      by: (state) => ({ ...state, loss: { ...state.loss, locked: true, loss: Quote.parse("3") } }),
      says: "RUNNING while the loss lock holds"
    },
    {
      broken: "a lock that is open at the limit",
      by: (state) => ({ ...state, loss: { ...state.loss, loss: Quote.parse("3") } }),
      says: "lost 3 of 3, locked: false"
    },
    {
      broken: "entries that wait in a pause",
      by: (state) => ({ ...state, mode: { ...state.mode, mode: "PAUSED" } }),
      says: "1 entries wait while PAUSED"
    },
    {
      broken: "a halt that runs",
      by: (state) => ({ ...state, mode: { ...state.mode, halted: true } }),
      says: "halted, and RUNNING"
    },
    {
      broken: "a start that is not done",
      by: (state) => ({ ...state, startup: { ...state.startup, steps: { ...state.startup.steps, bootstrap: null } } }),
      says: "RUNNING before the start is done"
    },
    {
      broken: "more layers than wanted",
      by: (state) => ({ ...state, sizing: { ...state.sizing, effectiveLayers: 1 } }),
      says: "1 layers of 0 wanted"
    },
    {
      broken: "one name for two slots",
      by: (state) => ({
        ...state,
        slots: { ...state.slots, slots: state.slots.slots.map((known) => ({ ...known, alias: "wow" })) }
      }),
      says: "two slots have one name: wow wow wow"
    },
    {
      broken: "a name in use that waits",
      by: (state) => ({
        ...state,
        slots: { ...state.slots, recycledAliases: state.slots.slots.map(({ alias }) => alias) }
      }),
      says: "a name is in use and waits to be used again"
    },
    {
      broken: "a slot number to be given again",
      by: (state) => ({ ...state, slots: { ...state.slots, nextSlot: 3 } }),
      says: "a slot has a number that is still to be given"
    },
    {
      broken: "funds wanted twice",
      by: (state) => ({
        ...state,
        funds: {
          ...state.funds,
          queue: [
            { slot: 1, what: "repair" },
            { slot: 1, what: "repair" }
          ]
        }
      }),
      says: "a slot waits for funds twice"
    },
    {
      broken: "funds wanted by a stranger",
      by: (state) => ({ ...state, funds: { ...state.funds, queue: [{ slot: 7, what: "repair" }] } }),
      says: "slot 7 waits for funds and does not trade"
    }
  ])("find $broken", ({ by, says }) => {
    assert.include(governorViolations(by(sound())), says)
  })
})
