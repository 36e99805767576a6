import { describe, expect, it } from "vitest"
import { ProfileTally } from "../../../services/market-context/core/profile/tally.ts"
import { profileOf } from "../../../services/market-context/core/profile/volumeProfile.ts"
import { Price, Volume } from "../../../shared/core/decimal/decimal.ts"
import { profilePicture } from "./picture.ts"

const picture = (trades: ReadonlyArray<readonly [price: string, volume: string]>, tick: string): string => {
  const tally = new ProfileTally(Price.parse(tick))
  for (const [price, volume] of trades) tally.add(Price.parse(price), Volume.parse(volume))
  return profilePicture("A < B", profileOf(tally, { rule: "contiguous", percent: 70 })!, Price.parse(tick))
}
const bars = (svg: string) =>
  [...svg.matchAll(/<rect x[^>]* width="([^"]+)"[^>]* fill="([^"]+)"/g)].map(([, width, fill]) => [Number(width), fill])

describe("a picture of a profile", () => {
  it("has a bar for each bin with volume, the widest for the most, the value area in its own colour", () => {
    const svg = picture(
      [
        ["0.10", "10"],
        ["0.11", "40"],
        ["0.13", "5"]
      ],
      "0.01"
    )
    expect(bars(svg)).toStrictEqual([
      [160, "#a1a1aa"],
      [640, "#0369a1"],
      [80, "#a1a1aa"]
    ])
    expect(svg).toContain("A &lt; B")
    expect(svg).toMatch(/>POC 0\.1100000</)
  })

  it("of one bin, and of more bins than pixels, holds no figure that is none", () => {
    const many = Array.from({ length: 3_000 }, (_, n) => [(1 + n / 1_000).toFixed(3), "1"] as const)
    for (const svg of [picture([["0.2", "1"]], "0.0001"), picture(many, "0.001")]) expect(svg).not.toContain("NaN")
    expect(bars(picture(many, "0.001")).length).toBeLessThan(600)
  })
})
