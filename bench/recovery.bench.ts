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
import { slotActor } from "../services/slot-actor/core/actor.ts"
import { ActorFold } from "../shared/actor/fold.ts"
import { sha256 } from "../shared/actor/hash.ts"
import { Price } from "../shared/core/decimal/decimal.ts"
import { decodeRecord, encodeEntry, type StoredRecord } from "../shared/events/envelope.ts"
import type { MarketEvent } from "../shared/events/event.ts"
import { marketSubjects } from "../shared/core/ids/subjects.ts"
import { EmbeddedJournal } from "../shared/journal/embedded/embedded.ts"
import { Journal, type JournalEntry } from "../shared/journal/port.ts"
import { accountFacts, cancelled, marketRuns, plentyAllotted, tradingRules } from "../tests/testing/tradingSlot.ts"
import { subjectsByTag } from "./baselines/subjectOf.ts"
import { type BenchResult, type Cost, figuresOf, timedEffect } from "./result.ts"

const subjects = marketSubjects("BENCH")
const START_MS = 1_700_000_000_000
const SEED = 11

/** A price that wanders by at most 0.05 % a step, and a clock fact at every thousandth event, for it stands in a record of its own. Numerical Recipes' generator. */
const life = (events: number): ReadonlyArray<MarketEvent> => {
  let random = SEED
  let price = 0.12
  return Array.from({ length: events }, (_, n): MarketEvent => {
    if (n % 1_000 === 999) return { _tag: "ClockTicked", priceAgeSec: 1.5 }
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0
    price *= 1 + (random / 2 ** 32 - 0.5) / 1_000
    const last = Price.fromNumber(price, 7)
    return { _tag: "PriceObserved", last, bid: last, ask: Price.fromNumber(price * 1.0002, 7) }
  })
}

const opening: ReadonlyArray<MarketEvent> = [
  { _tag: "MarketConfigured", slots: [1], rules: { ...tradingRules, refreshPct: 0.5 } },
  ...marketRuns,
  ...accountFacts
]

const subjectOf = subjectsByTag(subjects)

/** Events in their order, cut where the next one stands on another subject. */
const bySubject = (events: ReadonlyArray<MarketEvent>): ReadonlyArray<ReadonlyArray<MarketEvent>> => {
  const runs: Array<Array<MarketEvent>> = []
  for (const event of events) {
    const run = runs.at(-1)
    const before = run?.[0]
    if (run !== undefined && before !== undefined && subjectOf(before) === subjectOf(event)) run.push(event)
    else runs.push([event])
  }
  return runs
}

/** What is answered to a decision: funds are allotted, orders accepted, cancels carried out; nothing is filled. */
const answersTo = (decision: MarketEvent): ReadonlyArray<MarketEvent> => {
  if (decision._tag === "OrderRequested") {
    return [{ _tag: "OrderAccepted", clientId: "bench", localId: decision.localId, txid: `O${decision.localId}` }]
  }
  if (decision._tag === "FundsWanted") return [plentyAllotted]
  return decision._tag === "CancelRequested" ? [cancelled(decision.localId)] : []
}

/** The journal of that life: inputs, and behind each the decision it led to and the answers to that. */
const recordsOf = (events: ReadonlyArray<MarketEvent>, perRecord: number): ReadonlyArray<JournalEntry> => {
  const entries: Array<JournalEntry> = []
  const fold = new ActorFold(slotActor(1), subjects)
  const add = (entry: JournalEntry): StoredRecord => {
    entries.push(entry)
    const record = decodeRecord({ ...entry, seq: entries.length, storedMs: 0 })
    fold.apply(record, entry.data)
    return record
  }
  const input = (id: string, timeMs: number, events: ReadonlyArray<MarketEvent>): void => {
    for (const [place, [first, ...rest]] of bySubject(events).entries()) {
      if (first === undefined) continue
      const envelope = { epoch: 1, timeMs, writer: "bench", cause: null, events: [first, ...rest] } as const
      add(encodeEntry(subjectOf(first), `${id}.${place}`, envelope))
      const decision = fold.unsent
      if (decision !== null) input(`${id}.${place}.answer`, timeMs, add(decision).events.flatMap(answersTo))
    }
  }
  input("opening", START_MS, opening)
  for (let from = 0; from < events.length; from += perRecord) {
    input(`life.${from}`, START_MS + from * 1_000, events.slice(from, from + perRecord))
  }
  return entries
}

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
  Effect.flatMap(Journal, (journal) => journal.appendAll(recordsOf(life(events), perRecord)))

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
      const journal = Layer.fresh(EmbeddedJournal.layer({ directory: join(directory, String(perRecord)) }))
      await Effect.runPromise(Effect.provide(write(events, perRecord), journal))
      results.push(await Effect.runPromise(Effect.provide(measure(events, perRecord, quick ? 3 : 15), journal)))
    }
    return results
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
