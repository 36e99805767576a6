/**
 * Dropping the oldest segments. The new beginning is durable first, with the last sequence of every subject that is gone;
 * then the files go. A crash between leaves files before the beginning, which the next opening removes.
 */
import * as fs from "node:fs"
import { join } from "node:path"
import { type Clock, Effect } from "effect"
import { dropLimit } from "../entry.ts"
import { JournalUnavailable } from "../port.ts"
import { codeOf, inWords, syncDirectory } from "./directory/disk.ts"
import { segmentsDirectory, segmentSeqBeside } from "./directory/layout.ts"
import { writeBeginning } from "./directory/marks.ts"
import type { Segments } from "./segments.ts"

/** Removes segments that lie before the beginning, and whatever lies beside them. Throws the system's error. */
export const removeDropped = (directory: string, first: number): void => {
  const folder = segmentsDirectory(directory)
  const gone = fs.readdirSync(folder).filter((name) => (segmentSeqBeside(name) ?? first) < first)
  // A segment before what it was packed into: whoever opens one meanwhile finds both, or neither.
  for (const name of gone.toSorted()) fs.rmSync(join(folder, name), { force: true })
  if (gone.length > 0) syncDirectory(folder)
}

/** What dropping works with. */
export interface DroppingOptions {
  readonly directory: string
  readonly segments: Segments
  readonly clock: Clock.Clock
  readonly duplicateWindowMs: number
  /** Hears how many bytes of data are gone. */
  readonly freed: (bytes: number) => void
}

/**
 * The journal's `dropBefore`: whole segments, none that holds an id inside the duplicate window, never the newest.
 * Fails with `JournalUnavailable` when the disk does; what is gone by then is gone for good, the rest at the next opening.
 */
export const makeDropBefore =
  ({ directory, segments, clock, duplicateWindowMs, freed }: DroppingOptions) =>
  (seq: number): Effect.Effect<number, JournalUnavailable> =>
    Effect.suspend(() => {
      const olderMs = clock.currentTimeMillisUnsafe() - duplicateWindowMs
      const beginning = segments.beginningAt(dropLimit(seq, segments.head()), olderMs)
      if (beginning === null) return Effect.succeed(segments.first())
      return Effect.try({
        try: () => {
          writeBeginning(directory, beginning)
          freed(segments.dropTo(beginning))
          removeDropped(directory, beginning.first)
          return beginning.first
        },
        catch: (error) =>
          new JournalUnavailable({ detail: `dropping records of ${directory} failed: ${inWords(codeOf(error))}` })
      })
    })
