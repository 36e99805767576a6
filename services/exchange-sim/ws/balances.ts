/** The `balances` channel: wallets at the start, then every movement. */
import { Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { Books } from "../core/engine/books.ts"
import { ledgerId } from "../core/engine/ids.ts"
import type { LedgerRow } from "../core/engine/order.ts"
import type { ExchangeSimOptions } from "../options.ts"
import { rfc3339 } from "./frames.ts"

const number = {
  base: (value: Volume) => Number(Volume.format(value)),
  quote: (value: Quote) => Number(Quote.format(value))
}

/** `DOGE` and `USD`: the names of the symbol, not those of REST. */
const assetOf = ({ pair }: ExchangeSimOptions, asset: "base" | "quote"): string =>
  pair.symbol.split("/")[asset === "base" ? 0 : 1] ?? asset

/** The channel's snapshot: total balances, what orders hold included. */
export const balanceRows = (options: ExchangeSimOptions, books: Books): ReadonlyArray<object> => {
  const row = (asset: "base" | "quote", balance: number) => ({
    asset: assetOf(options, asset),
    asset_class: "currency",
    balance,
    wallets: [{ type: "spot", id: "main", balance }]
  })
  return [row("base", number.base(books.base)), row("quote", number.quote(books.quote))]
}

/** The channel's update for one movement. */
export const ledgerEntry = (options: ExchangeSimOptions, { salt }: Pick<Books, "salt">, row: LedgerRow): object => ({
  ledger_id: ledgerId(salt, row.place),
  ref_id: row.refId,
  timestamp: rfc3339(row.timeMs),
  type: row.refId === "deposit" ? "deposit" : "trade",
  asset: assetOf(options, row.asset),
  asset_class: "currency",
  category: row.refId === "deposit" ? "deposit" : "trade",
  wallet_type: "spot",
  wallet_id: "main",
  amount: row.asset === "base" ? number.base(row.amount) : number.quote(row.amount),
  fee: row.asset === "base" ? number.base(row.fee) : number.quote(row.fee),
  balance: row.asset === "base" ? number.base(row.balance) : number.quote(row.balance)
})
