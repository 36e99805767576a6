/**
 * The shape of the reference cases (docs/trading-contract.md §15) and their reading into a slot's state. The reference works in
 * doubles and seconds; prices, volumes and money become exact decimals here.
 */
import { CaseError, CaseObject } from "../format/caseObject.ts"
import { cost, Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { SLOT_RULES, type SlotRules } from "../../shared/config/rules/slot.ts"
import { readTable } from "../../shared/config/table.ts"
import { requestedOrder } from "../../shared/market/core/orderLife.ts"
import {
  initialState,
  type SlotBook,
  type SlotOrder,
  type SlotState,
  type Recovery,
  type TradeId
} from "../../services/slot-actor/core/state.ts"
import { termsOf } from "../../services/slot-actor/core/terms.ts"

const SIDES = ["buy", "sell"] as const
const TRADES = ["A", "B"] as const
const MS = 1000

export const sideOf = (from: CaseObject, name = "side") => from.oneOf(name, SIDES)
export const tradeOf = (from: CaseObject, name = "trade_id"): TradeId => from.oneOf(name, TRADES)

/**
 * The rules of a case, whose names are the settings' in small letters: read as an environment is, and at the default where it
 * leaves one out. Only a smallest order by value is none of the reference's.
 */
export const rulesOf = ({ fields, at }: CaseObject): SlotRules => {
  const given = Object.entries(fields).filter(([, value]) => value !== null)
  const env = Object.fromEntries(given.map(([name, value]) => [name.toUpperCase(), String(value)]))
  const { values, problems } = readTable(SLOT_RULES, env)
  if (problems.length > 0) throw new CaseError(`${at}: ${problems.join("; ")}`)
  return "min_cost_usd" in fields ? values : { ...values, minCost: Quote.zero }
}

/** The state a case starts from; the account is at hand, so that only the reference's own refusals apply. */
export const stateOf = (initial: CaseObject, config: CaseObject): SlotState => {
  const rules = rulesOf(config)
  const seconds = (name: string): number | null => {
    const value = initial.optionalNumber(name)
    return value === null ? null : value * MS
  }
  const trade = (id: "a" | "b"): SlotBook["trades"]["A"] => ({
    cycle: initial.number(`cycle_${id}`, 1),
    consecutiveLosses: initial.number(`consecutive_losses_${id}`, 0),
    cooldownUntilMs: initial.number(`cooldown_until_${id}`, 0) * MS,
    consecutiveRefreshes: initial.number(`consecutive_refreshes_${id}`, 0),
    lastRefreshDirection:
      (initial.fields[`last_refresh_direction_${id}`] ?? null) === null
        ? null
        : initial.oneOf(`last_refresh_direction_${id}`, ["up", "down"]),
    refreshCooldownUntilMs: initial.number(`refresh_cooldown_until_${id}`, 0) * MS,
    rejections: 0,
    retryAtMs: 0
  })
  return {
    nowMs: initial.number("now") * MS,
    marketPrice: initial.number("market_price"),
    priceAtMs: seconds("last_price_update_at"),
    priceAgeSec: 0,
    facts: { ...initialState.facts, life: "active", mode: "RUNNING", rules },
    terms: termsOf(rules, null, null),
    book: {
      ...initialState.book,
      orders: initial.list("orders").map((order) => orderOf(order, order.number("local_id"))),
      recoveries: initial.list("recovery_orders").map(recoveryOf),
      trades: { A: trade("a"), B: trade("b") },
      nextOrderId: initial.number("next_order_id", 1),
      nextRecoveryId: initial.number("next_recovery_id", 1),
      totalProfit: Quote.fromNumber(initial.number("total_profit", 0)),
      totalFees: Quote.fromNumber(initial.number("total_fees", 0)),
      realizedLoss: Quote.fromNumber(initial.number("today_realized_loss", 0)),
      roundTrips: initial.number("total_round_trips", 0),
      s2EnteredAtMs: seconds("s2_entered_at"),
      onlySide: initial.flag("long_only") ? "long" : initial.flag("short_only") ? "short" : null,
      profitPctRuntime: initial.number("profit_pct_runtime", 0)
    }
  }
}

const orderOf = (from: CaseObject, localId: number): SlotOrder => {
  const price = Price.fromNumber(from.number("price"))
  const volume = Volume.fromNumber(from.number("volume"))
  const role = from.oneOf("role", ["entry", "exit"])
  const txid = from.text("txid", "")
  const order = {
    ...requestedOrder({ localId, side: sideOf(from), role, price, volume }),
    ...(txid === "" ? {} : { stage: "open" as const, txid }),
    tradeId: tradeOf(from),
    cycle: from.number("cycle"),
    priceNumber: Price.toNumber(price),
    placedAtMs: from.number("placed_at", 0) * MS
  }
  if (role === "entry") return { ...order, role, position: null }
  return { ...order, role, rejections: 0, position: positionOf(from, volume) }
}

const positionOf = (from: CaseObject, volume: Volume) => {
  const price = Price.fromNumber(from.number("entry_price", 0))
  return {
    price,
    cost: cost(price, volume),
    fee: Quote.fromNumber(from.number("entry_fee", 0)),
    filledAtMs: from.number("entry_filled_at", 0) * MS,
    closedVolume: Volume.zero,
    closedCost: Quote.zero,
    closedFee: Quote.zero
  }
}

const recoveryOf = (from: CaseObject): Recovery => {
  const recoveryId = from.number("recovery_id")
  const order = orderOf(new CaseObject({ ...from.fields, role: "exit" }, from.at), -recoveryId)
  if (order.role !== "exit") throw new CaseError(`${from.at} is no exit`)
  return {
    recoveryId,
    orphanedAtMs: from.number("orphaned_at", 0) * MS,
    why: { rule: from.oneOf("reason", ["s1_timeout", "s2_timeout"]), numbers: {} },
    softClose: "no",
    order
  }
}
