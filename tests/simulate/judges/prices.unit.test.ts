import { describe, expect, it } from "@effect/vitest"
import { Price } from "../../../shared/core/decimal/decimal.ts"
import type { StoredRecord } from "../../../shared/events/envelope.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { Prices } from "./prices.ts"

const price = Price.parse("0.2")
const STALE_MS = 60_000

/** What is found where the price was written at second 0, the clock at each of `clockSec`, and the grant answers the record `cause`. */
const found = (clockSec: ReadonlyArray<number>, cause: number): ReadonlyArray<string> => {
  const problems: Array<string> = []
  const prices = new Prices(
    (text) => problems.push(text),
    () => price,
    { staleMs: STALE_MS, timesAreTrue: true }
  )
  const take = (record: Pick<StoredRecord, "seq" | "timeMs" | "family" | "cause">, event: MarketEvent): void =>
    prices.take({ ...record, events: [event] } as unknown as StoredRecord)
  take(
    { seq: 1, timeMs: 0, family: "price", cause: null },
    { _tag: "PriceObserved", last: price, bid: price, ask: price }
  )
  for (const [n, sec] of clockSec.entries())
    take({ seq: 2 + n, timeMs: sec * 1_000, family: "clock", cause: null }, { _tag: "ClockTicked", priceAgeSec: sec })
  const granted = { _tag: "EntryGranted", slot: 1, localId: 1 } as unknown as MarketEvent
  take({ seq: 2 + clockSec.length, timeMs: 0, family: "governor", cause }, granted)
  return problems
}

describe("an entry is judged by the price that its governor knew", () => {
  it("not by how long the grant was on its way", () => {
    expect(found([20, 40, 400], 3)).toStrictEqual([])
  })

  it("and found where that price was too old, however soon it was told", () => {
    expect(found([20, 40, 400], 4)).toStrictEqual(["record 5: an entry granted on a price that is 400 s old"])
  })
})
