/** `kennel journal digest`: one line that two runs of the same market have in common. */
import { Console, Effect, Option, Stream } from "effect"
import { Command, Flag } from "effect/cli"
import { Journal } from "../../../shared/journal/port.ts"
import { SameRunDigest } from "../../../shared/journal/sameRun.ts"
import { loadSettings } from "../../shared/settings.ts"
import { archive, journalAt, where } from "./where.ts"

export const digestCommand = Command.make(
  "digest",
  {
    where,
    archive,
    to: Flag.Int("to").pipe(Flag.withDescription("Last sequence; left out: the newest"), Flag.optional)
  },
  Effect.fn(function* ({ where, archive, to }) {
    const settings = yield* loadSettings()
    yield* Effect.gen(function* () {
      const journal = yield* Journal
      const last = Option.getOrElse(to, () => Number.POSITIVE_INFINITY)
      const digest = new SameRunDigest()
      yield* journal.read({ from: 1 }).pipe(
        Stream.takeWhile(({ seq }) => seq <= last),
        Stream.runForEach((record) => Effect.sync(() => digest.add(record)))
      )
      const { records } = digest
      yield* Console.log(`${digest.end()}  records 1 to ${records}`)
    }).pipe(Effect.provide(journalAt(settings, where, archive)))
  })
).pipe(
  Command.withDescription("The digest of what a journal tells, for comparing two runs of the same market on paper")
)
