/** The ledger against the exchange's own trade history. */
import { Console, Effect, Schedule } from "effect"
import { readTradeHistory, WEEK_MS } from "../../../services/order-gateway/history.ts"
import type { DecodeError } from "../../../shared/events/envelope.ts"
import type { MarketSubjects } from "../../../shared/core/ids/subjects.ts"
import { type ExchangeError, type Fill, MarketData, type Trading } from "../../../shared/exchange/port.ts"
import type { Journal, ReadError } from "../../../shared/journal/port.ts"
import { amountText } from "../../../shared/ledger/core/check.ts"
import { balanceOf } from "../../../shared/ledger/core/ledger.ts"
import { progressOf } from "../../shared/progress.ts"
import { clearLine } from "../../shared/terminal.ts"
import type { JournalAudit } from "./journal.ts"

/** What the exchange's history says of the journal's trades, and of all others. */
export interface HistoryAudit {
  /** Each figure that the ledger has otherwise. */
  readonly problems: ReadonlyArray<string>
  /** Trades that are not the ledger's business, one line for each kind there is. */
  readonly notes: ReadonlyArray<string>
}

/** A busy exchange is asked six times over a minute; then a person may ask again. */
const again = {
  while: ({ advice }: ExchangeError) => advice === "wait" || advice === "unknown",
  schedule: Schedule.exponential("2 seconds"),
  times: 5
}

/** Asks, and where it is refused says so at once: the attempts take a minute together. */
const asking = <A, R>(question: Effect.Effect<A, ExchangeError, R>): Effect.Effect<A, ExchangeError, R> =>
  question.pipe(
    Effect.tapError((error) => (again.while(error) ? Console.error(`${error.message}; asking again`) : Effect.void)),
    Effect.retry(again)
  )

/**
 * Adds up the exchange's history of the pair since the journal began and compares it with the ledger's `exchange`. Trades later
 * than the journal's last record are named and not compared: nobody has taken them in yet.
 */
export const auditHistory = Effect.fn("auditHistory")(function* (
  subjects: MarketSubjects,
  { ledger, beganMs, endedMs }: Pick<JournalAudit, "ledger" | "beganMs" | "endedMs">
): Effect.fn.Return<HistoryAudit, ExchangeError | ReadError | DecodeError, MarketData | Trading | Journal> {
  const nowMs = yield* (yield* MarketData).time.pipe(asking)
  const tell = yield* progressOf("trades of the exchange")
  const weeks = Math.max(1, Math.ceil((nowMs - beganMs) / WEEK_MS))
  let read = 0
  const { ours, foreign } = yield* readTradeHistory(subjects, { beganMs, nowMs }, (week) => {
    tell(Math.min(1, read / weeks), `week ${++read} of ${weeks}`)
    return asking(week)
  }).pipe(Effect.ensuring(clearLine))
  const heard = ours.filter(({ timeMs }) => timeMs <= endedMs)
  const there = { base: balanceOf(ledger, "exchange", "base"), quote: balanceOf(ledger, "exchange", "quote") }
  // Whether a trade of the very last moment has been taken in cannot be told by its time.
  const agrees = [ours, heard].some((list) => isSame(sumsOf(list), there))
  return {
    problems: agrees ? [] : differences(there, sumsOf(heard)),
    notes: [
      ...note(
        foreign.filter(({ timeMs }) => timeMs <= endedMs),
        "of foreign orders, not in the journal"
      ),
      ...note(
        [...ours, ...foreign].filter(({ timeMs }) => timeMs > endedMs),
        "after the journal's last record"
      )
    ]
  }
})

interface Sums {
  readonly base: bigint
  readonly quote: bigint
}

const isSame = (a: Sums, b: Sums): boolean => a.base === b.base && a.quote === b.quote

const differences = (ledger: Sums, exchange: Sums): ReadonlyArray<string> =>
  (["base", "quote"] as const)
    .filter((commodity) => ledger[commodity] !== exchange[commodity])
    .map((commodity) => {
      const [here, there] = [amountText(ledger[commodity], commodity), amountText(exchange[commodity], commodity)]
      return `trades: ledger ${here}, exchange ${there} ${commodity} (while the market trades, ask again: a trade may be on its way into the journal)`
    })

const note = (fills: ReadonlyArray<Fill>, which: string): ReadonlyArray<string> => {
  if (fills.length === 0) return []
  const { base, quote } = sumsOf(fills)
  return [`${fills.length} trades ${which}: ${amountText(base, "base")} base, ${amountText(quote, "quote")} quote`]
}

/** What trades brought into the account and took out of it, fees included. */
const sumsOf = (fills: ReadonlyArray<Fill>): Sums => {
  const sums = { base: 0n, quote: 0n }
  for (const { side, volume, cost, fee } of fills) {
    sums.base += side === "buy" ? volume : -volume
    sums.quote += (side === "buy" ? -cost : cost) - fee
  }
  return sums
}
