/**
 * From what the exchange says of an order to the facts that are missing in the journal. Pure, and safe to ask twice:
 * what is recorded already gives nothing.
 */
import type { Txid } from "../../../shared/core/ids/kinds.ts"
import { minus, plus, Price, type Quote, type Volume } from "../../../shared/core/decimal/decimal.ts"
import { baseFeeOf, inBaseCurrency, plusBaseFee, type WithBaseFee } from "../../../shared/core/baseFee.ts"
import type { OrderEvent } from "../../../shared/events/families/order.ts"
import type { Fill, OrderReport } from "../../../shared/exchange/port.ts"
import type { LiveOrder, Sums } from "./state.ts"

const because =
  (_tag: "OrderRejected" | "OrderUnknown" | "AmendRefused") =>
  ({ clientId, localId }: LiveOrder, cause: string): OrderEvent => ({ _tag, clientId, localId, cause })

/** The order stands at the exchange under `txid`; nothing when that is known. */
export const acceptedFacts = ({ stage, clientId, localId }: LiveOrder, txid: Txid): ReadonlyArray<OrderEvent> =>
  stage === "open" ? [] : [{ _tag: "OrderAccepted", clientId, localId, txid }]

/** One fill, with the acceptance if nobody has reported it yet, and the end of the order if this completes it. */
export const fillFacts = (order: LiveOrder, fill: Fill): ReadonlyArray<OrderEvent> => {
  if (order.execIds.includes(fill.execId)) return []
  const { clientId, localId } = order
  const volume = plus(order.filled, fill.volume)
  const beyond = minus(volume, order.volume)
  const facts: Array<OrderEvent> = [
    ...acceptedFacts(order, fill.txid),
    // More than it was to trade: somebody has changed it, and how much it is to trade now is for its report to say.
    ...(beyond > 0n ? [restatedFact(order, order.price, volume)] : []),
    {
      _tag: "FillRecorded",
      clientId,
      localId,
      txid: fill.txid,
      execId: fill.execId,
      price: fill.price,
      volume: fill.volume,
      cost: fill.cost,
      fee: fill.fee,
      ...baseFeeOf(fill),
      ...(fill.otherFees === undefined ? {} : { otherFees: fill.otherFees }),
      liquidity: fill.liquidity
    }
  ]
  if (beyond >= 0n && beyond <= ROUNDING_OF_VOLUME) {
    const sums = {
      volume,
      cost: plus(order.cost, fill.cost),
      fee: plus(order.fee, fill.fee),
      ...plusBaseFee(order, fill)
    }
    facts.push({ _tag: "OrderFilled", clientId, localId, txid: fill.txid, ...totals(order, sums) })
  }
  return facts
}

/** Nothing more can happen to an order that the exchange reports so. */
export const hasEnded = ({ status }: OrderReport): boolean => status !== "open" && status !== "pending"

/**
 * Whether a report of an ended order is older than what we know: it has less than the fills recorded, or counts as complete and is
 * not. Such a one is asked for again.
 */
export const isBehind = (order: LiveOrder, report: OrderReport): boolean =>
  report.filledVolume < order.filled ||
  report.cost < order.cost - ROUNDING_OF_REPORTS ||
  feesOf(order, report).fee < order.fee - ROUNDING_OF_REPORTS ||
  (report.status === "closed" && report.filledVolume + ROUNDING_OF_VOLUME < report.volume)

/** How a report of an order is to be taken. */
export interface ReportUse {
  /** Asked for the last time: where it is behind what we know, the larger sums count. */
  readonly final?: boolean
  /** An amendment of ours may wait for its answer, as is assumed: another price than the order's is no news then. */
  readonly amending?: boolean
}

/**
 * What the exchange's report of the order adds: that it was accepted, or how it ended. The report's totals win over the
 * fills recorded, which may lack some: an ending is final, so its sums must be the exchange's. But nothing lowers what a fill has
 * proved: a report that is behind adds nothing, unless it is `final`.
 */
export const reportFacts = (
  order: LiveOrder,
  report: OrderReport,
  { final = false, amending = true }: ReportUse = {}
): ReadonlyArray<OrderEvent> => {
  if (!hasEnded(report)) return acceptedFacts(order, report.txid)
  const listed = { volume: report.filledVolume, cost: report.cost, ...feesOf(order, report) }
  const proved = { volume: order.filled, cost: order.cost, fee: order.fee, ...baseFeeOf(order) }
  const behind = isBehind(order, report)
  if (behind && !final) return []
  const sums = behind ? larger(listed, proved) : listed
  const standing = sums.volume > report.volume ? sums.volume : report.volume
  const price = amending ? order.price : report.price
  // An amendment that nobody answered may have moved it before it filled.
  const moved = { ...order, formerPrices: [...order.formerPrices, report.price] }
  const complete =
    sums.volume === order.volume ||
    sums.volume + (report.status === "closed" || behind ? ROUNDING_OF_VOLUME : 0n) >= standing
  const end = {
    clientId: order.clientId,
    localId: order.localId,
    txid: report.txid,
    ...totals(moved, sums),
    ...(sums.volume > listed.volume ? { listed } : {})
  }
  return [
    ...acceptedFacts(order, report.txid),
    ...(isOtherwise(order, price, standing) ? [restatedFact(order, price, standing)] : []),
    complete
      ? { _tag: "OrderFilled", ...end }
      : { _tag: "OrderCancelled", ...end, cause: report.reason ?? report.status }
  ]
}

const larger = (a: Sums, b: Sums): Sums => ({
  volume: a.volume > b.volume ? a.volume : b.volume,
  cost: a.cost > b.cost ? a.cost : b.cost,
  fee: a.fee > b.fee ? a.fee : b.fee,
  ...baseFeeOf(a.fee > b.fee ? a : b)
})

