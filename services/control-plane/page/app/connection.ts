/** What the page knows, and how well: the last report, and when it came. Pure. */
import type { Status } from "../../core/brief.ts"

/** How the page stands with the server. Times are the page's clock, in milliseconds. */
export interface Known {
  readonly link: "connecting" | "open" | "lost"
  readonly report: Status | null
  /** When the report came. */
  readonly reportAtMs: number
  /** When the server was last heard, beats included. */
  readonly heardAtMs: number
}

/** What the whole page is in, one at a time. */
export type ConditionKind =
  | "waiting"
  | "replaying"
  | "ready"
  | "starting"
  | "paused"
  | "halted"
  | "stale"
  | "lost"
  | "past"

/** The state of the page, for a person. */
export interface Condition {
  readonly kind: ConditionKind
  readonly title: string
  readonly details: ReadonlyArray<string>
}

/** Two heartbeats of 15 s missed, and some slack: the connection is dead although nobody said so. */
export const LOST_AFTER_MS = 35_000

/** Before anything was heard. */
export const unknown = (nowMs: number): Known => ({
  link: "connecting",
  report: null,
  reportAtMs: nowMs,
  heardAtMs: nowMs
})

/** A report has come. */
export const heard = (_known: Known, report: Status, nowMs: number): Known => ({
  link: "open",
  report,
  reportAtMs: nowMs,
  heardAtMs: nowMs
})

/** The server is there, and has nothing new. */
export const beat = (known: Known, nowMs: number): Known => ({ ...known, link: "open", heardAtMs: nowMs })

/** The connection is gone. */
export const lost = (known: Known): Known => ({ ...known, link: "lost" })

/** Whether the server has been silent for too long to be there. */
export const isSilent = (known: Known, nowMs: number): boolean => nowMs - known.heardAtMs > LOST_AFTER_MS

/** Exchange seconds in one of the reader's. */
export const speedOf = (report: Status): number => report.simulator?.speed ?? 1

/** The price's age now, in seconds of the exchange's clock; null where the server does not know it. */
export const priceAgeSec = (known: Known, nowMs: number): number | null => {
  const { report } = known
  if (report === null || report.market.price_age_sec === null) return null
  return report.market.price_age_sec + ((nowMs - known.reportAtMs) / 1000) * speedOf(report)
}

/** A start reads its journal before anything else: what stands in `waiting_for` says how far it is. */
const replaying = (report: Status): string | undefined =>
  report.waiting_for.find((line) => line.startsWith("history: "))

const stands = (report: Status): Condition | null => {
  const next = report.mode_next === null ? [] : [report.mode_next]
  if (report.mode === "HALTED") {
    const reason = report.mode_reason === null ? [] : [report.mode_reason]
    return { kind: "halted", title: "Halted", details: [...reason, ...next, ...report.waiting_for] }
  }
  if (report.mode === "PAUSED") {
    const causes = report.mode_causes.length > 0 ? report.mode_causes : [report.mode_reason ?? "Paused."]
    return { kind: "paused", title: "Paused", details: [...causes, ...next] }
  }
  return null
}

/** The one state the page is in. The worst comes first: what is shown below a lost connection is the past. */
export const conditionOf = (known: Known, nowMs: number): Condition => {
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
  const read = replaying(report)
  if (read !== undefined) return { kind: "replaying", title: "Reading its journal", details: [read] }
  const standing = stands(report)
  if (standing !== null) return standing
  if (report.mode === "STARTING") return { kind: "starting", title: "Starting", details: [] }
  // It runs, and yet something stands against it: there is no clock by which the governor could notice.
  if (report.mode_causes.length > 0) return { kind: "stale", title: "No clock", details: report.waiting_for }
  const ageSec = priceAgeSec(known, nowMs)
  if (ageSec !== null && ageSec > report.market.price_stale_after_sec) {
    const details = ["No new entries until a fresh one comes.", ...report.waiting_for]
    return { kind: "stale", title: "Price is stale", details }
  }
  return report.ready
    ? { kind: "ready", title: "Running", details: [] }
    : { kind: "waiting", title: "Not ready yet", details: report.waiting_for }
}
