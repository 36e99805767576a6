/** The few file operations the journal rests on, in one place: what "durable" means here, and the seam for faults in tests. */
import * as fs from "node:fs"
import { open, rename, rm } from "node:fs/promises"
import { dirname } from "node:path"
import { getSystemErrorMap } from "node:util"
import { Effect, Schema } from "effect"
import { OWNER_FILE } from "../../../files/directory.ts"
import { errand } from "../../../pace/errands.ts"

/** An operation on the disk failed. `code` is the system's, such as `ENOSPC` or `EIO`. */
export class DiskError extends Schema.TaggedError<DiskError>()("DiskError", {
  operation: Schema.String,
  path: Schema.String,
  code: Schema.String
}) {
  override get message(): string {
    return `${this.operation} ${this.path} failed: ${inWords(this.code)}`
  }
}

/** The system's error code, or the error's text where it has none. */
export const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return "code" in error && typeof error.code === "string" ? error.code : error.message
}

const WORDS: ReadonlyMap<string, string> = new Map(getSystemErrorMap().values())

/** A system's error code as people read it: `no space left on device (ENOSPC)`. Any other text stays as it is. */
export const inWords = (code: string): string => {
  const words = WORDS.get(code)
  return words === undefined ? code : `${words} (${code})`
}

/** A file open for writing at its end. */
export interface WritableFile {
  readonly path: string
  /** Writes all bytes at this position; they may still be in the system's cache. */
  readonly write: (bytes: Buffer, position: number) => Effect.Effect<void, DiskError>
  /** Returns when everything written has reached the disk. */
  readonly sync: Effect.Effect<void, DiskError>
  readonly close: Effect.Effect<void>
}

/** Opens or creates a file for writing. Throws the system's error. */
export type OpenForWriting = (path: string) => WritableFile

/**
 * A block up to this size is handed to the system's cache on the spot (some 10 µs); the way over a thread of the pool and
 * back costs several times that. The sync, which waits for the disk, always goes over a thread.
 */
const SMALL_BYTES = 64 * 1024

/** Opens or creates; throws the system's error. */
export const openForWriting: OpenForWriting = (path) => {
  // Neither "a" (Linux then ignores positions) nor "w" (empties the file).
  const descriptor = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_CREAT, OWNER_FILE)
  const failed = (operation: string, error: unknown) => new DiskError({ operation, path, code: codeOf(error) })

  const writeSmall = (bytes: Buffer, position: number): Effect.Effect<number, DiskError> =>
    Effect.try({
      try: () => fs.writeSync(descriptor, bytes, 0, bytes.length, position),
      catch: (error) => failed("write", error)
    })
  const writeLarge = (bytes: Buffer, position: number): Effect.Effect<number, DiskError> =>
    Effect.callback<number, DiskError>((resume) => {
      fs.write(descriptor, bytes, 0, bytes.length, position, (error, written) =>
        resume(error === null ? Effect.succeed(written) : Effect.fail(failed("write", error)))
      )
    }).pipe(errand(`a write to ${path}`))
  const write = (bytes: Buffer, position: number): Effect.Effect<void, DiskError> =>
    (bytes.length <= SMALL_BYTES ? writeSmall : writeLarge)(bytes, position).pipe(
      // The system may take fewer bytes than offered; each turn takes at least one or fails.
      Effect.flatMap((written) =>
        written === bytes.length ? Effect.void : write(bytes.subarray(written), position + written)
      )
    )

  return {
    path,
    write,
    sync: Effect.callback<void, DiskError>((resume) => {
      fs.fdatasync(descriptor, (error) =>
        resume(error === null ? Effect.void : Effect.fail(failed("fdatasync", error)))
      )
    }).pipe(errand(`a sync of ${path}`)),
    close: Effect.sync(() => fs.closeSync(descriptor))
  }
}

/** Makes the names in a directory durable. Windows has no such call and needs none. */
export const syncDirectory = (path: string): void => {
  if (process.platform === "win32") return
  const descriptor = fs.openSync(path, "r")
  try {
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}

/** As `syncDirectory`, off the main thread. Rejects with the system's error. */
export const syncDirectoryQuietly = async (path: string): Promise<void> => {
  if (process.platform === "win32") return
  await using folder = await open(path, "r")
  await folder.sync()
}

/**
 * Writes a file so that a reader finds the old content or the new, whatever happens between. Throws the system's error, and leaves
 * nothing behind: on a full disk every byte counts. Only this user may read it.
 */
export const replaceFile = (path: string, content: string | Uint8Array): void => {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    const descriptor = fs.openSync(temporary, "w", OWNER_FILE)
    try {
      fs.writeFileSync(descriptor, content)
      fs.fsyncSync(descriptor)
    } finally {
      fs.closeSync(descriptor)
    }
    fs.renameSync(temporary, path)
  } catch (error) {
    fs.rmSync(temporary, { force: true })
    throw error
  }
  syncDirectory(dirname(path))
}

/**
 * `replaceFile` off the main thread, so that nothing waits for the disk meanwhile; not to be interrupted, since the next
 * one uses the same temporary file. The name may come back as it was after a power cut.
 */
export const replaceFileQuietly = (path: string, content: string | Uint8Array): Effect.Effect<void, DiskError> =>
  Effect.tryPromise({
    try: async () => {
      const temporary = `${path}.${process.pid}.tmp`
      try {
        {
          await using file = await open(temporary, "w", OWNER_FILE)
          await file.writeFile(content)
          await file.sync()
        }
        await rename(temporary, path)
      } catch (error) {
        await rm(temporary, { force: true })
        throw error
      }
    },
    catch: (error) => new DiskError({ operation: "replace", path, code: codeOf(error) })
  }).pipe(Effect.uninterruptible)
