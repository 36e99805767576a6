/** The three ports of the control plane, moved by hand: the tests say what the journal holds and when it moves. */
import { Effect, Layer, PubSub, Stream } from "effect"
import type { MarketEvent } from "../../shared/events/event.ts"
import { Journal, JournalUnavailable } from "../../shared/journal/port.ts"
import { foldAll } from "./examples.ts"
import { type SlotStatus, SlotViews, StatusView } from "./marketView.ts"
import { initialStatus } from "./status.ts"

/** Begins with `history` folded and at the journal's head. */
export const handMoved = Effect.fn("handMoved")(function* (history: ReadonlyArray<MarketEvent>) {
  const moved = yield* PubSub.sliding<number>(1)
  let seq = history.length
  let state = foldAll(history, { from: initialStatus })
  let slots: ReadonlyArray<SlotStatus> = []
  let head: Effect.Effect<number, JournalUnavailable> = Effect.sync(() => seq)
  const unused = () => Effect.die("the control plane only asks the journal for its head")
  const views = Layer.mergeAll(
    Layer.succeed(StatusView, { current: Effect.sync(() => ({ seq, state })), changes: Stream.fromPubSub(moved) }),
    Layer.succeed(SlotViews, { current: Effect.sync(() => ({ seq, slots })), changes: Stream.empty }),
    Layer.succeed(Journal, {
      where: "by hand",
      append: unused,
      appendAll: unused,
      get: unused,
      last: unused,
      firstAfter: unused,
      head: Effect.suspend(() => head),
      read: () => Stream.empty,
      tail: () => Stream.empty
    })
  )
  return {
    views,
    /** Appends records and lets the views follow. */
    append: (...events: ReadonlyArray<MarketEvent>) =>
      Effect.suspend(() => {
        const timeMs = Math.max(state.nowMs, 1)
        state = foldAll(events, { from: state, firstSeq: seq + 1, timeMs: timeMs + 250 })
        seq += events.length
        return PubSub.publish(moved, seq)
      }),
    setSlots: (next: ReadonlyArray<SlotStatus>) => Effect.suspend(() => ((slots = next), PubSub.publish(moved, seq))),
    /** The journal is `records` ahead of what has been folded. */
    setHead: (records: number) => Effect.sync(() => void (head = Effect.succeed(records))),
    unreachable: Effect.sync(() => void (head = Effect.fail(new JournalUnavailable({ detail: "connection refused" })))),
    reachable: Effect.sync(() => void (head = Effect.sync(() => seq)))
  }
})
