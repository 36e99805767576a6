/** A slot's life as its journal holds it: made-up prices, the slot's own decisions, and the answers of governor and exchange. */
import { slotActor } from "../../services/slot-actor/core/actor.ts"
import { ActorFold } from "../../shared/actor/fold.ts"
import { Price } from "../../shared/core/decimal/decimal.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { decodeRecord, encodeEntry, type StoredRecord } from "../../shared/events/envelope.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import type { JournalEntry } from "../../shared/journal/port.ts"
import { accountFacts, cancelled, marketRuns, plentyAllotted, tradingRules } from "../../tests/testing/tradingSlot.ts"
import { subjectsByTag } from "../baselines/subjectOf.ts"

/** Of the market that the slot lives in. */
export const subjects = marketSubjects("BENCH")

const START_MS = 1_700_000_000_000
const SEED = 11

/** A price that wanders by at most 0.05 % a step, and a clock fact at every thousandth event, for it stands in a record of its own. Numerical Recipes' generator. */
const makeMarket = () => {
  let random = SEED
  let price = 0.12
  return (n: number): MarketEvent => {
    if (n % 1_000 === 999) return { _tag: "ClockTicked", priceAgeSec: 1.5 }
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0
    price *= 1 + (random / 2 ** 32 - 0.5) / 1_000
    const last = Price.fromNumber(price, 7)
    return { _tag: "PriceObserved", last, bid: last, ask: Price.fromNumber(price * 1.0002, 7) }
  }
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

/** A life that goes on as it is asked for: with the decisions it led to and the answers to those come the records to write. */
export class SlotLife {
  /** Where the slot stands: at the end of what was asked for. */
  readonly fold = new ActorFold(slotActor(1), subjects)
  private readonly nextEvent = makeMarket()
  private events = 0
  private seq = 0

  /** What stands before the first price. */
  begin(): ReadonlyArray<JournalEntry> {
    return this.input("opening", START_MS, opening)
  }

  /** The next events of the market, `perRecord` to a record. */
  next(events: number, perRecord: number): ReadonlyArray<JournalEntry> {
    const entries: Array<JournalEntry> = []
    for (const end = this.events + events; this.events < end;) {
      const from = this.events
      this.events = Math.min(end, from + perRecord)
      const some = Array.from({ length: this.events - from }, (_, place) => this.nextEvent(from + place))
      entries.push(...this.input(`life.${from}`, START_MS + from * 1_000, some))
    }
    return entries
  }

  /** Somebody else has written a record that the slot does not hear. */
  passOver(): void {
    this.fold.skip(++this.seq)
  }

  private add(entry: JournalEntry): StoredRecord {
    const record = decodeRecord({ ...entry, seq: ++this.seq, storedMs: 0 })
    this.fold.apply(record, entry.data)
    return record
  }

  private input(id: string, timeMs: number, events: ReadonlyArray<MarketEvent>): ReadonlyArray<JournalEntry> {
    return bySubject(events).flatMap(([first, ...rest], place): ReadonlyArray<JournalEntry> => {
      if (first === undefined) return []
      const envelope = { epoch: 1, timeMs, writer: "bench", cause: null, events: [first, ...rest] } as const
      const entry = encodeEntry(subjectOf(first), `${id}.${place}`, envelope)
      this.add(entry)
      const decision = this.fold.unsent
      if (decision === null) return [entry]
      const answers = this.add(decision).events.flatMap(answersTo)
      return [entry, decision, ...this.input(`${id}.${place}.answer`, timeMs, answers)]
    })
  }
}
