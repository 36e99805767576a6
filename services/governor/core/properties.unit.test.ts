/**
 * Whatever slots, exchange, operators and time do, the governor's rules hold after every event. Events are drawn with a fixed
 * seed; a failure prints the seed and the shortest sequence.
 */
import * as fc from "fast-check"
import { describe, expect, it } from "@effect/vitest"
import { Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { Command } from "../../../shared/events/families/command.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { FIRST_RULES, NEWEST_RULES } from "../../../shared/core/rules/versions.ts"
import { governorActor } from "./actor.ts"
import { needOf } from "./entries/funds.ts"
import {
  accepted,
  cycle,
  ended,
  fill,
  GovernorStory,
  orphaned,
  refusal,
  request,
  takenBack,
  testRules,
  testSlotRules,
  wanted
} from "../testing/governorDriver.ts"
import { countsAsOpen, remaining } from "./orderTable.ts"

const SEED = 20_261_121
const RUNS = 200

const slot = fc.integer({ min: 1, max: 5 })
const side = fc.constantFrom("buy" as const, "sell" as const)
const pick = fc.nat(20)

/** What slots and the exchange do with orders. */
const trade = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("entry" as const), slot, side, volume: fc.nat(400) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("takeBack" as const), pick }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("accept" as const), pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("cancel" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("reject" as const), pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("wanted" as const), slot }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("refused" as const), slot }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("clock" as const), sec: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("price" as const), permille: fc.integer({ min: -5, max: 5 }) }) }
)

const operator: fc.Arbitrary<Command> = fc.oneof(
  fc.constant<Command>({ name: "pause", note: "" }),
  fc.constant<Command>({ name: "resume" }),
  fc.constant<Command>({ name: "add_layer", source: null }),
  fc.constant<Command>({ name: "remove_layer" }),
  fc.constant<Command>({ name: "soft_close_next" }),
  fc.integer({ min: 1, max: 3 }).map((count): Command => ({ name: "add_slot", count })),
  fc.integer({ min: 1, max: 3 }).map((count): Command => ({ name: "remove_slots", count })),
  slot.map((one): Command => ({ name: "remove_slot", slot: one })),
  fc.nat(6).map((limit): Command => ({ name: "set_daily_loss_limit", limit: Quote.parse(String(limit)) }))
)

/** What else may happen to a market. */
const upset = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("exit" as const), slot, side }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("fill" as const), pick, whole: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("orphan" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("amend" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("lost" as const), slot, usd: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("poor" as const), slot }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("balances" as const), doge: fc.nat(300), usd: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("stale" as const), ageSec: fc.constantFrom(61, 600, null) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("errors" as const), consecutive: fc.nat(6) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("counted" as const), ours: fc.nat(80), foreign: fc.nat(10) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("fault" as const), skipped: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("broken" as const), slot }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("settled" as const), slot }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("nextDay" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("rules" as const),
      maxEntryAddsPerLoop: fc.nat(4),
      openOrderLimit: fc.integer({ min: 1, max: 90 }),
      lossLimit: fc.nat(6)
    })
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("slots" as const), slots: fc.uniqueArray(slot) }) },
  { weight: 4, arbitrary: operator.map((command) => ({ do: "command" as const, command })) }
)

type Happening = typeof trade | typeof upset extends fc.Arbitrary<infer A> ? A : never

/** Tells what happens; ids are fresh, and only orders that live can be picked. */
class World {
  readonly story: GovernorStory
  private lastId = 0

  constructor(story: GovernorStory) {
    this.story = story
  }

  happen(what: Happening): void {
    const { story } = this
    switch (what.do) {
      case "entry":
        story.slot(what.slot, request(++this.lastId, { side: what.side, volume: String(13 + what.volume) }))
        return
      case "exit":
        story.slot(what.slot, request(++this.lastId, { side: what.side, role: "exit" }))
        return
      case "wanted":
        story.slot(what.slot, wanted("repair"))
        return
      case "refused":
        story.slot(what.slot, refusal("entry_B", "cooldown"))
        return
      case "poor":
        story.slot(what.slot, refusal("bootstrap", "insufficient_funds"))
        return
      case "lost":
        story.slot(what.slot, cycle(`-${what.usd}`, story.nowMs))
        return
      case "broken":
        story.slot(what.slot, { _tag: "InvariantBroken", violations: ["two exits"] })
        return
      case "settled":
        story.slot(what.slot, { _tag: "SlotSettled", reason: { rule: "nothing_left", numbers: {} } })
        return
      case "clock":
        story.after(what.sec)
        return
      case "stale":
        story.after(1, what.ageSec)
        return
      case "nextDay":
        story.after(86_400)
        return
      case "price":
        story.price(String((100 + what.permille / 10) / 1_000))
        return
      case "balances":
        story.balances(String(what.doge), String(what.usd))
        return
      case "errors":
        story.account({
          _tag: "ExchangeErrorsObserved",
          consecutive: what.consecutive,
          operation: "AddOrder",
          detail: ""
        })
        return
      case "counted":
        story.account({ _tag: "OpenOrdersObserved", ours: what.ours, foreign: what.foreign })
        return
      case "command":
        story.command(what.command)
        return
      case "fault":
        story.control(
          what.skipped
            ? { _tag: "RecordSkipped", actor: "slot-2", seq: 7, author: "op", reason: "known" }
            : { _tag: "FaultRaised", actor: "slot-2", seq: 7, problem: "cannot fold" }
        )
        return
      case "restart":
        story.control({
          _tag: "EpochRaised",
          epoch: 2,
          service: "kennel up",
          reason: "start",
          watchesOrders: true,
          fitsModels: true
        })
        story.price("0.1").reconciled()
        return
      case "rules": {
        const { maxEntryAddsPerLoop, openOrderLimit, lossLimit } = what
        const rules = testRules({
          maxEntryAddsPerLoop,
          openOrderLimit,
          dailyLossLimit: Quote.parse(String(lossLimit))
        })
        story.control({ _tag: "GovernorConfigured", rules, fittedIntervals: [] })
        return
      }
      case "slots":
        story.control({ _tag: "MarketConfigured", slots: what.slots, rules: testSlotRules })
        return
      default:
        this.pickOrder(what)
    }
  }

