/** The control plane's surroundings, moved by hand: the tests say what the market shows, what a governor answers, and when. */
import { Context, Effect, Layer, PubSub, Redacted, Stream } from "effect"
import { decode } from "../../../shared/actor/control/decode.ts"
import { encodeEntry } from "../../../shared/events/envelope.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { marketSubjects } from "../../../shared/core/ids/subjects.ts"
import { MemoryJournal, type MemoryJournalOptions } from "../../../shared/journal/memory.ts"
import { Journal, JournalUnavailable } from "../../../shared/journal/port.ts"
import type { Blocks, GovernorStatus, SlotStatus } from "../core/blocks.ts"
import { foldAll, governor as runningGovernor } from "./examples.ts"
import type { ControlPlaneOptions } from "../layer.ts"
import { MarketPast, type PastProblem } from "../marketPast.ts"
import { type MarketMoment, MarketViews, type Preview } from "../marketViews.ts"
import { initialChart } from "../core/chart/state.ts"
import { initialHistory } from "../core/history/state.ts"
import { NO_BOOKS } from "../core/money/ledgerActor.ts"
import { initialStatus } from "../core/status/state.ts"

/** The market the tests are in. */
export const SUBJECTS = marketSubjects("XDGUSD")
/** Opens the actions of its control plane. */
export const TOKEN = "a token for the tests"

/** A control plane on a free port in that market. */
export const OPTIONS: ControlPlaneOptions = {
  subjects: SUBJECTS,
  token: Redacted.make(TOKEN),
  defaults: { FAR_RECOVERY_DISTANCE_PCT: 3, FAR_RECOVERY_COUNT: 8 },
  port: 0,
  pair: "DOGE/USD",
  trading: "paper",
  simulator: null,
  stalePriceMaxAgeSec: 60,
  silentAfterSec: 30
}

/** Begins with `history` folded and at the journal's head. Commands go to a memory journal of its own. */
export const handMoved = Effect.fn("handMoved")(function* (
  history: ReadonlyArray<MarketEvent>,
  options: MemoryJournalOptions = {}
) {
  const moved = yield* PubSub.sliding<number>(1)
  const journal = Context.get(yield* Layer.build(MemoryJournal.layer({ where: "by hand", ...options })), Journal)
  let seq = history.length
  let state = foldAll(history, { from: initialStatus })
  let slots: ReadonlyArray<SlotStatus> = []
  let governor: GovernorStatus = runningGovernor
  let blocks: Blocks = {}
  let previewed: Preview = {
    answer: { _tag: "CommandApplied", commandId: "x", reason: { rule: "done", numbers: {} } },
    effects: []
  }
  let head: Effect.Effect<number, JournalUnavailable> = Effect.sync(() => seq)
  /** What is told of the past, or why nothing is; null: the moment of now. */
  let told: Effect.Effect<object, PastProblem> | null = null
  const now = (): MarketMoment => ({
    seq,
    status: state,
    ...NO_BOOKS,
    chart: initialChart,
    history: initialHistory,
    slots,
    governor,
    blocks,
    refused: () => ({})
  })
  const views = Layer.mergeAll(
    Layer.succeed(MarketViews, {
      current: Effect.sync(now),
      changes: Stream.fromPubSub(moved),
      preview: () => Effect.sync(() => previewed),
      describe: (event) => event._tag,
      settings: [],
      failure: Effect.never
    }),
    Layer.succeed(MarketPast, {
      at: () =>
        Effect.andThen(
          Effect.suspend(() => told ?? Effect.void),
          Effect.sync(() => ({ moment: now(), storedMs: 0, folded: 0 }))
        ),
      why: () =>
        Effect.map(
          Effect.suspend(() => told ?? Effect.void),
          (story) => JSON.stringify(story)
        ),
      stepsOf: () =>
        Effect.as(
          Effect.suspend(() => told ?? Effect.void),
          [1]
        )
    }),
    Layer.succeed(Journal, { ...journal, head: Effect.suspend(() => head) })
  )
  /** Appends records and lets the views follow. */
  const append = (...events: ReadonlyArray<MarketEvent>) =>
    Effect.suspend(() => {
      const timeMs = Math.max(state.nowMs, 1)
      state = foldAll(events, { from: state, firstSeq: seq + 1, timeMs: timeMs + 250 })
      seq += events.length
      return PubSub.publish(moved, seq)
    })
  return {
    views,
    journal,
    moment: Effect.sync(now),
    append,
    setSlots: (next: ReadonlyArray<SlotStatus>) => Effect.suspend(() => ((slots = next), PubSub.publish(moved, seq))),
    setGovernor: (next: GovernorStatus) => Effect.suspend(() => ((governor = next), PubSub.publish(moved, seq))),
    setBlocks: (next: Blocks) => Effect.suspend(() => ((blocks = next), PubSub.publish(moved, seq))),
    setPast: (next: Effect.Effect<object, PastProblem> | null) => Effect.sync(() => void (told = next)),
    setPreview: (next: Preview) => Effect.sync(() => void (previewed = next)),
    /** Answers each command from here on with this record; the views learn of command and answer. */
    govern: (answerTo: (commandId: string) => readonly [MarketEvent, ...ReadonlyArray<MarketEvent>]) =>
      journal.tail({ from: 1, filter: SUBJECTS.command("*") }).pipe(
        Stream.mapEffect(decode),
        Stream.runForEach(({ events: [asked], seq: cause }) =>
          Effect.gen(function* () {
            if (asked._tag !== "CommandIssued") return
            const events = answerTo(asked.commandId)
            // A governor has other things to say in between.
            const notice = {
              _tag: "NoticeRaised",
              severity: "info",
              reason: { rule: "configured", numbers: {} }
            } as const
            const aside = { epoch: 1, timeMs: 0, writer: "governor", cause: cause - 1, events: [notice] } as const
            yield* journal.append(encodeEntry(SUBJECTS.out("governor"), `1.governor.aside.${cause}`, aside))
            const envelope = { epoch: 1, timeMs: 0, writer: "governor", cause, events } as const
            yield* journal.append(encodeEntry(SUBJECTS.out("governor"), `1.governor.${cause}`, envelope))
            yield* append(asked, ...events)
          })
        ),
        Effect.forkScoped({ startImmediately: true })
      ),
    /** The journal is `records` ahead of what has been folded. */
    setHead: (records: number) => Effect.sync(() => void (head = Effect.succeed(records))),
    unreachable: Effect.sync(() => void (head = Effect.fail(new JournalUnavailable({ detail: "connection refused" })))),
    reachable: Effect.sync(() => void (head = Effect.sync(() => seq)))
  }
})
