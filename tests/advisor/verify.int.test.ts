/** Recorded regimes recomputed: the real advisor writes a journal, which is then held against its candles, as it is and with a lie in it. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { readSettings } from "../../app/settings.ts"
import { linesOf } from "../../cli/commands/regime/verify.ts"
import { differencesIn, recomputeRegimes } from "../../cli/commands/regime/recompute.ts"
import type { Recipe } from "../../services/hmm-advisor/core/training/search.ts"
import { advisorService } from "../../services/hmm-advisor/service.ts"
import { memoryStore, memoryStoreLayer } from "../../services/ohlcv-ingestor/testing/memoryStore.ts"
import { raiseEpoch } from "../../shared/actor/control/control.ts"
import type { Candle } from "../../shared/candles/core/candle.ts"
import { timeframeName } from "../../shared/candles/core/candle.ts"
import { Price } from "../../shared/core/decimal/decimal.ts"
import { decodeRecord, encodeEntry, type StoredRecord } from "../../shared/events/envelope.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import { MemoryJournal } from "../../shared/journal/memory.ts"
import { Journal } from "../../shared/journal/port.ts"
import { startKennel } from "../testing/processes.ts"
import { advisorOptions, SEED, subjects, windowOf } from "./window.ts"

const settings = readSettings({}).settings
const price = Price.parse("0.25")
/** Of the window's 240 candles so many stand in the store when the advisor starts; the others close while it runs. */
const BEFORE = 230
const LATER = windowOf(1).slice(BEFORE)
const timeAfter = ({ timeSec }: Candle): number => (timeSec + 60) * 1_000 + 1_500
const options = {
  ...advisorOptions,
  fast: { ...advisorOptions.fast, trainingCandles: BEFORE },
  recentCandles: 150,
  retrainEveryMs: 300_000
}

const put = (subject: string, id: string, event: MarketEvent, timeMs: number) =>
  Effect.flatMap(Journal, (journal) =>
    journal.append(encodeEntry(subject, id, { epoch: 1, timeMs, writer: "test", cause: null, events: [event] }))
  )

const observed = (count: number) =>
  Effect.flatMap(Journal, (journal) =>
    journal.tail({ from: 1, filter: subjects.regime }).pipe(
      Stream.filter((record) => decodeRecord(record).events.some(({ _tag }) => _tag === "RegimeObserved")),
      Stream.take(count),
      Stream.runDrain
    )
  )

const recordsHere = Effect.flatMap(Journal, (journal) =>
  Effect.map(Stream.runCollect(journal.read({ from: 1 })), (records) => records.map(decodeRecord))
)

const told = ({ timeSec, ...figures }: Candle): MarketEvent => ({
  _tag: "CandleClosed",
  intervalMin: 1,
  timeSec,
  ...figures,
  provenance: "stream"
})

/** What the advisor writes while ten candles close: each is stored, told a moment later, and spoken of. */
const recordedBy = Effect.fnUntraced(function* (recipe: Recipe) {
  const training = { ...options.training, recipe }
  const store = memoryStore()
  const series = { venue: "simulated", symbol: "XDGUSD", intervalMin: 1 } as const
  yield* store.candles.upsert({ ...series, intervalMin: 15 }, windowOf(15), "backfill")
  yield* store.candles.upsert(series, windowOf(1).slice(0, BEFORE), "backfill")
  const run = Effect.gen(function* () {
    const startMs = (LATER[0]?.timeSec ?? 0) * 1_000 + 1_500
    yield* put(subjects.price, "price.0", { _tag: "PriceObserved", last: price, bid: price, ask: price }, startMs)
    const control = { subjects, service: "hmm-advisor", reason: "start", timeMs: 0 } as const
    const epoch = yield* raiseEpoch({ ...control, watchesOrders: false, fitsModels: true })
    const newestPage = () => Effect.fail(new Error("no exchange"))
    yield* Effect.forkScoped(advisorService({ ...options, training, epoch, newestPage }))
    yield* observed(1)
    for (const [at, candle] of LATER.entries()) {
      yield* store.candles.upsert(series, [candle], "stream")
      const subject = subjects.closedCandle(timeframeName(1))
      yield* put(subject, `candle.${at}`, told(candle), timeAfter(candle))
      yield* observed(at + 2)
    }
    return yield* recordsHere
  })
  const records = yield* run.pipe(
    Effect.scoped,
    Effect.provide(Layer.merge(MemoryJournal.layer(), memoryStoreLayer(store)))
  )
  return { records, store }
})
const recorded = recordedBy(2)

