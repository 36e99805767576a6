/** What happened, as a trader reads it. */
import type { MarketEvent } from "../events/event.ts"
import { Price, Quote, Volume } from "../core/decimal/decimal.ts"
import { timeframeName } from "../candles/core/candle.ts"
import { sentenceOf } from "../core/rules/sentence.ts"
import { instant } from "./instants.ts"

const price = Price.format
const maybePrice = (of: Price | null): string => (of === null ? "not known" : price(of))
const doge = (volume: Volume): string => `${Volume.format(volume)} DOGE`
const usd = (quote: Quote): string => `${Quote.format(quote)} USD`

/** Which part of an order's story an event is. */
export type Part = "tick" | "fact" | "rule" | "funds" | "grant" | "claim" | "exchange" | "booking" | "mode"

const PARTS: Partial<Record<MarketEvent["_tag"], Part>> = {
  PriceObserved: "tick",
  ClockTicked: "tick",
  OrderRequested: "rule",
  CancelRequested: "rule",
  AmendRequested: "rule",
  ExitOrphaned: "rule",
  DecisionRefused: "rule",
  FundsWanted: "funds",
  FundsAllotted: "funds",
  EntryGranted: "grant",
  EntryDeferred: "grant",
  EntryRefused: "grant",
  OrderClaimed: "claim",
  OrderUnknown: "claim",
  OrderAccepted: "exchange",
  OrderRejected: "exchange",
  FillRecorded: "exchange",
  OrderFilled: "exchange",
  OrderCancelled: "exchange",
  OrderAmended: "exchange",
  AmendRefused: "exchange",
  OrderRestated: "exchange",
  LateFillRecorded: "exchange",
  CycleBooked: "booking",
  PositionReleased: "booking",
  ModeChanged: "mode"
}

/** The part of the story that an event belongs to. */
export const partOf = (event: MarketEvent): Part => PARTS[event._tag] ?? "fact"

/** The numbers that a rule compared, as it named them. */
const numbersIn = (event: MarketEvent): string => {
  if (!("reason" in event) || typeof event.reason !== "object") return ""
  const { rule, numbers } = event.reason
  const named = Object.entries(numbers).map(([name, value]) => `${name} ${value}`)
  return ` [rule ${rule}${named.length === 0 ? "" : `: ${named.join(", ")}`}]`
}

const because = (event: MarketEvent): string =>
  "reason" in event && typeof event.reason === "object" ? `: ${sentenceOf(event.reason)}${numbersIn(event)}` : ""

/** What is observed of the market and the account; null: it is something else. */
const factWords = (event: MarketEvent): string | null => {
  switch (event._tag) {
    case "CandleClosed":
      return `the candle of ${timeframeName(event.intervalMin)} from ${instant(event.timeSec * 1_000)} closed at ${price(event.close)} (open ${price(event.open)}, high ${price(event.high)}, low ${price(event.low)}, by ${event.provenance})`
    case "RegimeObserved": {
      const { regime, agreement, biasSignal } = event.consensus
      return agreement === "none"
        ? "no model speaks of the regime"
        : `the regime is ${regime.toLowerCase()} (${agreement.replaceAll("_", " ")}, bias ${biasSignal.toFixed(2)})`
    }
    case "RegimeModelTrained":
      return `a model of ${timeframeName(event.intervalMin)} is trained on ${event.candles} candles up to ${instant(event.toSec * 1_000)} (${event.iterations} iterations from ${event.start})`
    case "RegimeTrainingRefused":
      return `no model of ${timeframeName(event.intervalMin)} comes of a training: ${event.detail}`
    case "RetrainAnswered":
      return `the training that was asked for: ${event.outcomes.map(({ intervalMin, detail }) => `${timeframeName(intervalMin)} ${detail}`).join("; ")}`
    case "BalancesObserved":
      return `the account has ${doge(event.base.total)} (${Volume.format(event.base.hold)} in orders) and ${usd(event.quote.total)} (${Quote.format(event.quote.hold)} in orders)`
    case "OpenOrdersObserved":
      return `${event.ours} of our orders stand at the exchange, and ${event.foreign} others`
    case "AccountReconciled":
      return `the account is compared: ${event.openOrders} of our orders open, ${event.missed} had ended or filled unheard, ${event.foreignOrders} are not ours`
    case "LevelsObserved":
      return `levels of ${event.day}${event.finished ? "" : " so far"}: VWAP ${maybePrice(event.vwap)}, POC ${maybePrice(event.poc)}, high ${maybePrice(event.high)}, low ${maybePrice(event.low)}; ${event.precision}`
    default:
      return null
  }
}

