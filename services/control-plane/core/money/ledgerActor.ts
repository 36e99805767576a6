/** The double-entry ledger as a follower of the journal: what every sum that is shown comes from, or is held against. */
import { defineActor } from "../../../../shared/actor/core/actor.ts"
import { initialLedger, ledgerHears, type LedgerState, postEvent } from "../../../../shared/ledger/core/ledger.ts"

/** The ledger beside the actors that decide; it decides nothing. */
export const ledgerActor = defineActor<LedgerState>({
  name: "ledger",
  version: "1",
  initial: initialLedger,
  hears: ledgerHears,
  reduce: (ledger, event, place) => ({ state: postEvent(ledger, event, place).state, outputs: [] })
})
