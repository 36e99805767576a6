/** A journal, or a piece of it, into one file: what it begins with, its records, and what a fold of them must give. */
import { Effect, Schema, Stream } from "effect"
import { slotsNamedUpTo } from "../actor/control/slotsNamed.ts"
import type { Actor } from "../actor/core/actor.ts"
import { SliceStart } from "../actor/seals/slice.ts"
import { verifyJournal } from "../actor/verify.ts"
import type { MarketSubjects } from "../core/ids/subjects.ts"
import { codeOf, inWords } from "../journal/embedded/directory/disk.ts"
import { Journal, SnapshotStore } from "../journal/port.ts"
import { inMemory, snapshotsOf } from "./fileJournal.ts"
import { type Expected, JournalFileWriter, type NewJournalFile } from "./journalFile.ts"
import { redacted } from "./redact.ts"
import { startBefore } from "./sliceStart.ts"

/** The file cannot be written, or would not say what the journal says. */
export class ExportFailed extends Schema.TaggedError<ExportFailed>()("ExportFailed", {
  file: Schema.String,
  problem: Schema.String
}) {
  override get message(): string {
    return `${this.file} was not written: ${this.problem}`
  }
}

/** What to write, and where. */
export interface ExportOptions extends Omit<NewJournalFile, "from" | "start"> {
  readonly subjects: MarketSubjects
  /** Every actor that decides, for the slots that the market has named. */
  readonly actorsOf: (slots: ReadonlyArray<number>) => ReadonlyArray<Actor<unknown>>
  readonly file: string
  /** First and last record wanted; the file may begin some records earlier, where the market rested. */
  readonly from: number
  readonly to: number
}

/** What was written. */
export interface Exported {
  readonly from: number
  readonly to: number
  readonly records: number
  /** `chainHash` of the records. */
  readonly chain: string
  readonly expected: Expected
}

/** Writes the file whole or not at all; it takes its name at the end. */
export const exportJournal = Effect.fn("exportJournal")(function* (options: ExportOptions) {
  const { subjects, actorsOf, file, to, redacted: redact } = options
  const start = yield* startBefore({ subjects, actorsOf, from: options.from, to })
  const from = (start?.sealed.to ?? 0) + 1
  const source = yield* Journal
  const whole = { journal: source, start }
  const piece = redact ? yield* redactedPiece(source, start, from, to) : whole
  const expect = Effect.gen(function* () {
    const actors = actorsOf(yield* slotsNamedUpTo(subjects, to))
    const found = yield* verifyJournal({ subjects, actors, to })
    return {
      divergences: found.divergences,
      actors: found.actors.map(({ name, stateHash }) => ({
        name,
        version: actors.find((actor) => actor.name === name)?.version ?? "?",
        stateHash
      }))
    } satisfies Expected
  })
  const kept = yield* SnapshotStore
  const over = (journal: Journal["Service"], states: NewJournalFile["start"]) =>
    expect.pipe(
      Effect.provideService(Journal, journal),
      Effect.provideService(SnapshotStore, states === null ? kept : snapshotsOf(states)),
      Effect.provideService(SliceStart, states?.sealed ?? null)
    )
  const expected = yield* over(piece.journal, piece.start)
  if (redact) {
    const before = yield* over(source, start)
    if (before.divergences.length !== expected.divergences.length) {
      const problem = `with replaced ids ${expected.divergences.length} decisions differ instead of ${before.divergences.length}: export it without --redact`
      return yield* new ExportFailed({ file, problem })
    }
  }
  const { pair, note, build, settings } = options
  const header = { pair, from, note, build, redacted: redact, settings, start: piece.start }
  const { records, chain } = yield* writeFile(piece.journal, header, options, expected)
  return { from, to: from + records - 1, records, chain, expected } satisfies Exported
})

const redactedPiece = Effect.fnUntraced(function* (
  journal: Journal["Service"],
  start: NewJournalFile["start"],
  from: number,
  to: number
) {
  const records = yield* journal.read({ from }).pipe(
    Stream.takeWhile(({ seq }) => seq <= to),
    Stream.runCollect
  )
  const piece = redacted({ records, start })
  return { journal: inMemory("the redacted piece", piece.records, from), start: piece.start }
})

const writeFile = (
  journal: Journal["Service"],
  header: NewJournalFile,
  { file, to }: ExportOptions,
  expected: Expected
) =>
  Effect.acquireUseRelease(
    Effect.try({
      try: () => new JournalFileWriter(file, header),
      catch: (error) => new ExportFailed({ file, problem: inWords(codeOf(error)) })
    }),
    (writer) => {
      const failing = <A>(work: () => Promise<A>) =>
        Effect.tryPromise({ try: work, catch: (error) => new ExportFailed({ file, problem: inWords(codeOf(error)) }) })
      return journal.read({ from: header.from }).pipe(
        Stream.takeWhile(({ seq }) => seq <= to),
        Stream.runForEachArray((records) => failing(() => writer.write(records))),
        Effect.andThen(failing(() => writer.end(expected)))
      )
    },
    (writer, exit) => Effect.sync(() => (exit._tag === "Success" ? undefined : writer.abandon()))
  )
