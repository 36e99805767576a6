/** `kennel journal export` and `import`: a journal, or a piece of it, as one file, and a journal from such a file. */
import { Console, Effect, Option, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import packageJson from "../../../package.json" with { type: "json" }
import { journalToFill, subjectsOf } from "../../../app/leaves/journal.ts"
import { decidersOf } from "../../../app/registry.ts"
import { SETTING_ROWS } from "../../../app/settings.ts"
import { JournalFileBroken, readJournalFile } from "../../../shared/archive/journalFile.ts"
import { exportJournal } from "../../../shared/archive/exportJournal.ts"
import { NoSuchRecord } from "../../../shared/archive/seqAt.ts"
import { shownSettings } from "../../../shared/config/show.ts"
import { messageOf } from "../../../shared/core/messageOf.ts"
import { Journal, JournalOpenError } from "../../../shared/journal/port.ts"
import { whileReading } from "../../shared/progress.ts"
import { loadSettings } from "../../shared/settings.ts"
import { archive, from, journalAt, json, NothingBetween, stretch, to, where } from "./where.ts"

/** A file whose records cannot become a journal of their own. */
class CannotImport extends Schema.TaggedError<CannotImport>()("CannotImport", { detail: Schema.String }) {
  override get message(): string {
    return `nothing was imported: ${this.detail}`
  }
}

/** Names, paths and addresses say who somebody is. */
const onlyFigures = (settings: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(settings).filter(([, text]) => /^(?:[\d.,-]*|true|false)$/.test(text)))

/** A journal, or a piece of it, into a file. */
export const exportCommand = Command.make(
  "export",
  {
    where,
    archive,
    from,
    to,
    out: Flag.String("out").pipe(
      Flag.withAlias("o"),
      Flag.withDescription("The file to write. Its name ends in .kennel"),
      Flag.withDefault("journal.kennel")
    ),
    note: Flag.String("note").pipe(Flag.withDescription("What it is made for, for people"), Flag.withDefault("")),
    redact: Flag.Boolean("redact").pipe(
      Flag.withDescription(
        "Replace ids, names and notes, each by the same everywhere; prices, amounts and times stay (scaled amounts round otherwise, and would lead to other decisions)"
      ),
      Flag.withDefault(false)
    ),
    json
  },
  Effect.fn(function* ({ where, archive, from, to, out, note, redact, json }) {
    const settings = yield* loadSettings()
    yield* Effect.gen(function* () {
      const { first, last } = yield* stretch(from, to)
      if (last === 0) return yield* new NoSuchRecord({ seq: 1, first: 0, head: 0 })
      if (first > last)
        return yield* new NothingBetween({
          from: Option.getOrElse(from, () => "the first"),
          to: "the newest",
          head: last
        })
      const file = out.endsWith(".kennel") ? out : `${out}.kennel`
      const made = yield* exportJournal({
        subjects: subjectsOf(settings),
        actorsOf: decidersOf,
        file,
        from: first,
        to: last,
        pair: settings.pair,
        note,
        build: packageJson.version,
        redacted: redact,
        settings: redact
          ? onlyFigures(shownSettings(SETTING_ROWS, process.env))
          : shownSettings(SETTING_ROWS, process.env)
      }).pipe(whileReading("export"))
      const { divergences } = made.expected
      const told = `records ${made.from} to ${made.to} (${made.records}) written to ${file}, ${divergences.length} divergences, chain ${made.chain}`
      yield* Console.log(json ? JSON.stringify({ file, ...made }) : told)
    }).pipe(Effect.provide(journalAt(settings, where, archive)))
  })
).pipe(
  Command.withDescription(
    "Write a journal, or the piece --from --to, to one file that anybody can replay: records, the states it begins with, what must come of it"
  )
)

const BATCH = 1_000

/** A journal from a file. */
export const importCommand = Command.make(
  "import",
  {
    file: Argument.String("file").pipe(Argument.withDescription("What export wrote, or lines of records alone")),
    json
  },
  Effect.fn(function* ({ file, json }) {
    const settings = yield* loadSettings()
    const { header, records } = yield* Effect.tryPromise({
      try: () => readJournalFile(file),
      catch: (error) =>
        error instanceof JournalFileBroken ? error : new JournalOpenError({ where: file, detail: messageOf(error) })
    })
    const first = records[0]?.seq ?? 1
    if (first !== 1) {
      const detail = `${file} begins with record ${first}, and a journal begins with record 1: look at the file as it is, every command reads it`
      return yield* new CannotImport({ detail })
    }
    if (header !== null && header.pair !== settings.pair) {
      return yield* new CannotImport({ detail: `${file} is of ${header.pair}, and PAIR says ${settings.pair}` })
    }
    yield* Effect.gen(function* () {
      const journal = yield* Journal
      const head = yield* journal.head
      if (head > 0) return yield* new CannotImport({ detail: `${journal.where} holds ${head} records already` })
      for (let at = 0; at < records.length; at += BATCH) {
        const batch = records.slice(at, at + BATCH)
        yield* journal.appendAll(
          batch.map(({ subject, id, data, mark }) => ({ subject, id, data, ...(mark === undefined ? {} : { mark }) }))
        )
      }
      const now = yield* journal.head
      if (now !== records.length) {
        return yield* new CannotImport({ detail: `${journal.where} holds ${now} records now, of ${records.length}` })
      }
      const told = { records: now, where: journal.where }
      yield* Console.log(json ? JSON.stringify(told) : `${now} records imported into ${journal.where}`)
    }).pipe(Effect.provide(journalToFill(settings)))
  })
).pipe(Command.withDescription("Make the (empty) journal of the settings from a file that export wrote"))
