/** Each judge of the contract finds what it is there for, and nothing where all is as it should be. */
import { describe, expect, it } from "@effect/vitest"
import { testRules } from "../../../../services/governor/testing/governorDriver.ts"
import { testRules as slotRules } from "../../../../services/slot-actor/testing/slotDriver.ts"
import { DEFAULT_REBALANCER_RULES } from "../../../../shared/config/rules/rebalancer.ts"
import { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { StoredRecord } from "../../../../shared/events/envelope.ts"
import { Cancels } from "./cancels.ts"
import { Doors } from "./doors.ts"
import { Known } from "./known.ts"
import { Orders } from "./orders.ts"
import { Orphans } from "./orphans.ts"
import { Skews } from "./skews.ts"

type Judge = { readonly take: (record: StoredRecord) => void }
type Told = readonly [family: string, event: object, cause?: number]

/** The last price of the stories, USD per DOGE. */
const MARKET = 0.2

/** What is found in a market of 0.2 with rules, terms and an account, when this is told second by second. */
const found = (judgeOf: (problem: (text: string) => void, known: Known) => Judge, told: ReadonlyArray<Told>) => {
  const problems: Array<string> = []
  const known = new Known()
  const judge = judgeOf((text) => problems.push(text), known)
  const last = Price.fromNumber(MARKET, 6)
  const account: ReadonlyArray<Told> = [
    ["control", { _tag: "RulesAdopted", to: 3 }],
    ["control", { _tag: "MarketConfigured", slots: [1], rules: slotRules }],
    ["control", { _tag: "GovernorConfigured", rules: testRules() }],
    ["control", { _tag: "RebalancerConfigured", rules: DEFAULT_REBALANCER_RULES }],
    ["control", { _tag: "EpochRaised", watchesOrders: true }],
    [
      "account",
      {
        ...{ _tag: "ConstraintsObserved", priceDecimals: 6, volumeDecimals: 8 },
        ...{ minVolume: Volume.parse("13"), minCost: Quote.parse("0.5") }
      }
    ],
    [
      "account",
      {
        _tag: "BalancesObserved",
        base: { total: Volume.parse("500"), hold: Volume.zero },
        quote: { total: Quote.parse("100"), hold: Quote.parse("20") }
      }
    ],
    ["price", { _tag: "PriceObserved", last }]
  ]
  for (const [n, [family, event, cause]] of [...account, ...told].entries()) {
    const seq = n + 1
    const slot = family === "slot" || family === "order" ? 1 : null
    const record = { seq, slot, family, timeMs: seq * 1_000, cause: cause ?? seq - 1, events: [event] }
    known.take(record as unknown as StoredRecord)
    judge.take(record as unknown as StoredRecord)
  }
  return problems
}

const size = Quote.toNumber(slotRules.orderSize)
const entryOf = (price: number, usd: number, change: object = {}): Told => [
  "slot",
  {
    ...{ _tag: "OrderRequested", localId: 1, side: "sell", role: "entry", tradeId: "A", cycle: 1 },
    ...{
      price: Price.fromNumber(price, 6),
      volume: Volume.fromNumber(usd / price, 8),
      reason: { rule: "auto_repair", numbers: {} }
    },
    ...change
  }
]
const stands = MARKET * (1 + slotRules.entryPct / 100)

describe("an entry", () => {
  const ofOrders = (...told: ReadonlyArray<Told>) => found((problem, known) => new Orders(problem, known), told)
  it("of the slot's size at an entry's distance is as it should be", () => {
    expect(ofOrders(entryOf(stands, size))).toStrictEqual([])
  })
  it("that is nearer, larger or smaller is found", () => {
    expect(ofOrders(entryOf(MARKET * (1 + slotRules.entryPct / 200), size))).toHaveLength(1)
    expect(ofOrders(entryOf(stands, size * 1.1))).toHaveLength(1)
    expect(ofOrders(entryOf(stands, size * 0.9))).toHaveLength(1)
  })
  it("that is asked for in a market which stands still is found", () => {
    expect(ofOrders(["governor", { _tag: "ModeChanged", mode: "HALTED" }], entryOf(stands, size))).toHaveLength(1)
  })
  it("of a cycle that is over is found", () => {
    const orphaned: Told = ["slot", { _tag: "ExitOrphaned", tradeId: "A", cycle: 1, reason: { rule: "s1_timeout" } }]
    const later: ReadonlyArray<Told> = Array.from({ length: 120 }, () => ["clock", { _tag: "ClockTicked" }])
    expect(ofOrders(orphaned, ...later, entryOf(stands, size))).toHaveLength(1)
    expect(ofOrders(orphaned, ...later, entryOf(stands, size, { cycle: 2 }))).toStrictEqual([])
  })
})

describe("an exit", () => {
  it("is orphaned after its time, and not before", () => {
    const exit: Told = [
      "slot",
      {
        ...{ _tag: "OrderRequested", localId: 2, side: "buy", role: "exit", tradeId: "A", cycle: 1 },
        reason: { rule: "entry_fill_exit", numbers: {} }
      }
    ]
    const orphaned: Told = ["slot", { _tag: "ExitOrphaned", tradeId: "A", cycle: 1, reason: { rule: "s1_timeout" } }]
    const waits = (sec: number): ReadonlyArray<Told> =>
      Array.from({ length: sec }, () => ["clock", { _tag: "ClockTicked" }])
    const after = (sec: number) =>
      found((problem, known) => new Orphans(problem, known), [exit, ...waits(sec), orphaned])
    expect(after(slotRules.s1OrphanAfterSec + 2)).toStrictEqual([])
    expect(after(slotRules.s1OrphanAfterSec / 2)).toHaveLength(1)
  })
})

describe("a skew", () => {
  const skewed = (skew: number, idleRatio: number): Told => [
    "rebalancer",
    { _tag: "SkewDecided", skew, reason: { numbers: { idleRatio } } }
  ]
  const ofSkews = (...told: ReadonlyArray<Told>) => found((problem, known) => new Skews(problem, known), told)
  it("of one step, from what lies idle, is as it should be", () => {
    expect(ofSkews(skewed(0.05, 0.4))).toStrictEqual([])
  })
  it("that is too large, too soon, or from another account is found", () => {
    expect(ofSkews(skewed(0.06, 0.4))).toHaveLength(1)
    expect(ofSkews(skewed(0.05, 0.4), skewed(0.06, 0.4))).toHaveLength(1)
    expect(ofSkews(skewed(0.05, 0.5))).toHaveLength(1)
  })
})

describe("the governor's doors", () => {
  const ofDoors = (...told: ReadonlyArray<Told>) => found((problem, known) => new Doors(problem, known), told)
  const reconciled: Told = ["account", { _tag: "AccountReconciled" }]
  const granted: Told = ["governor", { _tag: "EntryGranted" }]
  it("let entries pass once the orders were compared", () => {
    expect(ofDoors(reconciled, granted)).toStrictEqual([])
    expect(ofDoors(granted)).toHaveLength(1)
  })
  it("are shut while calls fail", () => {
    const failed: Told = ["account", { _tag: "ExchangeErrorsObserved", consecutive: testRules().maxConsecutiveErrors }]
    expect(ofDoors(reconciled, failed, granted)).toHaveLength(1)
  })
  it("do not open by themselves before their time", () => {
    const mode = (is: string): Told => ["governor", { _tag: "ModeChanged", mode: is }]
    expect(ofDoors(mode("PAUSED"), mode("RUNNING"))).toHaveLength(1)
  })
})

describe("an order that was taken off", () => {
  it("is found where its slot has not asked", () => {
    const cancels = new Cancels()
    const record = (event: object) => ({ slot: 1, events: [event] }) as unknown as StoredRecord
    const order = { txid: "T", clientId: "k1", status: "canceled", reason: "User requested" }
    const exchange = { desk: { books: { orders: new Map([["T", order]]) } } } as unknown as Parameters<
      Cancels["unasked"]
    >[0]
    cancels.take(record({ _tag: "OrderClaimed", clientId: "k1", localId: 4 }))
    expect(cancels.unasked(exchange)).toHaveLength(1)
    cancels.take(record({ _tag: "CancelRequested", localId: 4 }))
    expect(cancels.unasked(exchange)).toStrictEqual([])
  })
})
