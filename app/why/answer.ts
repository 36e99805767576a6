/** The answer to a question about the past: the story of an order, or of how a slot or the market stood. */
import { Effect } from "effect"
import type { Past } from "../../shared/past/past.ts"
import { type MomentStory, storyOfMode, storyOfSlot } from "./moment.ts"
import { type OrderStory, storyOfOrder } from "./order.ts"
import { NothingToExplain, targetOf } from "./target.ts"

/** Money as decimal text has been made already; what is left of it are the events themselves. */
export const storyJson = (story: OrderStory | MomentStory): string =>
  JSON.stringify(story, (key, value: unknown) => (key === "event" ? undefined : value))

/** The answer to a question as it is typed. */
export const answer = Effect.fn("answer")(function* (past: Past, asked: string) {
  const target = yield* targetOf(past, asked)
  const story =
    target._tag === "Order"
      ? yield* storyOfOrder(past, target.order)
      : target._tag === "Slot"
        ? yield* storyOfSlot(past, target)
        : yield* storyOfMode(past, target)
  if (story !== null) return story
  // Only of an order there may be none.
  const { slots, first, head } = past
  const known = target._tag === "Order" && slots.includes(target.order.slot)
  const named = slots.length === 0 ? "no slots" : `the slots ${slots.join(", ")}`
  const problem = `the journal knows no such order: it ${known ? `holds records ${first} to ${head}` : `names ${named}`}`
  return yield* new NothingToExplain({ asked, problem })
})
