import { placeAt } from "../../../shared/actor/core/actor.ts"
import { describe, expect, it } from "@effect/vitest"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { marketSubjects } from "../../../shared/core/ids/subjects.ts"
import type { OrderReport } from "../../../shared/exchange/port.ts"
import { reportFacts } from "./facts.ts"
import { gatewayFold } from "./fold.ts"
import { type GatewayState, type LiveOrder, orderOfSlot } from "./state.ts"

const subjects = marketSubjects("XDGUSD")
const OUT = subjects.out("slot-1")
const FACTS = subjects.order(1)
const GOVERNOR = subjects.out("governor")
const because = { rule: "configured", numbers: {} } as const

const request = (localId: number, role: "entry" | "exit"): readonly [string, MarketEvent] => [
  OUT,
  {
    _tag: "OrderRequested",
    localId,
    side: "buy",
    role,
    tradeId: "B",
    cycle: 1,
    price: Price.parse("0.1"),
    volume: Volume.parse("20"),
    postOnly: true,
    layers: 0,
    reason: because
  }
]
const granted = (localId: number, slot = 1): readonly [string, MarketEvent] => [
  GOVERNOR,
  { _tag: "EntryGranted", slot, localId, reason: because }
]
const refused = (localId: number): readonly [string, MarketEvent] => [
  GOVERNOR,
  { _tag: "EntryRefused", slot: 1, localId, askAgain: "later", reason: because }
]
const cancel = (localId: number): readonly [string, MarketEvent] => [
  OUT,
  { _tag: "CancelRequested", localId, recoveryId: null, reason: because }
]
const accepted = (localId: number): readonly [string, MarketEvent] => [
  FACTS,
  { _tag: "OrderAccepted", clientId: "k", localId, txid: `T${localId}` }
]
const amend = (localId: number, price: string): readonly [string, MarketEvent] => [
  OUT,
  { _tag: "AmendRequested", localId, recoveryId: 1, price: Price.parse(price), reason: because }
]
const amended = (localId: number, price: string): readonly [string, MarketEvent] => [
  FACTS,
  { _tag: "OrderAmended", clientId: "k", localId, price: Price.parse(price) }
]

const foldAll = (...steps: ReadonlyArray<readonly [string, MarketEvent]>): GatewayState =>
  steps.reduce(
    (state, [subject, event], n) =>
      gatewayFold.reduce(state, event, placeAt({ seq: n + 1, index: 0, subject, epoch: 1, timeMs: 1_000 })).state,
    gatewayFold.initial
  )
const tasks = (state: GatewayState) => (state.lanes[1]?.tasks ?? []).map(({ _tag, localId }) => `${_tag} ${localId}`)

describe("entries", () => {
  it("are tasks once they are granted, in the order of their grants", () => {
    expect(tasks(foldAll(request(1, "entry"), request(2, "entry")))).toStrictEqual([])
    const state = foldAll(request(1, "entry"), request(2, "entry"), granted(2), granted(1))
    expect(tasks(state)).toStrictEqual(["Place 2", "Place 1"])
  })

  it("hold up no exit that stands behind them", () => {
    expect(tasks(foldAll(request(1, "entry"), request(2, "exit")))).toStrictEqual(["Place 2"])
  })

  it("are forgotten when they are refused", () => {
    const state = foldAll(request(1, "entry"), refused(1))
    expect(tasks(state)).toStrictEqual([])
    expect(state.lanes[1]?.orders).toStrictEqual([])
  })

  it("that were granted cannot be refused any more: their end is the exchange's word", () => {
    const state = foldAll(request(1, "entry"), granted(1), refused(1))
    expect(tasks(state)).toStrictEqual(["Place 1"])
  })

  it("that were taken back before a late grant are withdrawn, never sent", () => {
    const state = foldAll(request(1, "entry"), cancel(1), granted(1))
    expect(tasks(state)).toStrictEqual(["Place 1", "Cancel 1"])
    expect(tasks(foldAll(request(1, "entry"), cancel(1)))).toStrictEqual([])
    expect(tasks(foldAll(request(1, "entry"), cancel(1), refused(1)))).toStrictEqual([])
  })

  it("are granted once, and only by their own slot and number", () => {
    const once = foldAll(request(1, "entry"), granted(1), granted(1))
    expect(tasks(once)).toStrictEqual(["Place 1"])
    expect(tasks(foldAll(request(1, "entry"), granted(1, 2), granted(9)))).toStrictEqual([])
  })

  it("leave the chain of the slot's facts alone: a grant is no fact of the order's subject", () => {
    const state = foldAll(request(1, "entry"), granted(1))
    expect(state.lanes[1]?.lastFactSeq).toBe(0)
  })
})

