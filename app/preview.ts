/** What a command would do: the reducers that would carry it out, run on the states as they are, and the result thrown away. */
import type { Preview } from "../services/control-plane/marketViews.ts"
import { describeEffect } from "../services/governor/core/effects.ts"
import { type Actor, type EventPlace, type InForce, placeAt } from "../shared/actor/core/actor.ts"
import { reason } from "../shared/core/rules/rules.ts"
import { isAnswer, type EventOf, type MarketEvent } from "../shared/events/event.ts"
import type { MarketSubjects } from "../shared/core/ids/subjects.ts"

/** An actor that decides, and its state. */
export interface Decider {
  readonly actor: Actor<unknown>
  readonly state: unknown
}

/** The states a command meets, all of them after record `seq`. */
export interface MarketNow {
  readonly seq: number
  readonly inForce: InForce
  /** Unix milliseconds of the exchange's clock. */
  readonly nowMs: number
  /** As the feed last said it; null before the first price. */
  readonly priceAgeSec: number | null
  readonly deciders: ReadonlyArray<Decider>
}

type Input = readonly [MarketEvent, EventPlace]

/** Pure: the states given stay as they are. */
export const previewCommand = (
  subjects: MarketSubjects,
  { seq, inForce, nowMs, priceAgeSec, deciders }: MarketNow,
  asked: EventOf<"CommandIssued">
): Preview => {
  const at = (subject: string, records: number, index: number): EventPlace =>
    placeAt({ seq: seq + records, index, subject, ...inForce, timeMs: nowMs })
  const command: Input = [asked, at(subjects.command(asked.commandId), 1, 0)]
  const answers = deciders.map((decider) => ({ decider, outputs: outputsOf(decider, [command]) }))
  const outputs = answers.flatMap((said) => said.outputs)
  const answer = outputs.find(isAnswer) ?? answeredLater(asked)
  const decided = outputs.filter((event) => !isAnswer(event)).map(describeEffect)
  const told = answers.flatMap((said) =>
    said.outputs.map((event, index): Input => [event, at(subjects.out(said.decider.actor.name), 2, index)])
  )
  // The others act at the next tick; what they would do then anyway is not the command's.
  const tick: Input = [{ _tag: "ClockTicked", priceAgeSec }, at(subjects.clock, 3, 0)]
  const followed = answers.flatMap(({ decider, outputs: own }) => {
    if (own.length > 0) return []
    const anyway = new Set(linesOf(decider, [tick]))
    return linesOf(decider, [...told, tick]).filter((line) => !anyway.has(line))
  })
  return { answer, effects: [...decided, ...followed] }
}

/** The governor answers every command at once but `retrain` and `backfill_ohlcv`, which are as good as applied until their outcome comes. */
const answeredLater = ({ commandId, author }: EventOf<"CommandIssued">): EventOf<"CommandApplied"> => ({
  _tag: "CommandApplied",
  commandId,
  reason: reason("done", { author })
})

/** What the actor decides on these inputs. */
const outputsOf = ({ actor, state: from }: Decider, inputs: ReadonlyArray<Input>): ReadonlyArray<MarketEvent> => {
  let state = from
  return inputs.flatMap(([event, place]) => {
    const step = actor.reduce(state, event, place)
    state = step.state
    return step.outputs
  })
}

/** The same, one line each: `slot 2: order …`. */
const linesOf = (decider: Decider, inputs: ReadonlyArray<Input>): ReadonlyArray<string> =>
  outputsOf(decider, inputs).map(
    (output) => `${decider.actor.name.replace("slot-", "slot ")}: ${describeEffect(output)}`
  )
