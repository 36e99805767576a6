import { describe, expect, it } from "vitest"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { foldAll, opening, price, reconciled, START_MS } from "../testing/examples.ts"
import { initialStatus, MAX_COMMANDS, MAX_FAULTS, MAX_LIVE_ORDERS, MAX_NOTICES, statusActor } from "./status.ts"

const claimed = (n: number): MarketEvent => ({
  _tag: "OrderClaimed",
  clientId: `k${n}`,
  localId: n,
  side: "buy",
  price: Price.parse("0.14"),
  volume: Volume.parse("14"),
  postOnly: true,
  deadlineMs: START_MS + 5_000
})
const accepted: MarketEvent = { _tag: "OrderAccepted", clientId: "k1", localId: 1, txid: "OX" }
const unknown: MarketEvent = { _tag: "OrderUnknown", clientId: "k1", localId: 1, cause: "timed out" }
const rejected: MarketEvent = { _tag: "OrderRejected", clientId: "k1", localId: 1, cause: "EOrder:Insufficient funds" }
const totals = {
  clientId: "k1",
  localId: 1,
  txid: "OX",
  price: Price.parse("0.14"),
  volume: Volume.parse("14"),
  cost: Quote.parse("1.96"),
  fee: Quote.parse("0.0049")
}
const filled: MarketEvent = { _tag: "OrderFilled", ...totals }
const cancelled: MarketEvent = { _tag: "OrderCancelled", ...totals, cause: "User requested" }
const fill: MarketEvent = { _tag: "FillRecorded", ...totals, execId: "T1", liquidity: "maker" }
const raised = (watchesOrders: boolean): MarketEvent => ({
  _tag: "EpochRaised",
  epoch: 4,
  service: "test",
  reason: "start",
  watchesOrders,
  fitsModels: false
})
const fault = (actor: string, seq: number): MarketEvent => ({ _tag: "FaultRaised", actor, seq, problem: "bug" })
const skipped = (actor: string, seq: number): MarketEvent => ({
  _tag: "RecordSkipped",
  actor,
  seq,
  author: "operator",
  reason: "known bug"
})

describe("an order", () => {
  it.each([
    { so: "is being sent once claimed", events: [claimed(1)], outcomes: ["claimed"] },
    { so: "is open once accepted", events: [claimed(1), accepted], outcomes: ["open"] },
    { so: "is open too when its claim was before our time", events: [accepted], outcomes: ["open"] },
    { so: "is unknown when no answer came", events: [claimed(1), unknown], outcomes: ["unknown"] },
    { so: "is open when it was found after all", events: [claimed(1), unknown, accepted], outcomes: ["open"] },
    { so: "is gone when it was not found", events: [claimed(1), unknown, rejected], outcomes: [] },
    { so: "stays open through a partial fill", events: [claimed(1), accepted, fill], outcomes: ["open"] },
    { so: "is gone when filled", events: [claimed(1), accepted, filled], outcomes: [] },
    { so: "is gone when cancelled", events: [claimed(1), accepted, cancelled], outcomes: [] }
  ])("$so", ({ events, outcomes }) => {
    expect(foldAll(events).live.map((order) => order.outcome)).toEqual(outcomes)
  })

  it("belongs to the slot on whose subject it stands", () => {
    expect(foldAll([claimed(1)], { subject: "market.XDGUSD.order.slot-12" }).live[0]).toMatchObject({
      slot: 12,
      clientId: "k1",
      sinceMs: START_MS
    })
  })

  it("is counted once for each thing that happened to it", () => {
    expect(foldAll([claimed(1), accepted, fill, filled, claimed(2), rejected, cancelled]).counts).toEqual({
      sent: 2,
      rejected: 1,
      filled: 1,
      cancelled: 1,
      fills: 1,
      quarantined: 0
    })
  })

  it("leaves when there are too many, oldest first, and is counted as untracked", () => {
    const many = Array.from({ length: MAX_LIVE_ORDERS + 2 }, (_, n) => claimed(n))
    const state = foldAll(many)
    expect(state.live).toHaveLength(MAX_LIVE_ORDERS)
    expect(state.live[0]?.clientId).toBe("k2")
    expect(state.untracked).toBe(2)
  })
})

describe("the price", () => {
  it("is new when it is observed, and as old as the feed says at the clock", () => {
    const state = foldAll([price("0.141"), { _tag: "ClockTicked", priceAgeSec: 7.5 }])
    expect(state.price).toEqual(price("0.141"))
    expect(state.priceAge).toEqual({ sec: 7.5, atMs: START_MS + 1_000, seq: 2 })
  })

  it("keeps its age when a feed starts that has heard none yet", () => {
    const state = foldAll([price("0.141"), { _tag: "ClockTicked", priceAgeSec: null }])
    expect(state.priceAge?.seq).toBe(1)
    expect(state.nowMs).toBe(START_MS + 1_000)
  })
})

