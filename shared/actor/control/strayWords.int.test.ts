/** Words of one service that all others would be bound by: an epoch beyond all epochs, rules and shapes that no build knows. */
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { MAX_EPOCH } from "../../core/ids/clientId.ts"
import { decodeRecord, encodeEntry } from "../../events/envelope.ts"
import type { MarketEvent } from "../../events/event.ts"
import { MemoryJournal } from "../../journal/memory.ts"
import { Journal, type JournalEntry, type SnapshotStore } from "../../journal/port.ts"
import { keyring } from "../../signing/keyring.ts"
import { withMarks } from "../../signing/signedJournal.ts"
import { begin, records, runUntil, subjects, ticks } from "../testing/counting.ts"
import { raiseEpoch, readControl } from "./control.ts"
import { NothingToPass, passOver } from "./passOver.ts"
import { adoptRules, readKnownControl } from "./rulesAdopted.ts"

const market = () => withMarks(MemoryJournal.layer(), subjects, Effect.succeed(keyring([], "test")))
const WRITER = "projector"

const appended = (entry: JournalEntry) => Effect.flatMap(Journal, (journal) => journal.append(entry))
const told = (id: string, event: MarketEvent) =>
  appended(
    encodeEntry(subjects.control(WRITER), id, { epoch: 1, timeMs: 0, writer: WRITER, cause: null, events: [event] })
  )
const raised = (epoch: number): MarketEvent => ({
  _tag: "EpochRaised",
  epoch,
  service: WRITER,
  reason: "start",
  watchesOrders: false,
  fitsModels: false
})
/** What the counter has said. */
const said = Effect.map(records, (all) => all.filter(({ subject }) => subject === subjects.out("slot-9")))
/** The journal as a process sees it that starts now. */
const asItStarts = Effect.map(Effect.context<Journal | SnapshotStore>(), (context) =>
  withMarks(Layer.succeedContext(context), subjects, Effect.succeed(keyring([], "test")))
)
const start = Effect.andThen(adoptRules({ subjects, service: "test" }), begin)

describe("an epoch that no market can have come to", () => {
  it.live.each([MAX_EPOCH, MAX_EPOCH + 1, 2 ** 53 - 1])("is not believed: %i", (epoch) =>
    Effect.gen(function* () {
      yield* start
      yield* told("stray", raised(epoch))
      expect((yield* readControl(subjects)).epoch).toBe(1)
      expect(yield* begin).toBe(2)
    }).pipe(Effect.provide(market()))
  )

  it.live("is not believed of a service that sees no order ids, where it is more than ten beyond", () =>
    Effect.gen(function* () {
      yield* start
      yield* told("far", raised(12))
      expect((yield* readControl(subjects)).epoch).toBe(1)
      yield* told("near", raised(11))
      expect((yield* readControl(subjects)).epoch).toBe(11)
    }).pipe(Effect.provide(market()))
  )

  it.live("does not get into the ids of what actors answer", () =>
    Effect.gen(function* () {
      yield* start
      yield* told("stray", raised(2 ** 53 - 1))
      yield* ticks(1, 4)
      yield* runUntil(1)
      expect((yield* said).map(({ id }) => id)).toStrictEqual(["1.slot-9.7"])
    }).pipe(Effect.provide(market()))
  )

  it.live("is come to in steps where the exchange has seen it: a journal that was lost", () =>
    Effect.gen(function* () {
      yield* start
      const options = { subjects, service: "order-gateway", reason: "start", timeMs: 0, fitsModels: false } as const
      expect(yield* raiseEpoch({ ...options, watchesOrders: true, atLeast: 3_456 })).toBe(3_456)
      expect((yield* readControl(subjects)).epoch).toBe(3_456)
    }).pipe(Effect.provide(market()))
  )
})

describe("what only a newer build would understand, and none has written", () => {
  const pass = (seq: number, actor = "*") =>
    passOver({ subjects, seq, actor, actors: [], author: "test", reason: "stray", insists: false })

  const rules = { _tag: "RulesAdopted", from: 3, to: 99, service: WRITER, adoptedMs: 0, changes: [] } as const
  const later = { id: "stray", data: Buffer.from('{"v":4}') }
  const strays = {
    rules: told("stray", rules),
    shapes: appended({ subject: subjects.control(WRITER), ...later }),
    "shapes, beside control": appended({ subject: subjects.quarantine, ...later })
  }
  it.live.each(Object.keys(strays) as ReadonlyArray<keyof typeof strays>)(
    "stops everybody until an operator has passed over it: %s",
    (what) =>
      Effect.gen(function* () {
        yield* start
        const { seq } = yield* strays[what]
        yield* ticks(1, 4)
        const goesOn = Effect.andThen(readKnownControl(subjects), runUntil(1))
        const stopped = yield* Effect.flip(goesOn)
        expect(stopped).toMatchObject({ _tag: "BuildTooOld", seq })
        expect(String(stopped)).toContain(`kennel journal skip ${seq} --actor "*"`)
        yield* pass(seq)
        yield* Effect.gen(function* () {
          yield* runUntil(1)
          expect((yield* said).length).toBe(1)
          expect((yield* readControl(subjects)).rulesVersion).toBe(3)
          expect(yield* begin).toBe(2)
        }).pipe(Effect.provide(yield* asItStarts))
      }).pipe(Effect.provide(market()))
  )

  it.live("decodes for nobody once it is passed over, on any subject", () =>
    Effect.gen(function* () {
      yield* start
      const { seq } = yield* appended({ subject: subjects.quarantine, ...later })
      yield* pass(seq)
      const record = yield* Effect.flatMap(Journal, (journal) => journal.get(seq)).pipe(
        Effect.provide(yield* asItStarts)
      )
      expect(() => record !== null && decodeRecord(record)).toThrow(/does not decode: an operator has passed over it/)
    }).pipe(Effect.provide(market()))
  )

  it.live("cannot be said of a record that anybody reads", () =>
    Effect.gen(function* () {
      yield* start
      expect(yield* Effect.flip(pass(1))).toBeInstanceOf(NothingToPass)
    }).pipe(Effect.provide(market()))
  )
})
