/** `kennel journal skip`: an operator's answer to a fault. */
import { Console, Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { subjectsOf, writableJournal } from "../../../app/leaves/journal.ts"
import { passOver } from "../../../shared/actor/control/passOver.ts"
import { loadSettings } from "../../shared/settings.ts"

export const skipCommand = Command.make(
  "skip",
  {
    seq: Argument.Int("seq").pipe(Argument.withDescription("The record's sequence, as the halt named it")),
    actor: Flag.String("actor").pipe(Flag.withDescription("The actor that halted; * for a record nobody can read")),
    reason: Flag.String("reason").pipe(Flag.withDescription("Why, for whoever reads the journal later")),
    author: Flag.String("author").pipe(
      Flag.withDescription("Who decides"),
      Flag.withDefault(process.env["USER"] ?? "operator")
    )
  },
  Effect.fn(function* ({ seq, actor, reason, author }) {
    const settings = yield* loadSettings()
    yield* Effect.gen(function* () {
      yield* passOver({ subjects: subjectsOf(settings), seq, actor, reason, author })
      yield* Console.log(
        `record ${seq} will be passed over by ${actor === "*" ? "every actor" : actor}; start the service again`
      )
    }).pipe(Effect.provide(writableJournal(settings)))
  })
).pipe(Command.withDescription("Let a halted actor pass over one record"))
