/** `kennel journal tail`: records as they are. */
import { Console, Effect, Stream } from "effect"
import { Command, Flag } from "effect/cli"
import { Journal } from "../../../shared/journal/port.ts"
import { loadSettings } from "../../shared/settings.ts"
import { archive, journalAt, where } from "./where.ts"

export const tailCommand = Command.make(
  "tail",
  {
    where,
    archive,
    from: Flag.Int("from").pipe(Flag.withDescription("First sequence. Default: the first kept"), Flag.withDefault(0)),
    follow: Flag.Boolean("follow").pipe(
      Flag.withAlias("f"),
      Flag.withDescription("Wait for more"),
      Flag.withDefault(false)
    )
  },
  Effect.fn(function* ({ where, archive, from, follow }) {
    const settings = yield* loadSettings()
    yield* Effect.gen(function* () {
      const journal = yield* Journal
      const wanted = { from: from === 0 ? ("first" as const) : from }
      const records = follow ? journal.tail(wanted) : journal.read(wanted)
      const text = new TextDecoder()
      yield* Stream.runForEach(records, (record) =>
        Console.log(`${record.seq} ${record.subject} ${record.id} ${text.decode(record.data)}`)
      )
    }).pipe(Effect.provide(journalAt(settings, where, archive)))
  })
).pipe(Command.withDescription("Print records as they are: sequence, subject, id, JSON"))
