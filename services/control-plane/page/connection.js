/** What the page knows, and how well: the last report, when it came, and the prices seen on the way. Pure. */

/**
 * @import { StatusReport } from "../core/report.ts"
 * @import { Sample } from "./views/sparkline.js"
 * @typedef {{ readonly link: "connecting" | "open" | "lost", readonly report: StatusReport | null,
 *   readonly reportAtMs: number, readonly heardAtMs: number, readonly samples: ReadonlyArray<Sample> }} Known
 *   `reportAtMs`: when the report came; `heardAtMs`: when the server was last heard, beats included. Both by the page's clock.
 * @typedef {{ readonly kind: "waiting" | "ready" | "starting" | "paused" | "halted" | "stale" | "lost", readonly title: string,
 *   readonly details: ReadonlyArray<string> }} Condition
 */

/** Prices kept for the line: a minute at the highest rate, and more than the line has pixels to show. */
export const MAX_SAMPLES = 600
/** Two heartbeats of 15 s missed, and some slack: the connection is dead although nobody said so. */
export const LOST_AFTER_MS = 35_000

/**
 * @param {number} nowMs
 * @returns {Known}
 */
export const unknown = (nowMs) => ({
  link: "connecting",
  report: null,
  reportAtMs: nowMs,
  heardAtMs: nowMs,
  samples: []
})

/**
 * @param {Known} known
 * @param {StatusReport} report
 * @param {number} nowMs
 * @returns {Known}
 */
export const heard = (known, report, nowMs) => {
  const { price, venue_time: time } = report.market
  const last = known.samples.at(-1)
  // A server that came back with another history, or a clock set back, begins a new line.
  const kept = last !== undefined && time !== null && time < last.time ? [] : known.samples
  const isNew = price !== null && time !== null && (kept.at(-1)?.time ?? -1) < time
  const samples = isNew ? [...kept.slice(1 - MAX_SAMPLES), { time, price: Number(price) }] : kept
  return { link: "open", report, reportAtMs: nowMs, heardAtMs: nowMs, samples }
}

/**
 * @param {Known} known
 * @param {number} nowMs
 * @returns {Known}
 */
export const beat = (known, nowMs) => ({ ...known, link: "open", heardAtMs: nowMs })

/**
 * @param {Known} known
 * @returns {Known}
 */
export const lost = (known) => ({ ...known, link: "lost" })

/**
 * Whether the server has been silent for too long to be there.
 * @param {Known} known
 * @param {number} nowMs
 */
export const isSilent = (known, nowMs) => nowMs - known.heardAtMs > LOST_AFTER_MS

/**
 * The price's age now, in seconds of the exchange's clock.
 * @param {Known} known
 * @param {number} nowMs
 */
export const priceAgeSec = (known, nowMs) => {
  const { report } = known
  if (report === null || report.market.price_age_sec === null) return null
  return report.market.price_age_sec + ((nowMs - known.reportAtMs) / 1000) * speedOf(report)
}

/** Exchange seconds in one of the reader's. @param {StatusReport} report */
export const speedOf = (report) => report.simulator?.speed ?? 1

/**
 * The one state the page is in. The worst comes first: what is shown below a lost connection is the past.
 * @param {Known} known
 * @param {number} nowMs
 * @returns {Condition}
 */
export const conditionOf = (known, nowMs) => {
  const { report, link } = known
  if (report === null) {
    return link === "lost"
      ? { kind: "lost", title: "No connection to the server", details: ["Trying again every few seconds."] }
      : { kind: "waiting", title: "Connecting", details: [] }
  }
  if (link === "lost") {
    const details = ["What is shown is the last that was heard; trading may go on without this page."]
    return { kind: "lost", title: "Connection lost", details }
  }
  const next = report.mode_next === null ? [] : [report.mode_next]
  if (report.mode === "HALTED") {
    const reason = report.mode_reason === null ? [] : [report.mode_reason]
    return { kind: "halted", title: "Halted", details: [...reason, ...next, ...report.waiting_for] }
  }
  if (report.mode === "PAUSED") {
    const causes = report.mode_causes.length > 0 ? report.mode_causes : [report.mode_reason ?? "Paused."]
    return { kind: "paused", title: "Paused", details: [...causes, ...next] }
  }
  if (report.mode === "STARTING") return { kind: "starting", title: "Starting", details: [] }
  // It runs, and yet something stands against it: there is no clock by which the governor could notice.
  if (report.mode_causes.length > 0) return { kind: "stale", title: "No clock", details: report.waiting_for }
  const ageSec = priceAgeSec(known, nowMs)
  const isStale = ageSec !== null && ageSec > report.market.price_stale_after_sec
  if (isStale) {
    const details = ["No new entries until a fresh one comes.", ...report.waiting_for]
    return { kind: "stale", title: "Price is stale", details }
  }
  return report.ready
    ? { kind: "ready", title: "Running", details: [] }
    : { kind: "waiting", title: "Not ready yet", details: report.waiting_for }
}
