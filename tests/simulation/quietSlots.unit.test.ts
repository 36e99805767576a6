/**
 * Prices and clock facts that a host keeps from a quiet slot are as good as folded: over a market in which everything happens, and over
 * one whose times, prices and records are made worse, slots that are passed over decide and know what slots decide that fold each fact.
 */
import { describe, expect, it } from "@effect/vitest"
import { syntheticMarket } from "../../services/exchange-sim/core/market/synthetic.ts"
import { slotActor } from "../../services/slot-actor/core/actor.ts"
import type { SlotState } from "../../services/slot-actor/core/state.ts"
import { skipKey } from "../../shared/actor/control/control.ts"
import { ActorFold } from "../../shared/actor/fold.ts"
import { FoldSet, type TakeOne } from "../../shared/actor/foldSet.ts"
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { randomNumbers } from "../../shared/core/random.ts"
import { encodeEntry, type StoredRecord } from "../../shared/events/envelope.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import type { JournalRecord } from "../../shared/journal/port.ts"
import { readSettings } from "../../app/settings.ts"
import { incidents } from "../../app/inProcess/incidents.ts"
import { rulesOf } from "../../app/inProcess/market.ts"
import { simulate } from "../../app/inProcess/simulation.ts"

const START_MS = 1_769_990_400_000
const HOURS_MS = 3 * 3_600_000
const subjects = marketSubjects("XDGUSD")
const SLOTS = [1, 2, 3, 4, 5, 6]

/** A market's records. */
const lived = (seed: number): ReadonlyArray<StoredRecord> => {
  const { settings } = readSettings({ SLOTS: String(SLOTS.length), MIN_VOLUME: "2" })
  const { priceDecimals } = settings.slot
  const records: Array<StoredRecord> = []
  simulate({
    market: syntheticMarket({ seed, fromMs: START_MS, priceDecimals, volumeDecimals: 8 }),
    startMs: START_MS,
    untilMs: START_MS + HOURS_MS,
    ...rulesOf(settings),
    base: Volume.parse("6000"),
    quote: Quote.parse("1800"),
    incidents: incidents(seed, START_MS, 1),
    clockMs: 15_000,
    watch: (record) => records.push(record)
  })
  return records
}

const asWritten = (record: StoredRecord, seq: number): JournalRecord => {
  const { subject, epoch, timeMs, writer, cause, events } = record
  return { ...encodeEntry(subject, `record.${seq}`, { epoch, timeMs, writer, cause, events }), seq, storedMs: 0 }
}

/** The price of a fact made another, the one before it repeated, and impossible ones. */
const worsePrice = (event: MarketEvent, random: () => number): MarketEvent => {
  if (event._tag !== "PriceObserved") return event
  const factors = [1.0004, 0.9996, 1.02, 0.98, 1.5, 0, 1e9]
  const last = Price.fromNumber(Price.toNumber(event.last) * (factors[Math.floor(random() * factors.length)] ?? 1))
  return { ...event, last, bid: last, ask: last }
}

/** Times that jump about, prices that leap or cannot be, facts that are lost, and several in one record. */
const worse = (records: ReadonlyArray<StoredRecord>, random: () => number): ReadonlyArray<StoredRecord> =>
  records.flatMap((record): ReadonlyArray<StoredRecord> => {
    if (record.family !== "price" && record.family !== "clock") return random() < 0.01 ? [] : [record]
    if (random() < 0.05) return []
    const timeMs = random() < 0.2 ? record.timeMs + Math.round((random() - 0.5) * 120_000) : record.timeMs
    const [event] = record.events
    const changed = random() < 0.05 ? worsePrice(event, random) : event
    if (random() < 0.02) return [{ ...record, timeMs, events: [changed, event] }]
    return [{ ...record, timeMs, events: [changed] }]
  })

/** The slots' folds over one tape, and how many prices and clock facts they have folded. */
class Slots {
  folds: ReadonlyArray<ActorFold<SlotState>>
  private set: FoldSet<SlotState>
  private readonly skipped: ReadonlySet<string>
  private readonly passesOver: boolean
  folded = 0

  constructor(passesOver: boolean, skipped: ReadonlySet<string>) {
    this.passesOver = passesOver
    this.skipped = skipped
    this.folds = this.fresh()
    this.set = new FoldSet(this.folds, skipped)
  }

  private fresh(): ReadonlyArray<ActorFold<SlotState>> {
    return SLOTS.map((slot) => {
      const { quiet, ...actor } = slotActor(slot)
      return new ActorFold(this.passesOver && quiet !== undefined ? { ...actor, quiet } : actor, subjects)
    })
  }

  take(records: ReadonlyArray<JournalRecord>): void {
    this.set.take(records, this.how)
  }

  /** Goes on from what it would have saved. */
  restart(): void {
    const { folds } = this
    this.folds = this.fresh()
    for (const [place, fold] of folds.entries()) this.folds[place]?.restore(fold.encode(), fold.seq)
    for (const [place, { pending }] of folds.entries()) this.folds[place]?.pending.push(...pending)
    this.set = new FoldSet(this.folds, this.skipped)
  }

  get told() {
    return this.folds.map((fold) => ({ seq: fold.seq, text: fold.encode(), pending: fold.pending.slice() }))
  }

  /** What was decided in the market as it was is not compared: here it may be another. */
  private readonly how: TakeOne<SlotState> = (fold, record, data, passing) => {
    if (record.family === "price" || record.family === "clock") this.folded++
    if (record.subject !== fold.outputSubject) fold.apply(record, data, passing)
  }
}

describe("quiet slots", () => {
  it.each([1, 2, 3, 4])("that are passed over say and know what all others do, seed %i", (seed) => {
    const random = randomNumbers(seed)
    const records = seed === 1 ? lived(seed) : worse(lived(seed), random)
    const tape = records.map((record, index) => asWritten(record, index + 1))
    const excluded = tape.filter(() => random() < 0.002).map(({ seq }) => skipKey(random() < 0.5 ? "slot-2" : "*", seq))
    const skipped = new Set(seed === 1 ? [] : excluded)
    const [passing, folding] = [new Slots(true, skipped), new Slots(false, skipped)]
    for (let at = 0; at < tape.length;) {
      const size = random() < 0.5 ? 1 : Math.ceil(random() * 600)
      for (const slots of [passing, folding]) slots.take(tape.slice(at, at + size))
      at += size
      if (random() < 0.1) expect(passing.told).toStrictEqual(folding.told)
      if (random() < 0.02) for (const slots of [passing, folding]) slots.restart()
    }
    expect(passing.told).toStrictEqual(folding.told)
    expect(passing.told.some(({ pending }) => pending.length > 10)).toBe(true)
    expect(passing.folded).toBeLessThan(folding.folded * (seed === 1 ? 0.2 : 0.6))
  })
})
