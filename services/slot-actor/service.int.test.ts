import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { raiseEpoch } from "../../shared/actor/control/control.ts"
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { decodeRecord, encodeEntry } from "../../shared/events/envelope.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import { marketSubjects, slotActor as actorName } from "../../shared/core/ids/subjects.ts"
import { MemoryJournal } from "../../shared/journal/memory.ts"
import { Journal } from "../../shared/journal/port.ts"
import { explainHalt } from "./explain.ts"
import { configureMarket, slotService } from "./service.ts"
import { testRules } from "./testing/slotDriver.ts"
import type { Rule } from "../../shared/core/rules/rules.ts"

const subjects = marketSubjects("TEST")
const because = (rule: Rule) => ({ rule, numbers: {} })

const put = (subject: string, id: string, ...events: [MarketEvent, ...Array<MarketEvent>]) =>
  Effect.flatMap(Journal, (journal) =>
    journal.append(encodeEntry(subject, id, { epoch: 1, timeMs: 1_000, writer: "test", cause: null, events }))
  )

const eventsOn = (filter: string) =>
  Effect.flatMap(Journal, (journal) =>
    journal.read({ from: 1, filter }).pipe(
      Stream.map((record) => decodeRecord(record).events),
      Stream.runCollect,
      Effect.map((records) => records.flat())
    )
  )

/** Waits until the slot has said this. */
const said = (slot: number, tag: MarketEvent["_tag"]) => heard(subjects.out(actorName(slot)), tag)

const heard = (filter: string, tag: MarketEvent["_tag"]) =>
  Effect.flatMap(Journal, (journal) =>
    journal.tail({ from: 1, filter }).pipe(
      Stream.flatMap((record) => Stream.fromIterable(decodeRecord(record).events)),
      Stream.filter(({ _tag }) => _tag === tag),
      Stream.runHead,
      Effect.flatMap(Effect.fromOption)
    )
  )

/** Runs the service until the effect is through, then stops it as a signal would. */
const whileRunning = <A, E, R>(until: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    yield* raiseEpoch({ subjects, service: "test", reason: "start", timeMs: 0, watchesOrders: true, fitsModels: true })
    const running = yield* Effect.forkChild(slotService({ subjects, slots: [1], rules: testRules }))
    const result = yield* Effect.raceFirst(until, Effect.andThen(Fiber.join(running), Effect.never))
    yield* Fiber.interrupt(running)
    return result
  })

const { priceDecimals, volumeDecimals, minVolume, minCost } = testRules
const marketOpens = Effect.all([
  put(subjects.account, "account", {
    _tag: "ConstraintsObserved",
    priceDecimals,
    volumeDecimals,
    minVolume,
    minCost,
    status: "online"
  }),
  put(subjects.out("governor"), "running", { _tag: "ModeChanged", mode: "RUNNING", reason: because("started") })
])

const slotsAre = (id: string, ...slots: ReadonlyArray<number>) =>
  put(subjects.out("governor"), id, {
    _tag: "SlotsSet",
    slots: slots.map((slot) => ({ slot, alias: `doge-${slot}`, state: "active" })),
    reason: because("slots_added")
  })

const fundsFree = put(subjects.out("governor"), "funds", {
  _tag: "FundsAllotted",
  slot: 1,
  base: Volume.parse("1000"),
  quote: Quote.parse("1000"),
  reason: because("free_and_unreserved")
})

const price = (id: string, last = "0.1") => {
  const at = Price.parse(last)
  return put(subjects.price, id, { _tag: "PriceObserved", last: at, bid: at, ask: at })
}

const memory = Effect.provide(MemoryJournal.layer())

describe("the slots' service", () => {
  it.live("says in the journal which slots there are, when that changes", () =>
    Effect.gen(function* () {
      for (const slots of [[1], [1], [1, 2], [1]]) yield* configureMarket({ subjects, slots, rules: testRules })
      const written = (yield* eventsOn(subjects.everyControl)).flatMap((event) =>
        event._tag === "MarketConfigured" ? [event.slots] : []
      )
      expect(written).toStrictEqual([[1], [1, 2], [1]])
    }).pipe(memory)
  )

  it.live("starts a slot that is added while it runs, beside the others", () =>
    whileRunning(
      Effect.gen(function* () {
        yield* heard(subjects.everyControl, "MarketConfigured")
        yield* marketOpens
        yield* slotsAre("one", 1)
        yield* price("p1")
        yield* said(1, "FundsWanted")
        yield* slotsAre("two", 1, 2)
        yield* price("p2")
        yield* said(2, "FundsWanted")
        yield* fundsFree
        yield* said(1, "OrderRequested")
      })
    ).pipe(memory)
  )

  it.live("folds every slot that was ever added, also when it is configured for fewer", () =>
    Effect.gen(function* () {
      yield* whileRunning(heard(subjects.everyControl, "MarketConfigured"))
      yield* marketOpens
      yield* slotsAre("three", 1, 3)
      yield* price("p1")
      yield* whileRunning(said(3, "FundsWanted"))
      // Another start compares what it computes with what stands there.
      yield* slotsAre("four", 1, 3, 4)
      yield* price("p2")
      yield* whileRunning(said(4, "FundsWanted"))
      expect(yield* eventsOn(subjects.out(actorName(3)))).toHaveLength(1)
    }).pipe(memory)
  )

  it.live("explains a breach once, by the few events that lead to it", () =>
    Effect.gen(function* () {
      yield* whileRunning(heard(subjects.everyControl, "MarketConfigured"))
      yield* marketOpens
      yield* slotsAre("one", 1)
      for (let n = 0; n < 200; n++) yield* price(`quiet-${n}`, n % 2 === 0 ? "0.1" : "0.1001")
      yield* whileRunning(
        Effect.gen(function* () {
          yield* said(1, "FundsWanted")
          yield* fundsFree
          yield* said(1, "OrderRequested")
          // A fill of nothing, which no exchange reports.
          yield* put(subjects.order(1), "fill", {
            _tag: "OrderFilled",
            clientId: "k1",
            localId: 1,
            txid: "T1",
            price: Price.parse("0.101"),
            volume: Volume.zero,
            cost: Quote.zero,
            fee: Quote.zero
          })
          yield* heard(subjects.everyControl, "HaltExplained")
        })
      )
      const breach = yield* said(1, "InvariantBroken")
      if (breach._tag === "InvariantBroken") yield* explainHalt(subjects, 1, breach.violations)
      const explained = (yield* eventsOn(subjects.everyControl)).flatMap((event) =>
        event._tag === "HaltExplained" ? [event] : []
      )
      expect(explained).toHaveLength(1)
      const [why] = explained
      expect(why?.outOf ?? 0).toBeGreaterThan(200)
      expect(why?.events.length ?? 0).toBeLessThan(10)
      expect(why?.events.at(-1)?.tag).toBe("OrderFilled")
    }).pipe(memory)
  )
})