type Change = (event: MarketEvent, record: StoredRecord) => MarketEvent

/** Writes the records into the journal at hand, each event as `change` has it. */
const copied = (records: ReadonlyArray<StoredRecord>, change: Change) =>
  Effect.flatMap(Journal, (journal) =>
    Effect.forEach(
      records,
      (record) => {
        const [first, ...others] = record.events
        const changed = (event: MarketEvent) => change(event, record)
        const { epoch, timeMs, writer, cause } = record
        const events = [changed(first), ...others.map(changed)] as const
        return journal.append(encodeEntry(record.subject, record.id, { epoch, timeMs, writer, cause, events }))
      },
      { discard: true }
    )
  )

const verified = (
  { records, store }: Effect.Success<typeof recorded>,
  change: Change = (event) => event,
  withStore = true
) =>
  Effect.andThen(copied(records, change), recomputeRegimes(settings, withStore ? memoryStoreLayer(store) : null)).pipe(
    Effect.provide(MemoryJournal.layer())
  )

const seqOf = (records: ReadonlyArray<StoredRecord>, tag: MarketEvent["_tag"], nth: number): number =>
  records.filter(({ events }) => events.some(({ _tag }) => _tag === tag))[nth]?.seq ?? expect.fail(`no ${tag} ${nth}`)

