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
  /** Trades that are not the ledger's business, one line for each kind there is. */
  readonly notes: ReadonlyArray<string>
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

/**
 * Adds up the exchange's history of the pair since the journal began and compares it with the ledger's `exchange`. Trades later
 * than the journal's last record are named and not compared: nobody has taken them in yet.
 */
export const auditHistory = Effect.fn("auditHistory")(function* (
  subjects: MarketSubjects,
  { ledger, beganMs, endedMs }: Pick<JournalAudit, "ledger" | "beganMs" | "endedMs">
): Effect.fn.Return<HistoryAudit, ExchangeError | ReadError | RecordUndecodable, MarketData | Trading | Journal> {
  const trading = yield* Trading
  const nowMs = yield* (yield* MarketData).time.pipe(Effect.retry(again))
  const untilMs = nowMs + CLOCK_SLACK_MS
  const fills: Array<Fill> = []
  for (let fromMs = Math.max(0, beganMs - CLOCK_SLACK_MS); fromMs <= untilMs; fromMs += WEEK_MS) {
    fills.push(...(yield* trading.fills(fromMs, Math.min(fromMs + WEEK_MS, untilMs)).pipe(Effect.retry(again))))
  }
  const known = yield* knownTxids(subjects)
  const ours = fills.filter(({ txid }) => known.has(txid))
  const heard = ours.filter(({ timeMs }) => timeMs <= endedMs)
  const there = { base: balanceOf(ledger, "exchange", "base"), quote: balanceOf(ledger, "exchange", "quote") }
  // Whether a trade of the very last moment has been taken in cannot be told by its time.
  const agrees = [ours, heard].some((list) => isSame(sumsOf(list), there))
  return {
    problems: agrees ? [] : differences(there, sumsOf(heard)),
    notes: [
      ...note(
        fills.filter(({ txid, timeMs }) => !known.has(txid) && timeMs <= endedMs),
        "of orders that are none of the journal's"
      ),
      ...note(
        fills.filter(({ timeMs }) => timeMs > endedMs),
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
