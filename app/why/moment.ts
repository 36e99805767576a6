/** Why a slot, or the market, stands as it does at a moment, and what would change that. */
import { Effect } from "effect"
import type { GovernorState } from "../../services/governor/core/state.ts"
import { stillHolds } from "../../services/slot-actor/core/explain/present.ts"
import { entryStop } from "../../services/slot-actor/core/gate.ts"
import { phaseOf, type SlotState } from "../../services/slot-actor/core/state.ts"
import { Price, Volume } from "../../shared/core/decimal/decimal.ts"
import { slotActor } from "../../shared/core/ids/subjects.ts"
import { sentenceOf } from "../../shared/core/rules/sentence.ts"
import type { Wanted } from "../../shared/events/families/slot.ts"
import type { Reason } from "../../shared/events/reason.ts"
import { turnKeys } from "../../shared/past/core/notes.ts"
import type { Past } from "../../shared/past/past.ts"
import { instant, span } from "../../shared/words/instants.ts"
import { endOf } from "../../shared/core/rules/ends.ts"
import { type InForceAt, inForceAt, inForceText, storedAt } from "./story.ts"

/** Something that stands against what is wanted. */
export interface Obstacle {
  /** What waits: `entry_A`, `order 7`, `market`. */
  readonly what: string
  readonly reason: Reason
  readonly sentence: string
  /** The record since when it is so; null: not written down. */
  readonly sinceSeq: number | null
  readonly sinceMs: number | null
  readonly end: string
}

/** How a slot or the market stood. */
export interface MomentStory {
  readonly kind: "slot" | "mode"
  readonly slot: number | null
  readonly seq: number
  readonly nowMs: number
  /** What there is, a line each. */
  readonly standing: ReadonlyArray<string>
  readonly obstacles: ReadonlyArray<Obstacle>
  /** The last decision up to here, and the next after it. */
  readonly lastChange: { readonly seq: number; readonly timeMs: number } | null
  readonly nextChange: { readonly seq: number; readonly timeMs: number } | null
  readonly inForce: InForceAt
}

/** When the moment is; and where the journal does not reach the time that was asked for, that it does not. */
const timeOf = ({ head }: Past, { seq, askedMs }: Asked, knownMs: number) => {
  const asked = `${instant(askedMs)} UTC`
  if (askedMs > knownMs && seq === head)
    return {
      nowMs: knownMs,
      beyond: [`the journal ends there, before ${asked}: what it says is how it stood at its end`]
    }
  if (askedMs !== 0 && knownMs === 0)
    return { nowMs: 0, beyond: [`the journal begins after ${asked}: nothing had happened yet`] }
  if (askedMs !== 0 && askedMs < knownMs)
    return {
      nowMs: knownMs,
      beyond: [`the journal begins after ${asked}: what it says is how it stood at its beginning`]
    }
  return { nowMs: Math.max(knownMs, askedMs), beyond: [] }
}

const placeOf = Effect.fnUntraced(function* (past: Past, seq: number | null) {
  const record = seq === null ? null : yield* storedAt(past, seq)
  return record === null ? null : { seq: record.seq, timeMs: record.timeMs }
})

const obstacle = Effect.fnUntraced(function* (
  past: Past,
  what: string,
  reason: Reason,
  nowMs: number,
  sinceSeq: number | null
) {
  const since = yield* placeOf(past, sinceSeq)
  return {
    what,
    reason,
    sentence: sentenceOf(reason),
    sinceSeq,
    sinceMs: since?.timeMs ?? null,
    end: endOf(reason, nowMs, { instant, span })
  } satisfies Obstacle
})

/** What stands against the market as a whole; nothing while it runs. */
const marketObstacles = Effect.fnUntraced(function* (past: Past, { mode }: GovernorState, seq: number, nowMs: number) {
  if (mode.mode === "RUNNING") return []
  const sinceSeq = past.file.lastTurn(turnKeys.mode, seq)
  const reasons = new Map<string, Reason>()
  if (mode.reason !== null) reasons.set(mode.reason.rule, mode.reason)
  for (const reason of Object.values(mode.causes)) reasons.set(reason.rule, reason)
  if (mode.operatorNeeded !== null) {
    const { reason } = mode.operatorNeeded
    reasons.set(reason.rule, reason)
  }
  return yield* Effect.forEach(reasons.values(), (reason) =>
    // Since when the other causes stand is not written down.
    obstacle(past, `market ${mode.mode}`, reason, nowMs, reason.rule === mode.reason?.rule ? sinceSeq : null)
  )
})

/** What the slot waits for at the governor's. */
const atGovernor = (governor: GovernorState, slot: number): ReadonlyArray<string> => {
  const place = governor.funds.queue.findIndex((asked) => asked.slot === slot)
  return [
    ...(place < 0 ? [] : [`it waits for funds, at place ${place + 1} of ${governor.funds.queue.length}`]),
    ...(governor.funds.allotted?.slot === slot ? ["it has been told its funds, and has not answered yet"] : []),
    ...governor.orders
      .filter((order) => order.slot === slot && order.stage === "deferred")
      .map(
        (order) =>
          `entry ${order.localId} waits for a loop with room, ${span(governor.nowMs - order.requestedAtMs)} already`
      )
  ]
}

