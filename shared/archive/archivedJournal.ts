/** A journal and its archive as one: whoever reads from record 1 gets the archived eras first, and notices nothing. */
import { Context, Effect, Layer, Stream } from "effect"
import {
  Journal,
  JournalCorrupt,
  type JournalRecord,
  type ReadError,
  type ReadFrom,
  RecordsArchived,
  type SnapshotStore
} from "../journal/port.ts"
import { subjectMatcher } from "../journal/subjects.ts"
import { messageOf } from "../core/messageOf.ts"
import { type Era, eraPath, erasIn, readEra } from "./eraFile.ts"

type Whole = Journal["Service"]

/** The eras of a directory, by where they begin; the one read last is kept, since readers go forward. */
const openArchive = (directory: string) => {
  /** Listed anew for each question: an era may be archived while its journal is in use. */
  const listed = Effect.sync(() => erasIn(directory))
  let kept: Era | null = null
  const read = (era: number): Effect.Effect<Era, JournalCorrupt> =>
    Effect.suspend(() => {
      if (kept?.seal.era === era) return Effect.succeed(kept)
      try {
        kept = readEra(eraPath(directory, era))
        return Effect.succeed(kept)
      } catch (error) {
        return Effect.fail(new JournalCorrupt({ where: directory, detail: messageOf(error) }))
      }
    })
  /** The index of the era that holds a record, by halving: eras follow each other without gaps. -1: none does. */
  const indexOf = Effect.fnUntraced(function* (eras: ReadonlyArray<number>, seq: number) {
    let low = 0
    let high = eras.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const { seal } = yield* read(eras[middle] ?? 0)
      if (seq < seal.from) high = middle - 1
      else if (seq > seal.to) low = middle + 1
      else return middle
    }
    return -1
  })
  /** Records `from` to `to`, all of which the archive holds. */
  const records = (from: number, to: number): Stream.Stream<JournalRecord, JournalCorrupt> =>
    Stream.unwrap(
      Effect.gen(function* () {
        const eras = yield* listed
        const first = yield* indexOf(eras, from)
        return Stream.fromIterable(eras.slice(first)).pipe(
          Stream.mapEffect(read),
          Stream.takeWhile(({ seal }) => seal.from <= to),
          Stream.flatMap((era) => Stream.fromIterable(era.records)),
          Stream.filter(({ seq }) => seq >= from && seq <= to)
        )
      })
    )
  /** The record, or null where no era holds it. */
  const holding = Effect.fnUntraced(function* (seq: number) {
    const eras = yield* listed
    const index = yield* indexOf(eras, seq)
    if (index < 0) return null
    const { seal, records: held } = yield* read(eras[index] ?? 0)
    return held[seq - seal.from] ?? null
  })
  const reach: Effect.Effect<number, JournalCorrupt> = Effect.flatMap(listed, (eras) => {
    const last = eras.at(-1)
    return last === undefined || eras[0] !== 1 || eras.length !== last
      ? Effect.succeed(0)
      : Effect.map(read(last), ({ seal }) => seal.to)
  })
  return { records, holding, reach }
}

const joined = (journal: Whole, directory: string): Whole => {
  const archive = openArchive(directory)
  const archived = (wanted: ReadFrom, live: (from: ReadFrom) => Stream.Stream<JournalRecord, ReadError>) =>
    Stream.unwrap(
      Effect.gen(function* () {
        const first = yield* journal.first
        const from = wanted.from === "first" ? 1 : wanted.from
        // What an archive does not hold is the journal's to refuse.
        if (from >= first || (yield* archive.reach) < first - 1) return live(wanted)
        const matches = subjectMatcher(wanted.filter)
        const old = archive.records(from, first - 1).pipe(Stream.filter(({ subject }) => matches(subject)))
        return Stream.concat(old, live({ ...wanted, from: first }))
      })
    )
  /** The record from the archive, where the journal says that it was dropped. */
  const orArchived = (asked: Effect.Effect<JournalRecord | null, ReadError>) =>
    Effect.catchIf(
      asked,
      (error) => error instanceof RecordsArchived,
      (error) =>
        Effect.flatMap(archive.holding(error.seq), (record): Effect.Effect<JournalRecord, ReadError> =>
          record === null ? Effect.fail(error) : Effect.succeed(record)
        )
    )
  return {
    ...journal,
    where: erasIn(directory).length === 0 ? journal.where : `${journal.where}, with the archive ${directory}`,
    first: Effect.gen(function* () {
      const first = yield* journal.first
      return first === 1 || (yield* archive.reach) >= first - 1 ? 1 : first
    }),
    get: (seq) => orArchived(journal.get(seq)),
    last: (subject) => orArchived(journal.last(subject)),
    read: (wanted) => archived(wanted, journal.read),
    tail: (wanted) => archived(wanted, journal.tail)
  }
}

/** The layer's journal, joined with the archive in `directory`, whatever comes to stand there: nothing yet changes nothing. */
export const withArchive = <E>(
  layer: Layer.Layer<Journal | SnapshotStore, E>,
  directory: string
): Layer.Layer<Journal | SnapshotStore, E> =>
  Layer.effectContext(
    Effect.map(Layer.build(layer), (context) =>
      Context.add(context, Journal, Journal.of(joined(Context.get(context, Journal), directory)))
    )
  )
