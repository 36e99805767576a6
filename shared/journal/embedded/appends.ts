/** The journal's writing half: decide, hand to the writer, answer when the record the answer names is safe on disk. */
import { type Clock, Effect } from "effect"
import { refusalOf } from "../entry.ts"
import {
  type Appended,
  type AppendError,
  JournalConflict,
  type JournalEntry,
  JournalRefused,
  type JournalUnavailable
} from "../port.ts"
import type { Sequencer } from "../order/sequencer.ts"
import { makeStoredTime } from "../order/storedTime.ts"
import type { Writer } from "./writer.ts"

/** What appending works with: the order of records, the way to the disk, and the journal's limit. */
export interface AppendsOptions {
  readonly sequencer: Sequencer
  readonly writer: Writer
  readonly clock: Clock.Clock
  /** Why the journal takes nothing any more, or null. */
  readonly ended: () => JournalUnavailable | null
  /** Most bytes of data in the journal. */
  readonly maxBytes: number
  /** Bytes of data in it already. */
  readonly bytesAtStart: number
}

/** The journal's `append` and `appendAll`, and `freed` for bytes dropped. An append that is refused takes no sequence. */
export const makeAppends = ({ sequencer, writer, clock, ended, maxBytes, bytesAtStart }: AppendsOptions) => {
  let bytes = bytesAtStart
  const storedNow = makeStoredTime(clock, sequencer.lastStoredMs())

  /** A full disk says so by its name; any other end is just unavailable. */
  const stopped = (subject: string): AppendError | null => {
    const failure = writer.failure()
    return failure?.code === "ENOSPC"
      ? new JournalRefused({ subject, problem: "full", detail: `${failure.message}; make room and start again` })
      : ended()
  }

  const full = (entry: JournalEntry): JournalRefused | null => {
    if (bytes + entry.data.byteLength <= maxBytes) return null
    const detail = `the journal holds ${bytes} of at most ${maxBytes} bytes`
    return new JournalRefused({ subject: entry.subject, problem: "full", detail })
  }

  /** Takes the entry in, or says why not: at once where that is known, so that many entries are taken in without an effect for each. */
  const submit = (entry: JournalEntry, nowMs: number): Appended | Effect.Effect<Appended, AppendError> => {
    const refusal = refusalOf(entry) ?? stopped(entry.subject)
    if (refusal !== null) return Effect.fail(refusal)
    const decision = sequencer.decide(entry, nowMs)
    if (decision.kind === "duplicate") return { seq: decision.seq, duplicate: true }
    if (decision.kind === "conflict") {
      const { expected, actual } = decision
      const conflict = new JournalConflict({ subject: entry.subject, expected, actual })
      // The loser may look at once, so what it lost against must be readable by then.
      return writer.durable(actual).pipe(Effect.andThen(Effect.fail(conflict)))
    }
    const noRoom = full(entry)
    if (noRoom !== null) return Effect.fail(noRoom)
    const { seq, storedMs } = sequencer.accept(entry.subject, entry.id, nowMs)
    bytes += entry.data.byteLength
    writer.submit(entry, seq, storedMs)
    return { seq, duplicate: false }
  }

  return {
    freed: (dropped: number): void => {
      bytes -= dropped
    },
    append: Effect.fnUntraced(function* (entry: JournalEntry) {
      yield* writer.room
      const taken = submit(entry, storedNow())
      const appended = Effect.isEffect(taken) ? yield* taken : taken
      yield* writer.durable(appended.seq)
      return appended
    }),
    appendAll: Effect.fnUntraced(function* (entries: ReadonlyArray<JournalEntry>) {
      const appended: Array<Appended> = []
      let newest = 0
      // What is taken in without waiting is stored at one moment.
      let nowMs = storedNow()
      for (const entry of entries) {
        if (!writer.hasRoom()) {
          yield* writer.room
          nowMs = storedNow()
        }
        const taken = submit(entry, nowMs)
        const one = Effect.isEffect(taken) ? yield* taken : taken
        newest = Math.max(newest, one.seq)
        appended.push(one)
      }
      yield* writer.durable(newest)
      return appended
    })
  }
}
