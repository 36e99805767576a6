/** Where records stand in a segment: from the growing index, or from the file, of which only what was used lately is kept. */
import { open } from "node:fs/promises"
import { Effect } from "effect"
import { errand } from "../../../pace/errands.ts"
import { JournalCorrupt, JournalUnavailable, type ReadError } from "../../port.ts"
import type { Filter } from "../../recordStream.ts"
import { isSubject } from "../../subjects.ts"
import { codeOf, inWords } from "../directory/disk.ts"
import { indexPathOf } from "../directory/layout.ts"
import type { Segment } from "../segments.ts"
import { makeByteCache } from "./cache.ts"
import { decodeList, type IndexTable, listBytes, type ListedSubject } from "./indexFile.ts"
import { merged } from "./offsets.ts"
import { indexOfSegment, readTable } from "./rebuild.ts"
import type { GrowingIndex, Mark } from "./segmentIndex.ts"

/** Bytes of indexes kept in memory: those of twenty segments a reader with a filter is passing through, or more. */
const CACHED_BYTES = 8 * 1024 * 1024
/** What a mark and a subject of a table cost in memory, bytes, roughly. */
const OBJECT_BYTES = 100

/** What the index says of a segment. */
export interface Finding {
  readonly marks: (segment: Segment) => Effect.Effect<ReadonlyArray<Mark>, ReadError>
  /** Offsets of the records a filter wants, ascending; null: of every record. */
  readonly offsets: (segment: Segment, filter: Filter) => Effect.Effect<Uint32Array | null, ReadError>
}

type Known =
  | { readonly kind: "table"; readonly table: IndexTable }
  | { readonly kind: "grown"; readonly index: GrowingIndex }

const readLists = (
  path: string,
  subjects: ReadonlyArray<ListedSubject>
): Effect.Effect<ReadonlyArray<Uint32Array> | null> =>
  Effect.promise(async () => {
    try {
      await using file = await open(indexPathOf(path), "r")
      const rows: Array<Uint32Array> = []
      for (const subject of subjects) {
        const bytes = Buffer.allocUnsafe(listBytes(subject))
        const { bytesRead } = await file.read(bytes, 0, bytes.length, subject.listAt)
        const row = decodeList(subject, bytes.subarray(0, bytesRead))
        if (row === null) return null
        rows.push(row)
      }
      return rows
    } catch {
      // Whatever the reason: the segment itself still says where its records stand.
      return null
    }
  }).pipe(errand(`reading the index of ${path}`))

/** The index made from the segment itself, where its file is of no use: a reader beside the writer may not write one. */
const grow = (segment: Segment): Effect.Effect<GrowingIndex, ReadError> =>
  Effect.try({
    try: () => indexOfSegment(segment.path, segment.summary),
    catch: (error) =>
      error instanceof JournalCorrupt
        ? error
        : new JournalUnavailable({ detail: `reading ${segment.path} failed: ${inWords(codeOf(error))}` })
  })

/** A finding with an empty memory. */
export const makeFinding = (): Finding => {
  const cache = makeByteCache<Known>(CACHED_BYTES)
  const lists = makeByteCache<Uint32Array>(CACHED_BYTES)

  const regrown = (segment: Segment, why: string) =>
    Effect.gen(function* () {
      // Opening has told of those that are missing, once for all.
      const log = why === "missing" ? Effect.logDebug : Effect.logWarning
      yield* log(`${indexPathOf(segment.path)}: ${why}; its segment is read instead`)
      const index = yield* grow(segment)
      const { lastSeq, firstSeq } = segment.summary
      cache.put(segment.path, { kind: "grown", index }, (lastSeq - firstSeq + 1) * 4)
      return index
    })

  const known = Effect.fnUntraced(function* (segment: Segment): Effect.fn.Return<Known, ReadError> {
    if (segment.growing !== null) return { kind: "grown", index: segment.growing }
    const held = cache.get(segment.path)
    if (held !== undefined) return held
    const table = readTable(segment.path)
    const { lastCrc, endOffset } = segment.summary
    if (!("problem" in table) && table.summary.lastCrc === lastCrc && table.summary.endOffset === endOffset) {
      const found: Known = { kind: "table", table }
      cache.put(segment.path, found, (table.marks.length + table.subjects.length) * OBJECT_BYTES)
      return found
    }
    return { kind: "grown", index: yield* regrown(segment, "problem" in table ? table.problem : "of another segment") }
  })

  const fromGrown = (index: GrowingIndex, wanted: (name: string) => boolean): Uint32Array | null => {
    const names = index.subjects().filter(({ name }) => wanted(name))
    return names.length === index.subjects().length ? null : merged(names.map(({ name }) => index.offsetsOf(name)))
  }

  return {
    marks: (segment) =>
      Effect.map(known(segment), (found) => (found.kind === "grown" ? found.index.marks() : found.table.marks)),
    offsets: Effect.fnUntraced(function* (segment, { pattern, matches }) {
      const found = yield* known(segment)
      if (found.kind === "grown") {
        return isSubject(pattern) ? found.index.offsetsOf(pattern) : fromGrown(found.index, matches)
      }
      const key = `${segment.path} ${pattern}`
      const held = lists.get(key)
      if (held !== undefined) return held
      const subjects = found.table.subjects.filter(({ name }) => matches(name))
      if (subjects.length === found.table.subjects.length) return null
      const rows = yield* readLists(segment.path, subjects)
      if (rows === null) return fromGrown(yield* regrown(segment, "damaged"), matches)
      const row = merged(rows)
      lists.put(key, row, row.byteLength)
      return row
    })
  }
}
