/** A fork of a recorded market: from a place on beside what was recorded, once as it was and once with other settings. */
import { Effect, Schema, Stream } from "effect"
import { governorActor } from "../../services/governor/core/actor.ts"
import type { GovernorState } from "../../services/governor/core/state.ts"
import type { Tier } from "../../services/exchange-sim/core/engine/limits.ts"
import type { SlotState } from "../../services/slot-actor/core/state.ts"
import { EVERY_ACTOR, readControl, readControlRecords, skipKey } from "../../shared/actor/control/control.ts"
import { decoded } from "../../shared/actor/control/decode.ts"
import { SliceStart } from "../../shared/actor/seals/slice.ts"
import type { ActorFold } from "../../shared/actor/fold.ts"
import { slotActor } from "../../shared/core/ids/subjects.ts"
import type { MarketSubjects } from "../../shared/core/ids/subjects.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import { Journal } from "../../shared/journal/port.ts"
import type { Past } from "../../shared/past/past.ts"
import { unsettled } from "../inProcess/resumed.ts"
import { decidersOf } from "../registry.ts"
import { apartBy, figuresOf, pairsOf } from "./compare.ts"
import { type ForkStart, ForkedMarket } from "./forkedMarket.ts"
import { Tally } from "./tally.ts"

/** Nothing can be forked there. */
export class CannotFork extends Schema.TaggedError<CannotFork>()("CannotFork", { problem: Schema.String }) {
  override get message(): string {
    return `nothing to fork: ${this.problem}`
  }
}

/** What to fork, where, and how. */
export interface ForkOptions {
  readonly pair: string
  readonly subjects: MarketSubjects
  readonly tier: Tier
  /** The fork begins at the first place from this record on at which nothing is on the way. */
  readonly at: number
  /** The last record that is followed. */
  readonly until: number
  /** Each event of configuration as the fork hears it. */
  readonly change: (event: MarketEvent) => MarketEvent
}

type Folds = ReadonlyMap<string, ActorFold<unknown>>

const governorIn = (folds: Folds): GovernorState | null =>
  (folds.get(governorActor.name)?.state as GovernorState | undefined) ?? null

/** Why a fork cannot begin where these folds stand: null: it can. */
export const onTheWay = (folds: Folds, slots: ReadonlyArray<number>): string | null => {
  const owing = [...folds.values()].find(({ pending }) => pending.length > 0)
  if (owing !== undefined) return `${owing.actor.name} has decided what is not written yet`
  const governor = governorIn(folds)
  if (governor === null || governor.rules === null) return "the governor is not configured"
  const unknown = unsettled(governor)
  if (unknown !== null) return unknown
  for (const slot of slots) {
    const state = folds.get(slotActor(slot))?.state as SlotState | undefined
    if (state === undefined) continue
    const { pendingCancels, recoveries, retireAsked, orders } = state.book
    const goes = orders.some(({ localId }) => retireAsked.includes(localId))
    if (pendingCancels.length > 0 || goes) return `slot ${slot} waits for a cancel`
    if (recoveries.some(({ softClose }) => softClose === "asked")) return `slot ${slot} waits for an order to be moved`
  }
  return null
}

const CONFIGURED = ["MarketConfigured", "GovernorConfigured", "RebalancerConfigured"] as const

/** The market after the first record from `at` on at which nothing is on the way. */
const startOf = Effect.fn("startOf")(function* (past: Past, { at, until, pair, subjects, tier }: ForkOptions) {
  const { slots } = past
  let why = "there is no record"
  const seq = yield* past.walk(
    Math.max(at, past.first),
    decidersOf(slots).map(({ name }) => name),
    (record, folds) => {
      if (record.seq > until) return true
      why = onTheWay(folds, slots) ?? ""
      return why === ""
    }
  )
  if (seq === null || why !== "")
    return yield* new CannotFork({ problem: `from record ${at} to ${until} there is always something: ${why}` })
  const { folds, nowMs } = yield* past.at(seq)
  const governor = governorIn(folds)
  if (governor === null) return yield* new CannotFork({ problem: "the journal has no governor" })
  const { configurations } = yield* readControlRecords(subjects, yield* SliceStart, seq)
  const configured = CONFIGURED.flatMap((tag) => configurations.get(tag) ?? [])
  const states = Object.fromEntries([...folds].map(([name, fold]) => [name, fold.encode()]))
  return { pair, seq, nowMs, slots, states, governor, configured, tier } satisfies ForkStart
})

/** Follows the record to `until` with both forks, and says what came of all three. Fails with `CannotFork`. */
export const branchOff = Effect.fn("branchOff")(function* (past: Past, options: ForkOptions) {
  const start = yield* startOf(past, options)
  const { subjects, until, change } = options
  const recorded = new Tally(start.governor, start.nowMs)
  const same = new ForkedMarket(start)
  const forked = new ForkedMarket(start, change)
  same.begin()
  forked.begin()
  const { skipped } = yield* readControl(subjects)
  const journal = yield* Journal
  let last = start.seq
  yield* journal.read({ from: start.seq + 1, filter: subjects.everything }).pipe(
    Stream.takeWhile(({ seq }) => seq <= until),
    Stream.filter(({ seq }) => !skipped.has(skipKey(EVERY_ACTOR, seq))),
    decoded,
    Stream.runForEach((record) =>
      Effect.sync(() => {
        recorded.take(record)
        same.take(record)
        forked.take(record)
        last = record.seq
      })
    )
  )
  const pairs = pairsOf(recorded, same.tally)
  return {
    from: start.seq,
    fromMs: start.nowMs,
    to: last,
    toMs: recorded.lastMs,
    recorded: figuresOf(recorded),
    same: figuresOf(same.tally),
    forked: figuresOf(forked.tally),
    /** How far the fills of the fork that changes nothing are from those that were recorded. */
    error: { ...apartBy(pairs), orders: pairs },
    /** What the change did to the orders that filled: `recorded` is the fork that changes nothing here. */
    effect: apartBy(pairsOf(same.tally, forked.tally))
  }
})

/** What a fork gives. */
export type ForkResult = Effect.Success<ReturnType<typeof branchOff>>
