/**
 * Packs closed segments, one after the other, a block at a time on a thread of the pool: memory for one block, and nobody waits.
 *
 * The packed file is durable, name and content, before a header that points to it takes the segment's place; that is one rename. A crash
 * leaves the segment as it was or packed, and beside it at most a file that the next packing of it replaces. Who has the segment open
 * goes on reading what it opened. Every block is unpacked and compared before it counts: what is packed is the only copy.
 */
import { statSync } from "node:fs"
import { type FileHandle, open, rename, rm, statfs } from "node:fs/promises"
import { Effect, Queue, type Scope } from "effect"
import { OWNER_FILE } from "../../../files/directory.ts"
import { errand } from "../../../pace/errands.ts"
import { codeOf, DiskError, replaceFileQuietly, syncDirectoryQuietly } from "../directory/disk.ts"
import { decodeSegmentHeader, encodeSegmentHeader, SEGMENT_HEADER_BYTES } from "../directory/frame.ts"
import { packedPathOf, segmentsDirectory } from "../directory/layout.ts"
import { removeDropped } from "../dropping.ts"
import type { Segments } from "../segments.ts"
import { readBytes, seekTableIn } from "./segmentFile.ts"
import { type Block, BLOCK_BYTES, encodeSeekTable } from "./seekTable.ts"
import { packBlock, unpackBlock } from "./zstd.ts"

/** Whether a segment has its records in its own file; one that cannot be looked at fails when it is packed. */
const isPlain = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.size !== SEGMENT_HEADER_BYTES

/** One step; it ends before anything is taken away from under it. */
const step = <A>(path: string, run: () => Promise<A>): Effect.Effect<A, DiskError> =>
  Effect.tryPromise({
    try: run,
    catch: (error) => new DiskError({ operation: "packing", path, code: codeOf(error) })
  }).pipe(Effect.uninterruptible, errand(`packing ${path}`))

/** The next block of the segment behind those that are packed. Throws where it does not come back as it was. */
const packNext = async (
  source: FileHandle,
  target: FileHandle,
  { offset, packedOffset }: Block,
  length: number,
  room: Buffer
): Promise<number> => {
  const bytes = await readBytes(source, offset, length, room)
  const packed = await packBlock(bytes)
  await target.write(packed, 0, packed.length, packedOffset)
  // Of what stands in the file: a full disk takes fewer bytes than it was offered, and says nothing.
  const stored = await readBytes(target, packedOffset, packed.length)
  if (bytes.length !== length || (await unpackBlock(stored, length))?.equals(bytes) !== true)
    throw new Error(`what was packed of byte ${offset} on does not unpack to what it was`)
  return packed.length
}

const opened = (path: string, flags: string) =>
  Effect.acquireRelease(
    step(path, () => open(path, flags, OWNER_FILE)),
    // What is on the disk was synced; a file that does not close is the system's to close.
    (file) => Effect.promise(() => file.close().catch(() => undefined))
  )

/** Writes the packed file; durable when it returns, but for its name. */
const writePacked = Effect.fnUntraced(function* (path: string, source: FileHandle, size: number, temporary: string) {
  const target = yield* opened(temporary, "w+")
  const room = Buffer.allocUnsafe(BLOCK_BYTES)
  const blocks: Array<Block> = []
  let next: Block = { offset: 0, length: 0, packedOffset: 0, packedLength: 0 }
  while (next.offset < size) {
    const at = next
    const length = Math.min(BLOCK_BYTES, size - at.offset)
    const packedLength = yield* step(path, () => packNext(source, target, at, length, room))
    blocks.push({ ...at, length, packedLength })
    next = { offset: at.offset + length, length: 0, packedOffset: at.packedOffset + packedLength, packedLength: 0 }
  }
  yield* step(path, async () => {
    const table = encodeSeekTable(blocks)
    await target.write(table, 0, table.length, next.packedOffset)
    if ((await seekTableIn(target))?.size !== size) throw new Error("the table of its blocks was not written whole")
    await target.sync()
  })
}, Effect.scoped)

/** Room that is left to records, as a multiple of the segment: an append that finds the disk full ends the journal, a segment that is not packed nothing. */
const ROOM_LEFT = 2

const mustHaveRoom = async (path: string, size: number): Promise<void> => {
  const { bavail, bsize } = await statfs(path)
  if (bavail * bsize < ROOM_LEFT * size) throw Object.assign(new Error("the disk is nearly full"), { code: "ENOSPC" })
}

/**
 * Packs a closed segment; one that is packed already stays as it is. Fails with `DiskError`, and leaves the segment as it was.
 * Only for whoever holds the directory.
 */
export const packSegment = Effect.fnUntraced(function* (
  directory: string,
  path: string
): Effect.fn.Return<void, DiskError, Scope.Scope> {
  const source = yield* opened(path, "r")
  const { size } = yield* step(path, () => source.stat())
  const bytes = yield* step(path, () => readBytes(source, 0, SEGMENT_HEADER_BYTES))
  const header = decodeSegmentHeader(bytes)
  // What is wrong with a header is said by whoever reads it.
  if ("problem" in header || header.packed) return
  yield* step(path, () => mustHaveRoom(path, size))
  const temporary = `${packedPathOf(path)}.tmp`
  yield* writePacked(path, source, size, temporary).pipe(
    Effect.andThen(step(path, () => rename(temporary, packedPathOf(path)))),
    Effect.onError(() => Effect.promise(() => rm(temporary, { force: true }).catch(() => undefined)))
  )
  yield* step(path, () => syncDirectoryQuietly(segmentsDirectory(directory)))
  yield* replaceFileQuietly(path, encodeSegmentHeader(header, true))
})

const removing = (directory: string, first: number) =>
  Effect.try({ try: () => removeDropped(directory, first), catch: codeOf })

/**
 * Packs the closed segments that are not, oldest first, and then those it is given, for as long as the scope. What is dropped
 * meanwhile is left alone, and what of it came to stand again is removed.
 */
export const makePacker = Effect.fnUntraced(function* (
  directory: string,
  segments: Pick<Segments, "closed" | "first">
): Effect.fn.Return<(path: string) => void, never, Scope.Scope> {
  const isKept = (path: string): boolean => segments.closed().includes(path)
  // A path for each closed segment at most.
  const waiting = yield* Queue.unbounded<string>()
  yield* Queue.take(waiting).pipe(
    Effect.flatMap((path) => {
      if (!isKept(path)) return Effect.void
      return Effect.scoped(packSegment(directory, path)).pipe(
        Effect.catch(({ message }) =>
          isKept(path)
            ? Effect.logWarning(`${message}; it stays as it is, and is tried again at the next opening`)
            : Effect.void
        ),
        // What cannot be removed is at the next opening.
        Effect.ensuring(
          Effect.suspend(() => (isKept(path) ? Effect.void : Effect.ignore(removing(directory, segments.first()))))
        )
      )
    }),
    Effect.forever,
    Effect.forkScoped
  )
  const add = (path: string): void => void Queue.offerUnsafe(waiting, path)
  for (const path of segments.closed()) if (isPlain(path)) add(path)
  return add
})
