import { describe, expect, it } from "@effect/vitest"
import { placeAt, type EventPlace } from "../../../shared/actor/core/actor.ts"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import { clientIdOf } from "../../../shared/core/ids/clientId.ts"
import type { EventOf, MarketEvent } from "../../../shared/events/event.ts"
import type { Fill, OrderReport } from "../../../shared/exchange/port.ts"
import { acceptedFacts, fillFacts, missingFills, reportFacts } from "./facts.ts"
import { gatewayFold } from "./fold.ts"
import { type GatewayState, initialState, type LiveOrder, orderOfSlot } from "./state.ts"

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
  const found = orderOfSlot(state, 1, 7)
  if (found === undefined) return expect.fail("order 7 is not kept")
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
    expect(order(state).clientId).toBe(id)
    expect(order(state).stage).toBe("requested")
    expect(state.lanes[1]?.tasks).toStrictEqual([{ _tag: "Place", localId: 7 }])
  })

  it("keeps the request as a task until the order stands or has ended, through claim and unknown", () => {
    const afterClaim = foldAll([
      [OUT, requested(7)],
      [FACTS, claimed]
    ])
    expect(order(afterClaim).stage).toBe("claimed")
    expect(order(afterClaim).deadlineMs).toBe(11_000)
    expect(afterClaim.lanes[1]?.tasks.length).toBe(1)
    const unknown = foldAll([
      [OUT, requested(7)],
      [FACTS, claimed],
      [FACTS, { _tag: "OrderUnknown", ...identity, cause: "timeout" }]
    ])
    expect(order(unknown).stage).toBe("unknown")
    expect(unknown.lanes[1]?.tasks.length).toBe(1)
    const open = foldAll([
      [OUT, requested(7)],
      [FACTS, claimed],
      [FACTS, accepted]
    ])
    expect(order(open).stage).toBe("open")
    expect(open.lanes[1]?.tasks.length).toBe(0)
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
      expect(state.lanes[1]?.orders).toStrictEqual([])
      expect(state.lanes[1]?.tasks).toStrictEqual([])
      expect(state.lanes[1]?.lastFactSeq).toBe(5)
    }
  )

  it("takes no cancel for an order that has ended", () => {
    const state = foldAll([[OUT, cancelRequested(7)]])
    expect(state.lanes[1]?.tasks).toStrictEqual([])
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
    expect(Volume.format(order(state).filled)).toBe("5")
    expect(order(state).execIds).toStrictEqual(["T1"])
  })

  it("comes back from its snapshot text as it was", () => {
    const state = foldAll([
      [OUT, requested(7)],
      [FACTS, claimed]
    ])
    expect(gatewayFold.decode(gatewayFold.encode(state))).toStrictEqual(state)
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
    expect(acceptedFacts(open, "O1")).toStrictEqual([])
    expect(fillFacts({ ...open, execIds: ["T1"] }, fill("T1", "5"))).toStrictEqual([])
  })

  it("reports an acceptance that a fill overtook before the fill itself", () => {
    expect(tags(fillFacts(sent, fill("T1", "5")))).toStrictEqual(["OrderAccepted", "FillRecorded"])
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
    expect(tags(facts)).toStrictEqual(["FillRecorded", "OrderFilled"])
    const [, end] = facts
    expect(end?._tag === "OrderFilled" && end.volume === Volume.parse("20") && end.cost === Quote.parse("2")).toBe(true)
    expect(end?._tag === "OrderFilled" && end.price === Price.parse("0.1") && end.fee === Quote.parse("0.002")).toBe(
      true
    )
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
    expect(tags(reportFacts(open, report(status, volume)))).toStrictEqual([...expected])
    expect(tags(reportFacts(sent, report(status, volume)))).toStrictEqual(["OrderAccepted", ...expected])
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
    expect(missingFills(live, [{ ...fill(execId, "5"), txid }])).toHaveLength(missing ? 1 : 0)
  })
})
