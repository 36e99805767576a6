/**
 * What trading has come to, each kind of figure by itself: what was traded, what counts as closed at the market without a trade,
 * what is open, and what the account is worth against doing nothing. Pure, from the ledger and one price.
 *
 * Amounts are exact decimal text. What is worth something at a price is not rounded either, so that parts add up to their sum.
 */
import {
  minus,
  Price,
  Quote,
  type Quote as QuoteAmount,
  Volume,
  type Volume as VolumeAmount,
  Worth,
  type Worth as WorthAmount,
  worthOf
} from "../../../../shared/core/decimal/decimal.ts"
import type { SlotNumber } from "../../../../shared/core/ids/kinds.ts"
import { accountOf, type AccountKind } from "../../../../shared/ledger/core/accounts.ts"
import { unexplained } from "../../../../shared/ledger/core/check.ts"
import { balanceOf, type LedgerState } from "../../../../shared/ledger/core/ledger.ts"
import { bookedAs, type Booked, tallyOf, TRADED } from "../../../../shared/ledger/core/tally.ts"

type PriceNow = Price | null
type SlotAccount = Exclude<AccountKind, "exchange">

/** Something held, or owed where it is below zero. */
interface Held {
  readonly base: VolumeAmount
  readonly quote: QuoteAmount
}

/** Accounts of a slot in which positions are, with the fees paid for them. */
const OPEN: ReadonlyArray<SlotAccount> = ["working", "trading", "open-fees"]

/** The ledger keeps the other side of a position: what the slots hold of it is the opposite. */
const heldIn = (ledger: LedgerState, kinds: ReadonlyArray<SlotAccount>, slots: ReadonlyArray<SlotNumber>): Held => {
  let base = 0n
  let quote = 0n
  for (const slot of slots) {
    for (const kind of kinds) {
      base -= balanceOf(ledger, accountOf(kind, slot), "base")
      quote -= balanceOf(ledger, accountOf(kind, slot), "quote")
    }
  }
  return { base: base as VolumeAmount, quote: quote as QuoteAmount }
}

/** `quote`: what it has brought so far, its fees taken off; `at_market`: that, and what the base is worth now. */
const heldView = ({ base, quote }: Held, price: PriceNow) => ({
  base: Volume.format(base),
  quote: Quote.format(quote),
  at_market: price === null ? null : Worth.format(worthOf(base, quote, price))
})

const bookedOf = (ledger: LedgerState, slots: ReadonlyArray<SlotNumber>, kinds: Parameters<typeof bookedAs>[1]) =>
  slots.reduce(
    (sum: Booked, slot) => {
      const { cycles, net } = bookedAs(tallyOf(ledger.tallies, slot), kinds)
      return { cycles: sum.cycles + cycles, net: sum.net + net }
    },
    { cycles: 0, net: 0n }
  )

const quoteText = (amount: bigint): string => Quote.format(amount as QuoteAmount)

/** What these slots have come to. */
export const slotsMoney = (ledger: LedgerState, slots: ReadonlyArray<SlotNumber>, price: PriceNow) => {
  const traded = bookedOf(ledger, slots, TRADED)
  const evicted = bookedOf(ledger, slots, ["evicted"])
  const corrected = bookedOf(ledger, slots, ["corrected"])
  const feesPaid = slots.reduce((sum, slot) => sum + tallyOf(ledger.tallies, slot).feesPaid, 0n)
  return {
    /** Of cycles whose exit was traded, after fees: what fills have earned. */
    traded_profit: quoteText(traded.net),
    traded_cycles: traded.cycles,
    /** Of recoveries taken off the book: booked as if closed at the market then. No trade stands behind the exit. */
    evicted_profit: quoteText(evicted.net),
    evicted_cycles: evicted.cycles,
    /** Of evicted recoveries that were filled after all: the difference to what was booked. */
    corrected_profit: quoteText(corrected.net),
    corrected_cycles: corrected.cycles,
    /** The three together: `total_profit`. */
    booked_profit: quoteText(traded.net + evicted.net + corrected.net),
    /** What the exchange has charged, in all fills. */
    fees_paid: quoteText(feesPaid),
    /** Positions that slots follow: entries filled and not closed. */
    open_positions: heldView(heldIn(ledger, OPEN, slots), price),
    /** Positions of evicted recoveries: the account has them still, and no slot follows them. Below zero: sold, and not bought back. */
    evicted_positions: heldView(heldIn(ledger, ["evicted"], slots), price),
    /** What slots gave up when they retired, or traded beyond a position. */
    given_up: heldView(heldIn(ledger, ["released"], slots), price),
    /** DOGE that the exchange took as fees: gone from the account, and booked at its worth then. */
    fees_in_base: heldView(heldIn(ledger, ["base-fees"], slots), price)
  }
}

/** Every slot that the ledger has an account of. */
const slotsIn = ({ balances, tallies }: LedgerState): ReadonlyArray<SlotNumber> => {
  const named = Object.keys(balances).flatMap((key) => {
    const [, slot] = /^[a-z-]+:(\d+) /.exec(key) ?? []
    return slot === undefined ? [] : [Number(slot)]
  })
  return [...new Set([...named, ...Object.keys(tallies).map(Number)])].toSorted((a, b) => a - b)
}

/**
 * The account against holding what it began with. Booked profit, open, evicted and given-up positions and DOGE taken as fees at
 * market, and what no trade of ours explains add up to `against_holding`.
 */
const accountMoney = (ledger: LedgerState, price: PriceNow) => {
  const { opening, observed } = ledger
  const strange = unexplained(ledger)
  if (opening === null || observed === null || strange === null) return null
  const worth = ({ base, quote }: Held): WorthAmount | null => (price === null ? null : worthOf(base, quote, price))
  const now = worth({ base: observed.base.total, quote: observed.quote.total })
  const held = worth({ base: opening.base.total, quote: opening.quote.total })
  const text = (amount: WorthAmount | null) => (amount === null ? null : Worth.format(amount))
  return {
    /** Balances as the exchange last said them, at this price. */
    value: text(now),
    opening_base: Volume.format(opening.base.total),
    opening_quote: Quote.format(opening.quote.total),
    /** What the opening balances would be worth now, had nothing been traded. */
    holding_value: text(held),
    against_holding: now === null || held === null ? null : Worth.format(minus(now, held)),
    /** Came to the account (below zero: left it) by no trade of ours: deposits, trades by hand, fills not yet heard of. */
    unexplained: heldView(strange as Held, price)
  }
}

/** The whole market's; `price` in quote per base is what everything is valued at, null before the first. */
export const moneyOf = (ledger: LedgerState, price: PriceNow) => ({
  price: price === null ? null : Price.format(price),
  ...slotsMoney(ledger, slotsIn(ledger), price),
  account: accountMoney(ledger, price)
})
