import { standingOf } from "../../../shared/core/ids/subjects.ts"
import { describe, expect, it } from "@effect/vitest"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { StoredRecord } from "../../../shared/events/envelope.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { nothingProjected, projectRecord, type ProjectionState } from "./rows.ts"

const rules = { market: "XDGUSD", priceEverySec: 10 }
const price = {
  _tag: "PriceObserved",
  last: Price.parse("0.2"),
  bid: Price.parse("0.19"),
  ask: Price.parse("0.21")
} as const
const reason = { rule: "operator", numbers: {} } as const
const fill = {
  _tag: "FillRecorded",
  clientId: "x",
  localId: 4,
  txid: "OX",
  execId: "E1",
  price: Price.parse("0.2"),
  volume: Volume.parse("13"),
  cost: Quote.parse("2.6"),
  fee: Quote.parse("0.0065"),
  liquidity: "maker"
} as const
const mode = (to: "RUNNING" | "PAUSED") => ({ _tag: "ModeChanged", mode: to, reason }) as const

const record = (
  seq: number,
  timeMs: number,
  subject: string,
  ...events: [MarketEvent, ...Array<MarketEvent>]
): StoredRecord => ({
  epoch: 1,
  writer: "test",
  cause: null,
  seq,
  timeMs,
  id: `r${seq}`,
  subject: `market.XDGUSD.${subject}`,
  ...standingOf(`market.XDGUSD.${subject}`),
  events,
  writtenIn: 1,
  storedMs: 0
})

const fold = (...records: ReadonlyArray<StoredRecord>) => {
  let state: ProjectionState = nothingProjected
  return records.map((each) => {
    const next = projectRecord(
      state,
      each,
      each.events.map(({ _tag }) => ({ _tag })),
      rules
    )
    state = next.state
    return next.rows
  })
}

describe("what a record becomes", () => {
  it("of every interval the first price is kept, whatever records stand between", () => {
    const rows = fold(
      record(1, 1_000, "price", price),
      record(2, 9_999, "price", price),
      record(3, 10_000, "price", price),
      record(4, 35_000, "price", price),
      record(5, 36_000, "clock", { _tag: "ClockTicked" } as unknown as MarketEvent),
      record(6, 39_999, "price", price)
    )
    expect(rows.flatMap(({ prices }) => prices.map(({ eventId, timeSec }) => [eventId, timeSec]))).toStrictEqual([
      ["1.0", 1],
      ["3.0", 10],
      ["4.0", 35]
    ])
    expect(rows.flatMap(({ botEvents }) => botEvents)).toStrictEqual([])
  })

  it("a fill is a fill and an event of its slot, keyed by its place in the journal", () => {
    const [rows] = fold(record(7, 1_500, "order.slot-3", { ...fill, execId: "E0" }, fill))
    expect(
      rows?.fills.map(({ eventId, slot, execId, side, timeSec }) => [eventId, slot, execId, side, timeSec])
    ).toStrictEqual([
      ["7.0", 3, "E0", null, 1.5],
      ["7.1", 3, "E1", null, 1.5]
    ])
    expect(rows?.botEvents[1]).toStrictEqual({
      market: "XDGUSD",
      eventId: "7.1",
      timeSec: 1.5,
      slot: 3,
      eventType: "FillRecorded",
      fromState: null,
      toState: null,
      details: { _tag: "FillRecorded" }
    })
  })

  it("a change of mode says from what to what; a record without a time has the time before it", () => {
    const rows = fold(
      record(1, 2_000, "out.governor", mode("RUNNING")),
      record(2, 0, "out.governor", mode("PAUSED"), { _tag: "EntryGranted", slot: 5, localId: 1, reason })
    ).flatMap(({ botEvents }) => botEvents)
    expect(
      rows.map(({ timeSec, slot, eventType, fromState, toState }) => [timeSec, slot, eventType, fromState, toState])
    ).toStrictEqual([
      [2, null, "ModeChanged", null, "RUNNING"],
      [2, null, "ModeChanged", "RUNNING", "PAUSED"],
      [2, 5, "EntryGranted", null, null]
    ])
  })
})
