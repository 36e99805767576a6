import { describe, expect, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Stream } from "effect"
import { raiseEpoch } from "../../shared/actor/control/control.ts"
import type { GovernorRules } from "../../shared/events/families/control.ts"
import { decodeRecord, encodeEntry } from "../../shared/events/envelope.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { MemoryJournal } from "../../shared/journal/memory.ts"
import { Journal } from "../../shared/journal/port.ts"
import { testRules, testSlotRules } from "./testing/governorDriver.ts"
import { governorService } from "./service.ts"

const subjects = marketSubjects("TEST")

const put = (subject: string, id: string, event: MarketEvent, expectedLastSeq?: number) =>
  Effect.flatMap(Journal, (journal) =>
    journal.append(
      encodeEntry(
        subject,
        id,
        { epoch: 1, timeMs: 1_000, writer: "test", cause: null, events: [event] },
        expectedLastSeq
      )
    )
  )

const events = (filter: string) =>
  Effect.flatMap(Journal, (journal) =>
    journal.read({ from: 1, filter }).pipe(
      Stream.map((record) => decodeRecord(record).events),
      Stream.runCollect,
      Effect.map((records) => records.flat())
    )
  )

/** The governor's answer to this command. */
const answerTo = (commandId: string) =>
  Effect.flatMap(Journal, (journal) =>
    journal.tail({ from: 1, filter: subjects.out("governor") }).pipe(
      Stream.flatMap((record) => Stream.fromIterable(decodeRecord(record).events)),
      Stream.filter(
        (event) => (event._tag === "CommandApplied" || event._tag === "CommandRefused") && event.commandId === commandId
      ),
      Stream.map(({ _tag }) => _tag),
      Stream.runHead,
      Effect.flatMap(Effect.fromOption)
    )
  )

const start = raiseEpoch({
  subjects,
  service: "test",
  reason: "start",
  timeMs: 0,
  watchesOrders: true,
  fitsModels: true
})

/** Runs the service until the effect is through, then stops it as a signal would. */
const whileRunning = <A, E, R>(rules: GovernorRules, until: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    yield* start
    const running = yield* Effect.forkChild(governorService({ subjects, rules, fittedIntervals: [] }))
    const result = yield* until
    yield* Fiber.interrupt(running)
    return result
  })

const market = put(subjects.control("test"), "market", {
  _tag: "MarketConfigured",
  slots: [1],
  rules: testSlotRules
})

const addSlot = (commandId: string) =>
  put(
    subjects.command(commandId),
    commandId,
    { _tag: "CommandIssued", commandId, author: "test", command: { name: "add_slot", count: 1 }, preview: [] },
    0
  )

const rulesWritten = Effect.map(events(subjects.everyControl), (all) =>
  all.flatMap((event) => (event._tag === "GovernorConfigured" ? [event.rules.maxEntryAddsPerLoop] : []))
)

/** Facts of a feed that starts, one of them of the year 2100. */
const factsWithOneOf2100 = Effect.gen(function* () {
  const journal = yield* Journal
  const start = { subjects, service: "market-feed", reason: "start", timeMs: 0, watchesOrders: false } as const
  yield* raiseEpoch({ ...start, fitsModels: false, speed: 1 })
  const nowMs = yield* Clock.currentTimeMillis
  for (const timeMs of [nowMs, 4_102_444_800_000, nowMs + 1]) {
    const envelope = { epoch: 1, timeMs, writer: "market-feed", cause: null } as const
    const events = [{ _tag: "ClockTicked", priceAgeSec: 1 }] as const
    yield* journal.append(encodeEntry(subjects.clock, `tick.${timeMs}`, { ...envelope, events }))
  }
  return nowMs
})

describe("the governor's service", () => {
  it.live("tells of a fact of the year 2100 in its own time, and goes on", () =>
    Effect.gen(function* () {
      yield* market
      const facts = Effect.tap(factsWithOneOf2100, () => Effect.andThen(addSlot("later"), answerTo("later")))
      const nowMs = yield* whileRunning(testRules({}), facts)
      const journal = yield* Journal
      const said = yield* Stream.runCollect(journal.read({ from: 1, filter: subjects.out("governor") }))
      const decided = said.map(decodeRecord)
      const notices = decided.filter(({ events }) => events.some(({ _tag }) => _tag === "NoticeRaised"))
      expect(notices).toMatchObject([
        {
          timeMs: nowMs,
          events: [{ severity: "warning", reason: { rule: "fact_not_believed", numbers: { fact: "ClockTicked" } } }]
        }
      ])
      expect(Math.max(...decided.map(({ timeMs }) => timeMs))).toBeLessThanOrEqual(nowMs + 1)
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.live("writes its rules when they differ from the journal's last, and only then", () =>
    Effect.gen(function* () {
      yield* market
      for (const [round, maxEntryAddsPerLoop] of [2, 2, 3, 2].entries()) {
        yield* whileRunning(
          testRules({ maxEntryAddsPerLoop }),
          Effect.andThen(addSlot(`round-${round}`), answerTo(`round-${round}`))
        )
      }
      expect(yield* rulesWritten).toStrictEqual([2, 3, 2])
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.live("answers a command once, also one from before it ran, however often it starts", () =>
    Effect.gen(function* () {
      yield* market
      yield* addSlot("early")
      expect(yield* whileRunning(testRules(), answerTo("early"))).toBe("CommandRefused")
      yield* addSlot("between")
      expect(yield* whileRunning(testRules(), answerTo("between"))).toBe("CommandApplied")
      yield* whileRunning(testRules(), Effect.andThen(addSlot("late"), answerTo("late")))
      const said = yield* events(subjects.out("governor"))
      expect(
        said.flatMap((event) =>
          event._tag === "CommandApplied" || event._tag === "CommandRefused" ? [event.commandId] : []
        )
      ).toStrictEqual(["early", "between", "late"])
      const slots = said.findLast((event) => event._tag === "SlotsSet")
      expect(slots?.slots ?? []).toHaveLength(3)
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )
})
