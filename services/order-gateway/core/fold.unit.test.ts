import { assert, describe, it } from "@effect/vitest"
import { placeAt, type EventPlace } from "../../../shared/actor/core/actor.ts"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import { clientIdOf } from "../../../shared/core/ids/clientId.ts"
import type { EventOf, MarketEvent } from "../../../shared/events/event.ts"
import type { Fill, OrderReport } from "../../../shared/exchange/port.ts"
import { acceptedFacts, fillFacts, missingFills, reportFacts } from "./facts.ts"
import { gatewayFold } from "./fold.ts"
import { type GatewayState, initialState, type LiveOrder } from "./state.ts"

/** An exit: an order that waits for no grant. */
const requested = (localId: number): EventOf<"OrderRequested"> => ({
  _tag: "OrderRequested",
  localId,
  side: "buy",
  role: "exit",
  tradeId: "A",
  cycle: 1,
  price: Price.parse("0.1"),
  volume: Volume.parse("20"),
  postOnly: true,
  layers: 0,
  reason: { rule: "entry_fill_exit", numbers: {} }
})

const cancelRequested = (localId: number): EventOf<"CancelRequested"> => ({
  _tag: "CancelRequested",
  localId,
  recoveryId: null,
  reason: { rule: "stale_entry", numbers: {} }
})

const OUT = "market.XDGUSD.out.slot-1"
const FACTS = "market.XDGUSD.order.slot-1"
const place = (seq: number, subject: string): EventPlace => placeAt({ seq, index: 0, subject, epoch: 2, timeMs: 1_000 })

/** Folds events, each in a record of its own, sequences counting from 1. */
const foldAll = (steps: ReadonlyArray<readonly [string, MarketEvent]>): GatewayState =>
  steps.reduce(
    (state, [subject, event], n) => gatewayFold.reduce(state, event, place(n + 1, subject)).state,
    initialState
  )

const id = clientIdOf({ epoch: 2, slot: 1, seq: 1, index: 0 })
const identity = { clientId: id, localId: 7 }
const claimed: MarketEvent = {
  _tag: "OrderClaimed",
  ...identity,
  side: "buy",
  price: Price.parse("0.1"),
  volume: Volume.parse("20"),
  postOnly: true,
  deadlineMs: 11_000
}
const accepted: MarketEvent = { _tag: "OrderAccepted", ...identity, txid: "O1" }

const order = (state: GatewayState): LiveOrder => {
  const found = state.lanes[1]?.orders[7]
  assert.isDefined(found)
  return found
}

const fill = (execId: string, volume: string): Fill => ({
  execId,
  txid: "O1",
  side: "buy",
  price: Price.parse("0.1"),
  volume: Volume.parse(volume),
  cost: Quote.parse(String(Number(volume) / 10)),
  fee: Quote.parse("0.001"),
  liquidity: "maker",
  timeMs: 2_000
})

describe("the gateway's fold", () => {
  it("gives a requested order a client id that says where the request stands", () => {
    const state = foldAll([[OUT, requested(7)]])
    assert.strictEqual(order(state).clientId, id)
    assert.strictEqual(order(state).stage, "requested")
    assert.deepStrictEqual(state.lanes[1]?.tasks, [{ _tag: "Place", localId: 7 }])
  })

  it("keeps the request as a task until the order stands or has ended, through claim and unknown", () => {
    const afterClaim = foldAll([
      [OUT, requested(7)],
      [FACTS, claimed]
    ])
    assert.strictEqual(order(afterClaim).stage, "claimed")
    assert.strictEqual(order(afterClaim).deadlineMs, 11_000)
    assert.strictEqual(afterClaim.lanes[1]?.tasks.length, 1)
    const unknown = foldAll([
      [OUT, requested(7)],
      [FACTS, claimed],
      [FACTS, { _tag: "OrderUnknown", ...identity, cause: "timeout" }]
    ])
    assert.strictEqual(order(unknown).stage, "unknown")
    assert.strictEqual(unknown.lanes[1]?.tasks.length, 1)
    const open = foldAll([
      [OUT, requested(7)],
      [FACTS, claimed],
      [FACTS, accepted]
    ])
    assert.strictEqual(order(open).stage, "open")
    assert.strictEqual(open.lanes[1]?.tasks.length, 0)
  })

  it.each([
    ["rejected", { _tag: "OrderRejected", ...identity, cause: "EOrder:Insufficient funds" }],
    [
      "filled",
      {
        _tag: "OrderFilled",
        ...identity,
        txid: "O1",
        price: Price.parse("0.1"),
        volume: Volume.parse("20"),
        cost: Quote.parse("2"),
        fee: Quote.parse("0")
      }
    ],
    [
      "cancelled",
      {
        _tag: "OrderCancelled",
        ...identity,
        txid: "O1",
        price: Price.zero,
        volume: Volume.zero,
        cost: Quote.zero,
        fee: Quote.zero,
        cause: "User requested"
      }
    ]
  ] as ReadonlyArray<readonly [string, MarketEvent]>)(
    "forgets an order that is %s, with everything still to do for it",
    (_name, end) => {
      const state = foldAll([
        [OUT, requested(7)],
        [FACTS, claimed],
        [FACTS, accepted],
        [OUT, cancelRequested(7)],
        [FACTS, end]
      ])
      assert.deepStrictEqual(state.lanes[1]?.orders, {})
      assert.deepStrictEqual(state.lanes[1]?.tasks, [])
      assert.strictEqual(state.lanes[1]?.lastFactSeq, 5)
    }
  )

  it("takes no cancel for an order that has ended", () => {
    const state = foldAll([[OUT, cancelRequested(7)]])
    assert.deepStrictEqual(state.lanes[1]?.tasks, [])
  })

  it("adds a fill once, however often it is recorded", () => {
    const [, record] = fillFacts(
      order(
        foldAll([
          [OUT, requested(7)],
          [FACTS, claimed]
        ])
      ),
      fill("T1", "5")
    )
    const state = foldAll([
      [OUT, requested(7)],
      [FACTS, claimed],
      [FACTS, accepted],
      [FACTS, record!],
      [FACTS, record!]
    ])
    assert.strictEqual(Volume.format(order(state).filled), "5")
    assert.deepStrictEqual(order(state).execIds, ["T1"])
  })

  it("comes back from its snapshot text as it was", () => {
    const state = foldAll([
      [OUT, requested(7)],
      [FACTS, claimed]
    ])
    assert.deepStrictEqual(gatewayFold.decode(gatewayFold.encode(state)), state)
  })
})

