/** Appends to the market's journal whose acknowledgement is lost, whether the record was stored or not. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { AppendFault } from "../../shared/journal/memory.ts"
import type { JournalEntry } from "../../shared/journal/port.ts"
import { onMarket } from "./testing/market.ts"
import { only, tags } from "./testing/slots.ts"

/** Hits the first append of this kind of fact. */
const onceAt = (tag: string, fault: AppendFault) => {
  let left = 1
  return ({ id }: JournalEntry) => (id.includes(`.${tag}.`) && left-- > 0 ? fault : null)
}

describe("a lost acknowledgement", () => {
  it.live("of a claim that is not stored leads to one claim, and one order", () =>
    onMarket({ journalFault: onceAt("OrderClaimed", "lost-before-commit") }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1)
        const story = yield* market.story(1, 1, "OrderAccepted")
        expect(tags(story)).toStrictEqual(["OrderClaimed", "OrderAccepted"])
        yield* market.agreement
      })
    )
  )

  it.live("of a claim that is stored leaves open whose it is: it is looked up and not sent", () =>
    onMarket({ journalFault: onceAt("OrderClaimed", "lost-after-commit") }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1, {}, {})
        const story = yield* market.story(1, 1, "OrderRejected")
        expect(tags(story)).toStrictEqual(["OrderClaimed", "OrderRejected"])
        yield* market.story(1, 2, "OrderAccepted")
        yield* market.agreement
        expect((yield* market.books).orders).toHaveLength(1)
      })
    )
  )

  it.live.each([
    ["OrderAccepted", "lost-before-commit"],
    ["OrderAccepted", "lost-after-commit"],
    ["FillRecorded", "lost-before-commit"],
    ["FillRecorded", "lost-after-commit"]
  ] as const)("of %s (%s) leaves it in the journal once", ([tag, fault]) =>
    onMarket({ journalFault: onceAt(tag, fault) }, (market) =>
      Effect.gen(function* () {
        yield* market.startGateway
        yield* market.request(1, 1, { price: "0.25", postOnly: false })
        const story = yield* market.story(1, 1, "OrderFilled")
        expect(only(story, "OrderAccepted")).toHaveLength(1)
        expect(only(story, "FillRecorded")).toHaveLength((yield* market.books).trades.length)
        yield* market.agreement
      })
    )
  )
})
