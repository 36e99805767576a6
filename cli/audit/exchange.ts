/** The ledger against the exchange's own trade history. */
import { Effect, Schedule } from "effect"
import { knownTxids } from "../../services/order-gateway/provenance.ts"
import type { RecordUndecodable } from "../../shared/events/envelope.ts"
import type { MarketSubjects } from "../../shared/events/subjects.ts"
import { type ExchangeError, type Fill, MarketData, Trading } from "../../shared/exchange/port.ts"
import type { Journal, ReadError } from "../../shared/journal/port.ts"
import { amountText } from "../../shared/ledger/check.ts"
import { balanceOf } from "../../shared/ledger/ledger.ts"
import type { JournalAudit } from "./journal.ts"

/** What the exchange's history says of the journal's trades, and of all others. */
export interface HistoryAudit {
  /** Each figure that the ledger has otherwise. */
  readonly problems: ReadonlyArray<string>
  /** Trades of orders that are none of the journal's, in one line; null: there are none. */
  readonly foreign: string | null
}

/** A clock of ours may be this far off: the first trade must not be too old to be asked for, nor the last too new. */
const CLOCK_SLACK_MS = 5_000

/** Read week by week: no week holds more trades than one question may bring (10,000). */
const WEEK_MS = 7 * 86_400_000

/** A busy exchange is asked six times over a minute; then a person may ask again. */
const again = {
  while: ({ advice }: ExchangeError) => advice === "wait" || advice === "unknown",
  schedule: Schedule.exponential("2 seconds"),
  times: 5
}

/** Adds up the exchange's history of the pair since the journal began and compares it with the ledger's `exchange`. */
export const auditHistory = Effect.fn("auditHistory")(function* (
  subjects: MarketSubjects,
  { ledger, beganMs }: JournalAudit
): Effect.fn.Return<HistoryAudit, ExchangeError | ReadError | RecordUndecodable, MarketData | Trading | Journal> {
  const trading = yield* Trading
  const nowMs = yield* (yield* MarketData).time.pipe(Effect.retry(again))
  const untilMs = nowMs + CLOCK_SLACK_MS
  const fills: Array<Fill> = []
  for (let fromMs = Math.max(0, beganMs - CLOCK_SLACK_MS); fromMs <= untilMs; fromMs += WEEK_MS) {
    fills.push(...(yield* trading.fills(fromMs, Math.min(fromMs + WEEK_MS, untilMs)).pipe(Effect.retry(again))))
  }
  const known = yield* knownTxids(subjects)
  const ours = sumsOf(fills.filter(({ txid }) => known.has(txid)))
  const others = fills.filter(({ txid }) => !known.has(txid))
  const { base, quote } = sumsOf(others)
  const problems = (["base", "quote"] as const).flatMap((commodity) => {
    const [there, here] = [ours[commodity], balanceOf(ledger, "exchange", commodity)]
    return there === here
      ? []
      : [
          `trades: ledger ${amountText(here, commodity)}, exchange ${amountText(there, commodity)} ${commodity} ` +
            "(a trade of the last moments may not stand in the journal yet: ask again)"
        ]
  })
  const foreign =
    others.length === 0
      ? null
      : `${others.length} trades of orders that are none of the journal's: ${amountText(base, "base")} base, ${amountText(quote, "quote")} quote`
  return { problems, foreign }
})

/** What trades brought into the account and took out of it, fees included. */
const sumsOf = (fills: ReadonlyArray<Fill>): { readonly base: bigint; readonly quote: bigint } => {
  const sums = { base: 0n, quote: 0n }
  for (const { side, volume, cost, fee } of fills) {
    sums.base += side === "buy" ? volume : -volume
    sums.quote += (side === "buy" ? -cost : cost) - fee
  }
  return sums
}
