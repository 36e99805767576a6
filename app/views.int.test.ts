import { describe, expect, it } from "@effect/vitest"
import { Context, Effect, Layer, SubscriptionRef } from "effect"
import { opening, price } from "../services/control-plane/testing/examples.ts"
import { type MarketMoment, MarketViews } from "../services/control-plane/marketViews.ts"
import { governorService } from "../services/governor/service.ts"
import { slotService } from "../services/slot-actor/service.ts"
import { governorRules } from "../shared/config/rules/governor.ts"
import { readSettings } from "./settings.ts"
import type { Command } from "../shared/events/families/command.ts"
import { encodeEntry } from "../shared/events/envelope.ts"
import type { EventOf, MarketEvent } from "../shared/events/event.ts"
import { marketSubjects } from "../shared/core/ids/subjects.ts"
import { MemoryJournal } from "../shared/journal/memory.ts"
import { Journal } from "../shared/journal/port.ts"
import { marketViews } from "./views.ts"

const subjects = marketSubjects("XDGUSD")
const { settings } = readSettings({})
/** Turns of the other fibers that something in memory may take at most to come round. */
const MAX_TURNS = 20_000

/** A market of two slots whose entries stand requested, and its views. */
const market = Effect.gen(function* () {
  const journal = yield* Journal
  let written = 0
  const write = (subject: string, event: MarketEvent) => {
    const envelope = { epoch: 3, timeMs: 1_000_000 + written * 1_000, writer: "test", cause: null } as const
    return journal.append(encodeEntry(subject, `test.${written++}`, { ...envelope, events: [event] }))
  }
  const slots = slotService({ subjects, slots: [1, 2], rules: settings.slot })
  yield* Effect.forkScoped(slots)
  yield* Effect.forkScoped(governorService({ subjects, rules: governorRules(settings), fittedIntervals: [] }))
  for (const event of opening)
    yield* write(event._tag === "EpochRaised" ? subjects.control("test") : subjects.account, event)
  const views = Context.get(yield* Layer.build(marketViews(settings, yield* SubscriptionRef.make({}))), MarketViews)
  /** The first moment that shows this. */
  const once = Effect.fnUntraced(function* (what: (moment: MarketMoment) => boolean) {
    for (let turn = 0; turn < MAX_TURNS; turn++) {
      const moment = yield* views.current
      if (what(moment)) return moment
      yield* Effect.yieldNow
    }
    const { governor, slots, seq } = yield* views.current
    const shown = {
      seq,
      mode: governor?.mode,
      startup: governor?.startup,
      slots: slots.map(({ orders, refusals }) => ({ orders, refusals }))
    }
    return yield* Effect.die(new Error(`it has not come round: ${JSON.stringify(shown)}`))
  })
  const asked = (commandId: string, command: Command): EventOf<"CommandIssued"> => ({
    _tag: "CommandIssued",
    commandId,
    author: "test",
    command,
    preview: []
  })
  // The start takes some ticks: each slot asks for funds in its turn.
  for (let tick = 0; tick < 10; tick++) {
    const seq = (yield* journal.head) + 1
    yield* write(subjects.price, price("0.141"))
    yield* once((moment) => moment.seq >= seq)
  }
  yield* once(({ slots }) => slots.length === 2 && slots.every(({ orders }) => orders.length === 2))
  return { write, views, once, asked, head: journal.head }
})

describe("the views of a market", () => {
  it.effect("show mode, aliases and orders of one and the same record", () =>
    Effect.gen(function* () {
      const { once, head } = yield* market
      const { governor, status, slots, blocks } = yield* once(({ governor }) => governor?.mode === "RUNNING")
      expect(governor?.slots.map(({ slot, alias, state }) => [slot, alias, state])).toStrictEqual([
        [1, "doge", "active"],
        [2, "shiba", "active"]
      ])
      expect(slots.map((slot) => slot.slot_id)).toStrictEqual([1, 2])
      expect(status.configured?.slots).toStrictEqual([1, 2])
      expect(blocks).toHaveProperty("rebalancer")
      const last = yield* head
      expect((yield* once(({ seq }) => seq === last)).seq).toBe(last)
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.effect("take in a slot that is added while they are watched", () =>
    Effect.gen(function* () {
      const { write, once, asked } = yield* market
      yield* write(subjects.command("a"), asked("a", { name: "add_slot", count: 2 }))
      const { slots, governor, status } = yield* once(({ slots }) => slots.length === 4)
      expect(slots.map((slot) => slot.slot_id)).toStrictEqual([1, 2, 3, 4])
      expect(governor?.slots ?? []).toHaveLength(4)
      expect(status.commands[0]?.answer?.applied).toBe(true)
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )
})

describe("a preview", () => {
  it.effect("names what governor and slots would do, and changes nothing", () =>
    Effect.gen(function* () {
      const { views, asked, once, head } = yield* market
      const before = yield* once(({ governor }) => governor?.mode === "RUNNING")
      const headBefore = yield* head
      const { answer, effects } = yield* views.preview(asked("p", { name: "remove_slot", slot: 2 }))
      expect(answer._tag).toBe("CommandApplied")
      expect(effects[0] ?? "").toBe("active slots: 2 → 1")
      expect(effects[1] ?? "").toBe("leaving: 2 shiba")
      expect(effects.filter((line) => line.startsWith("slot 2: order ")).length, effects.join("; ")).toBeGreaterThan(0)
      expect(effects.filter((line) => line.startsWith("slot 1"))).toHaveLength(0)
      expect(yield* head).toBe(headBefore)
      const after = yield* views.current
      expect(after.governor?.slots).toStrictEqual(before.governor?.slots)
      expect(after.slots[1]?.orders).toStrictEqual(before.slots[1]?.orders)
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.effect("of a command that is answered later says what it asks for, or why it would be refused", () =>
    Effect.gen(function* () {
      const { views, asked, once, write, head } = yield* market
      yield* once(({ governor }) => governor?.mode === "RUNNING")
      const retrain = (timeframe: string | null) => views.preview(asked("p", { name: "retrain", timeframe }))
      const off = yield* retrain(null)
      expect([off.answer._tag, off.answer.reason.rule]).toStrictEqual(["CommandRefused", "advisor_off"])
      const rules = governorRules(settings)
      yield* write(subjects.control("test"), { _tag: "GovernorConfigured", rules, fittedIntervals: [1, 15] })
      const last = yield* head
      yield* once(({ seq }) => seq >= last)
      const { answer, effects } = yield* retrain("15m")
      expect(answer._tag).toBe("CommandApplied")
      expect(effects).toStrictEqual(["the regime models of 15m are fitted anew, from the newest candles"])
      expect((yield* retrain("5m")).answer.reason.rule).toBe("no_such_timeframe")
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.effect("says why a command would be refused", () =>
    Effect.gen(function* () {
      const { views, asked, once } = yield* market
      yield* once(({ governor }) => governor?.mode === "RUNNING")
      const { answer, effects } = yield* views.preview(asked("p", { name: "resume" }))
      expect(answer._tag).toBe("CommandRefused")
      expect(answer.reason.rule).toBe("already_running")
      expect(effects).toStrictEqual([])
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )
})
