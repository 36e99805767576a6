/** Opening a directory: everything between "there is a path" and "everything is known and the end is checked". */
import * as fs from "node:fs"
import { Effect } from "effect"
import { JournalCorrupt, JournalOpenError, type JournalRecord } from "../port.ts"
import type { Summary } from "../order/sequencer.ts"
import { closeToOthers, makeDirectory } from "../../files/directory.ts"
import { codeOf, inWords, replaceFile, replaceFileQuietly, syncDirectory } from "./directory/disk.ts"
import { highWaterPath, indexPathOf, segmentsDirectory } from "./directory/layout.ts"
import { type HighWater, highWaterText, readBeginning, readHighWater } from "./directory/marks.ts"
import { removeDropped } from "./dropping.ts"
import { saveIndex } from "./index/rebuild.ts"
import { type Recovered, recover } from "./recovery.ts"
import { makeSegments, type Segments } from "./segments.ts"

/** A file the system refuses becomes one line that says what to do. */
const attempt = <A>(directory: string, run: () => A): Effect.Effect<A, JournalOpenError | JournalCorrupt> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(run())
    } catch (error) {
      if (error instanceof JournalCorrupt || error instanceof JournalOpenError) return Effect.fail(error)
      const detail = `cannot be used: ${inWords(codeOf(error))}; check that the path is a directory this user may read and write`
      return Effect.fail(new JournalOpenError({ where: directory, detail }))
    }
  })

/**
 * Notes how far the journal reaches, so that a file which lost its end is noticed. A note that fails only means knowing
 * less about that end.
 */
export const noteHighWater = (directory: string, mark: HighWater): Effect.Effect<void> =>
  replaceFileQuietly(highWaterPath(directory), highWaterText(mark)).pipe(
    Effect.catch((problem) => Effect.logWarning(`${highWaterPath(directory)} could not be written: ${problem.message}`))
  )

/** Makes the directory with its segments' folder. Fails with `JournalOpenError` when it cannot be read and written. */
export const prepareDirectory = (directory: string) =>
  attempt(directory, () => {
    makeDirectory(segmentsDirectory(directory))
    closeToOthers(directory)
    fs.accessSync(directory, fs.constants.R_OK | fs.constants.W_OK)
    syncDirectory(directory)
  })

/** Removes the unfinished write, durably. */
const cut = (recovered: Recovered): Recovered => {
  const { tornTail } = recovered
  if (tornTail === null) return recovered
  if (tornTail.offset === 0) {
    fs.rmSync(tornTail.path)
    return recovered
  }
  const descriptor = fs.openSync(tornTail.path, "r+")
  try {
    fs.ftruncateSync(descriptor, tornTail.offset)
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
  return recovered
}

/** What was found may still stand only in the system's cache, written by a process that died before its sync. */
const syncActive = ({ active }: Recovered): void => {
  if (active === null) return
  const descriptor = fs.openSync(active.path, "r+")
  try {
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}

/** An opened directory: its segments, and how the journal ends. */
export interface Opened {
  readonly segments: Segments
  readonly recovered: Recovered
}

/** What opening tells on the way, to whom, and what it may write. */
export interface OpeningOptions {
  /** Records of closed segments stored after this time are handed to `onRecord` too. */
  readonly recentAfterMs: number
  /** The stretches that were not looked at: what was dropped, closed segments. */
  readonly onSummary: (summary: Summary) => void
  readonly onRecord: (record: JournalRecord) => void
  /** The records that whoever starts is likely to read, the newest last; each was handed to `onRecord` before. */
  readonly onTail: (record: JournalRecord) => void
  /** A segment's index was made anew; returns why it could not be saved, or null. */
  readonly onIndex: (segmentPath: string, bytes: () => Buffer) => string | null
}

const open = (directory: string, { recentAfterMs, onSummary, onRecord, onTail, onIndex }: OpeningOptions): Opened => {
  if (!fs.existsSync(segmentsDirectory(directory))) {
    throw new JournalOpenError({
      where: directory,
      detail:
        "holds no journal: no market has run there, or the path is another (DATA_DIR, or name a file or directory)"
    })
  }
  const beginning = readBeginning(directory)
  const segments = makeSegments(beginning)
  if (beginning !== null) {
    const subjects = Object.entries(beginning.lasts).map(([name, lastSeq]) => ({ name, lastSeq }))
    onSummary({ lastSeq: beginning.first - 1, lastStoredMs: 0, subjects })
  }
  const recovered = recover(
    { directory, highWater: readHighWater(directory), beginning, recentAfterMs },
    {
      recent: onRecord,
      rebuilt: onIndex,
      closed: (path, summary, subjects) => {
        segments.addClosed(path, summary, subjects)
        onSummary({ lastSeq: summary.lastSeq, lastStoredMs: summary.lastStoredMs, subjects })
      },
      newest: (path, { firstSeq, previousCrc }) => void segments.begin(path, firstSeq, previousCrc),
      record: (record, size, crc) => {
        segments.add(record, size, crc)
        onRecord(record)
      },
      tail: onTail
    }
  )
  return { segments, recovered }
}

/** One line about indexes made anew: the first of them, and why. */
const sayRebuilt = (directory: string, { rebuilt }: Recovered): Effect.Effect<void> => {
  const [first] = rebuilt
  if (first === undefined) return Effect.void
  const line = `${directory}: the index of ${rebuilt.length} closed segments was made from their records; the first is ${indexPathOf(first.path)}: ${first.why}`
  return rebuilt.every(({ why }) => why === "missing") ? Effect.logInfo(line) : Effect.logWarning(line)
}

/** Opens for looking; changes nothing. */
export const inspectDirectory = (directory: string) =>
  attempt(directory, () =>
    open(directory, {
      recentAfterMs: Number.POSITIVE_INFINITY,
      onSummary: () => undefined,
      onRecord: () => undefined,
      onTail: () => undefined,
      onIndex: () => null
    })
  ).pipe(Effect.tap(({ recovered }) => sayRebuilt(directory, recovered)))

/** Opens, cuts an unfinished write off, saves missing indexes, and notes how far the journal is known to reach. Needs the lock. */
export const recoverDirectory = Effect.fnUntraced(function* (
  directory: string,
  options: Omit<OpeningOptions, "onIndex">
) {
  const opened = yield* attempt(directory, () =>
    open(directory, { ...options, onIndex: (path, bytes) => saveIndex(path, bytes()) })
  )
  const { tornTail, head, crc } = opened.recovered
  yield* attempt(directory, () => {
    cut(opened.recovered)
    syncActive(opened.recovered)
    removeDropped(directory, opened.segments.first())
    syncDirectory(segmentsDirectory(directory))
    replaceFile(highWaterPath(directory), highWaterText({ head, crc }))
  })
  yield* sayRebuilt(directory, opened.recovered)
  if (tornTail !== null) {
    yield* Effect.logWarning(
      `${tornTail.path}: cut ${tornTail.bytes} bytes at byte ${tornTail.offset}: record ${tornTail.seq} was never finished and never acknowledged`
    )
  }
  return opened
})
