/** Which journal a command looks at: flags that several of them share. */
import { Effect, Option, Schema } from "effect"
import { Argument, Flag } from "effect/cli"
import { readableJournal } from "../../../app/leaves/journal.ts"
import type { Settings } from "../../../app/settings.ts"
import { placeOf, seqAt, seqFrom } from "../../../shared/archive/seqAt.ts"
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
  Flag.withDescription("First record: its sequence, or a time in UTC (2026-11-21T17:03:09), from which on"),
  Flag.optional
)

/** Last place wanted. */
export const to = Flag.String("to").pipe(
  Flag.withDescription("Last record: its sequence, or a time, by which it had happened. Default: the newest"),
  Flag.optional
)

/** Between two places there is no record. */
export class NothingBetween extends Schema.TaggedError<NothingBetween>()("NothingBetween", {
  from: Schema.String,
  to: Schema.String,
  head: Schema.Int
}) {
  override get message(): string {
    return `from ${this.from} to ${this.to} there is no record; the journal ends with record ${this.head}`
  }
}

/**
 * What the two flags say, as sequences; a last one beyond the end is the end. A time stands for what happened from it on, and for what
 * had happened by it. From a place after the end on there is nothing: the first is then one more than the last.
 */
export const stretch = Effect.fnUntraced(function* (from: Option.Option<string>, to: Option.Option<string>) {
  const journal = yield* Journal
  const head = yield* journal.head
  const last = Option.isSome(to) ? yield* seqAt(yield* placeOf(to.value)) : head
  const first = Option.isSome(from) ? yield* seqFrom(yield* placeOf(from.value)) : yield* journal.first
  if (first > last && Option.isSome(from) && Option.isSome(to))
    return yield* new NothingBetween({ from: from.value, to: to.value, head })
  return { first, last }
})