/**
 * The fees of a report. It has one figure for them and at most a flag of its currency: once a fill has said that the base currency
 * paid, the fills' own sums count, and what the report has traded beyond them is taken to have paid at their rate.
 */
const feesOf = (order: LiveOrder, report: OrderReport): Pick<Sums, "fee" | "baseFee"> => {
  const { baseFee, fee, filled } = order
  if (baseFee === undefined || filled === 0n) return { fee: report.fee, ...baseFeeOf(report) }
  if (report.filledVolume <= filled) return { fee, baseFee }
  const scaled = <A extends bigint>(amount: A): A => ((amount * report.filledVolume) / filled) as A
  return { fee: scaled(fee), baseFee: { amount: scaled(baseFee.amount), worth: scaled(baseFee.worth) } }
}

/** A list may lag behind the engine by so long: one asked sooner after a change of the order says nothing of it. */
export const LISTS_LAG_MS = 60_000

/**
 * An open order that somebody else has changed, by a report that was asked for at `askedMs`; nothing while an amendment of ours may
 * be why.
 */
export const restatedFacts = (
  order: LiveOrder,
  report: OrderReport,
  { askedMs, amending }: { readonly askedMs: number; readonly amending: boolean }
): ReadonlyArray<OrderEvent> => {
  if (hasEnded(report) || amending || order.stage !== "open") return []
  if (order.changedMs > 0 && askedMs < order.changedMs + LISTS_LAG_MS) return []
  // Never less than has been traded: such a report is older than the fills.
  if (report.volume < order.filled) return []
  return isOtherwise(order, report.price, report.volume) ? [restatedFact(order, report.price, report.volume)] : []
}

const isOtherwise = (order: LiveOrder, price: Price, volume: Volume): boolean => {
  const difference = minus(volume, order.volume)
  return price !== order.price || (difference < 0n ? -difference : difference) > ROUNDING_OF_VOLUME
}

const restatedFact = ({ clientId, localId }: LiveOrder, price: Price, volume: Volume): OrderEvent => ({
  _tag: "OrderRestated",
  clientId,
  localId,
  price,
  volume
})

/** The order never came to be. */
export const rejectedFact = because("OrderRejected")

/** The order was sent and nobody knows what became of it. */
export const unknownFact = because("OrderUnknown")

/** The order stands at another price. */
export const amendedFact = ({ clientId, localId }: LiveOrder, price: Price): OrderEvent => ({
  _tag: "OrderAmended",
  clientId,
  localId,
  price
})

/** The exchange leaves the order as it is. */
export const amendRefusedFact = because("AmendRefused")

/** The order is about to be sent. */
export const claimFact = (order: LiveOrder, deadlineMs: number): OrderEvent => ({
  _tag: "OrderClaimed",
  clientId: order.clientId,
  localId: order.localId,
  side: order.side,
  price: order.price,
  volume: order.volume,
  postOnly: order.postOnly,
  deadlineMs
})

/** Fills of the window that belong to the order and are not recorded, oldest first. `report`: the order's, where there is one. */
export const missingFills = (
  order: LiveOrder,
  fills: ReadonlyArray<Fill>,
  report: OrderReport | null = null
): ReadonlyArray<Fill> =>
  inCurrencyOf(
    [order, report ?? {}],
    fills.filter((fill) => fill.txid === order.txid && !order.execIds.includes(fill.execId))
  )

/**
 * Fills from a list, which does not say in which currency a fee was taken: in the base currency, where one of these says that the
 * order's fees are.
 */
export const inCurrencyOf = (
  told: ReadonlyArray<WithBaseFee & { readonly fee?: Quote }>,
  fills: ReadonlyArray<Fill>
): ReadonlyArray<Fill> =>
  told.some(({ baseFee, fee }) => baseFee !== undefined && baseFee.worth === fee)
    ? fills.map((fill) => (fill.baseFee === undefined ? { ...fill, ...inBaseCurrency(fill.fee, fill.price) } : fill))
    : fills

const totals = (order: LiveOrder, sums: Sums) => ({
  price: averagePrice(order, sums.volume, sums.cost),
  volume: sums.volume,
  cost: sums.cost,
  fee: sums.fee,
  ...baseFeeOf(sums)
})

/**
 * The average price of the fills. When every fill was at one price of the order (a resting order's are at the price it stood at
 * then, up to the rounding of each fill's cost) that price itself; else cost ÷ volume, rounded down to the price scale.
 */
const averagePrice = (order: LiveOrder, volume: Volume, cost: Quote): Price => {
  if (volume === 0n) return Price.zero
  const explains = (price: Price): boolean => {
    const difference = minus(cost, ((price * volume) / 100_000_000n) as Quote)
    return (difference < 0n ? -difference : difference) <= ROUNDING_OF_FILLS
  }
  const only = [order.price, ...order.formerPrices].find(explains)
  return only ?? (((cost * 100_000_000n) / volume) as Price)
}

/** Kraken rounds each fill's cost to at most 9 decimals; 100 fills of one order differ by less than this (1e-7 USD). */
const ROUNDING_OF_FILLS = 1_000n

/**
 * Reports round cost and fee of an order to fewer digits than its fills have, five at the fewest that were seen: a difference below
 * this (1e-5 USD) is no missing fill.
 */
const ROUNDING_OF_REPORTS = 100_000n

/** Volumes come back rounded: an order that is short of, or beyond, what was asked by this (1e-7 DOGE) is what was asked. */
const ROUNDING_OF_VOLUME = 10n
