/** Private REST: placing, amending and canceling. */
import type { Target } from "../core/engine/change.ts"
import { isRefusal, refuse, type Refusal } from "../core/engine/desk.ts"
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
  text,
  texts
} from "../params.ts"
import { orderDesk, stateOf } from "../trading.ts"
import type { PrivateMethod } from "./account.ts"
import { resultKey } from "./pair.ts"
import { describeOrder } from "./render.ts"

/** Throws `BadArgument`. Limit orders only, fees in the quote currency only. */
const readTerms = (params: Params): OrderTerms => {
  choice(params, "ordertype", ["limit"])
  const flags = (optionalText(params, "oflags") ?? "fciq").split(",")
  if (flags.some((each) => !["post", "fciq", "nompp"].includes(each))) throw new BadArgument("oflags")
  const timeInForce = choice(params, "timeinforce", ["GTC", "IOC", "GTD"], "GTC")
  const price = optionalPrice(params, "price")
  const volume = optionalVolume(params, "volume")
  if (price === null) throw new BadArgument("price")
  if (volume === null) throw new BadArgument("volume")
  const expireSec = optionalCount(params, "expiretm")
  const userref = optionalText(params, "userref")
  if (userref !== null && !/^-?\d{1,10}$/.test(userref)) throw new BadArgument("userref")
  return {
    side: choice(params, "type", ["buy", "sell"]),
    price,
    volume,
    clientId: optionalText(params, "cl_ord_id"),
    userref: userref === null ? null : Number(userref),
    postOnly: flags.includes("post"),
    timeInForce: ({ GTC: "gtc", IOC: "ioc", GTD: "gtd" } as const)[timeInForce],
    expireMs: timeInForce === "GTD" && expireSec !== null ? expireSec * 1_000 : null
  }
}

const wrongPair = ({ options }: Exchange, params: Params): Refusal | null => {
  const asked = resultKey(options.pair, text(params, "pair"))
  return isRefusal(asked) ? asked : null
}

const desk = (exchange: Exchange, moment: Moment) => orderDesk(moment, stateOf(exchange.faults))

const addOrder: PrivateMethod = (exchange, moment, params) => {
  const unknown = wrongPair(exchange, params)
  if (unknown !== null) return unknown
  const terms = readTerms(params)
  const options = { deadlineMs: optionalTime(params, "deadline"), validate: flag(params, "validate") }
  const placed = desk(exchange, moment).add(terms, options)
  if (isRefusal(placed)) return placed
  const descr = { order: describeOrder(exchange.options, terms) }
  return placed.txid === null ? { descr } : { descr, txid: [placed.txid] }
}

const addOrderBatch: PrivateMethod = (exchange, moment, params) => {
  const unknown = wrongPair(exchange, params)
  if (unknown !== null) return unknown
  // One malformed order rejects all of them: reading comes before placing.
  const batch = objects(params, "orders").map(readTerms)
  const options = { deadlineMs: optionalTime(params, "deadline"), validate: flag(params, "validate") }
  const placed = desk(exchange, moment).addBatch(batch, options)
  if ("error" in placed) return placed
  const rows = placed.map((each, i) => {
    if (isRefusal(each)) return { error: each.error }
    const terms = batch[i]
    const descr = { order: terms === undefined ? "" : describeOrder(exchange.options, terms) }
    return each.txid === null ? { descr } : { txid: each.txid, descr }
  })
  return { orders: rows }
}

const amendOrder: PrivateMethod = (exchange, moment, params) => {
  const clientId = optionalText(params, "cl_ord_id")
  const amended = desk(exchange, moment).amend({
    target: clientId === null ? byTxid(text(params, "txid")) : byClientId(clientId),
    volume: optionalVolume(params, "order_qty"),
    price: optionalPrice(params, "limit_price"),
    postOnly: flag(params, "post_only"),
    deadlineMs: optionalTime(params, "deadline")
  })
  return isRefusal(amended) ? amended : { amend_id: amended.amendId }
}

/** A bare number in `txid` is a userref. */
const target = (id: string): Target => (/^-?\d+$/.test(id) ? byUserref(id) : byTxid(id))

const cancelOrder: PrivateMethod = (exchange, moment, params) => {
  const clientId = optionalText(params, "cl_ord_id")
  return desk(exchange, moment).cancel([clientId === null ? target(text(params, "txid")) : byClientId(clientId)])
}

const cancelOrderBatch: PrivateMethod = (exchange, moment, params) =>
  desk(exchange, moment).cancel([
    ...texts(params, "orders").map(target),
    ...texts(params, "cl_ord_ids").map(byClientId)
  ])

const cancelAll: PrivateMethod = (exchange, moment) => desk(exchange, moment).cancelAll()

const cancelAllAfter: PrivateMethod = (exchange, moment, params) => {
  const timeoutSec = optionalCount(params, "timeout")
  if (timeoutSec === null) return refuse("EGeneral:Invalid arguments:timeout")
  const armed = desk(exchange, moment).cancelAllAfter(timeoutSec)
  if (isRefusal(armed)) return armed
  const iso = (ms: number) => new Date(ms).toISOString()
  return { currentTime: iso(moment.nowMs), triggerTime: armed.triggerMs === null ? "0" : iso(armed.triggerMs) }
}

/** These cost nothing on the key's counter: they have the trading counter. */
export const ORDER_METHODS: ReadonlyMap<string, PrivateMethod> = new Map([
  ["AddOrder", addOrder],
  ["AddOrderBatch", addOrderBatch],
  ["AmendOrder", amendOrder],
  ["CancelOrder", cancelOrder],
  ["CancelOrderBatch", cancelOrderBatch],
  ["CancelAll", cancelAll],
  ["CancelAllOrdersAfter", cancelAllAfter]
])