describe("the facts the exchange's word adds", () => {
  const open = order(
    foldAll([
      [OUT, requested(7)],
      [FACTS, claimed],
      [FACTS, accepted]
    ])
  )
  const sent = order(
    foldAll([
      [OUT, requested(7)],
      [FACTS, claimed]
    ])
  )
  const tags = (events: ReadonlyArray<MarketEvent>): ReadonlyArray<string> => events.map((event) => event._tag)
  const report = (status: OrderReport["status"], volume: string): OrderReport => ({
    txid: "O1",
    clientId: id,
    side: "buy",
    price: Price.parse("0.1"),
    volume: Volume.parse("20"),
    status,
    openedMs: 1_500,
    filledVolume: Volume.parse(volume),
    cost: Quote.parse(String(Number(volume) / 10)),
    fee: Quote.parse("0.005"),
    reason: status === "canceled" ? "User requested" : null
  })

  it("says nothing twice", () => {
    assert.deepStrictEqual(acceptedFacts(open, "O1"), [])
    assert.deepStrictEqual(fillFacts({ ...open, execIds: ["T1"] }, fill("T1", "5")), [])
  })

  it("reports an acceptance that a fill overtook before the fill itself", () => {
    assert.deepStrictEqual(tags(fillFacts(sent, fill("T1", "5"))), ["OrderAccepted", "FillRecorded"])
  })

  it("ends the order with the fill that completes it, with the sums of all", () => {
    const half: LiveOrder = {
      ...open,
      execIds: ["T1"],
      filled: Volume.parse("5"),
      cost: Quote.parse("0.5"),
      fee: Quote.parse("0.001")
    }
    const facts = fillFacts(half, fill("T2", "15"))
    assert.deepStrictEqual(tags(facts), ["FillRecorded", "OrderFilled"])
    const [, end] = facts
    assert.isTrue(end?._tag === "OrderFilled" && end.volume === Volume.parse("20") && end.cost === Quote.parse("2"))
    assert.isTrue(end?._tag === "OrderFilled" && end.price === Price.parse("0.1") && end.fee === Quote.parse("0.002"))
  })

  it.each([
    ["open", "0", []],
    ["open", "5", []],
    ["closed", "20", ["OrderFilled"]],
    ["canceled", "0", ["OrderCancelled"]],
    ["canceled", "5", ["OrderCancelled"]],
    ["expired", "0", ["OrderCancelled"]],
    ["canceled", "20", ["OrderFilled"]]
  ] as const)("an order reported %s with %s filled adds %j", (status, volume, expected) => {
    assert.deepStrictEqual(tags(reportFacts(open, report(status, volume))), [...expected])
    assert.deepStrictEqual(tags(reportFacts(sent, report(status, volume))), ["OrderAccepted", ...expected])
  })
})

describe("the fills an order lacks", () => {
  it.each([
    { execId: "E2", txid: "T1", missing: true, why: "its own, not recorded" },
    { execId: "E1", txid: "T1", missing: false, why: "its own, recorded" },
    { execId: "E2", txid: "T2", missing: false, why: "another order's" },
    { execId: "E1", txid: "T2", missing: false, why: "another order's of the same name" }
  ])("of $execId at $txid: $missing, because it is $why", ({ execId, txid, missing }) => {
    const live: LiveOrder = { ...order(foldAll([[OUT, requested(7)]])), txid: "T1", execIds: ["E1"] }
    assert.lengthOf(missingFills(live, [{ ...fill(execId, "5"), txid }]), missing ? 1 : 0)
  })
})
