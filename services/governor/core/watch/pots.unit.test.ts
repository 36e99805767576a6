import { describe, expect, it } from "@effect/vitest"
import { Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import { GovernorStory } from "../../testing/governorDriver.ts"

const balances = (doge: string, dogeHeld: string, elsewhere?: ReadonlyArray<string>): EventOf<"BalancesObserved"> => ({
  _tag: "BalancesObserved",
  base: { total: Volume.parse(doge), hold: Volume.parse(dogeHeld) },
  quote: { total: Quote.parse("10"), hold: Quote.zero },
  ...(elsewhere === undefined ? {} : { elsewhere })
})
const told = (story: GovernorStory) =>
  story
    .ever("NoticeRaised")
    .flatMap(({ reason: { rule, numbers } }) =>
      rule === "balance_elsewhere" || rule === "hold_above_total"
        ? [`${rule} ${numbers["pots"] ?? numbers["currency"]}`]
        : []
    )

describe("money that cannot be traded with", () => {
  it("in another pot, while the plain one is empty, is named once for each change", () => {
    const story = new GovernorStory().running()
    story.account(balances("0", "0", ["XDG.F 120"])).account(balances("0", "0", ["XDG.F 120"]))
    story.account(balances("0", "0", ["XDG.F 121"]))
    expect(told(story)).toStrictEqual(["balance_elsewhere XDG.F 120", "balance_elsewhere XDG.F 121"])
  })

  it("held beyond what there is, is told once, and again when it happens again", () => {
    const story = new GovernorStory().running()
    story
      .account(balances("5", "6"))
      .account(balances("5", "7"))
      .account(balances("8", "7"))
      .account(balances("5", "7"))
    expect(told(story)).toStrictEqual(["hold_above_total DOGE", "hold_above_total DOGE"])
  })

  it("is not told under version 2 of the rules", () => {
    expect(told(new GovernorStory(2).running().account(balances("0", "1", ["XDG.F 120"])))).toStrictEqual([])
  })
})
