/** The command to retrain, from its record to the governor's answer: governor, advisor and the real worker on one journal. */
import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, type Scope, Stream } from "effect"
import { testRules, testSlotRules } from "../../services/governor/testing/governorDriver.ts"
import { governorService } from "../../services/governor/service.ts"
import { advisorService, type AdvisorRun } from "../../services/hmm-advisor/service.ts"
import { type MemoryStore, memoryStore, memoryStoreLayer } from "../../services/ohlcv-ingestor/testing/memoryStore.ts"
import { raiseEpoch } from "../../shared/actor/control/control.ts"
import { Price } from "../../shared/core/decimal/decimal.ts"
import { decodeRecord, encodeEntry } from "../../shared/events/envelope.ts"
import type { EventOf, MarketEvent } from "../../shared/events/event.ts"
import { MemoryJournal, type MemoryJournalOptions } from "../../shared/journal/memory.ts"
import { Journal, type JournalRecord, type SnapshotStore } from "../../shared/journal/port.ts"
import type { Store } from "../../shared/store/port.ts"
import { advisorOptions, COUNT, NOW_MS, SEED, subjects, windowOf } from "./window.ts"

/** A full window of closed candles of this interval, the last one just over. */
const fill = ({ candles }: MemoryStore, intervalMin: number) =>
  candles.upsert({ venue: "simulated", symbol: "XDGUSD", intervalMin }, windowOf(intervalMin), "backfill")

let written = 0
/** Puts an event into the journal as its writer would, now. */
const put = (subject: string, event: MarketEvent, timeMs = NOW_MS) =>
  Effect.flatMap(Journal, (journal) => {
    const envelope = { epoch: 1, timeMs, writer: "test", cause: null, events: [event] } as const
    return journal.append(encodeEntry(subject, `test.${written++}`, envelope))
  })

const retrain = (commandId: string, timeframe: string | null = null) =>
  put(subjects.command(commandId), {
    _tag: "CommandIssued",
    commandId,
    author: "test",
    command: { name: "retrain", timeframe },
    preview: []
  })

/** The first `count` events of this kind, once there are that many. */
const awaitAll = <Tag extends MarketEvent["_tag"]>(tag: Tag, count: number) =>
  Effect.flatMap(Journal, (journal) =>
    journal.tail({ from: 1 }).pipe(
      Stream.flatMap((record) => Stream.fromIterable(decodeRecord(record).events)),
      Stream.filter((event): event is EventOf<Tag> => event._tag === tag),
      Stream.take(count),
      Stream.runCollect
    )
  )

/** Which events of the regime family and which answers stand in the journal, in order. */
const story = Effect.gen(function* () {
  const journal = yield* Journal
  const records = yield* Stream.runCollect(journal.read({ from: 1 }))
  return records
    .flatMap((record) => decodeRecord(record).events)
    .flatMap((event) => {
      switch (event._tag) {
        case "RegimeModelTrained":
        case "RegimeTrainingRefused":
          return [`${event._tag === "RegimeModelTrained" ? "trained" : "refused"} ${event.intervalMin}`]
        case "RetrainAnswered":
        case "CommandApplied":
        case "CommandRefused":
          return [`${event._tag} ${event.commandId}`]
        default:
          return []
      }
    })
})

/** Runs the governor; returns once its rules are in the journal: a command before them would be refused. */
const governor = (fittedIntervals: ReadonlyArray<number> = [1, 15]) =>
  Effect.andThen(
    Effect.forkScoped(governorService({ subjects, rules: testRules(), fittedIntervals })),
    awaitAll("GovernorConfigured", 1)
  )

/** Starts the advisor as a process would. */
const advisorWith = (newestPage: AdvisorRun["newestPage"]) =>
  Effect.gen(function* () {
    const epoch = yield* raiseEpoch({
      subjects,
      service: "hmm-advisor",
      reason: "start",
      timeMs: 0,
      watchesOrders: false,
      fitsModels: true
    })
    return yield* Effect.forkScoped(advisorService({ ...advisorOptions, epoch, newestPage }))
  })

const noExchange: AdvisorRun["newestPage"] = () => Effect.fail(new Error("no exchange"))
const advisor = advisorWith(noExchange)

