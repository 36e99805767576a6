/** One order trades: the figures of a fill are decided here and nowhere else. */
import type { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { type Desk, emit } from "./desk.ts"
import { execId } from "./ids.ts"
import { baseFee, fillCost, fillFee } from "./money.ts"
import type { Order } from "./order.ts"

/** Part or all of an order trading at one price. */
export interface Execution {
  readonly price: Price
  readonly volume: Volume
  readonly liquidity: "maker" | "taker"
  readonly timeMs: number
}

/** Own trades are numbered apart from the market's, far above any number its tape reaches. */
const FIRST_TRADE_ID = 1_000_000_000

/** Fills `order`, which must be open and want at least `volume`. Returns it as it stands afterwards. */
export const fillOrder = (desk: Desk, order: Order, { price, volume: traded, liquidity, timeMs }: Execution): Order => {
  const { books, rules } = desk
  const complete = order.filled + traded === order.volume
  const short = BigInt(desk.roundedFills)
  const volume = (complete && traded > short ? traded - short : traded) as Volume
  const cost = fillCost(price, volume)
  const filled = (order.filled + volume) as Volume
  emit(desk, {
    _tag: "Filled",
    timeMs,
    txid: order.txid,
    side: order.side,
    execId: execId(books.salt, books.fills.length),
    tradeId: FIRST_TRADE_ID + books.fills.length,
    price,
    volume,
    cost,
    ...fees(desk, { volume, cost }, liquidity === "maker" ? rules.makerFee : rules.takerFee),
    liquidity,
    filled,
    filledCost: (order.cost + cost) as Quote,
    complete
  })
  return books.orders.get(order.txid) ?? order
}

/** What is taken for a fill, in the currencies of now: of the base currency the same share of the volume. */
const fees = (
  { feesIn }: Desk,
  { volume, cost }: Pick<Execution, "volume"> & { readonly cost: Quote },
  parts: bigint
): { readonly fee: Quote; readonly feeBase?: Volume } => {
  if (feesIn === "quote") return { fee: fillFee(cost, parts) }
  if (feesIn === "base") return { fee: 0n as Quote, feeBase: baseFee(volume, parts) }
  return { fee: fillFee(cost, parts / 2n), feeBase: baseFee(volume, parts / 2n) }
}
