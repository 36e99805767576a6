/** What a command would do: the reducers that would carry it out, run on the states as they are, and the result thrown away. */
import type { Preview } from "../services/control-plane/marketViews.ts"
import { governorActor } from "../services/governor/core/actor.ts"
import { changesOf } from "../services/governor/core/view/changes.ts"
import { describeEffect } from "../services/governor/core/effects.ts"
import { type Actor, type EventPlace, type InForce, placeAt } from "../shared/actor/core/actor.ts"
import { recoveriesOf } from "../services/governor/core/orderTable.ts"
import type { GovernorState } from "../services/governor/core/state.ts"
import { sentenceOf } from "../shared/core/rules/sentence.ts"
import type { Command } from "../shared/events/families/command.ts"
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
  const governor = deciders.find(({ actor }) => actor.name === governorActor.name)
  const changed = governor === undefined || answer._tag === "CommandRefused" ? [] : changesBy(governor, command)
  const decided = outputs
    .filter(({ _tag }) => changed.length === 0 || !SAID_AS_CHANGES.has(_tag))
    .filter((event) => !isAnswer(event))
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
  const effects = [...changed, ...decided.map(describeEffect), ...followed]
  return {
    answer,
    effects: effects.length === 0 && answer._tag === "CommandApplied" ? ["nothing changes"] : effects
  }
}

/** Figures that `changesOf` says with what they were before: the whole of them again would look like the command's effect. */
const SAID_AS_CHANGES: ReadonlySet<MarketEvent["_tag"]> = new Set<MarketEvent["_tag"]>([
  "SizingSet",
  "TargetsSet",
  "SlotsSet",
  "LossLockChanged"
])

/** What the command changes of the governor's own figures. */
const changesBy = ({ actor, state }: Decider, [asked, place]: Input): ReadonlyArray<string> =>
  asked._tag === "CommandIssued"
    ? changesOf(state as GovernorState, actor.reduce(state, asked, place).state as GovernorState, asked.command)
    : []

/** A page's buttons, with the arguments that are refused only where all are. */
const BUTTONS: ReadonlyArray<Command> = [
  { name: "pause", note: "" },
  { name: "resume" },
  { name: "add_slot", count: 1 },
  { name: "remove_slots", count: 1 },
  { name: "add_layer", source: null },
  { name: "remove_layer" },
  { name: "soft_close_next" },
  { name: "cancel_stale_recoveries", minDistancePct: 0, count: 1 },
  { name: "backfill_ohlcv", timeframe: null },
  { name: "retrain", timeframe: null }
]

/** More rows with a button of their own than a page shows at once: those beyond say why in their preview. */
const MAX_ROWS = 100

/** Whatever target is asked for, it counts for nothing while volatility sets it. */
const targetButton = ({ targets: { runtimeProfitPct } }: GovernorState): ReadonlyArray<readonly [string, Command]> =>
  runtimeProfitPct === null ? [] : [["set_profit_pct", { name: "set_profit_pct", pct: runtimeProfitPct }]]

/** Buttons that stand in a row and fill in what they are about, under the name by which a page looks for them: `soft_close 2 7`. */
const rowButtons = (state: GovernorState): ReadonlyArray<readonly [string, Command]> =>
  recoveriesOf(state)
    .slice(0, MAX_ROWS)
    .map(({ slot, recovery: { recoveryId } }) => [
      `soft_close ${slot} ${recoveryId}`,
      { name: "soft_close", slot, recoveryId }
    ])

/**
 * Which of the page's buttons would be refused now, each with its reason: the governor is asked, and the result thrown away. Those that
 * fill in arguments stand under the action with their values: `soft_close 2 7`.
 */
export const refusedButtons = (
  subjects: MarketSubjects,
  { seq, inForce, nowMs }: Pick<MarketNow, "seq" | "inForce" | "nowMs">,
  governor: Decider
): Readonly<Record<string, string>> => {
  const place = placeAt({ seq: seq + 1, index: 0, subject: subjects.command("button"), ...inForce, timeMs: nowMs })
  return Object.fromEntries(
    [
      ...BUTTONS.map((command) => [command.name, command] as const),
      ...targetButton(governor.state as GovernorState),
      ...rowButtons(governor.state as GovernorState)
    ].flatMap(([button, command]) => {
      const asked = { _tag: "CommandIssued", commandId: "button", author: "page", command, preview: [] } as const
      const answer = outputsOf(governor, [[asked, place]]).find(({ _tag }) => _tag === "CommandRefused")
      return answer?._tag === "CommandRefused" ? [[button, sentenceOf(answer.reason)]] : []
    })
  )
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
