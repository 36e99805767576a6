/**
 * `retrain`: the one command that is answered later. The governor asks the regime advisor, and answers when that has said what
 * came of it; where no advisor runs, or none speaks, it refuses by itself, so that nobody waits for ever.
 */
import { timeframeName } from "../../../../shared/candles/core/candle.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import type { Reason } from "../../../../shared/events/reason.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import { type Draft, notice } from "../draft.ts"

/**
 * Exchange time within which the advisor must answer. A process that could not open its store tries again after 30 s of the wall:
 * an hour on paper at 120 seconds a second. Fits take seconds.
 */
const PATIENCE_MS = 3_600_000

const OFF = reason("advisor_off", { setting: "HMM_ENABLED=false" })

/** Asks the advisor; null: asked, and `answerRetrain` or `watchRetrain` answers the command. Of two at once the second is refused. */
export const askRetrain = (
  draft: Draft,
  { commandId, author }: Pick<EventOf<"CommandIssued">, "commandId" | "author">,
  timeframe: string | null
): Reason | null => {
  const { state } = draft
  const { intervals: fitted, retrain } = state.advisor
  const all = [...new Set(fitted)]
  if (all.length === 0) return OFF
  const intervals = all.filter((intervalMin) => timeframe === null || timeframeName(intervalMin) === timeframe)
  if (intervals.length === 0) {
    return reason("no_such_timeframe", { timeframe: timeframe ?? "", fitted: all.map(timeframeName).join(" ") })
  }
  if (retrain !== null) return reason("retraining_already", { commandId: retrain.commandId })
  const asked: EventOf<"RetrainAsked"> = { _tag: "RetrainAsked", commandId, intervals }
  state.advisor = { ...state.advisor, retrain: { ...asked, author, askedAtMs: state.nowMs } }
  draft.outputs.push(asked)
  return null
}

/** The advisor has trained: applied where at least one model is new, else refused; either way with what came of each timeframe. */
export const answerRetrain = (draft: Draft, { commandId, outcomes: trainings }: EventOf<"RetrainAnswered">): void => {
  const { retrain } = draft.state.advisor
  // Two advisors may answer, and one that comes too late: the first answer counts.
  if (retrain?.commandId !== commandId) return
  draft.state.advisor = { ...draft.state.advisor, retrain: null }
  const of = (intervalMin: number) => trainings.find((outcome) => outcome.intervalMin === intervalMin)
  const told = retrain.intervals.map(
    (intervalMin) => `${timeframeName(intervalMin)}: ${of(intervalMin)?.detail ?? "not fitted there"}`
  )
  const outcomes = told.join("; ")
  const trained = retrain.intervals.filter((intervalMin) => of(intervalMin)?.trained === true).length
  if (trained === 0) {
    draft.outputs.push({ _tag: "CommandRefused", commandId, reason: reason("no_model", { outcomes }) })
    return
  }
  notice(draft, trained === retrain.intervals.length ? "info" : "warning", "retrained", { commandId, outcomes })
  const { author } = retrain
  draft.outputs.push({ _tag: "CommandApplied", commandId, reason: reason("retrained", { author, outcomes }) })
}

/** Ends a command that nobody will answer: the advisor has been switched off since, or is silent. */
export const watchRetrain = (draft: Draft): void => {
  const { advisor, nowMs } = draft.state
  const { retrain, intervals } = advisor
  if (retrain === null) return
  const waitedMs = nowMs - retrain.askedAtMs
  const off = intervals.length === 0
  if (!off && waitedMs < PATIENCE_MS) return
  draft.state.advisor = { ...advisor, retrain: null }
  const why = off ? OFF : reason("advisor_silent", { waitedSec: waitedMs / 1_000 })
  draft.outputs.push({ _tag: "CommandRefused", commandId: retrain.commandId, reason: why })
}
