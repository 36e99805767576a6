import { placeAt } from "../../../shared/actor/core/actor.ts"
import { describe, expect, it } from "@effect/vitest"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { EventOf, MarketEvent } from "../../../shared/events/event.ts"
import { marketSubjects } from "../../../shared/core/ids/subjects.ts"
import { gatewayFold } from "./fold.ts"
import { findLive, type GatewayState, liveOrders, orderOf, type WrittenState } from "./state.ts"

const subjects = marketSubjects("XDGUSD")
type Told = readonly [subject: string, event: MarketEvent, timeMs?: number]

const foldAll = (...steps: ReadonlyArray<Told>): GatewayState =>
  steps.reduce(
    (state, [subject, event, timeMs = 1_000], n) =>
      gatewayFold.reduce(state, event, placeAt({ seq: n + 1, index: 0, subject, epoch: 1, timeMs })).state,
    gatewayFold.initial
  )

const request = (slot: number, localId: number, role: "entry" | "exit" = "exit"): Told => [
  subjects.out(`slot-${slot}`),
  {
    _tag: "OrderRequested",
    localId,
    side: "buy",
    role,
    tradeId: "A",
    cycle: 1,
    price: Price.parse("0.1"),
    volume: Volume.parse("20"),
    postOnly: true,
    layers: 0,
    reason: { rule: "entry_fill_exit", numbers: {} }
  }
]
const cancel = (localId: number): Told => [
  subjects.out("slot-1"),
  { _tag: "CancelRequested", localId, recoveryId: null, reason: { rule: "stale_entry", numbers: {} } }
]
const granted = (localId: number): Told => [
  subjects.out("governor"),
  { _tag: "EntryGranted", slot: 1, localId, reason: { rule: "configured", numbers: {} } }
]
const amend = (localId: number, price: string): Told => [
  subjects.out("slot-1"),
  {
    _tag: "AmendRequested",
    localId,
    recoveryId: 1,
    price: Price.parse(price),
    reason: { rule: "configured", numbers: {} }
  }
]
const fact = (event: MarketEvent, slot = 1): Told => [subjects.order(slot), event]
const accepted = (localId: number): Told => fact({ _tag: "OrderAccepted", clientId: "k", localId, txid: `T${localId}` })
const amended = (localId: number, price: string): Told =>
  fact({ _tag: "OrderAmended", clientId: "k", localId, price: Price.parse(price) })
const filled = (localId: number, execId: string): Told =>
  fact({
    _tag: "FillRecorded",
    clientId: "k",
    localId,
    txid: `T${localId}`,
    execId,
    price: Price.parse("0.1"),
    volume: Volume.parse("5"),
    cost: Quote.parse("0.5"),
    fee: Quote.zero,
    liquidity: "maker"
  })

const lane = (state: GatewayState) => {
  const found = state.lanes[1]
  if (found === undefined) return expect.fail("there is no lane of slot 1")
  return found
}
const order = (state: GatewayState, localId: number) => {
  const found = orderOf(lane(state), localId)
  if (found === undefined) return expect.fail(`order ${localId} is not kept`)
  return found
}
const tasks = (state: GatewayState) => lane(state).tasks.map(({ _tag, localId }) => `${_tag} ${localId}`)

describe("the gateway before the first record", () => {
  it("knows nothing", () => {
    expect(gatewayFold.initial).toStrictEqual({
      epoch: 0,
      constraints: null,
      fees: null,
      balances: null,
      openOrders: null,
      reconciled: null,
      lanes: {},
      beganMs: 0,
      failedCalls: 0,
      moved: [],
      ended: [],
      asked: []
    })
  })
})

describe("what the journal says of the account", () => {
  const account = subjects.account
  const constraints: EventOf<"ConstraintsObserved"> = {
    _tag: "ConstraintsObserved",
    priceDecimals: 6,
    volumeDecimals: 8,
    minVolume: Volume.parse("13"),
    minCost: Quote.parse("0.5"),
    status: "online"
  }
  const fees: EventOf<"FeesObserved"> = { _tag: "FeesObserved", makerPct: 0.25, takerPct: 0.4 }
  const balances: EventOf<"BalancesObserved"> = {
    _tag: "BalancesObserved",
    base: { total: Volume.parse("100"), hold: Volume.zero },
    quote: { total: Quote.parse("50"), hold: Quote.zero }
  }
  const openOrders: EventOf<"OpenOrdersObserved"> = { _tag: "OpenOrdersObserved", ours: 2, foreign: 1 }
  const reconciled: EventOf<"AccountReconciled"> = {
    _tag: "AccountReconciled",
    openOrders: 2,
    missed: 0,
    foreignOrders: 1,
    windowStartMs: 0
  }
  const epoch = (watchesOrders: boolean): Told => [
    subjects.control("test"),
    { _tag: "EpochRaised", epoch: 4, service: "any", reason: "start", watchesOrders, fitsModels: false }
  ]
  const errors: MarketEvent = { _tag: "ExchangeErrorsObserved", consecutive: 3, operation: "AddOrder", detail: "" }
  const audit: Told = [subjects.out("governor"), { _tag: "AuditAsked", commandId: "a" }]
  const drift: Told = [subjects.out("governor"), { _tag: "DriftReconcileAsked", commandId: "d" }]
  const everything: ReadonlyArray<Told> = [
    epoch(true),
    ...[constraints, fees, balances, openOrders, reconciled, errors].map((event): Told => [account, event])
  ]
  const known = { epoch: 4, constraints, fees, balances, openOrders, reconciled, failedCalls: 3, beganMs: 1_000 }

  it("stands beside the orders, and none of it is lost by what comes after", () => {
    const asked = foldAll(...everything, request(1, 1), accepted(1), audit, drift)
    expect(asked).toEqual(expect.objectContaining(known))
    const answer: MarketEvent = { _tag: "DriftReconciled", commandId: "d", cancelled: [], leftAlone: [] }
    const answered = foldAll(...everything, request(1, 1), audit, drift, [account, answer])
    expect(answered).toEqual(expect.objectContaining(known))
    expect(lane(answered).orders.map(({ localId }) => localId)).toStrictEqual([1])
    expect(answered.asked).toStrictEqual([{ what: "audit", commandId: "a" }])
  })

  it("is compared anew after a start of what watches orders, and of nothing else", () => {
    expect(foldAll(...everything, epoch(true)).reconciled).toBeNull()
    expect(foldAll(...everything, epoch(false)).reconciled).toStrictEqual(reconciled)
  })

  it("began with the first record that has a time", () => {
    const tick = (timeMs: number): Told => [account, fees, timeMs]
    expect(foldAll(tick(0)).beganMs).toBe(0)
    expect(foldAll(tick(0), tick(1)).beganMs).toBe(1)
    expect(foldAll(tick(0), tick(1), tick(2)).beganMs).toBe(1)
  })
})

