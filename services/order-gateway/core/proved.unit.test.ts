/** No source lowers what another has proved; an order may trade more, less or otherwise than asked. */
import { describe, expect, it } from "@effect/vitest"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../shared/events/event.ts"
import type { OrderEvent } from "../../../shared/events/families/order.ts"
import type { Fill, OrderReport } from "../../../shared/exchange/port.ts"
import { isBehindFills, movementOf } from "./balances.ts"
import { fillFacts, isBehind, missingFills, reportFacts, restatedFacts } from "./facts.ts"
import { lateFillFacts } from "./lateFills.ts"
import type { EndedOrder, LiveOrder } from "./state.ts"

/** A buy of 100 at 0.1, open, with `filled` of it recorded at that price under the id E1; the fee is 0.25 %. */
const order = (filled = "0", change: Partial<LiveOrder> = {}): LiveOrder => {
  const volume = Volume.parse(filled)
  return {
    localId: 1,
    clientId: "k1",
    side: "buy",
    role: "entry",
    price: Price.parse("0.1"),
    stage: "open",
    txid: "T1",
    ...sums(filled),
    volume: Volume.parse("100"),
    filled: volume,
    formerPrices: [],
    cycle: 3,
    changedMs: 0,
    postOnly: true,
    grant: "granted",
    deadlineMs: 0,
    execIds: volume === 0n ? [] : ["E1"],
    ...change
  }
}

const sums = (volume: string) => ({
  volume: Volume.parse(volume),
  cost: (Volume.parse(volume) * 10n) as Quote,
  fee: (Volume.parse(volume) / 40n) as Quote
})

const report = (status: OrderReport["status"], filled: string, change: Partial<OrderReport> = {}): OrderReport => {
  const { volume: filledVolume, cost, fee } = sums(filled)
  return {
    txid: "T1",
    clientId: "k1",
    side: "buy",
    price: Price.parse("0.1"),
    volume: Volume.parse("100"),
    status,
    openedMs: 0,
    ...{ filledVolume, cost, fee },
    reason: null,
    ...change
  }
}

const fill = (execId: string, volume: string): Fill => ({
  execId,
  txid: "T1",
  side: "buy",
  price: Price.parse("0.1"),
  ...sums(volume),
  liquidity: "maker",
  timeMs: 0
})

const said = (facts: ReadonlyArray<OrderEvent>): ReadonlyArray<string> =>
  facts.map((fact) => ("volume" in fact ? `${fact._tag} ${Volume.format(fact.volume)}` : fact._tag))

describe("no source lowers what another has proved", () => {
  it.each([
    ["canceled, nothing filled", report("canceled", "0")],
    ["canceled, less filled", report("canceled", "39.9")],
    ["expired, less filled", report("expired", "10")],
    ["canceled, as much filled at less cost", report("canceled", "40", { cost: Quote.parse("3.9") })],
    ["canceled, as much filled at less of a fee", report("canceled", "40", { fee: Quote.zero })],
    ["closed, and not complete by its own volume", report("closed", "60")]
  ])("a report behind the fills recorded says nothing: %s", (_what, lagging) => {
    expect(isBehind(order("40"), lagging)).toBe(true)
    expect(reportFacts(order("40"), lagging)).toStrictEqual([])
  })

  it("the last answer that is behind ends the order with the larger sums, and says what was listed", () => {
    const [end, ...more] = reportFacts(order("40"), report("canceled", "0"), { final: true })
    expect(more).toStrictEqual([])
    expect(end).toMatchObject({ _tag: "OrderCancelled", ...sums("40"), listed: sums("0") })
  })

  it("cost and fee that are rounded otherwise are no reason to ask again", () => {
    const rounded = report("canceled", "40", { cost: Quote.parse("3.999999"), fee: Quote.parse("0.009999") })
    expect(said(reportFacts(order("40"), rounded))).toStrictEqual(["OrderCancelled 40"])
  })

  it("a report that is ahead of the fills ends the order with the exchange's sums", () => {
    expect(said(reportFacts(order("40"), report("canceled", "70")))).toStrictEqual(["OrderCancelled 70"])
  })
})

