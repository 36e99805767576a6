/** A ledger told event by event: every line it writes, as text, and what stands where afterwards. */
import type { BaseFee } from "../../core/baseFee.ts"
import { placeAt } from "../../actor/core/actor.ts"
import { describe, expect, it } from "@effect/vitest"
import { Price, Quote, Volume } from "../../core/decimal/decimal.ts"
import type { MarketEvent } from "../../events/event.ts"
import type { CycleKind, StandIn } from "../../events/families/slot.ts"
import { marketSubjects } from "../../core/ids/subjects.ts"
import type { Transaction } from "./accounts.ts"
import { amountText, slotDifferences, unbalanced, unexplained } from "./check.ts"
import { balanceOf, initialLedger, type LedgerState, postEvent } from "./ledger.ts"

const subjects = marketSubjects("XDGUSD")

class Story {
  state: LedgerState = initialLedger
  lines: ReadonlyArray<string> = []
  private seq = 0

  tell(subject: string, event: MarketEvent): this {
    const place = placeAt({ seq: ++this.seq, index: 0, subject, epoch: 1, timeMs: 0 })
    const { state, transaction } = postEvent(this.state, event, place)
    this.state = state
    if (transaction !== null) expect(unbalanced(transaction)).toStrictEqual([])
    this.lines = transaction === null ? [] : textOf(transaction)
    return this
  }

  request(localId: number, side: "buy" | "sell"): this {
    return this.tell(subjects.out("slot-1"), {
      _tag: "OrderRequested",
      localId,
      side,
      role: "entry",
      tradeId: "B",
      cycle: 1,
      price: Price.parse("0.1"),
      volume: Volume.parse("100"),
      postOnly: true,
      layers: 0,
      reason: { rule: "configured", numbers: {} }
    })
  }

  fill(localId: number, volume: string, cost: string, fee: string, baseFee?: BaseFee): this {
    return this.tell(subjects.order(1), {
      _tag: "FillRecorded",
      clientId: "k",
      localId,
      txid: "T",
      execId: "E",
      price: Price.parse("0.1"),
      volume: Volume.parse(volume),
      cost: Quote.parse(cost),
      fee: Quote.parse(fee),
      ...(baseFee === undefined ? {} : { baseFee }),
      liquidity: "maker"
    })
  }

  end(
    tag: "OrderFilled" | "OrderCancelled",
    localId: number,
    volume: string,
    cost: string,
    fee: string,
    baseFee?: BaseFee
  ): this {
    const sums = {
      clientId: "k",
      localId,
      txid: "T",
      price: Price.parse("0.1"),
      volume: Volume.parse(volume),
      cost: Quote.parse(cost),
      fee: Quote.parse(fee),
      ...(baseFee === undefined ? {} : { baseFee })
    }
    return this.tell(
      subjects.order(1),
      tag === "OrderFilled" ? { _tag: tag, ...sums } : { _tag: tag, ...sums, cause: "" }
    )
  }

  cycle(
    tradeId: "A" | "B",
    volume: string,
    gross: string,
    fees: string,
    kind: CycleKind = "closed",
    standIn: StandIn | null = null
  ): this {
    return this.tell(subjects.out("slot-1"), {
      _tag: "CycleBooked",
      kind,
      tradeId,
      cycle: 1,
      entryPrice: Price.parse("0.1"),
      exitPrice: Price.parse("0.1"),
      volume: Volume.parse(volume),
      gross: Quote.parse(gross),
      fees: Quote.parse(fees),
      net: (Quote.parse(gross) - Quote.parse(fees)) as Quote,
      entryMs: 0,
      exitMs: 0,
      fromRecovery: false,
      standIn,
      reason: { rule: "configured", numbers: {} }
    })
  }

  balances(base: string, quote: string): this {
    return this.tell(subjects.account, {
      _tag: "BalancesObserved",
      base: { total: Volume.parse(base), hold: Volume.zero },
      quote: { total: Quote.parse(quote), hold: Quote.zero }
    })
  }

  at(account: string, commodity: "base" | "quote"): string {
    return amountText(balanceOf(this.state, account, commodity), commodity)
  }
}

const exit = (volume: string, cost: string, fee: string): StandIn => ({
  volume: Volume.parse(volume),
  cost: Quote.parse(cost),
  fee: Quote.parse(fee)
})

