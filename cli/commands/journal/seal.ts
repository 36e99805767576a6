/** `kennel journal seal`: closes what has happened since the last seal. */
import { Console, Effect } from "effect"
import { Command } from "effect/cli"
import { everyActorOf, subjectsOf, writableJournal } from "../../../app/leaves/journal.ts"
import { sealEra } from "../../../shared/actor/seals/sealJournal.ts"
import { loadSettings } from "../../shared/settings.ts"

export const sealCommand = Command.make(
  "seal",
  {},
  Effect.fn(function* () {
    const settings = yield* loadSettings()
    yield* Effect.gen(function* () {
      const options = {
        subjects: subjectsOf(settings),
        service: "operator",
        actorsOf: (slots: ReadonlyArray<number>) => everyActorOf(settings, slots)
      }
      let sealed = 0
      // Each era is behind the one before: there are as many as the journal has stretches of the largest era.
      const next = sealEra(options).pipe(
        // What is left over after an era is what nobody has answered yet: it belongs to the next.
        Effect.catchTag("CannotSeal", (error) => (sealed > 0 ? Effect.succeed(null) : Effect.fail(error)))
      )
      for (let seal = yield* next; seal !== null; seal = yield* next) {
        sealed++
        yield* Console.log(`era ${seal.era}: records ${seal.from} to ${seal.to}, digest ${seal.digest}`)
      }
      yield* Console.log(
        sealed === 0 ? "nothing has happened since the last seal" : `${sealed} ${sealed === 1 ? "era" : "eras"} sealed`
      )
    }).pipe(Effect.provide(writableJournal(settings)))
  })
).pipe(Command.withDescription("Seal the records since the last seal: their digest, and every actor's state"))
