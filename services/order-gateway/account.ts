/** What the exchange says of the account and the pair, written as facts when it differs from the journal's last. */
import { Effect } from "effect"
import type { EventOf, MarketEvent } from "../../shared/events/event.ts"
import type { MarketSubjects } from "../../shared/core/ids/subjects.ts"
import { encodeState } from "../../shared/actor/core/stateText.ts"
import { type ExchangeError, Trading } from "../../shared/exchange/port.ts"
import { VenueClock } from "../../shared/exchange/venueClock.ts"
import type { JournalRefused, JournalUnavailable } from "../../shared/journal/port.ts"
import { rest, timeWaits } from "../../shared/pace/errands.ts"
import type { OrderFacts } from "./factWriter.ts"
import { isBehindFills } from "./core/balances.ts"
import { END_QUESTIONS, RETRY_MS, retryCall } from "./lookup.ts"

type AccountError = ExchangeError | JournalRefused | JournalUnavailable

const noteChange = Effect.fnUntraced(function* (
  facts: OrderFacts,
  subjects: MarketSubjects,
  known: MarketEvent | null,
  seen: MarketEvent
) {
  if (known !== null && encodeState(known) === encodeState(seen)) return
  yield* facts.note(subjects.account, seen)
})

/**
 * Reads the balances, and writes them when they differ from the journal's last. What is older than a fill of ours, or was asked for
 * before one came, is asked for again, for a minute: it would give out money that is spent.
 */
export const observeBalances = Effect.fn("observeBalances")(function* (
  facts: OrderFacts,
  subjects: MarketSubjects
): Effect.fn.Return<void, AccountError, Trading | VenueClock> {
  const trading = yield* Trading
  const clock = yield* VenueClock
  for (let asked = 1; ; asked++) {
    const { moved: before } = facts.state()
    const { base, quote, elsewhere } = yield* retryCall(trading.balances)
    const seen: EventOf<"BalancesObserved"> = {
      _tag: "BalancesObserved",
      base: { total: base.total, hold: base.hold },
      quote: { total: quote.total, hold: quote.hold },
      ...(elsewhere === undefined ? {} : { elsewhere })
    }
    const { balances, moved } = facts.state()
    const overtaken = moved !== before
    const behind = balances !== null && (overtaken || isBehindFills(balances, moved, seen))
    if (!behind || asked >= END_QUESTIONS) return yield* noteChange(facts, subjects, balances, seen)
    // Where time waits for everyone the other fills of this moment are heard before it goes on.
    yield* overtaken && (yield* timeWaits) ? rest : clock.sleep(RETRY_MS)
  }
})

/** The pair's demands and the account's fees: both drift, slowly. */
export const observeTerms = Effect.fn("observeTerms")(function* (
  facts: OrderFacts,
  subjects: MarketSubjects
): Effect.fn.Return<void, AccountError, Trading | VenueClock> {
  const trading = yield* Trading
  const { priceDecimals, volumeDecimals, minVolume, minCost, status } = yield* retryCall(trading.constraints)
  yield* noteChange(facts, subjects, facts.state().constraints, {
    _tag: "ConstraintsObserved",
    priceDecimals,
    volumeDecimals,
    minVolume,
    minCost,
    status
  })
  const { makerPct, takerPct } = yield* retryCall(trading.fees)
  yield* noteChange(facts, subjects, facts.state().fees, { _tag: "FeesObserved", makerPct, takerPct })
})
