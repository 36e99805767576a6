/** The double-entry ledger as a follower of the journal, and what each day came to by it: what every sum that is shown comes from, or is held against. */
import { defineActor } from "../../../../shared/actor/core/actor.ts"
import { initialLedger, ledgerHears, type LedgerState, postEvent } from "../../../../shared/ledger/core/ledger.ts"
import { daysAfter, type DaySums, NO_DAYS } from "./days.ts"

/** One fold with both views: the days are taken from the ledger as it moves. */
export interface Books {
  readonly ledger: LedgerState
  readonly days: DaySums
}

/** Before the first record. */
export const NO_BOOKS: Books = { ledger: initialLedger, days: NO_DAYS }

/** The ledger beside the actors that decide; it decides nothing. */
export const ledgerActor = defineActor<Books>({
  name: "ledger",
  version: "2",
  initial: NO_BOOKS,
  hears: ledgerHears,
  reduce: (books, event, place) => {
    const { state: ledger } = postEvent(books.ledger, event, place)
    if (ledger === books.ledger) return { state: books, outputs: [] }
    return {
      state: { ledger, days: daysAfter(books.days, event, place, { before: books.ledger, after: ledger }) },
      outputs: []
    }
  }
})
