/** What a ledger must agree with, to the last unit; every difference is named with both figures. */
import type { SlotNumber } from "../../core/ids/kinds.ts"
import type { TradeId } from "../../core/trading.ts"
import { Quote, type Quote as QuoteAmount, Volume, type Volume as VolumeAmount } from "../../core/decimal/decimal.ts"
import { accountOf, type Commodity, type Transaction } from "./accounts.ts"
import { balanceOf, type LedgerState } from "./ledger.ts"

/** Money as people write it. */
export const amountText = (amount: bigint, commodity: Commodity): string =>
  commodity === "base" ? Volume.format(amount as VolumeAmount) : Quote.format(amount as QuoteAmount)

/** What does not cancel out in a transaction; empty when it balances. */
export const unbalanced = ({ seq, index, postings }: Transaction): ReadonlyArray<string> =>
  (["base", "quote"] as const).flatMap((commodity) => {
    const sum = postings.reduce((total, line) => (line.commodity === commodity ? total + line.amount : total), 0n)
    return sum === 0n ? [] : [`${seq}.${index}: ${commodity} lines add up to ${amountText(sum, commodity)}, not to 0`]
  })

/** What a slot's own books say, in the ledger's terms. */
export interface SlotBooks {
  readonly slot: SlotNumber
  readonly totalProfit: bigint
  /** Positions in progress, residuals included: a position of trade A was sold first. */
  readonly open: ReadonlyArray<{
    readonly tradeId: TradeId
    readonly volume: bigint
    /** What is in progress of its cost and fees: of the entry, less what earlier exit orders closed. */
    readonly cost: bigint
    readonly fee: bigint
  }>
}

/** Every figure of a slot's books that the ledger has otherwise. */
export const slotDifferences = (ledger: LedgerState, { slot, totalProfit, open }: SlotBooks): ReadonlyArray<string> => {
  const sum = { base: 0n, quote: 0n, fees: 0n }
  for (const { tradeId, volume, cost, fee } of open) {
    sum.base += tradeId === "B" ? -volume : volume
    sum.quote += tradeId === "B" ? cost : -cost
    sum.fees += fee
  }
  const profit =
    -balanceOf(ledger, accountOf("income", slot), "quote") - balanceOf(ledger, accountOf("fees", slot), "quote")
  const trading = accountOf("trading", slot)
  return [
    ...difference(`slot ${slot} profit`, "quote", profit, totalProfit),
    ...difference(`slot ${slot} open positions`, "base", balanceOf(ledger, trading, "base"), sum.base),
    ...difference(`slot ${slot} open positions`, "quote", balanceOf(ledger, trading, "quote"), sum.quote),
    ...difference(
      `slot ${slot} fees of open positions`,
      "quote",
      balanceOf(ledger, accountOf("open-fees", slot), "quote"),
      sum.fees
    )
  ]
}

const difference = (what: string, commodity: Commodity, ledger: bigint, other: bigint): ReadonlyArray<string> =>
  ledger === other
    ? []
    : [`${what}: ledger ${amountText(ledger, commodity)}, slot ${amountText(other, commodity)} ${commodity}`]

/**
 * What the account holds beyond its opening and our trades: deposits, other programs' trades, or money nobody can explain. Zero
 * when the journal knows everything; null before the balances have been seen.
 */
export const unexplained = (ledger: LedgerState): { readonly base: bigint; readonly quote: bigint } | null => {
  const { opening, observed } = ledger
  if (opening === null || observed === null) return null
  return {
    base: observed.base.total - opening.base.total - balanceOf(ledger, "exchange", "base"),
    quote: observed.quote.total - opening.quote.total - balanceOf(ledger, "exchange", "quote")
  }
}
