/** What a venue needs: the pair's rules, money, and a journal. */
import type { Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import type { Rules } from "../../services/exchange-sim/core/engine/desk.ts"
import type { MarketPrint } from "../../services/exchange-sim/core/market/process.ts"
import type { ExchangeEvent } from "../../services/exchange-sim/records.ts"
import type { MarketSubjects } from "../../shared/core/ids/subjects.ts"
import type { MarketEvent } from "../../shared/events/event.ts"

/** Where the gateway's facts go: each call is one record, answered before it returns. */
export interface VenueJournal {
  readonly subjects: MarketSubjects
  readonly append: (subject: string, timeMs: number, first: MarketEvent, ...more: ReadonlyArray<MarketEvent>) => void
}

/** The pair's rules, and the account's money when the market begins. */
export interface VenueOptions {
  readonly rules: Rules
  readonly base: Volume
  readonly quote: Quote
  readonly startMs: number
  /** What has happened at the exchange before, `Created` first; left out: it begins with the account alone. */
  readonly earlier?: ReadonlyArray<ExchangeEvent>
  /** The last trade before; left out: there was none. */
  readonly last?: MarketPrint
}