describe("time", () => {
  it("never goes back: control records carry none", () => {
    const before = foldAll([price("0.141")])
    expect(foldAll([raised(true)], { from: before, timeMs: 0 }).nowMs).toBe(START_MS)
  })
})

describe("the reconciliation", () => {
  it.each([
    ["that watches orders", true],
    ["that watches none", false]
  ])("falls with a start %s", (_what, watchesOrders) => {
    const state = foldAll([...opening, raised(watchesOrders)])
    expect(state.reconciled === null).toBe(watchesOrders)
    expect(state.epoch).toBe(4)
  })

  it("stands again once the gateway has compared", () => {
    expect(foldAll([raised(true), reconciled]).reconciled).toEqual(reconciled)
  })
})

describe("a fault", () => {
  it("stands until an operator has answered that very fault", () => {
    const state = foldAll([fault("slot-1", 7), fault("slot-2", 7), fault("slot-1", 7), skipped("slot-1", 7)])
    expect(state.faults).toEqual([fault("slot-2", 7)])
    expect(foldAll([skipped("slot-2", 8)], { from: state }).faults).toHaveLength(1)
  })

  it("is kept with the first hundred", () => {
    const many = Array.from({ length: MAX_FAULTS + 1 }, (_, n) => fault("slot-1", n))
    expect(foldAll(many).faults.map((kept) => kept.seq)).toEqual(Array.from({ length: MAX_FAULTS }, (_, n) => n))
  })
})

describe("the state", () => {
  it("keeps the newest of what the exchange says of the account and the pair", () => {
    const state = foldAll(opening)
    expect([state.constraints, state.fees, state.balances]).toEqual(opening.slice(1, 4))
  })

  it("counts what did not decode", () => {
    expect(
      foldAll([{ _tag: "FrameQuarantined", source: "ws", problem: "no price", raw: "{}" }]).counts.quarantined
    ).toBe(1)
  })

  it("is not moved by what a slot decides", () => {
    const refused: MarketEvent = { _tag: "DecisionRefused", what: "entry_A", reason: { rule: "cooldown", numbers: {} } }
    expect(foldAll([refused])).toEqual({ ...initialStatus, nowMs: START_MS })
  })

  it("comes back from its text as it was, and gives the same text", () => {
    const state = foldAll([...opening, price("0.141", "0.14", "0.142"), claimed(1), unknown, fault("slot-1", 3)])
    const text = statusActor.encode(state)
    expect(statusActor.decode(text)).toEqual(state)
    expect(statusActor.encode(statusActor.decode(text))).toBe(text)
  })

  it("gives no outputs", () => {
    const place = { seq: 1, index: 0, subject: "market.XDGUSD.price", epoch: 1, timeMs: START_MS }
    expect(statusActor.reduce(initialStatus, price("0.14"), place).outputs).toEqual([])
  })
})

describe("notices and commands", () => {
  const reason = { rule: "because", numbers: {} }
  const told = (n: number): MarketEvent => ({
    _tag: "NoticeRaised",
    severity: "info",
    reason: { rule: `notice_${n}`, numbers: {} }
  })
  const asked = (n: number): MarketEvent => ({
    _tag: "CommandIssued",
    commandId: `c${n}`,
    author: "api",
    command: { name: "resume" },
    preview: []
  })
  const many = (make: (n: number) => MarketEvent, count: number) =>
    Array.from({ length: count }, (_, index) => make(index + 1))

  it("keep the newest only", () => {
    const { notices, commands } = foldAll([...many(told, MAX_NOTICES + 2), ...many(asked, MAX_COMMANDS + 3)])
    expect(notices).toHaveLength(MAX_NOTICES)
    expect(notices[0]?.reason.rule).toBe("notice_3")
    expect(commands).toHaveLength(MAX_COMMANDS)
    expect(commands[0]?.commandId).toBe("c4")
  })

  it("find their answers by the command's id; an answer to a forgotten one changes nothing", () => {
    const { commands } = foldAll([
      asked(1),
      asked(2),
      { _tag: "CommandApplied", commandId: "c2", reason },
      { _tag: "CommandRefused", commandId: "c1", reason },
      { _tag: "CommandApplied", commandId: "c9", reason }
    ])
    expect(commands.map(({ commandId, answer }) => [commandId, answer?.applied])).toEqual([
      ["c1", false],
      ["c2", true]
    ])
  })

  it("have the exchange's time also when their writer has not heard its clock", () => {
    const before = foldAll([price("0.14")])
    const { commands } = foldAll([asked(1)], { from: before, firstSeq: 2, timeMs: 0 })
    expect(commands[0]?.atMs).toBe(START_MS)
  })

  it("come back from a snapshot as they were, also with a note that reads like an amount", () => {
    const state = foldAll([{ ...asked(1), command: { name: "pause", note: "12n" } } as MarketEvent, told(1)])
    expect(statusActor.decode(statusActor.encode(state))).toEqual(state)
  })
})
