/** Packing as a step of its own, for tests that look at what it leaves. */
import { Effect } from "effect"
import { segmentPath } from "../directory/layout.ts"
import { packSegment } from "../packing/pack.ts"
import { segmentSeqs } from "../recovery.ts"

/** First sequences of the segments that are closed once nobody has the directory open. */
export const closedSegments = (directory: string): ReadonlyArray<number> => segmentSeqs(directory).slice(0, -1)

/** Packs all closed segments of a directory that nobody has open. */
export const packAll = (directory: string) =>
  Effect.suspend(() =>
    Effect.forEach(
      closedSegments(directory),
      (seq) => Effect.scoped(packSegment(directory, segmentPath(directory, seq))),
      { discard: true }
    )
  )
