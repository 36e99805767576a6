/** Opening a directory: everything between "there is a path" and "every record is checked and indexed". */
import * as fs from "node:fs"
import { Effect } from "effect"
import { JournalCorrupt, JournalOpenError, type JournalRecord } from "../port.ts"
import { codeOf, replaceFile, syncDirectory } from "./directory/disk.ts"
import { highWaterPath, segmentsDirectory } from "./directory/layout.ts"
import { makeRecordIndex, type RecordIndex } from "./recordIndex.ts"
import { type HighWater, type Recovered, recover } from "./recovery.ts"

/** A file the system refuses becomes one line that says what to do. */
const attempt = <A>(directory: string, run: () => A): Effect.Effect<A, JournalOpenError | JournalCorrupt> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(run())
    } catch (error) {
      if (error instanceof JournalCorrupt || error instanceof JournalOpenError) return Effect.fail(error)
      const detail = `cannot be used (${codeOf(error)}); check that the path is a directory this user may read and write`
      return Effect.fail(new JournalOpenError({ where: directory, detail }))
    }
  })

const readHighWater = (directory: string): HighWater | null => {
  const path = highWaterPath(directory)
  if (!fs.existsSync(path)) return null
  const text = fs.readFileSync(path, "utf8")
  try {
    const { head, crc } = JSON.parse(text) as Record<string, unknown>
    if (Number.isSafeInteger(head) && Number.isSafeInteger(crc)) return { head: Number(head), crc: Number(crc) }
  } catch {
    // Falls through: whatever stands there, it is not what this journal writes.
  }
  const detail = `unreadable: ${JSON.stringify(text.slice(0, 60))}; compare the journal with a copy, then delete this file`
  throw new JournalOpenError({ where: path, detail })
}

const writeHighWater = (directory: string, mark: HighWater): void =>
  replaceFile(highWaterPath(directory), JSON.stringify(mark))

/** Notes at a clean close how far the journal reaches. Without the note it only knows less about its own end. */
export const noteHighWater = (directory: string, mark: HighWater): Effect.Effect<void> =>
  attempt(directory, () => writeHighWater(directory, mark)).pipe(
    Effect.catch((problem) => Effect.logWarning(`${highWaterPath(directory)} could not be written: ${problem.message}`))
  )

/** Makes the directory with its segments' folder. Fails with `JournalOpenError` when it cannot be read and written. */
export const prepareDirectory = (directory: string) =>
  attempt(directory, () => {
    fs.mkdirSync(segmentsDirectory(directory), { recursive: true })
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

/** A directory whose every record has been checked: where each stands, and how the journal ends. */
export interface Opened {
  readonly index: RecordIndex
  readonly recovered: Recovered
}

/** Reads everything; changes nothing. `onRecord` sees each record, oldest first. */
export const inspectDirectory = (directory: string, onRecord: (record: JournalRecord) => void) =>
  attempt(directory, (): Opened => {
    if (!fs.existsSync(segmentsDirectory(directory))) {
      throw new JournalOpenError({ where: directory, detail: "holds no journal; check the path" })
    }
    const index = makeRecordIndex()
    const recovered = recover(directory, readHighWater(directory), {
      segment: index.addSegment,
      record: (record, size) => {
        index.add(record.subject, size)
        onRecord(record)
      }
    })
    return { index, recovered }
  })

/** Reads everything, cuts an unfinished write off, and notes how far the journal is known to reach. Needs the lock. */
export const recoverDirectory = Effect.fnUntraced(function* (
  directory: string,
  onRecord: (record: JournalRecord) => void
) {
  const opened = yield* inspectDirectory(directory, onRecord)
  const { tornTail, head, crc } = opened.recovered
  yield* attempt(directory, () => {
    cut(opened.recovered)
    syncActive(opened.recovered)
    syncDirectory(segmentsDirectory(directory))
    writeHighWater(directory, { head, crc })
  })
  if (tornTail !== null) {
    yield* Effect.logWarning(
      `${tornTail.path}: cut ${tornTail.bytes} bytes at byte ${tornTail.offset}: record ${tornTail.seq} was never finished and never acknowledged`
    )
  }
  return opened
})
