import { describe, expect, it } from "vitest"
import { placeAt } from "../../../../shared/actor/core/actor.ts"
import { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { MarketEvent } from "../../../../shared/events/event.ts"
import { initialLedger } from "../../../../shared/ledger/core/ledger.ts"
import { moneyOf, slotsMoney } from "./money.ts"
import { ledgerActor, NO_BOOKS } from "./ledgerActor.ts"

const reason = { rule: "configured", numbers: {} } as const

const after = (...events: ReadonlyArray<MarketEvent>) =>
  events.reduce((books, event, index) => {
    const at = { seq: index + 1, index: 0, subject: "market.XDGUSD.order.slot-1", epoch: 1, timeMs: 1_000 }
    return ledgerActor.reduce(books, event, placeAt(at)).state
  }, NO_BOOKS).ledger

const account = (base: string, quote: string): MarketEvent => ({
  _tag: "BalancesObserved",
  base: { total: Volume.parse(base), hold: Volume.zero },
  quote: { total: Quote.parse(quote), hold: Quote.zero }
})

const asked = (localId: number, side: "buy" | "sell", role: "entry" | "exit", price: string): MarketEvent => ({
  _tag: "OrderRequested",
  localId,
  side,
  role,
  tradeId: "A",
  cycle: 1,
  price: Price.parse(price),
  volume: Volume.parse("100"),
  postOnly: true,
  layers: 0,
  reason
})

const traded = (localId: number, price: string, cost: string, fee: string) => ({
  clientId: `k${localId}`,
  localId,
  txid: "O",
  price: Price.parse(price),
  volume: Volume.parse("100"),
  cost: Quote.parse(cost),
  fee: Quote.parse(fee)
})
const filled = (...of: Parameters<typeof traded>): MarketEvent => ({ _tag: "OrderFilled", ...traded(...of) })

const booked = (
  kind: "closed" | "evicted" | "corrected",
  gross: string,
  fees: string,
  standIn: { readonly cost: string; readonly fee: string } | null = null
): MarketEvent => ({
  _tag: "CycleBooked",
  kind,
  tradeId: "A",
  cycle: 1,
  entryPrice: Price.parse("0.4"),
  exitPrice: Price.parse("0.5"),
  volume: Volume.parse("100"),
  gross: Quote.parse(gross),
  fees: Quote.parse(fees),
  net: Quote.parse((Number(gross) - Number(fees)).toFixed(4)),
  entryMs: 0,
  exitMs: 0,
  fromRecovery: kind !== "closed",
  standIn:
    standIn === null
      ? null
      : { volume: Volume.parse("100"), cost: Quote.parse(standIn.cost), fee: Quote.parse(standIn.fee) },
  reason
})

/** 100 DOGE are sold at 0.4. */
const entered = [account("1000", "100"), asked(1, "sell", "entry", "0.4"), filled(1, "0.4", "40", "0.1")]
/** Its exit became a recovery, which was evicted at a market of 0.5. */
const evicted = [
  ...entered,
  asked(2, "buy", "exit", "0.3"),
  booked("evicted", "-10", "0.225", { cost: "50", fee: "0.125" })
]

const at = (price: string, ...events: ReadonlyArray<MarketEvent>) => moneyOf(after(...events), Price.parse(price))

describe("money", () => {
  it("of a closed cycle is traded, and its fees are paid", () => {
    const closed = [asked(2, "buy", "exit", "0.3"), filled(2, "0.3", "30", "0.075"), booked("closed", "10", "0.175")]
    const { traded_profit, traded_cycles, evicted_cycles, fees_paid, open_positions } = at(
      "0.35",
      ...entered,
      ...closed
    )
    expect({ traded_profit, traded_cycles, evicted_cycles, fees_paid }).toEqual({
      traded_profit: "9.825",
      traded_cycles: 1,
      evicted_cycles: 0,
      fees_paid: "0.175"
    })
    expect(open_positions).toEqual({ base: "0", quote: "0", at_market: "0" })
  })

  it("of an open position is what it has brought and what closing it at the market would take", () => {
    expect(at("0.35", ...entered)).toMatchObject({
      traded_profit: "0",
      fees_paid: "0.1",
      open_positions: { base: "-100", quote: "39.9", at_market: "4.9" }
    })
  })

  it("of an evicted recovery is booked and not traded; its position is still the account's, and no fee was paid for an exit", () => {
    expect(at("0.45", ...evicted)).toMatchObject({
      traded_profit: "0",
      evicted_profit: "-10.225",
      evicted_cycles: 1,
      fees_paid: "0.1",
      open_positions: { base: "0", quote: "0" },
      // Sold 100 DOGE that were booked as bought back for 50 and a fee.
      evicted_positions: { base: "-100", quote: "50.125", at_market: "5.125" }
    })
  })

  it("of an evicted recovery that was filled after all is corrected: nothing is left of what stood in", () => {
    const after_all = [
      filled(2, "0.3", "30", "0.075"),
      booked("corrected", "20", "-0.05", { cost: "50", fee: "0.125" })
    ]
    const money = at("0.45", ...evicted, ...after_all)
    expect(money).toMatchObject({
      evicted_profit: "-10.225",
      corrected_profit: "20.05",
      corrected_cycles: 1,
      booked_profit: "9.825",
      fees_paid: "0.175",
      evicted_positions: { base: "0", quote: "0", at_market: "0" }
    })
  })

  it("of the account is told against holding what it began with, and the parts add up", () => {
    const { account: held, booked_profit, evicted_positions } = at("0.45", ...evicted, account("900", "139.9"))
    expect(held).toMatchObject({
      value: "544.9",
      holding_value: "550",
      against_holding: "-5.1",
      unexplained: { base: "0", quote: "0", at_market: "0" }
    })
    expect(Number(booked_profit) + Number(evicted_positions.at_market)).toBeCloseTo(-5.1, 12)
  })

  it("is not known where no price or no balance is: null, not nothing", () => {
    expect(moneyOf(after(...entered), null)).toMatchObject({
      price: null,
      open_positions: { at_market: null },
      account: { value: null, holding_value: null, against_holding: null }
    })
    expect(moneyOf(initialLedger, Price.parse("0.4")).account).toBeNull()
  })

  it("of a slot that never traded is zero", () => {
    expect(slotsMoney(initialLedger, [], null).booked_profit).toBe("0")
  })
})
