/** Which journal a command looks at: flags that several of them share. */
import { Effect, Option } from "effect"
import { Argument, Flag } from "effect/cli"
import { readableJournal } from "../../../app/leaves/journal.ts"
import type { Settings } from "../../../app/settings.ts"
import { existing, placeOf, seqAt } from "../../../shared/archive/seqAt.ts"
import { Journal } from "../../../shared/journal/port.ts"

/** The journal, where it is not that of the settings. */
export const where = Argument.String("where").pipe(
  Argument.withDescription(
    "A journal or data directory, a file of a journal, or a nats:// URL. Default: what NATS_URL and DATA_DIR say."
  ),
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

/** For machines. */
export const json = Flag.Boolean("json").pipe(Flag.withDescription("JSON instead of text"), Flag.withDefault(false))

/** First place wanted. */
export const from = Flag.String("from").pipe(
  Flag.withDescription("First record: its sequence, or a time in UTC (2026-11-21T17:03:09)"),
  Flag.optional
)

/** Last place wanted. */
export const to = Flag.String("to").pipe(
  Flag.withDescription("Last record, likewise. Default: the newest"),
  Flag.optional
)

/** What the two flags say, as sequences; a last one beyond the end is the end. A time stands for the last record that had happened by then. */
export const stretch = Effect.fnUntraced(function* (from: Option.Option<string>, to: Option.Option<string>) {
  const journal = yield* Journal
  const last = Option.isSome(to) ? yield* seqAt(yield* placeOf(to.value)) : yield* journal.head
  const first = Option.isSome(from) ? yield* existing(yield* placeOf(from.value)) : yield* journal.first
  return { first, last }
})
