/** What a command would do: the reducers that would carry it out, run on the states as they are, and the result thrown away. */
import type { Preview } from "../services/control-plane/marketViews.ts"
import { governorActor } from "../services/governor/core/actor.ts"
import { describeEffect } from "../services/governor/core/effects.ts"
import type { GovernorState } from "../services/governor/core/state.ts"
import { slotActor } from "../services/slot-actor/core/actor.ts"
import type { SlotState } from "../services/slot-actor/core/state.ts"
import { placeAt, type EventPlace } from "../shared/actor/core/actor.ts"
import { reason } from "../shared/core/rules/rules.ts"
import { isAnswer, type EventOf, type MarketEvent } from "../shared/events/event.ts"
import type { MarketSubjects } from "../shared/core/ids/subjects.ts"

/** The states a command meets, all of them after record `seq`. */
export interface MarketNow {
  readonly seq: number
  readonly epoch: number
  /** Unix milliseconds of the exchange's clock. */
  readonly nowMs: number
  /** As the feed last said it; null before the first price. */
  readonly priceAgeSec: number | null
  readonly governor: GovernorState
  readonly slots: ReadonlyArray<{ readonly slot: number; readonly state: SlotState }>
}

/** Pure: the states given stay as they are. */
export const previewCommand = (
  subjects: MarketSubjects,
  { seq, epoch, nowMs, priceAgeSec, governor, slots }: MarketNow,
  asked: EventOf<"CommandIssued">
): Preview => {
  const at = (subject: string, records: number, index: number): EventPlace =>
    placeAt({ seq: seq + records, index, subject, epoch, timeMs: nowMs })
  const { outputs } = governorActor.reduce(governor, asked, at(subjects.command(asked.commandId), 1, 0))
  const answer = outputs.find(isAnswer) ?? answeredLater(asked)
  const decided = outputs.filter((event) => !isAnswer(event)).map(describeEffect)
  const told = outputs.map((event, index) => [event, at(subjects.out(governorActor.name), 2, index)] as const)
  // Slots act at the next tick; what they would do then anyway is not the command's.
  const tick = [{ _tag: "ClockTicked", priceAgeSec }, at(subjects.clock, 3, 0)] as const
  const followed = slots.flatMap(({ slot, state }) => {
    const anyway = new Set(linesOf(slot, state, [tick]))
    return linesOf(slot, state, [...told, tick]).filter((line) => !anyway.has(line))
  })
  return { answer, effects: [...decided, ...followed] }
}

/** The governor answers every command at once but `retrain`, which is as good as applied until its outcome comes. */
const answeredLater = ({ commandId, author }: EventOf<"CommandIssued">): EventOf<"CommandApplied"> => ({
  _tag: "CommandApplied",
  commandId,
  reason: reason("done", { author })
})

/** What the slot does on these inputs, one line each. */
const linesOf = (
  slot: number,
  from: SlotState,
  inputs: ReadonlyArray<readonly [MarketEvent, EventPlace]>
): ReadonlyArray<string> => {
  const actor = slotActor(slot)
  let state = from
  return inputs.flatMap(([event, place]) => {
    const step = actor.reduce(state, event, place)
    state = step.state
    return step.outputs.map((output) => `slot ${slot}: ${describeEffect(output)}`)
  })
}
