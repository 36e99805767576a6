/** The exchange's fills as the readers of its wire give them: with the worth of what was taken in the base currency. */
import type { Fill as ExchangeFill } from "../../services/exchange-sim/core/engine/order.ts"
import { worthAt } from "../../shared/core/baseFee.ts"
import { plus, type Price, type Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import type { Fill } from "../../shared/exchange/port.ts"

/** A fill as the private stream tells it. */
export const fillOf = (fill: ExchangeFill): Fill => {
  const { execId, txid, side, price, volume, cost, liquidity, timeMs } = fill
  return { execId, txid, side, price, volume, cost, ...withWorth(fill, cost, volume), liquidity, timeMs }
}

/** The fees of a fill, or of an order, as the wire's readers give them. */
export const withWorth = (
  { fee, feeBase = Volume.zero }: Pick<ExchangeFill, "fee" | "feeBase">,
  cost: Quote,
  volume: Volume
): Pick<Fill, "fee" | "baseFee"> => {
  if (feeBase === 0n) return { fee }
  const worth = worthAt(((cost * 100_000_000n) / volume) as Price, feeBase)
  return { fee: plus(fee, worth), baseFee: { amount: feeBase, worth } }
}
