/** Amounts of every kind that the states hold. */
import { describe, expect, it } from "vitest"
import { amountAt, moneyText } from "./money.ts"

const CURRENCIES = { base: "DOGE", quote: "USD" }

describe("money in a state", () => {
  it.each([
    ["book.orders.#34.price", "3341910000", "0.334191 USD"],
    ["book.orders.#34.volume", "661279443", "6.61279443 DOGE"],
    ["book.orders.#34.filled", "0", "0 DOGE"],
    ["book.orders.#34.position.closedVolume", "100", "0.000001 DOGE"],
    ["book.residual.A.cost", "-12", "-0.0000000012 USD"],
    ["audit.sums.bought", "40700000000", "407 DOGE"],
    ["audit.sums.paid", "615276750000", "61.527675 USD"],
    ["balances.base.total", "3100000000", "31 DOGE"],
    ["balances.quote.hold", "59913019000", "5.9913019 USD"],
    ["market.spentBase", "5", "0.00000005 DOGE"],
    ["market.spentQuote", "5", "0.0000000005 USD"],
    ["market.constraints.minVolume", "1300000000", "13 DOGE"],
    ["facts.rules.orderSize", "20000000000", "2 USD"]
  ])("%s of %s units reads %s", (path, units, text) => {
    expect(moneyText(path, `"${units}n"`, CURRENCIES)).toBe(text)
  })

  it("is no money where a field counts, and other values stay as they are", () => {
    expect(moneyText("terms.makerFeeE12", '"2500000000n"', CURRENCIES)).toBe("2500000000")
    expect(amountAt(["terms", "makerFeeE12"], 1n)).toBe(null)
    expect(moneyText("facts.life", '"active"', CURRENCIES)).toBe('"active"')
  })
})