describe("the orders of one lane", () => {
  it("are each their own: what becomes of one leaves the others and their tasks alone", () => {
    expect(tasks(foldAll(request(1, 1), request(1, 2)))).toStrictEqual(["Place 1", "Place 2"])
    expect(tasks(foldAll(request(1, 1), amend(1, "0.12"), request(1, 2), accepted(1)))).toStrictEqual([
      "Amend 1",
      "Place 2"
    ])
    const cancelled = foldAll(request(1, 1), accepted(1), request(1, 2), amend(1, "0.12"), amend(2, "0.12"), cancel(1))
    expect(tasks(cancelled)).toStrictEqual(["Place 2", "Amend 2", "Cancel 1"])
  })

  it("keep what was asked through withdrawal and grant", () => {
    const asked = order(foldAll(request(1, 1, "entry"), request(1, 2, "entry")), 1)
    expect(asked.deadlineMs).toBe(0)
    const withdrawn = foldAll(request(1, 1, "entry"), request(1, 2, "entry"), cancel(1))
    expect(order(withdrawn, 1)).toStrictEqual({ ...asked, grant: "withdrawn" })
    expect(order(withdrawn, 2).grant).toBe("awaited")
    const late = foldAll(request(1, 1, "entry"), request(1, 2, "entry"), cancel(1), granted(1))
    expect(order(late, 1)).toStrictEqual({ ...asked, grant: "granted" })
  })

  it("remember every fill by its name", () => {
    const state = foldAll(request(1, 1), accepted(1), filled(1, "E1"), filled(1, "E2"), filled(1, "E1"))
    expect(order(state, 1).execIds).toStrictEqual(["E1", "E2"])
    expect(order(state, 1).filled).toBe(Volume.parse("10"))
    expect(lane(state).lastFactSeq).toBe(5)
  })

  it("remember the last eight prices they stood at", () => {
    const prices = Array.from({ length: 10 }, (_, n) => `0.2${n}`)
    const state = foldAll(request(1, 1), accepted(1), ...prices.map((price) => amended(1, price)))
    expect(order(state, 1).price).toBe(Price.parse("0.29"))
    expect(order(state, 1).formerPrices).toStrictEqual(prices.slice(1, 9).map((price) => Price.parse(price)))
  })

  it("that the lane does not know leave only their place in the chain", () => {
    expect(lane(foldAll(accepted(9)))).toStrictEqual({ slot: 1, tasks: [], orders: [], lastFactSeq: 1 })
  })

  it("are written down by their numbers, ascending, and read back as they were", () => {
    const state = foldAll(request(1, 2), request(1, 1), request(3, 7), accepted(2))
    const text = gatewayFold.encode(state)
    const { lanes } = JSON.parse(text) as WrittenState
    expect(Object.values(lanes).map(({ slot, orders }) => [slot, Object.keys(orders)])).toStrictEqual([
      [1, ["1", "2"]],
      [3, ["7"]]
    ])
    expect(lanes[1]?.orders[2]?.txid).toBe("T2")
    expect(gatewayFold.decode(text)).toStrictEqual(state)
  })
})

describe("a live order", () => {
  const state = foldAll(request(1, 1), request(1, 2), accepted(2), request(3, 1))
  const { clientId } = order(state, 1)

  it("is one of any lane", () => {
    expect(liveOrders(state).map(({ slot, order: { localId } }) => [slot, localId])).toStrictEqual([
      [1, 1],
      [1, 2],
      [3, 1]
    ])
  })

  it("is found by the exchange's id or by ours", () => {
    expect(findLive(state, null, "T2")).toStrictEqual({ slot: 1, order: order(state, 2) })
    expect(findLive(state, clientId, "unheard of")).toStrictEqual({ slot: 1, order: order(state, 1) })
    expect(findLive(state, "somebody else's", "T2")).toStrictEqual({ slot: 1, order: order(state, 2) })
  })

  it("is not found by anything else", () => {
    expect(findLive(state, null, "unheard of")).toBeNull()
    expect(findLive(state, "somebody else's", "unheard of")).toBeNull()
  })
})