const textOf = ({ postings }: Transaction) =>
  postings.map(({ account, commodity, amount }) => `${account} ${amountText(amount, commodity)} ${commodity}`)

describe("the ledger", () => {
  it("posts a buy, its sell and the cycle of both, line by line, and ends with nothing in progress", () => {
    const story = new Story().request(1, "buy").end("OrderFilled", 1, "100", "10", "0.025")
    expect(story.lines).toStrictEqual([
      "exchange 100 base",
      "working:1 -100 base",
      "exchange -10 quote",
      "working:1 10 quote",
      "working:1 0.025 quote",
      "exchange -0.025 quote",
      "trading:1 -100 base",
      "working:1 100 base",
      "trading:1 10 quote",
      "working:1 -10 quote",
      "open-fees:1 0.025 quote",
      "working:1 -0.025 quote"
    ])
    story.request(2, "sell").end("OrderFilled", 2, "100", "10.2", "0.0255").cycle("B", "100", "0.2", "0.0505")
    expect(story.lines).toStrictEqual([
      "trading:1 0.2 quote",
      "income:1 -0.2 quote",
      "fees:1 0.0505 quote",
      "open-fees:1 -0.0505 quote"
    ])
    for (const account of ["trading:1", "working:1"]) {
      expect(story.at(account, "base")).toBe("0")
      expect(story.at(account, "quote")).toBe("0")
    }
    expect(story.at("open-fees:1", "quote")).toBe("0")
    expect(story.at("exchange", "quote")).toBe("0.1495")
    expect(slotDifferences(story.state, { slot: 1, totalProfit: Quote.parse("0.1495"), open: [] })).toStrictEqual([])
  })

  it("posts trade A the other way round", () => {
    const story = new Story().request(1, "sell").end("OrderFilled", 1, "100", "10", "0.025")
    const open = [
      { tradeId: "A" as const, volume: Volume.parse("100"), cost: Quote.parse("10"), fee: Quote.parse("0.025") }
    ]
    expect(slotDifferences(story.state, { slot: 1, totalProfit: 0n, open })).toStrictEqual([])
    story.request(2, "buy").end("OrderFilled", 2, "100", "9.8", "0.0245").cycle("A", "100", "0.2", "0.0495")
    expect(story.at("exchange", "base")).toBe("0")
    expect(slotDifferences(story.state, { slot: 1, totalProfit: Quote.parse("0.1505"), open: [] })).toStrictEqual([])
  })

  it("knows at every part fill what the account holds, and believes the order's end where the parts left something out", () => {
    const story = new Story().balances("0", "100").request(1, "buy").fill(1, "40", "4", "0.01")
    expect(story.at("exchange", "base")).toBe("40")
    expect(story.at("working:1", "base")).toBe("-40")
    expect(story.at("trading:1", "base")).toBe("0")
    // 70 were filled in all; one fill of 30 was never told by itself.
    story.end("OrderCancelled", 1, "70", "7", "0.0175").balances("70", "92.9825")
    expect(story.at("working:1", "base")).toBe("0")
    expect(story.at("working:1", "quote")).toBe("0")
    expect(unexplained(story.state)).toStrictEqual({ base: 0n, quote: 0n })
  })

  it("knows a fee that was taken in DOGE: its worth is a fee, and the DOGE are gone from the account", () => {
    const paid = (amount: string, worth: string): BaseFee => ({
      amount: Volume.parse(amount),
      worth: Quote.parse(worth)
    })
    const story = new Story().balances("0", "100").request(1, "buy").fill(1, "40", "4", "0.012", paid("0.1", "0.01"))
    expect(story.lines).toStrictEqual([
      "exchange 40 base",
      "working:1 -40 base",
      "exchange -4 quote",
      "working:1 4 quote",
      "working:1 0.002 quote",
      "exchange -0.002 quote",
      "base-fees:1 0.1 base",
      "exchange -0.1 base",
      "working:1 0.01 quote",
      "base-fees:1 -0.01 quote"
    ])
    // The end knows of a fill that was never told by itself, whose fee was taken in DOGE too.
    story.end("OrderFilled", 1, "100", "10", "0.027", paid("0.25", "0.025")).balances("99.75", "89.998")
    expect(unexplained(story.state)).toStrictEqual({ base: 0n, quote: 0n })
    expect(story.at("open-fees:1", "quote")).toBe("0.027")
    expect(story.at("base-fees:1", "base")).toBe("0.25")
  })

  it("writes nothing for an order that ends without a fill, or never came to be", () => {
    const story = new Story().request(1, "buy").end("OrderCancelled", 1, "0", "0", "0")
    expect(story.lines).toStrictEqual([])
    story.request(2, "buy").tell(subjects.order(1), { _tag: "OrderRejected", clientId: "k", localId: 2, cause: "" })
    expect(story.lines).toStrictEqual([])
    story.request(3, "buy").tell(subjects.out("governor"), {
      _tag: "EntryRefused",
      slot: 1,
      localId: 3,
      askAgain: "later",
      reason: { rule: "withdrawn", numbers: {} }
    })
    expect(story.state.orders).toStrictEqual({})
  })

  it("forgets an evicted order that never came to be", () => {
    const story = new Story().request(1, "buy").end("OrderFilled", 1, "100", "10", "0.025").request(2, "sell")
    const standIn = exit("100", "9", "0.0225")
    story.cycle("B", "100", "-1", "0.0475", "evicted", standIn)
    story.tell(subjects.order(1), { _tag: "OrderRejected", clientId: "k", localId: 2, cause: "" })
    expect(story.state.orders).toStrictEqual({})
    expect(story.at("evicted:1", "base")).toBe("-100")
  })

  it("takes back the share of an evicted recovery that filled before its cancel, and keeps the rest apart", () => {
    const story = new Story().request(1, "buy").end("OrderFilled", 1, "100", "10", "0.025").request(2, "sell")
    const standIn = exit("100", "9", "0.0225")
    story.cycle("B", "100", "-1", "0.0475", "evicted", standIn)
    // 40 at 0.102: 0.48 more than their share of what was booked, and 0.0012 more of a fee.
    story.end("OrderCancelled", 2, "40", "4.08", "0.0102")
    story.cycle("B", "40", "0.48", "0.0012", "corrected", exit("40", "3.6", "0.009"))
    expect(story.lines).toStrictEqual([
      "trading:1 -40 base",
      "evicted:1 40 base",
      "trading:1 3.6 quote",
      "evicted:1 -3.6 quote",
      "open-fees:1 -0.009 quote",
      "evicted:1 0.009 quote",
      "trading:1 0.48 quote",
      "income:1 -0.48 quote",
      "fees:1 0.0012 quote",
      "open-fees:1 -0.0012 quote"
    ])
    const profit = Quote.parse("-0.5687")
    expect(slotDifferences(story.state, { slot: 1, totalProfit: profit, open: [] })).toStrictEqual([])
    expect(story.at("evicted:1", "base")).toBe("-60")
    expect(story.at("evicted:1", "quote")).toBe("5.3865")
  })

  it("posts an exit that was cut short as traded in two orders", () => {
    const story = new Story().request(1, "buy").end("OrderFilled", 1, "100", "10", "0.025")
    story.request(2, "sell").end("OrderCancelled", 2, "90", "9.18", "0.02295")
    // The slot books 90 with their share of the entry; 10 are left, too small for an order.
    const residual = {
      tradeId: "B" as const,
      volume: Volume.parse("10"),
      cost: Quote.parse("1"),
      fee: Quote.parse("0.0025")
    }
    story.cycle("B", "90", "0.18", "0.04545", "cut_short")
    expect(story.lines).toStrictEqual([
      "trading:1 0.18 quote",
      "income:1 -0.18 quote",
      "fees:1 0.04545 quote",
      "open-fees:1 -0.04545 quote"
    ])
    const profit = Quote.parse("0.13455")
    expect(slotDifferences(story.state, { slot: 1, totalProfit: profit, open: [residual] })).toStrictEqual([])
  })

  it("keeps an evicted recovery apart: booked at the market, and still in the account", () => {
    const story = new Story().request(1, "buy").end("OrderFilled", 1, "100", "10", "0.025").request(2, "sell")
    const standIn = exit("100", "9", "0.0225")
    story.cycle("B", "100", "-1", "0.0475", "evicted", standIn)
    expect(story.at("trading:1", "base")).toBe("0")
    expect(story.at("trading:1", "quote")).toBe("0")
    expect(story.at("open-fees:1", "quote")).toBe("0")
    expect(story.at("evicted:1", "base")).toBe("-100")
    expect(story.at("evicted:1", "quote")).toBe("8.9775")
    story.end("OrderCancelled", 2, "0", "0", "0")
    expect(story.at("evicted:1", "base")).toBe("-100")
    expect(story.at("exchange", "base")).toBe("100")
  })

  it("takes an evicted recovery back when it fills after all, and books the difference", () => {
    const story = new Story().request(1, "buy").end("OrderFilled", 1, "100", "10", "0.025").request(2, "sell")
    const standIn = exit("100", "9", "0.0225")
    story.cycle("B", "100", "-1", "0.0475", "evicted", standIn)
    // It had stood at 0.102: 1.2 more than booked, and 0.003 more of a fee.
    story.end("OrderFilled", 2, "100", "10.2", "0.0255")
    story.cycle("B", "100", "1.2", "0.003", "corrected", standIn)
    for (const account of ["trading:1", "evicted:1"]) {
      expect(story.at(account, "base"), account).toBe("0")
      expect(story.at(account, "quote"), account).toBe("0")
    }
    expect(story.at("open-fees:1", "quote")).toBe("0")
    const profit = Quote.parse("0.1495")
    expect(slotDifferences(story.state, { slot: 1, totalProfit: profit, open: [] })).toStrictEqual([])
  })

  it("names what a retired slot gave up", () => {
    const story = new Story().request(1, "buy").end("OrderFilled", 1, "100", "10", "0.025")
    story.tell(subjects.out("slot-1"), {
      _tag: "PositionReleased",
      tradeId: "B",
      cycle: 1,
      entryPrice: Price.parse("0.1"),
      volume: Volume.parse("100"),
      cost: Quote.parse("10"),
      fee: Quote.parse("0.025"),
      reason: { rule: "slot_retires", numbers: {} }
    })
    expect(slotDifferences(story.state, { slot: 1, totalProfit: 0n, open: [] })).toStrictEqual([])
    expect(story.at("released:1", "base")).toBe("-100")
    expect(story.at("released:1", "quote")).toBe("10.025")
  })

  it.each([
    {
      lines: [
        ["base", 5n],
        ["base", -5n],
        ["quote", 2n],
        ["quote", -2n]
      ],
      problems: []
    },
    {
      lines: [
        ["base", 100_000_000n],
        ["base", -99_999_999n]
      ],
      problems: ["7.2: base lines add up to 0.00000001, not to 0"]
    },
    { lines: [["quote", -1n]], problems: ["7.2: quote lines add up to -0.0000000001, not to 0"] },
    {
      lines: [
        ["base", 1n],
        ["quote", -1n]
      ],
      problems: ["7.2: base lines add up to 0.00000001, not to 0", "7.2: quote lines add up to -0.0000000001, not to 0"]
    }
  ] as const)("names what does not cancel out in a transaction, each commodity by itself: $problems", (row) => {
    const postings = row.lines.map(([commodity, amount]) => ({ account: "exchange", commodity, amount }))
    expect(unbalanced({ seq: 7, index: 2, event: "OrderFilled", postings })).toStrictEqual([...row.problems])
  })

  it("has nothing to explain before the balances have been seen", () => {
    expect(unexplained(new Story().request(1, "buy").state)).toBeNull()
  })

  it("says how much nobody can explain", () => {
    const story = new Story().balances("1000", "100").request(1, "buy").end("OrderFilled", 1, "100", "10", "0.025")
    story.balances("1107", "89.975")
    expect(unexplained(story.state)).toStrictEqual({ base: Volume.parse("7"), quote: 0n })
  })

  it("names every figure that a slot has otherwise, with both of them", () => {
    const story = new Story().request(1, "buy").end("OrderFilled", 1, "100", "10", "0.025")
    expect(slotDifferences(story.state, { slot: 1, totalProfit: Quote.parse("1"), open: [] })).toStrictEqual([
      "slot 1 profit: ledger 0, slot 1 quote",
      "slot 1 open positions: ledger -100, slot 0 base",
      "slot 1 open positions: ledger 10, slot 0 quote",
      "slot 1 fees of open positions: ledger 0.025, slot 0 quote"
    ])
  })
})
