import { placeAt } from "../../../shared/actor/core/actor.ts"
import { describe, expect, it } from "@effect/vitest"
import { Quote } from "../../../shared/core/decimal/decimal.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { marketSubjects } from "../../../shared/core/ids/subjects.ts"
import { accepted, GovernorStory, request } from "../testing/governorDriver.ts"
import { governorActor } from "./actor.ts"
import { governorViolations } from "./invariants.ts"
import type { GovernorState } from "./state.ts"
import { orderKey } from "../../../shared/market/core/orderLife.ts"
import { sentenceOf } from "../../../shared/core/rules/sentence.ts"

const subjects = marketSubjects("XDGUSD")

/** A market that runs, with one entry granted (`1/1`) and one that waits (`2/1`). */
const sound = (): GovernorState =>
  new GovernorStory().running({ maxEntryAddsPerLoop: 1 }).nextLoop().slot(1, request(1)).slot(2, request(1)).state

const withOrder = (state: GovernorState, key: string, change: Partial<GovernorState["orders"][number]>) => {
  const order = state.orders.find((known) => orderKey(known.slot, known.localId) === key)
  if (order === undefined) throw new Error(`no order ${key}`)
  return { ...state, orders: state.orders.map((known) => (known === order ? { ...order, ...change } : known)) }
}
const withoutWaiting = (state: GovernorState): GovernorState => ({
  ...state,
  orders: [],
  scheduler: { ...state.scheduler, queue: [] }
})
const stale = { rule: "stale_price", numbers: {} } as const

describe("the governor's invariants", () => {
  it("hold of a market that runs", () => {
    expect(governorViolations(sound())).toStrictEqual([])
  })

  it.each<{ broken: string; by: (state: GovernorState) => GovernorState; says: string | ReadonlyArray<string> }>([
    {
      broken: "more entries granted than allowed",
      by: (state) => ({ ...state, scheduler: { ...state.scheduler, grantedInLoop: 2 } }),
      says: "2 entries granted in one loop"
    },
    {
      broken: "an entry that waits twice",
      by: (state) => ({ ...state, scheduler: { ...state.scheduler, queue: ["2/1", "2/1"] } }),
      says: ["an entry waits in the queue twice", "1 deferred entries, 2 in the queue"]
    },
    {
      broken: "a waiting entry nobody knows",
      by: (state) => ({ ...state, orders: [] }),
      says: ["0 deferred entries, 1 in the queue", "2/1 waits in the queue and is not deferred"]
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
      broken: "a cause that does not pause a start",
      by: (state) => ({ ...state, mode: { ...state.mode, mode: "STARTING", causes: { stale_price: stale } } }),
      says: "STARTING while stale_price stands"
    },
    {
      broken: "entries that wait in a halt",
      by: (state) => ({
        ...state,
        mode: { ...state.mode, mode: "HALTED", operatorNeeded: { by: "operator", reason: stale } }
      }),
      says: "1 entries wait while HALTED"
    },
    {
      broken: "fewer layers than none",
      by: (state) => ({ ...state, sizing: { ...state.sizing, effectiveLayers: -1 } }),
      says: "-1 layers"
    },
    {
      broken: "a lock without a limit",
      by: (state) => ({
        ...withoutWaiting(state),
        rules: state.rules === null ? null : { ...state.rules, dailyLossLimit: Quote.zero },
        mode: { ...state.mode, mode: "PAUSED" },
        loss: { ...state.loss, locked: true }
      }),
      says: "lost 0 of 0, locked: true"
    },
    {
      broken: "entries that wait in a pause",
      by: (state) => ({ ...state, mode: { ...state.mode, mode: "PAUSED" } }),
      says: "1 entries wait while PAUSED"
    },
    {
      broken: "a breach that only pauses",
      by: (state) => ({ ...withoutWaiting(state), mode: { ...state.mode, mode: "PAUSED", causes: { fault: stale } } }),
      says: "PAUSED, and what stands against it says otherwise"
    },
    {
      broken: "a halt that nothing began",
      by: (state) => ({ ...withoutWaiting(state), mode: { ...state.mode, mode: "HALTED" } }),
      says: "HALTED, and what stands against it says otherwise"
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
    expect(governorViolations(by(sound()))).toStrictEqual([says].flat())
  })
})

describe("what the governor's invariants leave alone", () => {
  it.each<{ state: string; by: (state: GovernorState) => GovernorState }>([
    {
      state: "entries that wait during a start",
      by: (state) => ({ ...state, mode: { ...state.mode, mode: "STARTING" } })
    },
    {
      state: "a cause that stands while the market is paused, with nothing waiting",
      by: (state) => ({
        ...withoutWaiting(state),
        mode: { ...state.mode, mode: "PAUSED", causes: { stale_price: stale } }
      })
    },
    {
      state: "as many entries granted in a loop as are allowed",
      by: (state) => ({ ...state, scheduler: { ...state.scheduler, grantedInLoop: 1 } })
    },
    { state: "an exit at the exchange", by: (state) => withOrder(state, "1/1", { role: "exit", stage: "open" }) },
    { state: "a governor without rules", by: (state) => ({ ...state, rules: null, orders: [] }) }
  ])("$state", ({ by }) => {
    expect(governorViolations(by(sound()))).toStrictEqual([])
  })
})

describe("an event that breaks one", () => {
  const step = (state: GovernorState, subject: string, event: MarketEvent) =>
    governorActor.reduce(state, event, placeAt({ seq: 9_999, index: 0, subject, epoch: 1, timeMs: state.nowMs }))
  /** An exit that waits for a grant, and then any event that changes the table of orders. */
  const broken = () => step(withOrder(sound(), "2/1", { role: "exit" }), subjects.order(1), accepted(1))

  it("halts the market and names the rule", () => {
    const { state, outputs } = broken()
    const reason = { rule: "governor_broken" as const, numbers: { violation: "an exit waits for a grant" } }
    expect(outputs.filter(({ _tag }) => _tag === "ModeChanged")).toStrictEqual([
      { _tag: "ModeChanged", mode: "HALTED", reason }
    ])
    expect(state.mode.violations).toStrictEqual(["an exit waits for a grant"])
    expect(sentenceOf(reason)).toBe("The governor broke its own rules: an exit waits for a grant.")
  })

  it("stays the reason of the halt until an operator resumes, which is granted once the rule holds again", () => {
    const resume = (state: GovernorState) =>
      step(state, subjects.command("c"), {
        _tag: "CommandIssued",
        commandId: "c",
        author: "test",
        command: { name: "resume" },
        preview: []
      })
    const { state } = broken()
    expect(resume(state).state.mode.mode).toBe("HALTED")
    const sound = step(state, subjects.clock, { _tag: "ClockTicked", priceAgeSec: 1 }).state
    expect([sound.mode.mode, sound.mode.reason?.rule]).toStrictEqual(["HALTED", "governor_broken"])
    expect(sound.mode.violations).toStrictEqual([])
    expect(resume(sound).state.mode.mode).toBe("RUNNING")
  })
})
