/** The exchange's own trade history since the journal began: whatever audits the journal reads it here. */
import { CLOCK_SLACK_MS } from "../../shared/exchange/venueClock.ts"
import { Effect } from "effect"
import type { DecodeError } from "../../shared/events/envelope.ts"
import type { MarketSubjects } from "../../shared/core/ids/subjects.ts"
import { type ExchangeError, type Fill, Trading } from "../../shared/exchange/port.ts"
import type { Journal, ReadError } from "../../shared/journal/port.ts"
import { inBaseCurrency } from "../../shared/core/baseFee.ts"
import { plus } from "../../shared/core/decimal/decimal.ts"
import { knownTrades } from "./provenance.ts"

/**
 * The history is read week by week, each from its first page until it has answered: an interruption costs a week's pages, and no
 * week holds more fills than one question may bring (10,000).
 */
export const WEEK_MS = 7 * 86_400_000

/** The pair's fills at the exchange, by whether the journal knows their orders. */
export interface TradeHistory {
  /** From when on it was read, Unix milliseconds. */
  readonly fromMs: number
  /** Fills of orders that the journal knows, oldest first. */
  readonly ours: ReadonlyArray<Fill>
  /** All others of the pair. */
  readonly foreign: ReadonlyArray<Fill>
}

/** Every fill of the pair from `beganMs` to `nowMs`. `asked` asks for one week, and again as often as its caller finds worth it. */
export const readTradeHistory = Effect.fn("readTradeHistory")(function* <R>(
  subjects: MarketSubjects,
  { beganMs, nowMs }: { readonly beganMs: number; readonly nowMs: number },
  asked: (
    week: Effect.Effect<ReadonlyArray<Fill>, ExchangeError>
  ) => Effect.Effect<ReadonlyArray<Fill>, ExchangeError, R>
): Effect.fn.Return<TradeHistory, ExchangeError | ReadError | DecodeError, Trading | Journal | R> {
  const trading = yield* Trading
  // The first fill must not be too old to be asked for, nor the last too new.
  const fromMs = Math.max(0, beganMs - CLOCK_SLACK_MS)
  const untilMs = nowMs + CLOCK_SLACK_MS
  const fills: Array<Fill> = []
  for (let startMs = fromMs; startMs < untilMs; startMs += WEEK_MS) {
    fills.push(...(yield* asked(trading.fills(startMs, Math.min(startMs + WEEK_MS, untilMs)))))
  }
  const { txids, baseFees } = yield* knownTrades(subjects)
  const asTaken = (fill: Fill): Fill => {
    const told = baseFees.get(fill.execId)
    if (told === undefined) return fill
    // One figure without a currency: the base currency's where that paid all, else what the quote currency paid.
    const { fee, baseFee } = told
    if (baseFee.worth === fee) return { ...fill, ...inBaseCurrency(fill.fee, fill.price) }
    return { ...fill, fee: plus(fill.fee, baseFee.worth), baseFee }
  }
  return {
    fromMs,
    ours: fills.filter(({ txid }) => txids.has(txid)).map(asTaken),
    foreign: fills.filter(({ txid }) => !txids.has(txid))
  }
})
