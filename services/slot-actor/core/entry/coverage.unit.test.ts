/**
 * What a slot asks for with the funds it is allotted, under version 1 of the rules and under version 2. Entries stand 1 % from a
 * market of 0.1; at least 13 DOGE and 0.5 USD, maker fee 0.25 %: the smallest buy is 13 · 0.099 = 1.287 USD and 0.0032175 of fee.
 */
import { describe, expect, it } from "vitest"
import { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { EventOf, MarketEvent } from "../../../../shared/events/event.ts"
import { boundBy } from "../../../../shared/market/core/binding.ts"
import { said, SlotDriver } from "../../testing/slotDriver.ts"

type Constraints = Partial<EventOf<"ConstraintsObserved">>

/** As Kraken trades DOGE. */
const KRAKEN: Constraints = { volumeDecimals: 8, priceDecimals: 7 }

/** A slot without an order that has asked for funds. */
const asking = (rulesVersion: number, constraints: Constraints = {}, market = "0.1"): SlotDriver => {
  const slot = new SlotDriver({ allots: "by hand", rulesVersion }).ready()
  slot.constraints(constraints)
  slot.price(market)
  slot.take()
  return slot
}

const requests = (outputs: ReadonlyArray<MarketEvent>) =>
  outputs.filter((output): output is EventOf<"OrderRequested"> => output._tag === "OrderRequested")

/** Whether the governor would call these covered: a sell by its volume, a buy by cost and fee. */
const paid = (outputs: ReadonlyArray<MarketEvent>, doge: string, usd: string): boolean =>
  requests(outputs).every((order) => {
    const { base, quote } = boundBy(order, 2_500_000_000n)
    return base <= Volume.parse(doge) && quote <= Quote.parse(usd)
  })

/** Whether the exchange would take them. */
const placeable = (outputs: ReadonlyArray<MarketEvent>, minVolume = "13", minCost = "0.5"): boolean =>
  requests(outputs).every(
    ({ price, volume }) => volume >= Volume.parse(minVolume) && price * volume >= Quote.parse(minCost) * 100_000_000n
  )

interface Case {
  readonly given: string
  readonly doge: string
  readonly usd: string
  readonly constraints?: Constraints
  readonly market?: string
  /** What the slot says under version 1, and under version 2. */
  readonly v1: ReadonlyArray<string>
  readonly v2: ReadonlyArray<string>
}

const CASES: ReadonlyArray<Case> = [
  {
    given: "USD for twice the least cost, not for twice the least volume: less than one smallest buy",
    doge: "0",
    usd: "1",
    v1: ["buy entry B 26@0.099 reseed_B", "no entry_A: insufficient_funds"],
    v2: ["no entry_B: entry_not_covered"]
  },
  {
    given: "USD between the two limits: just below one smallest buy with its fee",
    doge: "0",
    usd: "1.2902174999",
    v1: ["buy entry B 26@0.099 reseed_B", "no entry_A: insufficient_funds"],
    v2: ["no entry_B: entry_not_covered"]
  },
  {
    given: "USD between the two limits: exactly one smallest buy with its fee",
    doge: "0",
    usd: "1.2902175",
    v1: ["buy entry B 26@0.099 reseed_B", "no entry_A: insufficient_funds"],
    v2: ["buy entry B 13@0.099 degraded_B", "no entry_A: insufficient_funds"]
  },
  {
    given: "USD for just less than two smallest buys with their fee",
    doge: "0",
    usd: "2.5804349999",
    v1: ["buy entry B 26@0.099 reseed_B", "no entry_A: insufficient_funds"],
    v2: ["buy entry B 13@0.099 degraded_B", "no entry_A: insufficient_funds"]
  },
  {
    given: "USD for exactly two smallest buys with their fee",
    doge: "0",
    usd: "2.580435",
    v1: ["buy entry B 26@0.099 reseed_B", "no entry_A: insufficient_funds"],
    v2: ["buy entry B 26@0.099 reseed_B", "no entry_A: insufficient_funds"]
  },
  {
    given: "neither currency by any limit",
    doge: "12.99999999",
    usd: "0.4999999999",
    v1: ["no bootstrap: insufficient_funds"],
    v2: ["no bootstrap: insufficient_funds"]
  },
  {
    given: "DOGE for one smallest sell, USD by the least cost alone",
    doge: "20",
    usd: "0.6",
    v1: ["sell entry A 50@0.101 bootstrap_A", "buy entry B 51@0.099 bootstrap_B"],
    v2: ["sell entry A 13@0.101 degraded_A", "no entry_B: entry_not_covered"]
  },
  {
    given: "both currencies for one smallest order, neither for one of the slot's size",
    doge: "20",
    usd: "2",
    v1: ["sell entry A 50@0.101 bootstrap_A", "buy entry B 51@0.099 bootstrap_B"],
    v2: ["no entry_A: entry_not_covered", "no entry_B: entry_not_covered"]
  },
  {
    given: "DOGE for an order of the slot's size, USD for a smaller one only",
    doge: "1000",
    usd: "2",
    v1: ["sell entry A 50@0.101 bootstrap_A", "buy entry B 51@0.099 bootstrap_B"],
    v2: ["sell entry A 50@0.101 bootstrap_A", "no entry_B: entry_not_covered"]
  },
  {
    given: "eight volume decimals, DOGE for one smallest sell",
    doge: "13",
    usd: "0",
    constraints: KRAKEN,
    v1: ["no entry_A: below_min_volume"],
    v2: ["sell entry A 13@0.101 degraded_A", "no entry_B: insufficient_funds"]
  },
  {
    given: "eight volume decimals, DOGE for less than two smallest sells",
    doge: "25.99999999",
    usd: "0",
    constraints: KRAKEN,
    v1: ["no entry_A: below_min_volume"],
    v2: ["sell entry A 13@0.101 degraded_A", "no entry_B: insufficient_funds"]
  },
  {
    given: "eight volume decimals, DOGE for two smallest sells",
    doge: "26",
    usd: "0",
    constraints: KRAKEN,
    v1: ["sell entry A 25.74257426@0.101 reseed_A", "no entry_B: insufficient_funds"],
    v2: ["sell entry A 26@0.101 reseed_A", "no entry_B: insufficient_funds"]
  },
  {
    given: "a least volume between two steps of a coarse volume, and DOGE for just that",
    doge: "13.7",
    usd: "0",
    constraints: { minVolume: Volume.parse("13.7") },
    v1: ["sell entry A 14@0.101 degraded_A", "no entry_B: insufficient_funds"],
    v2: ["no entry_A: entry_not_covered"]
  },
  {
    given: "a least volume between two steps of a coarse volume, and DOGE for the next step",
    doge: "14",
    usd: "0",
    constraints: { minVolume: Volume.parse("13.7") },
    v1: ["sell entry A 14@0.101 degraded_A", "no entry_B: insufficient_funds"],
    v2: ["sell entry A 14@0.101 degraded_A", "no entry_B: insufficient_funds"]
  },
  {
    given: "a market so low that the least cost asks for more than the least volume: DOGE for the latter only",
    doge: "20",
    usd: "0",
    constraints: KRAKEN,
    market: "0.01",
    v1: ["no entry_A: below_min_cost"],
    v2: ["no entry_A: entry_not_covered"]
  },
  {
    given: "a market so low that the least cost asks for more than the least volume: DOGE for the former",
    doge: "49.5049505",
    usd: "0",
    constraints: KRAKEN,
    market: "0.01",
    v1: ["no entry_A: below_min_cost"],
    v2: ["sell entry A 49.5049505@0.0101 degraded_A", "no entry_B: insufficient_funds"]
  }
]

describe("the first entries of a slot", () => {
  it.each(CASES)("of version 1, given $given, are what each currency's own limit allows", (row) => {
    const slot = asking(1, row.constraints, row.market)
    expect(said(slot.allot(row.doge, row.usd))).toEqual(row.v1)
  })

  it.each(CASES)("of version 2, given $given, are paid for and placeable, or it says what is missing", (row) => {
    const slot = asking(2, row.constraints, row.market)
    const outputs = slot.allot(row.doge, row.usd)
    expect(said(outputs)).toEqual(row.v2)
    expect(paid(outputs, row.doge, row.usd)).toBe(true)
    expect(placeable(outputs, Volume.format(row.constraints?.minVolume ?? Volume.parse("13")))).toBe(true)
    expect(slot.state.book.halted).toBeNull()
  })

  it("of version 2 carry no layers, and say what they are worth at their own price", () => {
    const slot = asking(2, KRAKEN)
    slot.sizing({ effectiveLayers: 3 })
    expect(requests(slot.allot("13", "0"))).toMatchObject([
      { layers: 0, reason: { rule: "degraded_A", numbers: { sizeUsd: 1.3130000000000002 } } }
    ])
  })

  it("of version 2 are as large as the least cost demands at their own price", () => {
    const slot = asking(2, { ...KRAKEN, minCost: Quote.parse("2") })
    const [order] = requests(slot.allot("19.8019802", "0"))
    expect(order?.price).toBe(Price.parse("0.101"))
    expect(order?.volume).toBe(Volume.parse("19.8019802"))
  })

  it("that the allotment does not cover say what they need, in the governor's own figures, and ask again in half a minute", () => {
    const slot = asking(2)
    expect(slot.allot("0", "1")).toEqual([
      {
        _tag: "DecisionRefused",
        what: "entry_B",
        unfunded: true,
        reason: {
          rule: "entry_not_covered",
          numbers: { wantedBy: "degraded_B", needs: "1.2902175", free: "1", currency: "USD" }
        }
      }
    ])
    slot.take()
    expect(said(slot.clock(29.999))).toEqual([])
    expect(said(slot.clock(0.001))).toEqual(["FundsWanted"])
  })
})

/** A lone buy entry (1): the slot has asked for its sell. */
const lackingSell = (rulesVersion: number): SlotDriver => {
  const slot = new SlotDriver({ allots: "by hand", rulesVersion }).ready()
  slot.price("0.1")
  slot.allot("0", "1000")
  slot.clock(30)
  slot.take()
  return slot
}

describe("the repair of a missing leg", () => {
  it.each([
    { version: 1, doge: "13", says: ["sell entry A 50@0.101 auto_repair"] },
    { version: 2, doge: "13", says: ["no entry_A: entry_not_covered"] },
    { version: 1, doge: "50", says: ["sell entry A 50@0.101 auto_repair"] },
    { version: 2, doge: "50", says: ["sell entry A 50@0.101 auto_repair"] },
    { version: 1, doge: "12", says: ["no entry_A: insufficient_funds"] },
    { version: 2, doge: "12", says: ["no entry_A: insufficient_funds"] }
  ])("of version $version, allotted $doge DOGE for a sell of 50, says $says", ({ version, doge, says }) => {
    expect(said(lackingSell(version).allot(doge, "0"))).toEqual(says)
  })
})

describe("an entry that answers no allotment", () => {
  it.each([1, 2])("is the governor's to judge under version %i: a follow-up asks for its size", (version) => {
    const slot = new SlotDriver({ allots: "by hand", rulesVersion: version }).trading()
    slot.balances("0", "0")
    slot.fill(2)
    slot.accept(3)
    expect(said(slot.fill(3))).toContain("buy entry B 51@0.099 cycle_complete")
  })
})
