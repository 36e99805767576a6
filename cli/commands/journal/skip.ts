/** `kennel journal skip` and `keep`: an operator's answers to a fault. */
import { Console, Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { everyActorOf, subjectsOf, writableJournal } from "../../../app/leaves/journal.ts"
import type { Settings } from "../../../app/settings.ts"
import { EVERY_ACTOR } from "../../../shared/actor/control/control.ts"
import { dismiss, passOver } from "../../../shared/actor/control/passOver.ts"
import { slotsNamedUpTo } from "../../../shared/actor/control/slotsNamed.ts"
import { Journal } from "../../../shared/journal/port.ts"
import { loadSettings } from "../../shared/settings.ts"

const answer = {
  seq: Argument.Int("seq").pipe(Argument.withDescription("The record's sequence, as the halt named it")),
  actor: Flag.String("actor").pipe(Flag.withDescription("The actor that halted; * for a record nobody can read")),
  reason: Flag.String("reason").pipe(Flag.withDescription("Why, for whoever reads the journal later")),
  author: Flag.String("author").pipe(
    Flag.withDescription("Who decides"),
    Flag.withDefault(process.env["USER"] ?? "operator")
  )
}

/** Who could have stopped. Slots cannot be asked for where only a newer build reads the journal; then nobody is folded either. */
const actorsHere = Effect.fnUntraced(function* (settings: Settings, actor: string) {
  if (actor === EVERY_ACTOR) return []
  const head = yield* (yield* Journal).head
  return everyActorOf(settings, yield* slotsNamedUpTo(subjectsOf(settings), head))
})

/** Passes over a record that halts whoever reads it. */
export const skipCommand = Command.make(
  "skip",
  {
    ...answer,
    insists: Flag.Boolean("although-it-stands").pipe(
      Flag.withDescription("Pass over a record that this build reads and folds: what it says is lost"),
      Flag.withDefault(false)
    )
  },
  Effect.fn(function* ({ actor, ...word }) {
    const settings = yield* loadSettings()
    yield* Effect.gen(function* () {
      const actors = yield* actorsHere(settings, actor)
      yield* passOver({ subjects: subjectsOf(settings), actors, actor, ...word })
      yield* Console.log(
        `record ${word.seq} will be passed over by ${actor === EVERY_ACTOR ? "every actor" : actor}; start the service again`
      )
    }).pipe(Effect.provide(writableJournal(settings)))
  })
).pipe(Command.withDescription("Let a halted actor pass over one record, once it is seen to stop there"))

/** Answers a fault of a record that halts nobody. */
export const keepCommand = Command.make(
  "keep",
  answer,
  Effect.fn(function* ({ actor, ...word }) {
    const settings = yield* loadSettings()
    yield* Effect.gen(function* () {
      const actors = yield* actorsHere(settings, actor)
      const found = yield* dismiss({ subjects: subjectsOf(settings), actors, actor, ...word })
      yield* Console.log(`${found}: record ${word.seq} stands, and its fault is answered; resume the market`)
    }).pipe(Effect.provide(writableJournal(settings)))
  })
).pipe(Command.withDescription("Answer a fault of a record that stands: nothing is passed over"))