const price = Price.parse("0.25")

/** A market at `NOW_MS` over an empty store. */
const market = (name: string, test: (store: MemoryStore) => Story, journal: MemoryJournalOptions = {}) =>
  it.live(name, () => {
    const store = memoryStore()
    return Effect.gen(function* () {
      yield* put(subjects.control("test"), { _tag: "MarketConfigured", slots: [1], rules: testSlotRules })
      yield* put(subjects.price, { _tag: "PriceObserved", last: price, bid: price, ask: price })
      yield* test(store)
    }).pipe(Effect.provide(Layer.merge(MemoryJournal.layer(journal), memoryStoreLayer(store))))
  })
type Story = Effect.Effect<void, unknown, Journal | SnapshotStore | Store | Scope.Scope>

const fillBoth = (store: MemoryStore) => Effect.andThen(fill(store, 1), fill(store, 15))

describe("an advisor that starts", () => {
  market("trains at once on the exchange's newest page where the store has too few candles", () =>
    Effect.gen(function* () {
      yield* advisorWith((intervalMin) => Effect.succeed(windowOf(intervalMin)))
      const trained = yield* awaitAll("RegimeModelTrained", 2)
      expect(trained.map(({ intervalMin, candles }) => [intervalMin, candles])).toStrictEqual([
        [1, COUNT],
        [15, COUNT]
      ])
    })
  )

  market("says what the store lacks where the exchange does not answer either", () =>
    Effect.gen(function* () {
      yield* advisor
      const refused = yield* awaitAll("RegimeTrainingRefused", 2)
      expect(refused.map(({ refusal }) => refusal)).toStrictEqual(["too-few-rows", "too-few-rows"])
    })
  )

  market("speaks with every candle that closes, before it is time to speak anyway", (store) =>
    Effect.gen(function* () {
      yield* fillBoth(store)
      yield* advisor
      yield* awaitAll("RegimeObserved", 1)
      const [candle = expect.fail("no candle")] = windowOf(1)
      const { timeSec: _, ...figures } = candle
      const closed = (timeSec: number) =>
        put(
          subjects.closedCandle("1m"),
          { _tag: "CandleClosed", intervalMin: 1, timeSec, ...figures, provenance: "stream" },
          NOW_MS + 1
        )
      yield* closed(NOW_MS / 1_000)
      yield* awaitAll("RegimeObserved", 2)
      yield* closed(NOW_MS / 1_000 + 60)
      yield* awaitAll("RegimeObserved", 3)
    })
  )
})

