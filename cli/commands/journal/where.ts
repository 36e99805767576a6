/** Which journal a command looks at: flags that several of them share. */
import { Option } from "effect"
import { Argument, Flag } from "effect/cli"
import { readableJournal } from "../../../app/leaves/journal.ts"
import type { Settings } from "../../../app/settings.ts"

/** The journal, where it is not that of the settings. */
export const where = Argument.String("where").pipe(
  Argument.withDescription("A journal directory or a nats:// URL. Default: what NATS_URL and DATA_DIR say."),
  Argument.optional
)

/** The archive, where it is not that of the settings. */
export const archive = Flag.String("archive").pipe(
  Flag.withDescription("The directory of archived eras, read with the journal as one. Default: ARCHIVE_DIR."),
  Flag.optional
)

/** The journal to look at, with its archive as one. */
export const journalAt = (
  settings: Settings,
  where: Option.Option<string>,
  archive: Option.Option<string>
): ReturnType<typeof readableJournal> =>
  readableJournal(
    Option.isSome(archive) ? { ...settings, archiveDir: archive.value } : settings,
    Option.getOrUndefined(where)
  )
