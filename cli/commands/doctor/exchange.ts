/** The exchange: does it answer, how far apart are the clocks, what are its terms, and may the keys do what trading needs? */
import { Clock, Effect } from "effect"
import type { Settings } from "../../../app/settings.ts"
import { Price } from "../../../shared/core/decimal/decimal.ts"
import {
  type ExchangeError,
  type LimitOrder,
  MarketData,
  type PairConstraints,
  Rehearsal,
  Trading
} from "../../../shared/exchange/port.ts"
import { leastVolume } from "../../../shared/market/core/binding.ts"
import { type Check, fail, type Finding, ok, warn } from "./check.ts"
import { besideFinding, clockFinding, feeFinding, sizeFinding, statusFinding } from "./limits.ts"

/** The exchange's time comes in whole seconds. */
const RESOLUTION_MS = 1_000

/** How far this machine's clock is from the exchange's, judged with the uncertainty of one question. */
export const clockCheck: Check<MarketData> = {
  what: "clock",
  look: Effect.gen(function* () {
    const { time } = yield* MarketData
    const before = yield* Clock.currentTimeMillis
    const venueMs = yield* time
    const after = yield* Clock.currentTimeMillis
    const roundTripMs = after - before
    return [clockFinding((before + after) / 2 - (venueMs + RESOLUTION_MS / 2), (roundTripMs + RESOLUTION_MS) / 2)]
  })
}

/** Terms, fees and price as the exchange says them now. */
export const termsCheck = (settings: Settings): Check<MarketData | Trading> => ({
  what: "exchange",
  look: Effect.gen(function* () {
    const trading = yield* Trading
    const { last } = yield* (yield* MarketData).ticker
    const constraints = yield* trading.constraints
    const fees = yield* Effect.result(trading.fees)
    const makerPct = fees._tag === "Success" ? fees.success.makerPct : null
    const { minVolume, minCost, status } = constraints
    const terms = { makerPct, minVolume, minCost, price: last, source: "the exchange" }
    return [
      statusFinding(settings.symbol, status, last),
      feeFinding(settings, terms),
      sizeFinding(settings.slot, terms)
    ]
  })
})

/** No such order has ever been: a cancel of it shows whether cancelling is allowed, and cancels nothing. */
const NO_ORDER = "OAAAAA-AAAAA-AAAAAA"

const permission = (what: string, call: Effect.Effect<unknown, ExchangeError>): Effect.Effect<Finding> =>
  Effect.map(Effect.result(call), (result) => {
    if (result._tag === "Success") return ok("keys", `may ${what}`)
    const { advice, detail } = result.failure
    if (advice === "rejected" || advice === "gone") return ok("keys", `may ${what}`)
    if (advice === "stop")
      return fail("keys", `may not ${what}: ${detail}`, "give the key this permission, or make a new one")
    return fail("keys", `whether it may ${what} is not known: ${detail}`, "run this again")
  })

/** Money of an empty balance that lies in other pots; a key that may not look is found out right after. */
const otherPots = ({ balances }: Trading["Service"]): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.map(Effect.result(balances), (result) => {
    const elsewhere = result._tag === "Success" ? (result.success.elsewhere ?? []) : []
    if (elsewhere.length === 0) return []
    const found = `a balance is empty, and the account holds ${elsewhere.join(", ")}`
    return [warn("funds", found, "move it to the spot wallet, or switch auto-earn off")]
  })

/** An order that could never stand: a tenth of the price, checked by the exchange and not placed. */
const rehearsal = (
  { minVolume, minCost, priceDecimals, volumeDecimals }: PairConstraints,
  last: Price,
  nowMs: number
): LimitOrder => {
  const price = Price.fromNumber(Price.toNumber(last) / 10, priceDecimals)
  const volume = leastVolume(price, { minVolume, minCost, volumeDecimals })
  return {
    clientId: `doctor${nowMs.toString(36)}`,
    side: "buy",
    price,
    volume,
    postOnly: true,
    deadlineMs: nowMs + 30_000
  }
}

/** What the keys may do, found out with calls that change nothing. Nothing of a key is ever printed. */
export const keysCheck: Check<MarketData | Trading | Rehearsal> = {
  what: "keys",
  look: Effect.gen(function* () {
    const trading = yield* Trading
    const { rehearse } = yield* Rehearsal
    const { last } = yield* (yield* MarketData).ticker
    const constraints = yield* trading.constraints
    const nowMs = yield* Clock.currentTimeMillis
    const open = yield* Effect.result(trading.openOrders)
    return [
      ...(yield* otherPots(trading)),
      yield* permission("query funds", trading.balances),
      yield* permission("query open orders", trading.openOrders),
      yield* permission("query trades and closed orders", trading.fills(nowMs - 60_000, nowMs)),
      yield* permission("place and amend orders", rehearse(rehearsal(constraints, last, nowMs))),
      yield* permission("cancel orders", trading.cancel(NO_ORDER)),
      warn(
        "keys",
        "whether they may withdraw cannot be asked without withdrawing",
        "see at Kraken that they may not, and that they are bound to this machine's address"
      ),
      ...(open._tag === "Success" ? [besideFinding(open.success)] : [])
    ]
  })
}
