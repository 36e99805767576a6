import { describe, expect, it } from "@effect/vitest"
import { Price } from "../../../shared/core/decimal/decimal.ts"
import type { Ticker } from "../../../shared/exchange/port.ts"
import { due, hear, silent, wantsAsking } from "./conflate.ts"
import type { Witness } from "./witness.ts"

const ticker = (last: string, bid = "0.1999", ask = "0.2001"): Ticker => ({
  last: Price.parse(last),
  bid: Price.parse(bid),
  ask: Price.parse(ask)
})
/** The last price that is believed after these tickers. */
const believed = (...told: ReadonlyArray<readonly [Ticker, Witness]>): string | null => {
  const { heard } = told.reduce((state, [said, by], index) => hear(state, said, index, by), silent)
  return heard === null ? null : Price.format(heard.last)
}
const good = ticker("0.2")

describe("a last price far from the one before and outside of its own bid and ask", () => {
  it.each([
    { what: "a hundredth", last: "0.002" },
    { what: "ten times", last: "2" },
    { what: "6 % off", last: "0.212" },
    { what: "next to nothing", last: "0.0000001" }
  ])("$what is not believed on one word, however often it is said", ({ last }) => {
    const bad = ticker(last)
    expect(believed([good, "stream"], [bad, "stream"], [bad, "stream"])).toBe("0.2")
    expect(believed([good, "stream"], [bad, "answer"], [bad, "answer"])).toBe("0.2")
    expect(believed([bad, "stream"])).toBeNull()
  })

  it("is believed once the other witness says about the same", () => {
    const fallen = ticker("0.1")
    expect(believed([good, "stream"], [fallen, "stream"], [ticker("0.102"), "answer"])).toBe("0.102")
    expect(believed([good, "stream"], [fallen, "answer"], [ticker("0.102"), "stream"])).toBe("0.102")
    expect(believed([fallen, "stream"], [fallen, "answer"])).toBe("0.1")
  })

  it("gives way to the other witness who says otherwise", () => {
    expect(believed([good, "stream"], [ticker("0.002"), "stream"], [ticker("0.2002"), "answer"])).toBe("0.2002")
    expect(believed([good, "stream"], [ticker("0.002"), "stream"], [ticker("2"), "answer"])).toBe("0.2")
  })

  it("makes the other witness be asked, and is not written; meanwhile the price grows old", () => {
    const state = hear(due(hear(silent, good, 1_000), 1_000, 5_000).state, ticker("0.002"), 2_000)
    expect(wantsAsking(state, 2_000, 60_000)).toBe(true)
    const next = due(state, 6_000, 5_000)
    expect(next.price).toBeNull()
    expect(next.clock).toStrictEqual({ priceAgeSec: 5 })
  })
})

describe("a last price", () => {
  it.each([
    { what: "near the one before, outside of its own bid and ask", said: ticker("0.209") },
    { what: "far from the one before, within its own bid and ask", said: ticker("0.14", "0.1399", "0.1401") },
    { what: "at a bid above its ask", said: ticker("0.2", "0.21", "0.19") }
  ])("$what is believed at once", ({ said }) => {
    expect(believed([good, "stream"], [said, "stream"])).toBe(Price.format(said.last))
  })

  it.each([
    { what: "half", said: ticker("0.09", "0.0899", "0.0901") },
    { what: "twice", said: ticker("0.4", "0.3999", "0.4001") }
  ])("that is $what the one before needs a second witness whatever its bid and ask", ({ said }) => {
    expect(believed([good, "stream"], [said, "stream"])).toBe("0.2")
    expect(believed([good, "stream"], [said, "stream"], [said, "answer"])).toBe(Price.format(said.last))
  })
})
