import { describe, expect, it } from "@effect/vitest"
import { Price } from "../../../shared/core/decimal/decimal.ts"
import type { Ticker } from "../../../shared/exchange/port.ts"
import { due, type FeedState, hear, hearNone, silent, stamped, wantsAsking } from "./conflate.ts"

const ticker = (last: string): Ticker => ({ last: Price.parse(last), bid: Price.parse(last), ask: Price.parse(last) })
const CLOCK_MS = 5_000

/** A feed that heard `last` at `heardMs` and wrote everything due at `writtenMs`. */
const wrote = (last: string, heardMs: number, writtenMs: number): FeedState =>
  due(hear(silent, ticker(last), heardMs), writtenMs, CLOCK_MS).state

describe("the market feed's conflation", () => {
  it("writes the newest of several prices, once", () => {
    const state = hear(hear(silent, ticker("0.199"), 1_000), ticker("0.2"), 1_001)
    const first = due(state, 1_010, CLOCK_MS)
    expect(first.price).toStrictEqual(ticker("0.2"))
    expect(due(first.state, 1_020, CLOCK_MS).price).toBeNull()
  })

  it("writes nothing before the first price but the clock, without an age", () => {
    const first = due(silent, 1_000, CLOCK_MS)
    expect(first.price).toBeNull()
    expect(first.clock).toStrictEqual({ priceAgeSec: null })
  })

  it("writes the clock at its interval, with the price's age", () => {
    const state = wrote("0.1", 1_000, 1_000)
    expect(due(state, 5_999, CLOCK_MS).clock).toBeUndefined()
    expect(due(state, 6_000, CLOCK_MS).clock).toStrictEqual({ priceAgeSec: 5 })
  })

  it("says with the clock why no price comes, until one does", () => {
    const asked = hearNone(wrote("0.1", 1_000, 1_000), "recording ended")
    expect(due(asked, 6_000, CLOCK_MS).clock).toStrictEqual({ priceAgeSec: 5, noPrice: "recording ended" })
    const heard = hear(asked, ticker("0.1"), 6_000)
    expect(due(heard, 6_000, CLOCK_MS).clock).toStrictEqual({ priceAgeSec: 0 })
  })

  it.each([
    ["unchanged and heard again, soon", 10_000, 10_000, false],
    ["unchanged and heard again, 15 s after it was written", 16_000, 16_000, true],
    ["unchanged and not heard again", 1_000, 60_000, false]
  ] as const)("a price %s", (_name, heardMs, nowMs, written) => {
    const state = hear(wrote("0.1", 1_000, 1_000), ticker("0.1"), heardMs)
    expect(due(state, nowMs, CLOCK_MS).price !== null).toBe(written)
  })

  it("writes a price that waited while the feed stalled with its old time, and the same price again once it is heard anew", () => {
    const late = due(hear(wrote("0.1", 1_000, 1_000), ticker("0.101"), 2_000), 146_000, CLOCK_MS)
    expect([late.price, late.state.writtenMs]).toStrictEqual([ticker("0.101"), 2_000])
    const anew = due(hear(late.state, ticker("0.101"), 146_500), 147_000, CLOCK_MS)
    expect([anew.price, anew.state.writtenMs]).toStrictEqual([ticker("0.101"), 146_500])
  })

  it("never writes a price with a time to come, where the exchange's clock was put back, nor it again before its time", () => {
    const ahead = due(hear(silent, ticker("0.1"), 90_000), 1_000, CLOCK_MS)
    expect(ahead.state.writtenMs).toBe(1_000)
    expect(due(ahead.state, 2_000, CLOCK_MS).price).toBeNull()
    expect(due(ahead.state, 16_000, CLOCK_MS).price).toStrictEqual(ticker("0.1"))
  })

  const quoted = (bid: string, last = "0.1"): Ticker => ({ ...ticker(last), bid: Price.parse(bid) })

  it.each([
    ["a bid alone within a second", quoted("0.098"), 1_999, false],
    ["a bid alone after a second", quoted("0.098"), 2_000, true],
    ["a bid alone at once where the exchange's clock was put back", quoted("0.098"), 999, true],
    ["the last price at once, with the bid of that moment", quoted("0.098", "0.1000001"), 1_001, true]
  ] as const)("writes another price: %s", (_name, heard, nowMs, written) => {
    const state = hear(wrote("0.1", 1_000, 1_000), heard, 1_001)
    expect(due(state, nowMs, CLOCK_MS).price).toStrictEqual(written ? heard : null)
  })

  it("writes each bid as it comes where time waits for everyone", () => {
    const state = hear(wrote("0.1", 1_000, 1_000), quoted("0.098"), 1_001)
    const waiting = { repeatAfterMs: 0, quoteAfterMs: 0 }
    expect(due(state, 1_001, CLOCK_MS, waiting).price).toStrictEqual(quoted("0.098"))
  })

  it("writes of a minute in which only the bid changes, eight times a second, one price a second", () => {
    let state = wrote("0.1", 0, 0)
    let written = 0
    for (let nowMs = 125; nowMs <= 60_000; nowMs += 125) {
      const next = due(hear(state, quoted(`0.09${nowMs}`), nowMs), nowMs, CLOCK_MS)
      if (next.price !== null) written++
      state = next.state
    }
    expect(written).toBe(60)
  })

  it("counts what it heard before it knew the exchange's time as heard when that is known", () => {
    const early = hear(silent, ticker("0.1"), 1_790_000_000_000)
    expect(due(stamped(early, 5_000), 7_000, CLOCK_MS).clock).toStrictEqual({ priceAgeSec: 2 })
    expect(stamped(wrote("0.1", 1_000, 1_000), 9_000).heardMs).toBe(1_000)
  })

  it("asks for a price at the start, and when it has been silent for half of what makes it stale", () => {
    expect(wantsAsking(silent, 0, 60_000)).toBe(true)
    const state = wrote("0.1", 1_000, 1_000)
    expect(wantsAsking(state, 31_000, 60_000)).toBe(false)
    expect(wantsAsking(state, 31_001, 60_000)).toBe(true)
  })
})