describe("an amendment", () => {
  const open = [request(1, "exit"), accepted(1)] as const

  it("is a task until it is answered, and changes the order's price", () => {
    const asked = foldAll(...open, amend(1, "0.12"))
    expect(tasks(asked)).toStrictEqual(["Amend 1"])
    const done = foldAll(...open, amend(1, "0.12"), amended(1, "0.12"))
    expect(tasks(done)).toStrictEqual([])
    expect(orderOfSlot(done, 1, 1)?.price).toBe(Price.parse("0.12"))
  })

  it("is answered in its turn, and ends with the order", () => {
    const two = [...open, amend(1, "0.12"), amend(1, "0.13")] as const
    expect(tasks(foldAll(...two))).toStrictEqual(["Amend 1", "Amend 1"])
    expect(foldAll(...two, amended(1, "0.12")).lanes[1]?.tasks).toStrictEqual([
      { _tag: "Amend", localId: 1, price: Price.parse("0.13") }
    ])
    const end = { price: Price.zero, volume: Volume.zero, cost: Quote.zero, fee: Quote.zero, cause: "" }
    const ended = foldAll(...open, amend(1, "0.12"), [
      FACTS,
      { _tag: "OrderCancelled", clientId: "k", localId: 1, txid: "T1", ...end }
    ])
    expect(tasks(ended)).toStrictEqual([])
    expect(tasks(foldAll(...open, amend(7, "0.12")))).toStrictEqual([])
  })

  it("is not answered by what becomes of another order's", () => {
    const two = [...open, request(2, "exit"), accepted(2), amend(1, "0.12"), amend(2, "0.13")] as const
    expect(tasks(foldAll(...two, amended(2, "0.13")))).toStrictEqual(["Amend 1"])
    expect(tasks(foldAll(...two, amended(1, "0.12")))).toStrictEqual(["Amend 2"])
  })

  it("gives way to a cancel, whichever is asked for first", () => {
    expect(tasks(foldAll(...open, amend(1, "0.12"), cancel(1)))).toStrictEqual(["Cancel 1"])
    expect(tasks(foldAll(...open, cancel(1), amend(1, "0.12")))).toStrictEqual(["Cancel 1"])
  })

  it("waits for the order's own request, and is nothing to an entry without a grant", () => {
    expect(tasks(foldAll(request(1, "exit"), amend(1, "0.12")))).toStrictEqual(["Place 1", "Amend 1"])
    expect(tasks(foldAll(request(1, "entry"), amend(1, "0.12")))).toStrictEqual([])
  })

  it("that is refused leaves the order as it was", () => {
    const state = foldAll(...open, amend(1, "0.12"), [
      FACTS,
      { _tag: "AmendRefused", clientId: "k", localId: 1, cause: "EOrder:Post only order" }
    ])
    expect(tasks(state)).toStrictEqual([])
    expect(orderOfSlot(state, 1, 1)?.price).toBe(Price.parse("0.1"))
  })
})

describe("the average price of an amended order", () => {
  const state = foldAll(
    request(1, "exit"),
    accepted(1),
    amend(1, "0.13333"),
    amended(1, "0.13333"),
    amend(1, "0.14"),
    amended(1, "0.14")
  )
  /** Of 20 asked for, `volume` was filled at `cost`. */
  const averageOf = (volume: string, cost: string, standsAt = "0.14"): string => {
    const report: OrderReport = {
      txid: "T1",
      clientId: "k",
      side: "buy",
      price: Price.parse(standsAt),
      volume: Volume.parse("20"),
      status: "canceled",
      openedMs: 0,
      filledVolume: Volume.parse(volume),
      cost: Quote.parse(cost),
      fee: Quote.zero,
      reason: null
    }
    const [end] = reportFacts(orderOfSlot(state, 1, 1) as LiveOrder, report)
    if (end?._tag !== "OrderCancelled") throw new Error("no end")
    return Price.format(end.price)
  }

  it.each([
    ["all before the amendments", "7", "0.7", "0.14", "0.1"],
    ["all between them, with a rounded cost", "7.77777777", "1.037011109", "0.14", "0.13333"],
    ["all after them", "7", "0.98", "0.14", "0.14"],
    ["half before, half after", "10", "1.2", "0.14", "0.12"],
    ["all after an amendment that nobody confirmed", "7.77777777", "1.166666666", "0.15", "0.15"]
  ])("with fills %s is exact", (_when, volume, cost, standsAt, average) => {
    expect(averageOf(volume, cost, standsAt)).toBe(average)
  })
})

describe("what the governor asks for", () => {
  const audit: readonly [string, MarketEvent] = [GOVERNOR, { _tag: "AuditAsked", commandId: "a" }]
  const drift: readonly [string, MarketEvent] = [GOVERNOR, { _tag: "DriftReconcileAsked", commandId: "d" }]

  it("is remembered until its own answer stands", () => {
    expect(foldAll(audit, drift).asked).toStrictEqual([
      { what: "audit", commandId: "a" },
      { what: "drift", commandId: "d" }
    ])
    const answer: MarketEvent = { _tag: "DriftReconciled", commandId: "d", cancelled: [], leftAlone: [] }
    expect(foldAll(audit, drift, [subjects.account, answer]).asked).toStrictEqual([{ what: "audit", commandId: "a" }])
  })

  it("gives way to newer questions beyond 32 without an answer", () => {
    const { asked } = foldAll(drift, ...Array.from({ length: 32 }, () => audit))
    expect(asked).toHaveLength(32)
    expect(asked.some(({ what }) => what === "drift")).toBe(false)
  })
})
