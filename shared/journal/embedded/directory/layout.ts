/** Where things stand in a journal's directory. */
import { join } from "node:path"

/** Twenty digits, so that names sort as numbers do. */
const padded = (seq: number): string => String(seq).padStart(20, "0")

/** Holds the segments, what closed ones were packed into, and their indexes; nothing else of ours. */
export const segmentsDirectory = (directory: string): string => join(directory, "segments")

/** A segment is named after the sequence of its first record. */
export const segmentPath = (directory: string, firstSeq: number): string =>
  join(segmentsDirectory(directory), `${padded(firstSeq)}.log`)

/** The sequence a segment's file name stands for, or null for a foreign file. */
export const segmentSeqOf = (fileName: string): number | null => {
  const match = /^(\d{20})\.log$/.exec(fileName)
  return match === null ? null : Number(match[1])
}

/** Where a closed segment's bytes stand once they are packed; the segment's own file says so by its header. */
export const packedPathOf = (segment: string): string => `${segment}.zst`

/** The segment that a file in the segments' folder belongs to: itself, its index, what it was packed into, or what a crash left of one. */
export const segmentSeqBeside = (fileName: string): number | null => {
  const match = /^(\d{20})\./.exec(fileName)
  return match === null ? null : Number(match[1])
}

/** The index of a closed segment stands beside it. */
export const indexPathOf = (segment: string): string => segment.replace(/\.log$/, ".idx")

/** Where the journal begins after its oldest segments were dropped. Missing: at record 1. */
export const beginningPath = (directory: string): string => join(directory, "beginning.json")

/** The newest sequence known to be durable some seconds ago, or at the last open or clean close: the journal may never end before it. */
export const highWaterPath = (directory: string): string => join(directory, "high-water.json")

/** Holds the snapshots of one actor, whose name must be a valid one (`checkActor`). */
export const snapshotsDirectory = (directory: string, actor: string): string => join(directory, "snapshots", actor)

/** A snapshot is named after the last record folded into it. */
export const snapshotPath = (directory: string, actor: string, seq: number): string =>
  join(snapshotsDirectory(directory, actor), `${padded(seq)}.json`)

/** The sequence a snapshot's file name stands for, or null for a foreign file. */
export const snapshotSeqOf = (fileName: string): number | null => {
  const match = /^(\d{20})\.json$/.exec(fileName)
  return match === null ? null : Number(match[1])
}

/** Lock files take turns: each new one has the next number. */
export const lockPath = (directory: string, turn: number): string => join(directory, `lock.${turn}`)

/** Which turn a lock file stands for, or null for a foreign file. */
export const lockTurnOf = (fileName: string): number | null => {
  const match = /^lock\.(\d{1,15})$/.exec(fileName)
  return match === null ? null : Number(match[1])
}
