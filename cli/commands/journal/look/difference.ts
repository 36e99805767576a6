/** The first record in which two journals differ, and what follows from it in each. */
import { Effect, Stream } from "effect"
import { decoded } from "../../../../shared/actor/control/decode.ts"
import type { Journal, JournalRecord } from "../../../../shared/journal/port.ts"

type Whole = Journal["Service"]

/** What one journal has at the first difference. */
export interface Side {
  /** Null: the journal ends before it. */
  readonly record: JournalRecord | null
  /** Records that follow from it, by way of others, and how often each event stands in them. */
  readonly consequences: number
  readonly events: Readonly<Record<string, number>>
}

/** Null sides: the journals are the same, as far as both have records. */
export interface Difference {
  /** Where both begin to be compared, and how many records are the same from there on. */
  readonly from: number
  readonly same: number
  readonly sides: readonly [Side, Side] | null
}

const isSame = (a: JournalRecord, b: JournalRecord): boolean =>
  a.seq === b.seq && a.subject === b.subject && a.id === b.id && Buffer.compare(a.data, b.data) === 0

/** Everything that names `seq` as its cause, or something that does. */
const sideAt = Effect.fnUntraced(function* (journal: Whole, seq: number) {
  const record = yield* journal.get(seq)
  const events: Record<string, number> = {}
  let consequences = 0
  if (record === null) return { record, consequences, events } satisfies Side
  const follows = new Set([seq])
  yield* journal.read({ from: seq + 1 }).pipe(
    decoded,
    Stream.runForEach((stored) =>
      Effect.sync(() => {
        if (stored.cause === null || !follows.has(stored.cause)) return
        follows.add(stored.seq)
        consequences++
        for (const { _tag } of stored.events) events[_tag] = (events[_tag] ?? 0) + 1
      })
    )
  )
  return { record, consequences, events } satisfies Side
})

/** Compares record by record, from the first that both have. */
export const differenceOf = Effect.fn("differenceOf")(function* (a: Whole, b: Whole) {
  const from = Math.max(yield* a.first, yield* b.first)
  let same = 0
  const differs = yield* Stream.zip(a.read({ from }), b.read({ from })).pipe(
    Stream.filter(([left, right]) => {
      if (!isSame(left, right)) return true
      same++
      return false
    }),
    Stream.runHead
  )
  const next = from + same
  const ends = differs._tag === "None" && (yield* a.head) === (yield* b.head)
  if (ends) return { from, same, sides: null } satisfies Difference
  return { from, same, sides: [yield* sideAt(a, next), yield* sideAt(b, next)] } satisfies Difference
})
