/** Candles and store: what there is to train on, what is missing, and how far the copies are. Pure. */
import { age, decimal, integer } from "./format.js"
import { h } from "../h.js"
import { card, empty, table } from "./parts.js"

/**
 * @import { StatusReport } from "../../core/report.ts"
 * @typedef {NonNullable<StatusReport["hmm_data_pipeline"]>} Pipeline
 */

const isHole = (/** @type {string} */ gap) => gap.startsWith("missing_candles:")

/** `insufficient_samples:3/500` → `insufficient samples 3/500`. @param {string} gap */
const words = (gap) => {
  const colon = gap.indexOf(":")
  return colon < 0
    ? gap.replaceAll("_", " ")
    : `${gap.slice(0, colon).replaceAll("_", " ")} ${gap.slice(colon + 1).replace(/(\d)%$/, "$1 %")}`
}

/** @param {Pipeline} pipeline */
const stateOf = ({ samples, ready_for_min_train: enough, ready_for_target_window: full }) =>
  samples === 0
    ? { tone: "quiet", state: "no candles yet" }
    : full
      ? { tone: "good", state: "ready" }
      : enough
        ? { tone: "good", state: "ready, window not full" }
        : { tone: "warn", state: "not ready" }

/** @param {Pipeline} pipeline */
const row = (pipeline) => {
  const { interval_min: interval, samples, training_target: target, gaps } = pipeline
  const { tone, state } = stateOf(pipeline)
  const lacks = gaps.filter((gap) => !isHole(gap)).map(words)
  const holes = gaps.filter(isHole)
  return h(
    "tr",
    h("th", { scope: "row" }, `${interval}m`),
    h(
      "td.n",
      `${integer(Math.min(samples, target))} / ${integer(target)}`,
      samples > target && h("em", `${integer(samples)} kept`)
    ),
    h(
      "td",
      h("span", { class: tone }, state),
      lacks.length > 0 && h("em", lacks.join(", ")),
      h("em", holes.length === 0 ? "no holes" : holes.map(words).join(", "))
    )
  )
}

/** @param {NonNullable<StatusReport["projector"]>} projector */
const storeLine = ({ lag, trouble, refused_rows: refused = 0 }) => {
  const behind = lag === undefined ? [] : [lag === 0 ? "up to date" : `${integer(lag)} records behind the journal`]
  const lost = refused === 0 ? [] : [`rows refused: ${integer(refused)}`]
  return `Store: ${[...behind, ...lost, ...(trouble == null ? [] : [trouble])].join(", ")}`
}

/** @param {StatusReport} report */
const facts = ({ backfill, projector, data }) => {
  const eta = backfill?.eta_seconds ?? 0
  const message = backfill === undefined || backfill.message === "" ? "" : `: ${backfill.message}`
  return h(
    "ul.facts",
    backfill !== undefined &&
      h(
        "li",
        `Backfill ${backfill.backfill_status.replaceAll("_", " ")}, ${decimal(backfill.percent.toFixed(1), 1)} %` +
          `${eta > 0 ? `, ${age(eta)} to go` : ""}${message}`
      ),
    projector !== undefined && h("li", { class: projector.trouble == null ? "" : "warn" }, storeLine(projector)),
    ...(data?.reasons ?? []).map((reason) => h("li.warn", reason))
  )
}

/**
 * Candles of both timeframes, backfill, and the store's copy of the journal.
 * @param {StatusReport} report
 */
export const candles = (report) => {
  const { hmm_data_pipeline: primary, hmm_data_pipeline_secondary: secondary } = report
  const kept = [primary, secondary].filter((pipeline) => pipeline != null)
  return card(
    ".advice.candles",
    "Candles",
    primary === undefined
      ? empty("no candles yet: the store has not been opened.")
      : primary.enabled
        ? table(["", "#of the window", "to train on"], kept.map(row))
        : empty("collecting is off: HMM_OHLCV_ENABLED=false"),
    facts(report)
  )
}