describe(`the command to retrain (seed ${SEED})`, () => {
  market("trains both timeframes at once, a day before it is due, and is answered with what came of each", (store) =>
    Effect.gen(function* () {
      yield* fillBoth(store)
      yield* governor()
      yield* advisor
      yield* awaitAll("RegimeObserved", 1)
      yield* retrain("a")
      const [applied] = yield* awaitAll("CommandApplied", 1)
      expect(applied?.reason.numbers["author"]).toBe("test")
      const outcome = String.raw`log-likelihood -?[\d.]+, 226 rows[^;]*`
      expect(String(applied?.reason.numbers["outcomes"])).toMatch(new RegExp(`^1m: ${outcome}; 15m: ${outcome}$`))
      expect(yield* story).toStrictEqual([
        ...["trained 1", "trained 15"],
        ...["trained 1", "trained 15", "RetrainAnswered a", "CommandApplied a"]
      ])
      // A new model has something to say.
      yield* awaitAll("RegimeObserved", 2)
    })
  )

  market("trains one timeframe when told which", (store) =>
    Effect.gen(function* () {
      yield* fillBoth(store)
      yield* governor()
      yield* advisor
      yield* awaitAll("RegimeObserved", 1)
      yield* retrain("a", "15m")
      yield* awaitAll("CommandApplied", 1)
      expect((yield* story).slice(2)).toStrictEqual(["trained 15", "RetrainAnswered a", "CommandApplied a"])
    })
  )

  market("tries again at once after a training was refused: with candles it trains, without it says why", (store) =>
    Effect.gen(function* () {
      yield* governor()
      yield* advisor
      yield* awaitAll("RegimeObserved", 1)
      yield* retrain("empty")
      const [refused] = yield* awaitAll("CommandRefused", 1)
      expect(refused?.reason.rule).toBe("no_model")
      expect(String(refused?.reason.numbers["outcomes"])).toMatch(
        /; 15m: too-few-rows: features need more than 14 candles, there are 0$/
      )
      yield* fillBoth(store)
      yield* retrain("full")
      yield* awaitAll("CommandApplied", 1)
      expect(yield* story).toStrictEqual([
        ...["refused 1", "refused 15"],
        ...["refused 1", "refused 15", "RetrainAnswered empty", "CommandRefused empty"],
        ...["trained 1", "trained 15", "RetrainAnswered full", "CommandApplied full"]
      ])
    })
  )

  market("asked while the advisor is down is answered by the training of its start, once for ever", (store) =>
    Effect.gen(function* () {
      yield* fillBoth(store)
      yield* governor()
      yield* retrain("a")
      yield* awaitAll("RetrainAsked", 1)
      const first = yield* advisor
      yield* awaitAll("CommandApplied", 1)
      const answered = ["trained 1", "trained 15", "RetrainAnswered a", "CommandApplied a"]
      expect(yield* story).toStrictEqual(answered)
      yield* Fiber.interrupt(first)
      yield* advisor
      yield* awaitAll("RegimeModelTrained", 4)
      yield* awaitAll("RegimeObserved", 2)
      expect(yield* story).toStrictEqual([...answered, "trained 1", "trained 15"])
    })
  )

  let cut = true
  const journal: MemoryJournalOptions = {
    fault: ({ data }) =>
      cut && new TextDecoder().decode(data).includes("RetrainAnswered") ? "lost-before-commit" : null
  }
  market(
    "survives an end of the advisor between training and answer: the next start's training answers it",
    (store) =>
      Effect.gen(function* () {
        yield* fillBoth(store)
        yield* governor()
        const first = yield* advisor
        yield* awaitAll("RegimeObserved", 1)
        yield* retrain("a")
        yield* awaitAll("RegimeModelTrained", 4)
        yield* Fiber.interrupt(first)
        cut = false
        yield* advisor
        yield* awaitAll("CommandApplied", 1)
        expect((yield* story).slice(4)).toStrictEqual([
          "trained 1",
          "trained 15",
          "RetrainAnswered a",
          "CommandApplied a"
        ])
      }),
    journal
  )

  market("is answered once also when the advisor reads its own answer late", (store) =>
    Effect.gen(function* () {
      yield* fillBoth(store)
      yield* governor()
      const journal = yield* Journal
      const read = yield* Deferred.make<void>()
      const isAnswer = (record: JournalRecord) => new TextDecoder().decode(record.data).includes("RetrainAnswered")
      const slow: Journal["Service"] = {
        ...journal,
        tail: (options) =>
          journal.tail(options).pipe(Stream.tap((record) => (isAnswer(record) ? Deferred.await(read) : Effect.void)))
      }
      yield* Effect.provideService(advisor, Journal, slow)
      yield* awaitAll("RegimeObserved", 1)
      yield* retrain("a")
      yield* awaitAll("RegimeModelTrained", 3)
      // It trains at this moment; the next thing it hears is that it must speak again.
      yield* put(subjects.price, { _tag: "PriceObserved", last: price, bid: price, ask: price }, NOW_MS + 60_000)
      yield* awaitAll("RegimeObserved", 3)
      yield* Deferred.succeed(read, undefined)
      yield* awaitAll("CommandApplied", 1)
      expect(yield* story).toStrictEqual([
        ...["trained 1", "trained 15"],
        ...["trained 1", "trained 15", "RetrainAnswered a", "CommandApplied a"]
      ])
    })
  )

  market("is refused at once where no advisor runs", () =>
    Effect.gen(function* () {
      yield* governor([])
      yield* retrain("a")
      const [refused] = yield* awaitAll("CommandRefused", 1)
      expect(refused?.reason).toStrictEqual({ rule: "advisor_off", numbers: { setting: "HMM_ENABLED=false" } })
    })
  )
})
