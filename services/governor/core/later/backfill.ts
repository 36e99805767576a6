/**
 * `backfill_ohlcv`: answered later, like `retrain`. The governor asks the candle ingestor, and answers when that has asked the
 * exchange; where none speaks it refuses by itself, so that nobody waits for ever.
 */
import { timeframeMinutes, timeframeName, UnknownTimeframe } from "../../../../shared/candles/core/candle.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import type { Reason } from "../../../../shared/events/reason.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import { type Draft, notice } from "../draft.ts"

/** Exchange time within which the ingestor must answer: some pages, on paper at 120 seconds a second half a minute of the wall. */
const PATIENCE_MS = 3_600_000

/** Minutes of a timeframe's name; undefined: there is none of that name. */
const minutesOf = (timeframe: string): number | undefined => {
  try {
    return timeframeMinutes(timeframe)
  } catch (error) {
    if (error instanceof UnknownTimeframe) return undefined
    throw error
  }
}

/** Asks the ingestor; null: asked, and `answerBackfill` or `watchBackfill` answers the command. Of two at once the second is refused. */
export const askBackfill = (
  draft: Draft,
  { commandId, author }: Pick<EventOf<"CommandIssued">, "commandId" | "author">,
  timeframe: string | null
): Reason | null => {
  const { state } = draft
  if (state.backfill !== null) return reason("backfilling_already", { commandId: state.backfill.commandId })
  const intervalMin = timeframe === null ? null : minutesOf(timeframe)
  if (intervalMin === undefined) return reason("no_window", { timeframe: timeframe ?? "" })
  const asked: EventOf<"BackfillAsked"> = { _tag: "BackfillAsked", commandId, intervalMin }
  state.backfill = { ...asked, author, askedAtMs: state.nowMs }
  draft.outputs.push(asked)
  return null
}

/** The ingestor has asked: applied where at least one window was asked for, else refused; either way with what came of each. */
export const answerBackfill = (draft: Draft, { commandId, outcomes: windows }: EventOf<"BackfillAnswered">): void => {
  const { backfill } = draft.state
  // Two ingestors may answer, and one that comes too late: the first answer counts.
  if (backfill?.commandId !== commandId) return
  draft.state.backfill = null
  draft.outputs.push(answerOf(backfill, windows))
}

const answerOf = (
  { commandId, intervalMin, author }: NonNullable<Draft["state"]["backfill"]>,
  windows: EventOf<"BackfillAnswered">["outcomes"]
): EventOf<"CommandApplied" | "CommandRefused"> => {
  if (windows.length === 0) {
    const timeframe = intervalMin === null ? "" : timeframeName(intervalMin)
    return { _tag: "CommandRefused", commandId, reason: reason("no_window", { timeframe }) }
  }
  const outcomes = windows.map((window) => `${timeframeName(window.intervalMin)}: ${window.detail}`).join("; ")
  return windows.some(({ asked }) => asked)
    ? { _tag: "CommandApplied", commandId, reason: reason("backfilled", { author, outcomes }) }
    : { _tag: "CommandRefused", commandId, reason: reason("no_backfill", { outcomes }) }
}

/** Ends a command that nobody answers. */
export const watchBackfill = (draft: Draft): void => {
  const { backfill, nowMs } = draft.state
  if (backfill === null || nowMs - backfill.askedAtMs < PATIENCE_MS) return
  draft.state.backfill = null
  const why = reason("ingestor_silent", { waitedSec: (nowMs - backfill.askedAtMs) / 1_000 })
  draft.outputs.push({ _tag: "CommandRefused", commandId: backfill.commandId, reason: why })
}

/** A history could not be fetched: people should know before they look for its candles. */
export const tellFailedJob = (draft: Draft, event: EventOf<"HistoryJobFailed">): void => {
  if (!draft.variants.watchesLife) return
  const { source, symbol, intervalMin, detail } = event
  notice(draft, "warning", "history_job_failed", { source, symbol, timeframe: timeframeName(intervalMin), detail })
}