const ordersOf = ({ book }: SlotState, nowMs: number): ReadonlyArray<string> => [
  ...book.orders.map(
    (order) =>
      `order ${order.localId}: ${order.side} ${order.role} ${order.tradeId}, ${Volume.format(order.volume)} DOGE at ${Price.format(order.price)}, ${order.stage}, asked for ${span(nowMs - order.placedAtMs)} ago`
  ),
  ...book.recoveries.map(
    ({ recoveryId, order, why }) =>
      `recovery ${recoveryId}: ${order.side} ${Volume.format(order.volume)} DOGE at ${Price.format(order.price)} (${sentenceOf(why)})`
  )
]

/** After which record, and at which time, Unix milliseconds; 0: as the record says. */
interface Asked {
  readonly seq: number
  readonly askedMs: number
}

/** How a slot stood after record `seq`. */
export const storyOfSlot = Effect.fn("storyOfSlot")(function* (
  past: Past,
  { slot, ...asked }: Asked & { readonly slot: number }
) {
  const { seq } = asked
  const moment = yield* past.at(seq, [slotActor(slot), "governor"])
  const state = moment.folds.get(slotActor(slot))?.state as SlotState | undefined
  const governor = moment.folds.get("governor")?.state as GovernorState | undefined
  if (state === undefined || governor === undefined) return null
  const { nowMs, beyond } = timeOf(past, asked, moment.nowMs)
  const { book, facts, marketPrice } = state
  const stop = entryStop(facts, false)
  // A refusal stays in the book until the next answer: what has passed since stands against nothing.
  const refused = yield* Effect.forEach(Object.entries(book.refusals), ([what, refusal]) =>
    refusal === null || !stillHolds(state, what as Wanted, refusal)
      ? Effect.succeed([])
      : Effect.map(
          obstacle(past, what, refusal.reason, nowMs, past.file.lastTurn(turnKeys.refused(slot, what), seq)),
          (one) => [one]
        )
  )
  const key = turnKeys.decided(slotActor(slot))
  return {
    kind: "slot",
    slot,
    seq,
    nowMs,
    standing: [
      ...beyond,
      `slot ${slot} is ${facts.life === "none" ? "not in the market" : facts.life}, phase ${phaseOf(book.orders)}, market ${facts.mode}, ${marketPrice === 0 ? "no price heard yet" : `price ${marketPrice}`}`,
      ...(book.halted === null ? [] : [`it has broken its own rules and acts no more: ${book.halted.join("; ")}`]),
      ...(stop === null ? [] : [`no entry is asked for: ${stop.replace("_", " ")}`]),
      ...(book.wish === null ? [] : [`it has asked for funds (${book.wish})`]),
      ...atGovernor(governor, slot),
      ...ordersOf(state, nowMs)
    ],
    obstacles: [...(yield* marketObstacles(past, governor, seq, nowMs)), ...refused.flat()],
    lastChange: yield* placeOf(past, past.file.lastTurn(key, seq)),
    nextChange: yield* placeOf(past, past.file.nextTurn(key, seq)),
    inForce: yield* inForceAt(past, seq)
  } satisfies MomentStory
})

/** How the market stood after record `seq`. */
export const storyOfMode = Effect.fn("storyOfMode")(function* (past: Past, asked: Asked) {
  const { seq } = asked
  const moment = yield* past.at(seq, ["governor"])
  const governor = moment.folds.get("governor")?.state as GovernorState | undefined
  if (governor === undefined) return null
  const { mode, reason, operatorNeeded } = governor.mode
  const { nowMs, beyond } = timeOf(past, asked, moment.nowMs)
  const steps = Object.entries(governor.startup.steps).filter(([, step]) => step === "waiting")
  return {
    kind: "mode",
    slot: null,
    seq,
    nowMs,
    standing: [
      ...beyond,
      `the market is ${mode}${reason === null ? "" : `: ${sentenceOf(reason)}`}`,
      ...(operatorNeeded === null ? [] : ["it does not go on by itself: an operator must resume"]),
      ...(mode !== "STARTING" || steps.length === 0
        ? []
        : [`steps of the start that wait: ${steps.map(([step]) => step.replace("_", " ")).join(", ")}`])
    ],
    obstacles: yield* marketObstacles(past, governor, seq, nowMs),
    lastChange: yield* placeOf(past, past.file.lastTurn(turnKeys.mode, seq)),
    nextChange: yield* placeOf(past, past.file.nextTurn(turnKeys.mode, seq)),
    inForce: yield* inForceAt(past, seq)
  } satisfies MomentStory
})

const changeText = (name: string, change: MomentStory["lastChange"]): string =>
  change === null ? `${name}: none` : `${name}: record ${change.seq}, ${instant(change.timeMs, true)}`

/** As a person reads it: `entry_A waits: The trade rests until …`. */
export const momentLines = (story: MomentStory): ReadonlyArray<string> => [
  `after record ${story.seq}, ${instant(story.nowMs, true)} UTC, under ${inForceText(story.inForce)}`,
  ...story.standing,
  ...story.obstacles.map(({ what, reason, sentence, sinceSeq, sinceMs, end }) => {
    const since =
      sinceSeq === null ? "" : `; since record ${sinceSeq}${(sinceMs ?? 0) === 0 ? "" : `, ${instant(sinceMs ?? 0)}`}`
    return `${what} waits: ${sentence} [rule ${reason.rule}] ${end}${since}`
  }),
  ...(story.obstacles.length === 0 ? ["nothing stands against anything it wants"] : []),
  changeText("last decision", story.lastChange),
  changeText("next decision", story.nextChange)
]
