/** `kennel journal archive`: sealed eras as files, and room in the journal. */
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { archiveDirectory, readableJournal, subjectsOf, writableJournal } from "../../../app/leaves/journal.ts"
import { archiveEras, dropArchived } from "../../../shared/archive/archiveJournal.ts"
import { loadSettings } from "../../shared/settings.ts"

export const archiveCommand = Command.make(
  "archive",
  {
    to: Flag.String("to").pipe(
      Flag.withDescription("The directory for the files, one for each era. Default: ARCHIVE_DIR."),
      Flag.withDefault("")
    ),
    drop: Flag.Boolean("drop").pipe(
      Flag.withDescription("Then drop from the journal what has been copied, read back and found right"),
      Flag.withDefault(false)
    )
  },
  Effect.fn(function* ({ to, drop }) {
    const read = yield* loadSettings()
    const settings = to === "" ? read : { ...read, archiveDir: to }
    yield* Effect.gen(function* () {
      const directory = archiveDirectory(settings)
      const seals = yield* archiveEras(subjectsOf(settings), directory, ({ seal: { era, from, to }, path, written }) =>
        Console.log(`era ${era}: records ${from} to ${to}, ${written ? "written to" : "already in"} ${path}, read back`)
      )
      if (seals.length === 0) return yield* Console.log("the journal has no seal: kennel journal seal")
      if (!drop) return
      const first = (yield* dropArchived(seals)) ?? 1
      const kept = (seals.at(-1)?.to ?? 0) - first + 1
      const also =
        kept <= 0
          ? ""
          : `; ${kept} archived records stay, since room is given back in whole segments, and none younger than ten minutes`
      yield* Console.log(`the journal begins at record ${first} now${also}`)
    }).pipe(Effect.provide(drop ? writableJournal(settings) : readableJournal(settings)))
  })
).pipe(Command.withDescription("Copy sealed eras into files, read them back, and (--drop) let the journal go of them"))
