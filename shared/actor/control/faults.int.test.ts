/** A fault is the word of whoever wrote it, and every service may write one: what an operator answers is looked at first. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { encodeEntry } from "../../events/envelope.ts"
import type { MarketEvent } from "../../events/event.ts"
import { MemoryJournal } from "../../journal/memory.ts"
import { Journal, type SnapshotStore } from "../../journal/port.ts"
import { defineActor, ofAnyKind } from "../core/actor.ts"
import { verifyJournal } from "../verify.ts"
import { begin, records, runUntil, subjects, ticks } from "../testing/counting.ts"
import { readControl } from "./control.ts"
import { dismiss, NothingToPass, passOver, RecordStands, RecordStops } from "./passOver.ts"
import { adoptRules } from "./rulesAdopted.ts"

/** A bug: it cannot fold the third tick. */
const stumbling = ofAnyKind(
  defineActor<{ readonly ticks: number }>({
    name: "slot-9",
    version: "1",
    initial: { ticks: 0 },
    reduce: ({ ticks }, event) => {
      if (event._tag === "ClockTicked" && ticks === 2) throw new Error("no third tick is foreseen")
      return { state: { ticks: event._tag === "ClockTicked" ? ticks + 1 : ticks }, outputs: [] }
    }
  })
)

const FORGER = "projector"
const told = (actor: string, seq: number) =>
  Effect.flatMap(Journal, (journal) => {
    const event: MarketEvent = { _tag: "FaultRaised", actor, seq, problem: `record ${seq} does not decode` }
    const envelope = { epoch: 1, timeMs: 0, writer: FORGER, cause: null, events: [event] } as const
    return journal.append(encodeEntry(subjects.control(FORGER), `fault.${actor}.${seq}`, envelope))
  })
const garbage = Effect.flatMap(Journal, (journal) =>
  journal.append({ subject: subjects.clock, id: "garbage", data: Buffer.from("{") })
)
const answer = (actor: string, seq: number) => ({
  ...{ subjects, seq, actor, actors: [stumbling], author: "test", reason: "as told" }
})
const skip = (actor: string, seq: number, insists = false) => passOver({ ...answer(actor, seq), insists })
const keep = (actor: string, seq: number) => dismiss(answer(actor, seq))
const start = Effect.andThen(adoptRules({ subjects, service: "test" }), begin)
/** Records 3 to 8: six ticks. */
const market = Effect.andThen(start, ticks(1, 6))
const skipped = Effect.map(readControl(subjects), (view) => [...view.skipped])

const inMarket = <E>(name: string, test: Effect.Effect<void, E, Journal | SnapshotStore>) =>
  it.live(name, () => Effect.andThen(market, test).pipe(Effect.provide(MemoryJournal.layer())))

describe("a fault that names a sound record", () => {
  inMarket(
    "does not lead to that record being passed over: who told it is named, and what else can be said",
    Effect.gen(function* () {
      const { seq } = yield* told("*", 4)
      const refused = yield* Effect.flip(skip("*", 4))
      expect(refused).toBeInstanceOf(RecordStands)
      expect(refused.message).toBe(
        "nothing was passed over: this build reads record 4 on market.TEST.clock. That it stops everybody is the word of " +
          `projector (record ${seq}); what a sound record says is lost once it is passed over. Where it stands, say so: ` +
          'kennel journal keep 4 --actor "*" --reason "…". To pass over it all the same: --although-it-stands'
      )
      expect(yield* skipped).toEqual([])
    })
  )

  inMarket(
    "does not either where it says that one actor cannot fold it",
    Effect.gen(function* () {
      yield* told("slot-9", 4)
      expect((yield* Effect.flip(skip("slot-9", 4))).message).toMatch(/slot-9 folds record 4 in this build/)
      expect(yield* skipped).toEqual([])
    })
  )

  inMarket(
    "is passed over where a person insists",
    Effect.gen(function* () {
      yield* told("*", 4)
      yield* skip("*", 4, true)
      expect(yield* skipped).toEqual(["* 4"])
    })
  )

  inMarket(
    "is answered by saying that the record stands: it is folded, and the fault is no more",
    Effect.gen(function* () {
      yield* told("*", 4)
      yield* keep("*", 4)
      const { faults, skipped: passed } = yield* readControl(subjects)
      expect([faults, passed.size]).toEqual([[], 0])
      yield* runUntil(1)
      expect((yield* records).filter(({ subject }) => subject === subjects.out("slot-9"))).toHaveLength(1)
    })
  )

  inMarket(
    "that is yet to come is passed over by no means: whatever comes there would be lost",
    Effect.gen(function* () {
      yield* told("*", 99)
      for (const insists of [false, true]) {
        expect((yield* Effect.flip(skip("*", 99, insists))).message).toMatch(
          /there is no record 99, the journal ends with record 9/
        )
      }
    })
  )

  inMarket(
    "and an actor that nobody has is told from one that stops",
    Effect.gen(function* () {
      yield* told("slot-77", 4)
      expect((yield* Effect.flip(skip("slot-77", 4))).message).toMatch(/this build has no actor slot-77/)
    })
  )
})

describe("a fault that is true", () => {
  inMarket(
    "of a record that nobody reads: it is passed over, as often as that is said, and does not stand",
    Effect.gen(function* () {
      const { seq } = yield* garbage
      yield* told("*", seq)
      expect(yield* Effect.flip(keep("*", seq))).toBeInstanceOf(RecordStops)
      yield* skip("*", seq)
      yield* skip("*", seq)
      expect(yield* skipped).toEqual([`* ${seq}`])
    })
  )

  inMarket(
    "of a record that an actor cannot fold: it is passed over by that one",
    Effect.gen(function* () {
      yield* told("slot-9", 5)
      expect((yield* Effect.flip(keep("slot-9", 5))).message).toMatch(/slot-9 cannot fold record 5: no third tick/)
      yield* skip("slot-9", 5)
      expect(yield* skipped).toEqual(["slot-9 5"])
      expect((yield* verifyJournal({ subjects, actors: [stumbling] })).divergences[0]).toMatch(/cannot fold record 6/)
    })
  )

  inMarket(
    "cannot be told from another where the actor goes wrong before",
    Effect.gen(function* () {
      yield* told("slot-9", 8)
      expect((yield* Effect.flip(skip("slot-9", 8))).message).toMatch(
        /something wrong before it: slot-9 cannot fold record 5/
      )
    })
  )

  inMarket(
    "is neither passed over nor dismissed where nobody has told it",
    Effect.gen(function* () {
      expect(yield* Effect.flip(skip("*", 4))).toBeInstanceOf(NothingToPass)
      expect(yield* Effect.flip(keep("*", 4))).toBeInstanceOf(NothingToPass)
    })
  )
})