  private pickOrder(what: Extract<Happening, { readonly pick: number }>): void {
    const live = this.story.state.orders
    const order = live[what.pick % Math.max(1, live.length)]
    if (order === undefined) return
    const { slot: owner, localId, volume } = order
    const tell = (event: MarketEvent) =>
      event._tag === "CancelRequested" || event._tag === "ExitOrphaned"
        ? this.story.slot(owner, event)
        : this.story.order(owner, event)
    switch (what.do) {
      case "takeBack":
        tell(takenBack(localId))
        return
      case "accept":
        if (countsAsOpen(order)) tell(accepted(localId))
        return
      case "cancel":
        if (countsAsOpen(order)) tell(ended("OrderCancelled", localId, "0"))
        return
      case "amend":
        if (countsAsOpen(order)) tell({ _tag: "OrderAmended", clientId: "k", localId, price: order.price })
        return
      case "reject":
        if (countsAsOpen(order)) tell({ _tag: "OrderRejected", clientId: "k", localId, cause: "refused" })
        return
      case "orphan":
        if (order.role === "exit" && order.recovery === null) tell(orphaned(localId, localId))
        return
      case "fill":
        if (!countsAsOpen(order)) return
        if (!what.whole) {
          if (order.filled === 0n) tell(fill(localId, "1"))
          return
        }
        if (order.filled < volume) tell(fill(localId, Volume.format(remaining(order))))
        tell(ended("OrderFilled", localId, Volume.format(volume)))
    }
  }
}

const happenings = fc.array<Happening>(fc.oneof({ weight: 3, arbitrary: trade }, { weight: 2, arbitrary: upset }), {
  minLength: 30,
  maxLength: 200
})

const hold = <A>(arbitrary: fc.Arbitrary<A>, property: (value: A) => void): void =>
  fc.assert(fc.property(arbitrary, property), { seed: SEED, numRuns: RUNS })

const toldOf = (list: ReadonlyArray<Happening>, rules = {}): GovernorStory => {
  const world = new World(new GovernorStory().running(rules))
  for (const what of list) world.happen(what)
  return world.story
}

/** A market of the first rules that takes up the newest after so many happenings. */
const adopting = (list: ReadonlyArray<Happening>, after: number): GovernorStory => {
  const world = new World(new GovernorStory(FIRST_RULES).running())
  for (const [index, what] of list.entries()) {
    if (index === after) world.story.rulesVersion = NEWEST_RULES
    world.happen(what)
  }
  return world.story
}

describe(`the governor, whatever happens (seed ${SEED})`, () => {
  it("keeps its own rules after every event, and grants nothing while the market stands still", () => {
    hold(happenings, (list) => {
      const world = new World(new GovernorStory().running())
      for (const what of list) {
        world.happen(what)
        const { mode } = world.story.state.mode
        const granted = world.story.heard("EntryGranted").length
        if (mode === "PAUSED" || mode === "HALTED") expect(granted, mode).toBe(0)
      }
    })
  })

  it("answers every entry: deferred at most once, then granted or refused, or still waiting", () => {
    hold(happenings, (list) => {
      const { everything, told, state } = toldOf(list)
      const answers = new Map<number, Array<string>>()
      for (const { event } of told) {
        if (event._tag === "OrderRequested" && event.role === "entry") answers.set(event.localId, [])
      }
      for (const event of everything) {
        if (event._tag === "EntryGranted" || event._tag === "EntryDeferred" || event._tag === "EntryRefused") {
          answers.get(event.localId)?.push(event._tag)
        }
      }
      for (const [localId, said] of answers) {
        const waits = state.orders.some((order) => order.localId === localId && order.stage === "deferred")
        const [first, second] = said
        const whole = first === "EntryDeferred" ? (waits ? 1 : 2) : 1
        expect(said, `order ${localId}: ${said.join(", ")}`).toHaveLength(whole)
        expect(second).not.toBe("EntryDeferred")
      }
    })
  })

  it("decides the same again, wherever it takes up newer rules, also from a state written down and read back at every event", () => {
    hold(fc.tuple(happenings, fc.nat(200)), ([list, after]) => {
      const { told, state, everything } = adopting(list, after)
      let again = governorActor.initial
      const said: Array<MarketEvent> = []
      for (const { event, place } of told) {
        const step = governorActor.reduce(governorActor.decode(governorActor.encode(again)), event, place)
        again = step.state
        said.push(...step.outputs)
      }
      expect(governorActor.encode(again)).toBe(governorActor.encode(state))
      expect(said).toStrictEqual(everything)
    })
  })

  it("never lets entries spend more than the account has", () => {
    hold(fc.array(trade, { minLength: 30, maxLength: 200 }), (list) => {
      const total = { base: Volume.parse("1000"), quote: Quote.parse("100") }
      const world = new World(new GovernorStory().running({ maxEntryAddsPerLoop: 50 }).balances("1000", "100"))
      for (const what of list) {
        world.happen(what)
        const { state } = world.story
        const needs = state.orders.filter(countsAsOpen).map((order) => needOf(state, order))
        expect(needs.reduce((sum, { base }) => sum + base, 0n) <= total.base).toBe(true)
        expect(needs.reduce((sum, { quote }) => sum + quote, 0n) <= total.quote).toBe(true)
      }
    })
  })
})
