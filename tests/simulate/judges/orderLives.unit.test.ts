import { describe, expect, it } from "@effect/vitest"
import type { StoredRecord } from "../../../shared/events/envelope.ts"
import { OrderLives } from "./orderLives.ts"

/** What is found where one order is claimed, trades 5 and ends with `volume`. */
const found = (volume: bigint): ReadonlyArray<string> => {
  const problems: Array<string> = []
  const lives = new OrderLives((text) => problems.push(text))
  const order = { clientId: "k1", txid: "O1" }
  const facts = [
    { _tag: "OrderClaimed", ...order },
    { _tag: "FillRecorded", ...order, execId: "T1", volume: 500_000_000n, cost: 1n },
    { _tag: "OrderCancelled", ...order, volume, cost: 1n }
  ]
  for (const [n, fact] of facts.entries())
    lives.take({ seq: n + 1, family: "order", events: [fact] } as unknown as StoredRecord)
  return problems
}

describe("the end of an order", () => {
  it("may count more than its fills have shown, and as much up to what lists round", () => {
    expect([700_000_000n, 500_000_000n, 499_999_991n].flatMap(found)).toStrictEqual([])
  })

  it("takes nothing back that a fill has proved", () => {
    expect(found(0n)).toStrictEqual(["record 3, order k1: ends with 0 traded, and its fills have proved 500000000"])
  })
})
