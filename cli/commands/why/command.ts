/** `kennel why`: the reason for an order, and for what did not happen. */
import { Console, Effect } from "effect"
import { Argument, Command } from "effect/cli"
import { openMarketPast } from "../../../app/leaves/past.ts"
import { archive, journalAt, json, where } from "../journal/where.ts"
import { laying } from "../../shared/laying.ts"
import { loadSettings } from "../../shared/settings.ts"
import { answer, storyJson } from "../../../app/why/answer.ts"
import { momentLines } from "../../../app/why/moment.ts"
import { orderLines } from "../../../app/why/order.ts"

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
        yield* json ? Console.log(storyJson(story)) : Console.log(lines.join("\n"))
      })
    ).pipe(Effect.provide(journalAt(settings, where, archive)))
  })
)
