/** An audit as lines for people, or for programs. Pure. */
import { moneyOf } from "../../../services/control-plane/core/money/money.ts"
import { Quote } from "../../../shared/core/decimal/decimal.ts"
import { accountOf, type AccountKind, type Commodity, type Transaction } from "../../../shared/ledger/core/accounts.ts"
import { amountText } from "../../../shared/ledger/core/check.ts"
import { balanceOf, type LedgerState } from "../../../shared/ledger/core/ledger.ts"
import { type Money, strayOf } from "./explained.ts"
import type { JournalAudit } from "./journal.ts"

const row = (name: string, ...figures: ReadonlyArray<string>): string =>
  name.padEnd(16) + figures.map((figure) => figure.padStart(24)).join("")

/** Every account with its balances; the last line is zero in both commodities, or the ledger is wrong. */
export const trialBalance = (ledger: LedgerState): ReadonlyArray<string> => {
  const accounts = [...new Set(Object.keys(ledger.balances).map((key) => key.split(" ")[0] ?? key))].toSorted(byKind)
  const sum = (commodity: Commodity) =>
    accounts.reduce((total, account) => total + balanceOf(ledger, account, commodity), 0n)
  return [
    row("account", "base", "quote"),
    ...accounts.map((account) =>
      row(
        account,
        amountText(balanceOf(ledger, account, "base"), "base"),
        amountText(balanceOf(ledger, account, "quote"), "quote")
      )
    ),
    row("sum", amountText(sum("base"), "base"), amountText(sum("quote"), "quote"))
  ]
}

/** Kinds by name, slots by number. */
const byKind = (a: string, b: string): number => {
  const [kindA = "", slotA = "0"] = a.split(":")
  const [kindB = "", slotB = "0"] = b.split(":")
  return kindA < kindB ? -1 : kindA > kindB ? 1 : Number(slotA) - Number(slotB)
}

/** What each slot earned: by the ledger, and by the slot's own books. */
export const profitTable = ({ ledger, slots }: JournalAudit): ReadonlyArray<string> => {
  const of = (kind: Exclude<AccountKind, "exchange">, slot: number) => balanceOf(ledger, accountOf(kind, slot), "quote")
  return [
    row("slot", "cycles", "gross", "fees", "profit", "slot's own profit"),
    ...slots.map(({ slot, state: { book } }) =>
      row(
        String(slot),
        String(book.roundTrips),
        amountText(-of("income", slot), "quote"),
        amountText(of("fees", slot), "quote"),
        amountText(-of("income", slot) - of("fees", slot), "quote"),
        Quote.format(book.totalProfit)
      )
    )
  ]
}

/**
 * What trading has come to, each kind of figure by itself, and the account against holding what it began with: the figures of
 * `/api/status` (`money`). Positions are valued at the journal's last price.
 */
export const moneyTable = ({ ledger, price }: JournalAudit): ReadonlyArray<string> => {
  const money = moneyOf(ledger, price)
  const kind = (name: string, cycles: number, net: string) => wide(name, String(cycles), net)
  const held = (name: string, { base, quote, at_market: value }: typeof money.open_positions) =>
    wide(name, base, quote, value ?? "no price")
  const { account } = money
  return [
    wide("booked, quote", "cycles", "net"),
    kind("traded", money.traded_cycles, money.traded_profit),
    kind("evicted, booked at market", money.evicted_cycles, money.evicted_profit),
    kind("corrected, filled after all", money.corrected_cycles, money.corrected_profit),
    kind("together", money.traded_cycles + money.evicted_cycles, money.booked_profit),
    wide("fees paid, in all fills", "", money.fees_paid),
    "",
    wide("positions", "base", "quote", price === null ? "at market" : `at ${money.price}`),
    held("open", money.open_positions),
    held("evicted, of no slot", money.evicted_positions),
    held("given up", money.given_up),
    held("taken as fees", money.fees_in_base),
    ...(account === null
      ? []
      : [
          held("not from trades here", account.unexplained),
          "",
          wide("account", "", "", account.value ?? "no price"),
          wide(
            "opening balances, held",
            account.opening_base,
            account.opening_quote,
            account.holding_value ?? "no price"
          ),
          wide("against holding", "", "", account.against_holding ?? "no price")
        ])
  ]
}

const wide = (name: string, ...figures: ReadonlyArray<string>): string =>
  (name.padEnd(28) + figures.map((figure) => figure.padStart(24)).join("")).trimEnd()

/** What the account held when it was last seen, explained or not. */
export interface Explanation {
  /** For people, where all is explained or nothing is known; null: see the problems. */
  readonly said: string | null
  /** Each balance that nothing explains. */
  readonly problems: ReadonlyArray<string>
}

const NEVER_SEEN = "the account's balances have never been seen"
const EXPLAINED = "opening balances and our trades explain what the account held when it was last seen"

/** Whether opening balances, our trades and what is `known` to have been moved explain what the account held when it was last seen. */
export const explanation = ({ ledger, moments }: JournalAudit, known: Money): Explanation => {
  const stray = strayOf(ledger, moments, known)
  if (stray === null) return { said: NEVER_SEEN, problems: [] }
  const problems = (["base", "quote"] as const).flatMap((commodity) => {
    if (stray[commodity] === 0n) return []
    const amount = amountText(stray[commodity], commodity)
    return [
      `account: ${amount} ${commodity} explained by neither opening balances nor our trades: a deposit, a withdrawal or a trade by ` +
        `hand (say it with --moved-${commodity}=${amount}), or a fill on its way into the journal (ask again)`
    ]
  })
  return { said: problems.length === 0 ? EXPLAINED : null, problems }
}

/** A transaction as one line of JSON; amounts are decimal texts. */
export const jsonOf = ({ seq, index, event, postings }: Transaction): string =>
  JSON.stringify({
    seq,
    index,
    event,
    postings: postings.map(({ account, commodity, amount }) => ({
      account,
      commodity,
      amount: amountText(amount, commodity)
    }))
  })

/** A transaction as a table's lines, each with the event it follows from. */
export const linesOf = ({ seq, index, event, postings }: Transaction): string =>
  postings
    .map(
      ({ account, commodity, amount }) =>
        `${`${seq}.${index}`.padEnd(10)}${event.padEnd(18)}${account.padEnd(16)}${amountText(amount, commodity).padStart(22)} ${commodity}`
    )
    .join("\n")
