/** Reads a whole journal into the ledger, and folds the slots beside it. */
import { type InForce, inForceAfter, NOTHING_IN_FORCE, placeIn } from "../../../shared/actor/core/actor.ts"
import { Effect, Schema, Stream } from "effect"
import { slotActor } from "../../../services/slot-actor/core/actor.ts"
import { slotBooks } from "../../../services/slot-actor/core/money/ledgerBooks.ts"
import type { SlotState } from "../../../services/slot-actor/core/state.ts"
import { EVERY_ACTOR, readControl, skipKey } from "../../../shared/actor/control/control.ts"
import { decode } from "../../../shared/actor/control/decode.ts"
import { ActorFold } from "../../../shared/actor/fold.ts"
import { slotsNamedUpTo } from "../../../shared/actor/control/slotsNamed.ts"
import type { Price } from "../../../shared/core/decimal/decimal.ts"
import { decodeRecord, type DecodeError, type StoredRecord } from "../../../shared/events/envelope.ts"
import type { MarketSubjects } from "../../../shared/core/ids/subjects.ts"
import { Journal, type ReadError } from "../../../shared/journal/port.ts"
import type { Transaction } from "../../../shared/ledger/core/accounts.ts"
import { slotDifferences, unbalanced } from "../../../shared/ledger/core/check.ts"
import { initialLedger, type LedgerState, postEvent } from "../../../shared/ledger/core/ledger.ts"
import { messageOf } from "../../../shared/core/messageOf.ts"
import { type Moments, momentsAfter, NO_MOMENTS } from "./explained.ts"

/** What a journal comes to. */
export interface JournalAudit {
  readonly ledger: LedgerState
  /** What our trades had come to around the newest balances. */
  readonly moments: Moments
  readonly transactions: number
  /** Outputs that follow from the records and are not written yet: a running market is about to, a stopped one will at its start. */
  readonly unwritten: number
  /** Every slot the journal names, with its own books. */
  readonly slots: ReadonlyArray<{ readonly slot: number; readonly state: SlotState }>
  /** Time of the first record that has one, Unix milliseconds of the exchange's clock; 0: none has. */
  readonly beganMs: number
  /** The latest time of any record, likewise. */
  readonly endedMs: number
  /** The last price in it, at which positions are valued; null: it has none. */
  readonly price: Price | null
  /** Each difference between the ledger, its own rules and the slots' books, with both figures. */
  readonly problems: ReadonlyArray<string>
}

/** The slots' books cannot be had: the journal does not prove itself. */
class JournalUnsound extends Schema.TaggedError<JournalUnsound>()("JournalUnsound", {
  seq: Schema.Int,
  detail: Schema.String
}) {
  override get message(): string {
    const [line] = this.detail.split("\n")
    return `record ${this.seq}: ${line ?? ""} Run "kennel journal verify" for all of it.`
  }
}

const unsound = (seq: number) => (error: unknown) => new JournalUnsound({ seq, detail: messageOf(error) })

/** The ledger as it grows, and what is wrong with it. */
class Posting {
  ledger = initialLedger
  moments = NO_MOMENTS
  transactions = 0
  private inForce: InForce = NOTHING_IN_FORCE
  readonly problems: Array<string> = []

  post(record: StoredRecord): ReadonlyArray<Transaction> {
    return record.events.flatMap((event, index) => {
      this.inForce = inForceAfter(this.inForce, event)
      const { state, transaction } = postEvent(this.ledger, event, placeIn(record, index, this.inForce))
      this.ledger = state
      this.moments = momentsAfter(this.moments, event, state, transaction !== null)
      if (transaction === null) return []
      this.transactions++
      this.problems.push(...unbalanced(transaction))
      return [transaction]
    })
  }
}

/** Reads from the first record to the head, writes nothing; `onTransaction` sees each transaction as it is posted. */
export const auditJournal = Effect.fn("auditJournal")(function* (
  subjects: MarketSubjects,
  onTransaction: (transaction: Transaction) => Effect.Effect<void>
): Effect.fn.Return<JournalAudit, ReadError | DecodeError | JournalUnsound, Journal> {
  const journal = yield* Journal
  const { skipped } = yield* readControl(subjects)
  const slots = yield* slotsNamedUpTo(subjects, yield* journal.head)
  const folds = slots.map((slot) => ({ slot, fold: new ActorFold(slotActor(slot), subjects) }))
  const posting = new Posting()
  let head = 0
  let beganMs = 0
  let endedMs = 0
  let price: Price | null = null
  yield* journal.read({ from: 1, filter: subjects.everything }).pipe(
    Stream.filter(({ seq }) => !skipped.has(skipKey(EVERY_ACTOR, seq))),
    Stream.runForEach((raw) =>
      Effect.gen(function* () {
        const record = yield* decode(raw)
        head = record.seq
        if (beganMs === 0) beganMs = record.timeMs
        endedMs = Math.max(endedMs, record.timeMs)
        for (const event of record.events) if (event._tag === "PriceObserved") price = event.last
        for (const { fold } of folds) {
          if (skipped.has(skipKey(fold.actor.name, record.seq))) fold.skip(record.seq)
          else yield* Effect.try({ try: () => fold.apply(record, raw.data), catch: unsound(record.seq) })
        }
        for (const transaction of posting.post(record)) yield* onTransaction(transaction)
      })
    )
  )
  // A slot's books are ahead of the journal by what it has decided and not written: the ledger must be, too.
  let unwritten = 0
  for (const { subject, id, data } of folds.flatMap(({ fold }) => fold.owed)) {
    unwritten++
    posting.post(decodeRecord({ seq: head + unwritten, subject, id, data, storedMs: 0 }))
  }
  const { ledger, moments, transactions, problems } = posting
  for (const { slot, fold } of folds) problems.push(...slotDifferences(ledger, slotBooks(slot, fold.state)))
  const books = folds.map(({ slot, fold }) => ({ slot, state: fold.state }))
  return { ledger, moments, transactions, unwritten, slots: books, beganMs, endedMs, price, problems }
})
