/**
 * How much does the slot cost beside a mutable loop that does the same work? One recorded life of a slot is folded by the pure reducer, by
 * the reducer with its invariants checked after every event, and as a host folds it: records, decoded already, taken to the fold by
 * `FoldSet`, each decision encoded and compared with the recorded one byte for byte. The loop is given its prices as doubles beforehand, or
 * converts them as the reducer does. All in turns, in one process; the results must be equal to the last unit. It says nothing of decoding,
 * reading or writing the journal.
 */
import { ActorFold } from "../shared/actor/fold.ts"
import { FoldSet } from "../shared/actor/foldSet.ts"
import { marketSubjects } from "../shared/core/ids/subjects.ts"
import { decodeRecord, encodeEntry } from "../shared/events/envelope.ts"
import type { JournalEntry, JournalRecord } from "../shared/journal/port.ts"
import { slotActor } from "../services/slot-actor/core/actor.ts"
import { checkInvariants } from "../services/slot-actor/core/invariants.ts"
import type { SlotBook, SlotState } from "../services/slot-actor/core/state.ts"
import { termsOf } from "../services/slot-actor/core/terms.ts"
import { checksum, foldMutable } from "./baselines/slotFloor.ts"
import { recordTape, type Tape } from "./baselines/slotTape.ts"
import { subjectsByTag } from "./baselines/subjectOf.ts"
import { Price } from "../shared/core/decimal/decimal.ts"
import { type BenchResult, type BenchSize, type Cost, figuresOf, perSecond, stopwatch, timed } from "./result.ts"

const SEED = 7
const actor = slotActor(1)
const subjects = marketSubjects("BENCH")
/** As many as a journal hands over at once. */
const CHUNK = 1_000

const resultOf = (book: SlotBook): string => {
  if (book.halted !== null) throw new Error(`the slot halted: ${book.halted.join("; ")}`)
  const { totalProfit, totalFees, realizedLoss, roundTrips, nextOrderId, orders, recoveries } = book
  return checksum({
    totalProfit,
    totalFees,
    realizedLoss,
    roundTrips,
    nextOrderId,
    orders,
    recoveries: recoveries.map(({ order }) => order)
  })
}

/** Folds the whole tape; with `everyEvent` the invariants are checked after each event, changed book or not. */
const foldPure = (tape: Tape, everyEvent: boolean): string => {
  let state: SlotState = actor.initial
  for (const { event, place } of tape.opening) state = actor.reduce(state, event, place).state
  let violations = 0
  for (const { event, place } of tape.entries) {
    state = actor.reduce(state, event, place).state
    if (everyEvent) violations += checkInvariants(state.book).length
  }
  if (violations > 0 && state.book.roundTrips === 0) throw new Error("the tape goes nowhere")
  return resultOf(state.book)
}

/** The tape as a journal holds it: a record an event, and the slot's decision behind the one that led to it. */
const recordsOf = (tape: Tape): ReadonlyArray<JournalRecord> => {
  const subjectOf = subjectsByTag(subjects)
  const records: Array<JournalRecord> = []
  const fold = new ActorFold(actor, subjects)
  const add = (entry: JournalEntry): void => {
    const record = { ...entry, seq: records.length + 1, storedMs: 0 }
    records.push(record)
    fold.apply(decodeRecord(record), record.data)
  }
  for (const { event, place } of [...tape.opening, ...tape.entries]) {
    const { epoch, timeMs, seq } = place
    const writer = event._tag === "FundsAllotted" ? "governor" : "bench"
    add(encodeEntry(subjectOf(event), `tape.${seq}`, { epoch, timeMs, writer, cause: null, events: [event] }))
    for (let decision = fold.unsent; decision !== null; decision = fold.unsent) add(decision)
  }
  return records
}

/** As a host folds what another host of its process has just decoded; that decoding is not timed. */
const foldHosted = (records: ReadonlyArray<JournalRecord>): readonly [string, Cost] => {
  const fold = new ActorFold(actor, subjects)
  const hosted = new FoldSet([fold], new Set())
  const total = { wallMs: 0, cpuMs: 0 }
  for (let from = 0; from < records.length; from += CHUNK) {
    const chunk = records.slice(from, from + CHUNK)
    for (const record of chunk) decodeRecord(record)
    const took = stopwatch()
    hosted.take(chunk)
    const { wallMs, cpuMs } = took()
    total.wallMs += wallMs
    total.cpuMs += cpuMs
  }
  if (fold.pending.length > 0) throw new Error("slotFold: a decision was not compared")
  return [resultOf(fold.state.book), total]
}

/** Hoped for: the reducer at 0.5 of the loop, 0.3 with the invariants checked after every event, 0.6 as a host folds; docs/decisions/0031 says what bounds it. */
export const slotFoldBench = async ({ quick }: BenchSize): Promise<Array<BenchResult>> => {
  const tape = recordTape(SEED, quick ? 20_000 : 100_000)
  const records = recordsOf(tape)
  const terms = termsOf(tape.rules, null, null)
  const lasts = Float64Array.from(tape.entries, ({ event }) =>
    event._tag === "PriceObserved" ? Price.toNumber(event.last) : Number.NaN
  )
  const cases = {
    doubles: () => timed(() => foldMutable(terms, tape.entries, lasts)),
    floor: () => timed(() => foldMutable(terms, tape.entries)),
    pure: () => timed(() => foldPure(tape, false)),
    checked: () => timed(() => foldPure(tape, true)),
    hosted: () => foldHosted(records)
  }
  const names = ["doubles", "floor", "pure", "checked", "hosted"] as const
  const costs: Record<(typeof names)[number], Array<Cost>> = {
    doubles: [],
    floor: [],
    pure: [],
    checked: [],
    hosted: []
  }
  const [expected] = cases.floor()
  const warmUp = 2
  for (let run = 0; run < warmUp + (quick ? 3 : 8); run++) {
    for (const name of names) {
      const [got, cost] = cases[name]()
      if (got !== expected) throw new Error(`slotFold: ${name} gives\n  ${got}\ninstead of the loop's\n  ${expected}`)
      if (run >= warmUp) costs[name].push(cost)
    }
  }
  const figures = (name: (typeof names)[number]) => figuresOf(costs[name], perSecond(tape.entries.length))
  const common = {
    unit: "events/s",
    baseline: { name: "mutable loop", ...figures("floor") },
    checksum: expected,
    note: `seed ${SEED}, ${tape.entries.length} events, ${(tape.tickShare * 100).toFixed(1)} % ticks, ${records.length} records`
  }
  return [
    { ...common, name: "slot fold", ...figures("pure") },
    { ...common, name: "slot fold, invariants after every event", ...figures("checked") },
    { ...common, name: "slot fold as a host folds it", ...figures("hosted") },
    {
      ...common,
      name: "slot fold, beside a loop that is given doubles",
      ...figures("pure"),
      baseline: { name: "mutable loop, prices as doubles", ...figures("doubles") }
    }
  ]
}