describe("a fee that was taken in the base currency", () => {
  /** 0.1 DOGE of 40 at a price of 0.1, worth 0.01 USD. */
  const baseFee = { amount: Volume.parse("0.1"), worth: Quote.parse("0.01") }
  const paidInBase = order("40", { baseFee })

  it("stands in the fact of the fill, and adds up in the order's end", () => {
    const [recorded, end] = fillFacts(paidInBase, {
      ...fill("E2", "60"),
      baseFee: { amount: Volume.parse("0.15"), worth: Quote.parse("0.015") }
    })
    expect(recorded).toMatchObject({ _tag: "FillRecorded", ...sums("60"), baseFee: { amount: Volume.parse("0.15") } })
    expect(end).toMatchObject({
      _tag: "OrderFilled",
      ...sums("100"),
      baseFee: { amount: Volume.parse("0.25"), worth: Quote.parse("0.025") }
    })
  })

  it.each([
    ["as a number of DOGE without a word", { fee: Quote.parse("0.1") }],
    ["as what the quote currency paid, nothing", { fee: Quote.zero }]
  ])("is as the fills have proved it, where the report has it %s", (_what, listed) => {
    const [end] = reportFacts(paidInBase, report("canceled", "40", listed))
    expect(end).toMatchObject({ _tag: "OrderCancelled", ...sums("40"), baseFee })
  })

  it("of a part that no fill told is taken at the rate of those that did", () => {
    const [end] = reportFacts(paidInBase, report("canceled", "80", { fee: Quote.parse("0.2") }))
    expect(end).toMatchObject({
      ...sums("80"),
      baseFee: { amount: Volume.parse("0.2"), worth: Quote.parse("0.02") }
    })
  })

  it("is an amount of DOGE in a list without currencies, where the order's report says so", () => {
    const listed: Fill = { ...fill("E2", "60"), fee: Quote.parse("0.15") }
    const told = report("closed", "100", {
      fee: Quote.parse("0.025"),
      baseFee: { amount: Volume.parse("0.25"), worth: Quote.parse("0.025") }
    })
    expect(missingFills(order(), [listed], told)).toMatchObject([
      { fee: Quote.parse("0.015"), baseFee: { amount: Volume.parse("0.15"), worth: Quote.parse("0.015") } }
    ])
    expect(missingFills(order(), [listed], report("closed", "100"))).toStrictEqual([listed])
  })

  it("moves DOGE out of the account, and no USD", () => {
    expect(movementOf("buy", { ...sums("40"), baseFee })).toStrictEqual({
      base: Volume.parse("39.9"),
      quote: Quote.parse("-4")
    })
    expect(movementOf("sell", { ...sums("40"), baseFee })).toStrictEqual({
      base: Volume.parse("-40.1"),
      quote: Quote.parse("4")
    })
  })
})

describe("a late fill", () => {
  const ended = (counted: string, recorded: string): EndedOrder => ({
    ...{ slot: 1, localId: 1, clientId: "k1", txid: "T1", side: "buy", role: "entry", cycle: 3 },
    endedMs: 1_000,
    execIds: recorded === "0" ? [] : ["E1"],
    sums: sums(counted),
    recorded: sums(recorded)
  })

  it("of an order that ended with nothing filled is a fact", () => {
    expect(lateFillFacts(ended("0", "0"), [fill("E2", "60")])).toStrictEqual([
      {
        _tag: "LateFillRecorded",
        ...{ clientId: "k1", localId: 1, txid: "T1", execId: "E2", side: "buy", role: "entry", cycle: 3 },
        price: Price.parse("0.1"),
        ...sums("60"),
        liquidity: "maker"
      }
    ])
  })

  it("is none where it was recorded, or belongs to another order", () => {
    const other = { ...fill("E3", "5"), txid: "T2" }
    expect(lateFillFacts(ended("40", "40"), [fill("E1", "40"), other])).toStrictEqual([])
  })

  it("is none where the order's end counted it without a record of its own", () => {
    expect(lateFillFacts(ended("70", "40"), [fill("E1", "40"), fill("E2", "30")])).toStrictEqual([])
  })

  it("is what lies beyond that which the end had counted, to the last unit", () => {
    const facts = lateFillFacts(ended("70", "40"), [fill("E1", "40"), fill("E2", "20"), fill("E3", "25")])
    expect(facts.map(({ execId, volume, cost, fee }) => ({ execId, volume, cost, fee }))).toStrictEqual([
      { execId: "E3", ...sums("15") }
    ])
  })
})

