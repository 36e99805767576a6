import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { nextNonce, sign } from "./auth.ts"

describe("signing", () => {
  it("gives the signature of Kraken's documentation", () => {
    const secret = "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg=="
    const body = "nonce=1616492376594&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25"
    expect(sign(secret, "/0/private/AddOrder", "1616492376594", body)).toBe(
      "4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ=="
    )
  })
})

describe("the nonce", () => {
  it("is the wall's microsecond", () => {
    expect(nextNonce(0n, 1_790_000_000_123.7)).toBe(1_790_000_000_123_000n)
  })

  it("rises strictly whatever the wall clock does", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2_000_000_000_000 }), { maxLength: 50 }), (walls) => {
        let last = 0n
        for (const wallMs of walls) {
          const next = nextNonce(last, wallMs)
          expect(next > last).toBe(true)
          last = next
        }
      }),
      { seed: 20261121, numRuns: 200 }
    )
  })
})
