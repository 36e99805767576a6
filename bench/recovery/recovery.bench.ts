/**
 * How long does a slot need to come back from its journal without a snapshot: read, check every event, fold, compare
 * every recorded decision? 10,000 prices and clock facts of a slot that trades, with its own decisions and the answers of
 * governor and exchange in between, in an embedded journal: each price in a record of its own, or many in one. The floor reads the
 * same records and parses their JSON, and does nothing with it.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Layer, Stream } from "effect"
import { slotActor } from "../../services/slot-actor/core/actor.ts"
import { ActorFold } from "../../shared/actor/fold.ts"
import { sha256 } from "../../shared/actor/hash.ts"
import { decodeRecord } from "../../shared/events/envelope.ts"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import { Journal } from "../../shared/journal/port.ts"
import { type BenchResult, type Cost, figuresOf, timedEffect } from "../result.ts"
import { SlotLife, subjects } from "./slotLife.ts"

const records = Effect.map(Journal, (journal) => journal.read({ from: 1 }))

/** Folds the journal from its beginning; the hash of the state says that the work was done. */
const recover = Effect.gen(function* () {
  const fold = new ActorFold(slotActor(1), subjects)
  yield* Stream.runForEachArray(yield* records, (chunk) =>
    Effect.sync(() => {
      for (const record of chunk) fold.apply(decodeRecord(record), record.data)
    })
  )
  return fold
})

const parseOnly = Effect.gen(function* () {
  const text = new TextDecoder()
  let parsed = 0
  yield* Stream.runForEachArray(yield* records, (chunk) =>
    Effect.sync(() => {
      for (const record of chunk)
        parsed += (JSON.parse(text.decode(record.data)) as { events: Array<unknown> }).events.length
    })
  )
  return parsed
})

const write = (events: number, perRecord: number) =>
  Effect.flatMap(Journal, (journal) => {
    const life = new SlotLife()
    return journal.appendAll([...life.begin(), ...life.next(events, perRecord)])
  })

const measure = (events: number, perRecord: number, rounds: number) =>
  Effect.gen(function* () {
    const costs: Array<Cost> = []
    const floor: Array<Cost> = []
    let checksum = ""
    for (let round = -3; round < rounds; round++) {
      const [parsed, bare] = yield* timedEffect(parseOnly)
      const [fold, ours] = yield* timedEffect(recover)
      checksum = sha256(fold.actor.encode(fold.state)).slice(0, 12)
      if (parsed < events) {
        return yield* Effect.die(new Error(`recovery: ${parsed} of ${events} events read`))
      }
      if (fold.pending.length > 0) return yield* Effect.die(new Error("recovery: a decision was not compared"))
      if (round < 0) continue
      floor.push(bare)
      costs.push(ours)
    }
    return {
      name: `recovery of a slot from ${events} ticks in the embedded journal, ${perRecord} per record`,
      note: "the slot trades: its decisions, compared with the recorded ones, and the exchange's answers come on top",
      unit: "ms",
      ...figuresOf(costs),
      baseline: { name: "read and JSON.parse", ...figuresOf(floor) },
      checksum
    } satisfies BenchResult
  })

/** Goal: 10,000 events whole in 6 ms, many to a record. */
export const recoveryBench = async ({ quick }: { readonly quick: boolean }): Promise<Array<BenchResult>> => {
  const directory = await mkdtemp(join(tmpdir(), "kennel-bench-"))
  try {
    const results: Array<BenchResult> = []
    for (const perRecord of [1, 100, 1_000]) {
      const events = quick ? 2_000 : 10_000
      // Written and closed first: what is measured comes from the files, decoded anew each time.
      // And read by somebody who only looks, because a writer holds the newest records in memory.
      const place = { directory: join(directory, String(perRecord)) }
      const writer = Layer.fresh(EmbeddedJournal.layer(place))
      const reader = Layer.fresh(EmbeddedJournal.layerReadOnly(place))
      await Effect.runPromise(Effect.provide(write(events, perRecord), writer))
      results.push(await Effect.runPromise(Effect.provide(measure(events, perRecord, quick ? 3 : 15), reader)))
    }
    return results
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
