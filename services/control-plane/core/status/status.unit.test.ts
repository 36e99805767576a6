import { describe, expect, it } from "vitest"
import { placeAt } from "../../../../shared/actor/core/actor.ts"
import { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { MarketEvent } from "../../../../shared/events/event.ts"
import { claimed, foldAll, opening, price, reconciled, requested, START_MS } from "../../testing/examples.ts"
import { statusActor } from "./actor.ts"
import { MAX_COMMANDS, MAX_NOTICES } from "./asked.ts"
import { MAX_FAULTS } from "./market.ts"
import { MAX_FOLLOWED_ORDERS } from "../../../../shared/core/openOrders.ts"
import { initialStatus, type StatusState } from "./state.ts"

const accepted: MarketEvent = { _tag: "OrderAccepted", clientId: "k1", localId: 1, txid: "OX" }
const unknown: MarketEvent = { _tag: "OrderUnknown", clientId: "k1", localId: 1, cause: "timed out" }
const refused: MarketEvent = {
  _tag: "EntryRefused",
  slot: 1,
  localId: 1,
  askAgain: "later",
  reason: { rule: "no_headroom", numbers: {} }
}
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

const SLOT_1 = "market.XDGUSD.order.slot-1"
const live = (state: StatusState) => state.live

describe("an order", () => {
  it.each([
    { so: "is wanted once asked for", events: [], stages: ["requested"] },
    { so: "is gone when the governor refuses it", events: [refused], stages: [] },
    { so: "is being sent once claimed", events: [claimed(1)], stages: ["claimed"] },
    { so: "is open once accepted", events: [claimed(1), accepted], stages: ["open"] },
    { so: "is unknown when no answer came", events: [claimed(1), unknown], stages: ["unknown"] },
    { so: "is open when it was found after all", events: [claimed(1), unknown, accepted], stages: ["open"] },
    { so: "is gone when it was not found", events: [claimed(1), unknown, rejected], stages: [] },
    { so: "stays open through a partial fill", events: [claimed(1), accepted, fill], stages: ["open"] },
    { so: "is gone when filled", events: [claimed(1), accepted, filled], stages: [] },
    { so: "is gone when cancelled", events: [claimed(1), accepted, cancelled], stages: [] },
    { so: "does not come back with a late fact", events: [filled, accepted], stages: [] }
  ])("$so", ({ events, stages }) => {
    expect(live(foldAll([requested(1), ...events], { subject: SLOT_1 })).map(({ stage }) => stage)).toEqual(stages)
  })

  it("belongs to the slot on whose subject it stands", () => {
    expect(live(foldAll([requested(1)], { subject: "market.XDGUSD.out.slot-12" }))).toMatchObject([
      { slot: 12, localId: 1, sinceMs: START_MS }
    ])
  })

  it("is counted once for each thing that happened to it", () => {
    expect(foldAll([claimed(1), accepted, fill, filled, claimed(2), rejected, cancelled]).counts).toEqual({
      sent: 2,
      rejected: 1,
      withdrawn: 0,
      filled: 1,
      cancelled: 1,
      fills: 1,
      quarantined: 0
    })
  })

  it("that was never sent counts as withdrawn, not as rejected: what was sent adds up", () => {
    const { sent, rejected: refused, withdrawn } = foldAll([requested(1), rejected], { subject: SLOT_1 }).counts
    expect({ sent, refused, withdrawn }).toEqual({ sent: 0, refused: 0, withdrawn: 1 })
  })

  it("leaves when there are too many, oldest first, and is counted as untracked", () => {
    const many = Array.from({ length: MAX_FOLLOWED_ORDERS + 2 }, (_, n) => requested(n))
    const state = foldAll(many, { subject: SLOT_1 })
    expect(live(state)).toHaveLength(MAX_FOLLOWED_ORDERS)
    expect(live(state)[0]?.localId).toBe(2)
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
    const kept: MarketEvent = { _tag: "FaultDismissed", actor: "slot-2", seq: 7, author: "op", reason: "it folds" }
    expect(foldAll([kept], { from: state }).faults).toHaveLength(0)
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
    const refused: MarketEvent = {
      _tag: "DecisionRefused",
      what: "entry_A",
      unfunded: false,
      reason: { rule: "cooldown", numbers: {} }
    }
    expect(foldAll([refused])).toEqual({ ...initialStatus, nowMs: START_MS })
  })

  it("comes back from its text as it was, and gives the same text", () => {
    const state = foldAll([...opening, price("0.141", "0.14", "0.142"), claimed(1), unknown, fault("slot-1", 3)])
    const text = statusActor.encode(state)
    expect(statusActor.decode(text)).toEqual(state)
    expect(statusActor.encode(statusActor.decode(text))).toBe(text)
  })

  it("gives no outputs", () => {
    const place = placeAt({ seq: 1, index: 0, subject: "market.XDGUSD.price", epoch: 1, timeMs: START_MS })
    expect(statusActor.reduce(initialStatus, price("0.14"), place).outputs).toEqual([])
  })
})

describe("notices and commands", () => {
  const reason = { rule: "configured", numbers: {} } as const
  const told = (n: number): MarketEvent => ({
    _tag: "NoticeRaised",
    severity: "info",
    reason: { rule: "orphan_pressure", numbers: { n } }
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
    expect(notices[0]?.reason.numbers["n"]).toBe(3)
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

describe("what is told without a notice of the governor's", () => {
  const reason = { rule: "stale_price", numbers: {} } as const
  const tells = (...events: ReadonlyArray<MarketEvent>) =>
    foldAll(events, { subject: SLOT_1 }).notices.map(({ severity, about, again }) => [severity, about, again?.times])
  const eviction = (net: string): MarketEvent => ({
    _tag: "CycleBooked",
    kind: "evicted",
    tradeId: "A",
    cycle: 1,
    entryPrice: Price.zero,
    exitPrice: Price.zero,
    volume: Volume.zero,
    gross: Quote.zero,
    fees: Quote.zero,
    net: Quote.parse(net),
    entryMs: 0,
    exitMs: START_MS,
    fromRecovery: true,
    standIn: null,
    reason: { rule: "recovery_evicted", numbers: { recoveryId: 1, marketPrice: 0.3 } }
  })

  it("is every change of the mode, and of the room for orders", () => {
    expect(
      tells(
        { _tag: "ModeChanged", mode: "PAUSED", reason },
        { _tag: "ModeChanged", mode: "RUNNING", reason },
        { _tag: "CapacityBandChanged", band: "stop", reason }
      )
    ).toEqual([
      ["warning", "PAUSED", undefined],
      ["info", "RUNNING", undefined],
      ["warning", "room for orders: stop", undefined]
    ])
  })

  it("is what the exchange refuses: once by the way, again and again as a warning in one line", () => {
    const refusedOf = (n: number): ReadonlyArray<MarketEvent> => [
      requested(n),
      claimed(n),
      { _tag: "OrderRejected", clientId: `k${n}`, localId: n, cause: `EService:Deadline elapsed ${n}` }
    ]
    expect(tells(...refusedOf(1))).toEqual([["info", undefined, 1]])
    expect(tells(...refusedOf(1), ...refusedOf(2), ...refusedOf(3))).toEqual([["warning", undefined, 3]])
    expect(tells(requested(1), rejected)).toEqual([])
  })

  it("is every eviction with what was booked for it, in one line an hour", () => {
    expect(tells(eviction("-0.25"), eviction("-0.5"))).toEqual([["info", "slot 1, -0.5 booked", 2]])
  })
})