describe(`recorded regimes (seed ${SEED})`, () => {
  it.live("of a journal as the advisor wrote it come out to the last bit, trainings after the first too", () =>
    Effect.gen(function* () {
      const found = yield* verified(yield* recorded)
      expect([found.first, differencesIn(found)]).toStrictEqual([null, 0])
      expect(found.regimes).toStrictEqual({ same: 11, differ: 0, notAtHand: 0 })
      expect(found.trainings).toStrictEqual({ same: 6, differ: 0, notAtHand: 0 })
      expect(found.storedCandles).toBe(470)
      expect(linesOf(found).at(-1)).toBe("0 differences")
    })
  )

  it.live("of a build that knew one way to train, and so named none, are proved by that way", () =>
    Effect.gen(function* () {
      const found = yield* verified(yield* recordedBy(1), (event) => {
        if (event._tag !== "RegimeModelTrained") return event
        const { recipe, ...settings } = JSON.parse(event.settings) as { readonly recipe: unknown }
        expect(recipe).toBe(1)
        return { ...event, settings: JSON.stringify(settings) }
      })
      expect([found.first, differencesIn(found)]).toStrictEqual([null, 0])
      expect(found.trainings).toStrictEqual({ same: 6, differ: 0, notAtHand: 0 })
    })
  )

  it.live("name the first reading in which a probability is another, by record, timeframe and both values", () =>
    Effect.gen(function* () {
      const made = yield* recorded
      const seq = seqOf(made.records, "RegimeObserved", 4)
      const found = yield* verified(made, (event, record) => {
        if (event._tag !== "RegimeObserved" || record.seq < seq) return event
        const { probabilities } = event.fast
        return { ...event, fast: { ...event.fast, probabilities: { ...probabilities, bearish: 0.123 } } }
      })
      expect(found.regimes).toStrictEqual({ same: 4, differ: 7, notAtHand: 0 })
      const place = { seq, fact: "RegimeObserved", intervalMin: 1, field: "probabilities.bearish", recorded: "0.123" }
      expect(found.first).toMatchObject(place)
      expect(Number(found.first?.recomputed)).not.toBe(0.123)
      expect(linesOf(found).join("\n")).toMatch(
        new RegExp(
          `first difference: record ${seq}, .* UTC, RegimeObserved 1m, probabilities.bearish: recorded 0.123, `
        )
      )
    })
  )

  it.live("name the first reading that saw a candle which the journal has otherwise", () =>
    Effect.gen(function* () {
      const made = yield* recorded
      const found = yield* verified(made, (event) =>
        event._tag === "CandleClosed" && event.timeSec === LATER[2]?.timeSec
          ? { ...event, close: Price.parse("0.9") }
          : event
      )
      expect(found.first).toMatchObject({ seq: seqOf(made.records, "RegimeObserved", 3), intervalMin: 1 })
    })
  )

  it.live("name a model's parameter that its candles do not give", () =>
    Effect.gen(function* () {
      const made = yield* recorded
      const found = yield* verified(made, (event) =>
        event._tag === "RegimeModelTrained" && event.intervalMin === 15
          ? { ...event, parameters: event.parameters.replace(/"means":\[[^,]*/, '"means":[7') }
          : event
      )
      const field = "parameters.model.means.0"
      const seq = seqOf(made.records, "RegimeModelTrained", 1)
      expect(found.first).toMatchObject({ seq, fact: "RegimeModelTrained", intervalMin: 15, field, recorded: "7" })
    })
  )

  it.live("name a consensus that does not follow from its two readings, whatever candles there are", () =>
    Effect.gen(function* () {
      const lie: Change = (event) =>
        event._tag === "RegimeObserved" ? { ...event, consensus: { ...event.consensus, confidence: 0.5 } } : event
      const found = yield* verified(yield* recorded, lie, false)
      expect(found.first).toMatchObject({ intervalMin: null, field: "consensus.confidence", recorded: "0.5" })
    })
  )

  it.live("are as recorded where the exchange corrects a candle after they were read", () =>
    Effect.gen(function* () {
      const made = yield* recorded
      const [candle = expect.fail("no candle")] = LATER.slice(-1)
      const last = made.records.at(-1) ?? expect.fail("no record")
      const correction = { ...told(candle), close: Price.parse("0.9") } as MarketEvent
      const subject = subjects.closedCandle("1m")
      const again: StoredRecord = {
        ...last,
        subject,
        id: "corrected",
        writer: "test",
        events: [correction],
        seq: last.seq + 1
      }
      const found = yield* verified({ ...made, records: [...made.records, again] })
      expect(found.regimes).toStrictEqual({ same: 11, differ: 0, notAtHand: 0 })
    })
  )

  it.live("are counted and never called right where their candles are not at hand", () =>
    Effect.gen(function* () {
      const found = yield* verified(yield* recorded, undefined, false)
      expect(found.regimes).toStrictEqual({ same: 0, differ: 0, notAtHand: 11 })
      expect(found.trainings).toStrictEqual({ same: 0, differ: 0, notAtHand: 6 })
      expect(linesOf(found)).toContain("not recomputed, their candles are not at hand: 17: candles are missing")
      expect(found.storeAway).toBe("there is no store in the data directory")
    })
  )

  it.live("are neither right nor wrong by a store whose candles have another data hash", () =>
    Effect.gen(function* () {
      const made = yield* recorded
      const [candle = expect.fail("no candle")] = windowOf(1).slice(BEFORE - 20)
      const other = [{ ...candle, close: Price.parse("0.9") }]
      yield* made.store.candles.upsert({ venue: "simulated", symbol: "XDGUSD", intervalMin: 1 }, other, "import")
      const found = yield* verified(made)
      expect(found.regimes).toStrictEqual({ same: 0, differ: 0, notAtHand: 11 })
      expect(found.trainings).toStrictEqual({ same: 3, differ: 0, notAtHand: 3 })
    })
  )

  it.live("are read from a directory and an exported file by the command, whose exit code says a difference", () =>
    Effect.gen(function* () {
      const { records } = yield* recorded
      const folder = yield* Effect.acquireRelease(
        Effect.promise(() => mkdtemp(join(tmpdir(), "kennel-verify-"))),
        (path) => Effect.promise(() => rm(path, { recursive: true }))
      )
      const kennel = (...args: ReadonlyArray<string>) =>
        Effect.promise(async () => {
          const process = startKennel(args, { DATA_DIR: folder })
          return { code: await process.ended, output: process.output() }
        })
      const written = (name: string, change: Change) =>
        copied(records, change).pipe(Effect.provide(EmbeddedJournal.layer({ directory: join(folder, name) })))
      yield* written("journal", (event) => event)
      const whole = yield* kennel("regime", "verify")
      expect([whole.code, whole.output]).toStrictEqual([0, expect.stringContaining("0 differences")])
      yield* written("lying", (event) =>
        event._tag === "RegimeObserved" ? { ...event, consensus: { ...event.consensus, confidence: 0.5 } } : event
      )
      const file = join(folder, "lying.kennel")
      yield* kennel("journal", "export", join(folder, "lying"), "--out", file)
      const exported = yield* kennel("regime", "verify", file, "--json")
      expect(exported.code).toBe(1)
      expect(exported.output).toContain(`"field":"consensus.confidence","recorded":"0.5"`)
    }).pipe(Effect.scoped)
  )
})