/** One event in a line. */
export const wordsOf = (event: MarketEvent): string => {
  switch (event._tag) {
    case "PriceObserved":
      return `the price is ${price(event.last)} (bid ${price(event.bid)}, ask ${price(event.ask)})`
    case "ClockTicked":
      return event.priceAgeSec === null
        ? "time passes; no price yet"
        : `time passes; the price is ${event.priceAgeSec} s old`
    case "OrderRequested":
      return `${event.side} ${event.role} ${event.tradeId}, cycle ${event.cycle}: ${doge(event.volume)} at ${price(event.price)} is asked for as order ${event.localId}${because(event)}`
    case "CancelRequested":
      return `its cancel is asked for${because(event)}`
    case "AmendRequested":
      return `its move to ${price(event.price)} is asked for${because(event)}`
    case "ExitOrphaned":
      return `the exit becomes recovery ${event.recoveryId}${because(event)}`
    case "FundsWanted":
      return `funds are asked for (${event.what})${because(event)}`
    case "FundsAllotted":
      return `${doge(event.base)} and ${usd(event.quote)} may be planned with${because(event)}`
    case "EntryGranted":
      return `the governor grants it${because(event)}`
    case "EntryDeferred":
      return `the governor lets it wait${because(event)}`
    case "EntryRefused":
      return `the governor refuses it (ask again ${event.askAgain})${because(event)}`
    case "OrderClaimed":
      return `it is about to be sent as ${event.clientId}: ${event.side} ${doge(event.volume)} at ${price(event.price)}, not after ${instant(event.deadlineMs, true)}`
    case "OrderAccepted":
      return `the exchange has it as ${event.txid}`
    case "OrderRejected":
      return `the exchange does not have it: ${event.cause}`
    case "OrderUnknown":
      return `it was sent and nobody knows what became of it: ${event.cause}`
    case "FillRecorded":
    case "LateFillRecorded":
      return `${event._tag === "FillRecorded" ? "filled" : "filled late"} ${doge(event.volume)} at ${price(event.price)} (${event.liquidity}), cost ${usd(event.cost)}, fee ${usd(event.fee)}`
    case "OrderFilled":
      return `filled whole: ${doge(event.volume)} at ${price(event.price)}, cost ${usd(event.cost)}, fee ${usd(event.fee)}`
    case "OrderCancelled":
      return `off the book with ${doge(event.volume)} filled: ${event.cause}`
    case "OrderAmended":
      return `it stands at ${price(event.price)} now`
    case "AmendRefused":
      return `the exchange does not move it: ${event.cause}`
    case "OrderRestated":
      return `changed at the exchange: ${doge(event.volume)} at ${price(event.price)}`
    case "CycleBooked":
      return `trade ${event.tradeId}, cycle ${event.cycle} is booked (${event.kind}): net ${usd(event.net)}, gross ${usd(event.gross)} less fees of ${usd(event.fees)}${because(event)}`
    case "ModeChanged":
      return `the market is ${event.mode}${because(event)}`
    case "DecisionRefused":
      return `${event.what} is not done${because(event)}`
    case "CommandIssued":
      return `${event.author} asks for ${event.command.name}`
    default:
      return factWords(event) ?? `${event._tag}${because(event)}`
  }
}
