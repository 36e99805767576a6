/** Where each record stands on disk, and which one came before it on its subject: 8 bytes a record. Pure. */

/** Sequences and offsets are kept in 32 bits. */
export const MAX_RECORDS = 2 ** 32 - 1

/** Records per block: blocks are added, never moved, so growing costs no copy. 512 KiB each. */
const BLOCK_RECORDS = 65_536

export interface Place {
  readonly path: string
  readonly offset: number
  /** Bytes of the whole frame. */
  readonly size: number
  /** Bytes from `offset` to the end of what its segment holds. */
  readonly untilSegmentEnd: number
}

interface Segment {
  readonly path: string
  readonly firstSeq: number
  endOffset: number
}

export interface RecordIndex {
  readonly head: () => number
  readonly addSegment: (path: string, firstSeq: number, startOffset: number) => void
  /** The next record, of `size` bytes, directly after the one before in the newest segment. */
  readonly add: (subject: string, size: number) => void
  /** Only for 1 ≤ seq ≤ head. */
  readonly locate: (seq: number) => Place
  /** Newest sequence on the subject; 0 for none. */
  readonly lastOf: (subject: string) => number
}

/** Numbers by position, 32 bits each, without ever copying what is there. */
const makeColumn = () => {
  const blocks: Array<Uint32Array> = []
  return {
    set: (position: number, value: number): void => {
      const block = Math.floor(position / BLOCK_RECORDS)
      const target = (blocks[block] ??= new Uint32Array(BLOCK_RECORDS))
      target[position % BLOCK_RECORDS] = value
    },
    get: (position: number): number => blocks[Math.floor(position / BLOCK_RECORDS)]?.[position % BLOCK_RECORDS] ?? 0
  }
}

export const makeRecordIndex = (): RecordIndex => {
  const offsets = makeColumn()
  const lastBySubject = new Map<string, number>()
  const segments: Array<Segment> = []
  let head = 0

  const segmentOf = (seq: number): Segment => {
    let low = 0
    let high = segments.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((segments[middle]?.firstSeq ?? 0) <= seq) low = middle
      else high = middle - 1
    }
    const found = segments[low]
    if (found === undefined) throw new RangeError(`sequence ${seq} has no segment`)
    return found
  }

  return {
    head: () => head,
    addSegment: (path, firstSeq, startOffset) => {
      segments.push({ path, firstSeq, endOffset: startOffset })
    },
    add: (subject, size) => {
      const segment = segments.at(-1)
      if (segment === undefined) throw new RangeError("a record needs a segment before it")
      head += 1
      offsets.set(head, segment.endOffset)
      lastBySubject.set(subject, head)
      segment.endOffset += size
    },
    locate: (seq) => {
      if (seq < 1 || seq > head) throw new RangeError(`sequence ${seq} is outside 1..${head}`)
      const segment = segmentOf(seq)
      const offset = offsets.get(seq)
      const newestOfSegment = seq === head || segmentOf(seq + 1) !== segment
      const end = newestOfSegment ? segment.endOffset : offsets.get(seq + 1)
      return { path: segment.path, offset, size: end - offset, untilSegmentEnd: segment.endOffset - offset }
    },
    lastOf: (subject) => lastBySubject.get(subject) ?? 0
  }
}