describe("an order may trade more, less or otherwise than asked", () => {
  it("volume rounded by the exchange: closed 2e-8 short is filled, not cancelled, and no change", () => {
    const short = report("closed", "99.99999998", { volume: Volume.parse("99.99999998") })
    expect(said(reportFacts(order(), short))).toStrictEqual(["OrderFilled 99.99999998"])
    expect(said(reportFacts(order(), report("closed", "99.99999998")))).toStrictEqual(["OrderFilled 99.99999998"])
  })

  it.each([
    ["doubled", "200"],
    ["halved", "50"]
  ])("%s by hand and closed: that is a fact of its own, and the order is filled", (_what, volume) => {
    const closed = report("closed", volume, { volume: Volume.parse(volume) })
    expect(said(reportFacts(order(), closed))).toStrictEqual([`OrderRestated ${volume}`, `OrderFilled ${volume}`])
  })

  it("doubled and then cancelled after what was asked counts as filled", () => {
    const cancelled = report("canceled", "100", { volume: Volume.parse("200") })
    expect(said(reportFacts(order(), cancelled))).toStrictEqual(["OrderRestated 200", "OrderFilled 100"])
  })

  it("fills beyond the volume: the order is for more now, and its end is for its report to say", () => {
    expect(said(fillFacts(order("40"), fill("E2", "90")))).toStrictEqual(["OrderRestated 130", "FillRecorded 90"])
  })

  it("at a better price: the end has the exchange's cost, and the price that explains it", () => {
    const [end] = reportFacts(order(), report("closed", "100", { cost: Quote.parse("9.5") }))
    expect(end).toMatchObject({ _tag: "OrderFilled", price: Price.parse("0.095"), cost: Quote.parse("9.5") })
  })

  const byHand = (change: Partial<OrderReport>, filled = "0"): OrderReport => report("open", filled, change)
  const now = { askedMs: 1_000_000, amending: false }
  const price = Price.parse("0.09")

  it("changed while it is open: restated, once", () => {
    const changed = byHand({ price, volume: Volume.parse("200") })
    const [fact] = restatedFacts(order(), changed, now)
    expect(fact).toMatchObject({ _tag: "OrderRestated", price, volume: Volume.parse("200") })
    expect(restatedFacts(order("0", { price, volume: Volume.parse("200") }), changed, now)).toStrictEqual([])
  })

  it.each([
    ["it is as it was", byHand({}), order(), now],
    ["an amendment of ours waits", byHand({ price }), order(), { ...now, amending: true }],
    ["it was changed less than a minute before", byHand({ price }), order("0", { changedMs: 940_001 }), now],
    ["the list has less volume than was traded", byHand({ volume: Volume.parse("30") }), order("40"), now],
    ["the volume is rounded", byHand({ volume: Volume.parse("99.99999995") }), order(), now]
  ])("is no change where %s", (_why, open, live, how) => {
    expect(restatedFacts(live, open, how)).toStrictEqual([])
  })

  it("is a change again once the lists have caught up", () => {
    expect(said(restatedFacts(order("0", { changedMs: 940_000 }), byHand({ price }), now))).toStrictEqual([
      "OrderRestated 100"
    ])
  })
})

describe("balances that are older than fills of ours", () => {
  const balances = (base: string, quote: string): EventOf<"BalancesObserved"> => ({
    _tag: "BalancesObserved",
    base: { total: Volume.parse(base), hold: Volume.zero },
    quote: { total: Quote.parse(quote), hold: Quote.zero }
  })
  const known = balances("1000", "100")
  /** A buy of 40 for 4.01, then a sell of 10 for 0.9975. */
  const moved = [movementOf("buy", sums("40")), movementOf("sell", sums("10"))]

  it.each([
    ["as before both", "1000", "100"],
    ["as between them", "1040", "95.99"],
    ["as between them, with dollars to four decimals", "1040", "95.98996"]
  ])("are asked for again: %s", (_what, base, quote) => {
    expect(isBehindFills(known, moved, balances(base, quote))).toBe(true)
  })

  it.each([
    ["as after both", "1030", "96.9875"],
    ["with a deposit", "1030", "196.9875"],
    ["with somebody else's trade", "1005", "99"]
  ])("are not, where they are news: %s", (_what, base, quote) => {
    expect(isBehindFills(known, moved, balances(base, quote))).toBe(false)
  })

  it("are not, where nothing has moved", () => {
    expect(isBehindFills(known, [], known)).toBe(false)
  })
})
