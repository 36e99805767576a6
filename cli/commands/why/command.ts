/** `kennel why`: the reason for an order, and for what did not happen. */
import { Console, Effect } from "effect"
import { Argument, Command } from "effect/cli"
import { openMarketPast } from "../../../app/leaves/past.ts"
import type { Past } from "../../../shared/past/past.ts"
import { archive, journalAt, json, where } from "../journal/where.ts"
import { laying } from "../../shared/laying.ts"
import { loadSettings } from "../../shared/settings.ts"
import { momentLines, type MomentStory, storyOfMode, storyOfSlot } from "./moment.ts"
import { orderLines, type OrderStory, storyOfOrder } from "./order.ts"
import { NothingToExplain, targetOf } from "./target.ts"

/** Money as decimal text has been made already; what is left of it are the events themselves. */
const jsonOf = (story: OrderStory | MomentStory): string =>
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
  if (story === null) return yield* new NothingToExplain({ asked, problem: "the journal knows no such order" })
  return story
})

/** The command. */
export const whyCommand = Command.make(
  "why",
  {
    asked: Argument.String("what").pipe(
      Argument.withDescription(
        "An order (the exchange's id, ours, or slot/number: 1/42), a slot at a place (1@2026-11-21T17:03:09, 1@4711, 1@now), or mode@<place>"
      )
    ),
    where,
    archive,
    json
  },
  Effect.fn(function* ({ asked, where, archive, json }) {
    const settings = yield* loadSettings()
    yield* Effect.scoped(
      Effect.gen(function* () {
        const past = yield* openMarketPast(settings, laying)
        const story = yield* answer(past, asked)
        const lines = story.kind === "order" ? orderLines(story) : momentLines(story)
        yield* json ? Console.log(jsonOf(story)) : Console.log(lines.join("\n"))
      })
    ).pipe(Effect.provide(journalAt(settings, where, archive)))
  })
)
