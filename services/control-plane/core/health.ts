/** What `/health`, `/ready` and `/backfill/status` answer, from the report of one moment. Pure. */
import { utcDayOf, utcDayText } from "../../../shared/core/time/utcDay.ts"
import type { CandleBlocks } from "./blocks.ts"
import type { StatusReport } from "./report.ts"

/** The report's blocks about candles, as far as there are any. */
export const candleBlocks = ({
  data,
  backfill,
  hmm_data_pipeline,
  hmm_data_pipeline_secondary
}: StatusReport): CandleBlocks => ({
  ...(data === undefined ? {} : { data }),
  ...(backfill === undefined ? {} : { backfill, hmm_data_pipeline, hmm_data_pipeline_secondary })
})

/** Why what needs candles should not be relied on yet; a backfill that failed says so among the reasons of the data. */
const backfillReasons = ({ backfill }: StatusReport): ReadonlyArray<string> => {
  if (backfill === undefined) return ["backfill: nothing has been heard of candles yet"]
  const { backfill_status: status, backfill_complete: complete, percent } = backfill
  return complete || status === "error" ? [] : [`backfill: ${status.replaceAll("_", " ")}, ${percent} %`]
}

/** `ok`, or `degraded` with every reason; a backfill is well when it is `complete`, `skipped` or `disabled`. */
export const healthOf = (report: StatusReport, seq: number) => {
  const halted = report.mode_reason === null ? [] : [report.mode_reason]
  const reasons = [
    ...halted,
    ...report.waiting_for,
    ...report.warnings,
    // However well everything else goes: on stale data nobody should rely.
    ...(report.data?.reasons ?? []),
    ...backfillReasons(report)
  ]
  return {
    status: reasons.length === 0 ? "ok" : "degraded",
    reasons,
    mode: report.mode,
    backfill_status: report.backfill?.backfill_status ?? "idle",
    backfill_complete: report.backfill?.backfill_complete ?? false,
    /** When the history is fetched, and the next time, Unix seconds of the wall; null: not known. */
    backfill_schedule: report.backfill?.schedule ?? null,
    backfill_next_run: report.backfill?.next_run ?? null,
    last_event_seq: seq
  }
}

/** The trading day so far, by the exchange's clock; null before it has been heard. */
const sessionOf = ({ market, trading, started_at }: StatusReport) => {
  const { venue_time: now } = market
  return {
    pair: market.pair,
    trading,
    venue_time: now,
    /** `2026-11-29`. */
    utc_day: now === null ? null : utcDayText(utcDayOf(now * 1_000)),
    /** Of this machine's clock. */
    started_at
  }
}

/** Whether new entries are made now, and if not, why. */
export const tradingOf = ({ mode, mode_reason: why, ready, waiting_for: waiting }: StatusReport) => ({
  enabled: mode === "RUNNING" && ready,
  reason: why ?? waiting[0] ?? null
})

/** Trading waits for no candles; whoever does, reads of them here. */
export const readinessOf = (report: StatusReport, seq: number) => ({
  ready: report.ready,
  waiting_for: report.waiting_for,
  session: sessionOf(report),
  trading: tradingOf(report),
  last_event_seq: seq,
  ...candleBlocks(report)
})
