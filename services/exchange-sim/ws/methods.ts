/** Trading over the private socket: the same engine, counters and error texts as over REST. */
import type { Target } from "../core/engine/change.ts"
import { isRefusal, type Refusal } from "../core/engine/desk.ts"
import type { OrderTerms } from "../core/engine/order.ts"
import type { Exchange, Moment } from "../exchange.ts"
import {
  BadArgument,
  byClientId,
  byTxid,
  byUserref,
  choice,
  flag,
  objects,
  optionalCount,
  optionalPrice,
  optionalText,
  optionalTime,
  optionalVolume,
  type Params,
  texts
} from "../params.ts"
import { orderDesk, stateOf } from "../trading.ts"
import { rfc3339 } from "./frames.ts"

/** One answer: a result, or a refusal. Canceling several orders gives several answers. */
export type MethodAnswer = { readonly result: object } | Refusal

/** One method: carries the request out and answers. May throw `BadArgument`. */
export type TradingMethod = (exchange: Exchange, moment: Moment, params: Params) => ReadonlyArray<MethodAnswer>

const ORDER_FIELDS = [
  "order_type",
  "side",
  "symbol",
  "order_qty",
  "limit_price",
  "post_only",
  "time_in_force",
  "expire_time",
  "cl_ord_id",
  "order_userref",
  "fee_preference",
  "deadline",
  "validate",
  "token"
]

const desk = (exchange: Exchange, moment: Moment) => orderDesk(moment, stateOf(exchange.faults))

/** Throws `BadArgument`. */
const readTerms = (params: Params): OrderTerms => {
  choice(params, "order_type", ["limit"])
  choice(params, "fee_preference", ["quote"], "quote")
  const price = optionalPrice(params, "limit_price")
  const volume = optionalVolume(params, "order_qty")
  if (price === null) throw new BadArgument("limit_price")
  if (volume === null) throw new BadArgument("order_qty")
  const timeInForce = choice(params, "time_in_force", ["gtc", "ioc", "gtd"], "gtc")
  return {
    side: choice(params, "side", ["buy", "sell"]),
    price,
    volume,
    clientId: optionalText(params, "cl_ord_id"),
    userref: optionalCount(params, "order_userref"),
    postOnly: flag(params, "post_only"),
    timeInForce,
    expireMs: timeInForce === "gtd" ? optionalTime(params, "expire_time") : null
  }
}

const wrongSymbol = ({ options }: Exchange, params: Params): Refusal | null => {
  const symbol = optionalText(params, "symbol")
  return symbol === options.pair.symbol ? null : { error: `Currency pair not supported ${symbol}` }
}

const unsupported = (params: Params): Refusal | null => {
  const field = Object.keys(params).find((name) => !ORDER_FIELDS.includes(name))
  return field === undefined ? null : { error: `Unsupported field: '${field}' for the given msg type: add order` }
}

const answered = <A extends object>(value: A | Refusal, result: (value: A) => object): ReadonlyArray<MethodAnswer> =>
  isRefusal(value) && typeof value.error === "string" ? [{ error: value.error }] : [{ result: result(value as A) }]

const addOrder: TradingMethod = (exchange, moment, params) => {
  const refusal = unsupported(params) ?? wrongSymbol(exchange, params)
  if (refusal !== null) return [refusal]
  const terms = readTerms(params)
  const options = { deadlineMs: optionalTime(params, "deadline"), validate: flag(params, "validate") }
  const { clientId, userref } = terms
  return answered(desk(exchange, moment).add(terms, options), ({ txid }) => ({
    order_id: txid ?? "",
    ...(clientId === null ? {} : { cl_ord_id: clientId }),
    ...(userref === null ? {} : { order_userref: userref })
  }))
}

/** The documentation and recorded fixtures differ on this shape; this is the documented one: a list by position. */
const batchAdd: TradingMethod = (exchange, moment, params) => {
  const refusal = wrongSymbol(exchange, params)
  if (refusal !== null) return [refusal]
  const batch = objects(params, "orders").map(readTerms)
  const options = { deadlineMs: optionalTime(params, "deadline"), validate: flag(params, "validate") }
  const placed = desk(exchange, moment).addBatch(batch, options)
  if ("error" in placed) return [placed]
  return placed.map((each, i): MethodAnswer => {
    const clientId = batch[i]?.clientId
    if (isRefusal(each)) return each
    return { result: { order_id: each.txid ?? "", ...(typeof clientId === "string" ? { cl_ord_id: clientId } : {}) } }
  })
}

const amendOrder: TradingMethod = (exchange, moment, params) => {
  const clientId = optionalText(params, "cl_ord_id")
  const amendment = {
    target: clientId === null ? byTxid(optionalText(params, "order_id") ?? "") : byClientId(clientId),
    volume: optionalVolume(params, "order_qty"),
    price: optionalPrice(params, "limit_price"),
    postOnly: flag(params, "post_only"),
    deadlineMs: optionalTime(params, "deadline")
  }
  const echo = clientId === null ? { order_id: optionalText(params, "order_id") } : { cl_ord_id: clientId }
  return answered(desk(exchange, moment).amend(amendment), ({ amendId }) => ({ amend_id: amendId, ...echo }))
}

/** One answer for every order named. */
const cancelOrder: TradingMethod = (exchange, moment, params) => {
  const named: ReadonlyArray<readonly [object, Target]> = [
    ...texts(params, "order_id").map((id) => [{ order_id: id }, byTxid(id)] as const),
    ...texts(params, "cl_ord_id").map((id) => [{ cl_ord_id: id }, byClientId(id)] as const),
    ...texts(params, "order_userref").map((id) => [{ order_userref: Number(id) }, byUserref(id)] as const)
  ]
  if (named.length === 0 || named.length > 50) throw new BadArgument("order_id")
  return named.flatMap(([echo, target]) => answered(desk(exchange, moment).cancel([target]), () => echo))
}

const cancelAll: TradingMethod = (exchange, moment) =>
  answered(desk(exchange, moment).cancelAll(), ({ count }) => ({ count }))

const cancelAllAfter: TradingMethod = (exchange, moment, params) => {
  const timeoutSec = optionalCount(params, "timeout")
  if (timeoutSec === null) throw new BadArgument("timeout")
  return answered(desk(exchange, moment).cancelAllAfter(timeoutSec), ({ triggerMs }) => ({
    currentTime: rfc3339(moment.nowMs),
    triggerTime: triggerMs === null ? "0" : rfc3339(triggerMs)
  }))
}

/** By the `method` of the request. */
export const TRADING_METHODS: ReadonlyMap<string, TradingMethod> = new Map([
  ["add_order", addOrder],
  ["batch_add", batchAdd],
  ["amend_order", amendOrder],
  ["cancel_order", cancelOrder],
  ["cancel_all", cancelAll],
  ["cancel_all_orders_after", cancelAllAfter]
])
