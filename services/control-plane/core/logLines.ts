/** The lines of the log by which a person follows a start, a backfill and whether entries are made. Pure. */
import { tradingOf } from "./health.ts"
import type { StatusReport } from "./report.ts"

/** What the lines of a backfill are made of, whoever fetches. */
interface Fetching {
  readonly backfill_status: string
  readonly percent: number
  readonly eta_seconds: number | null
  readonly message: string
}

/** What was said last. */
export interface Told {
  /** `true RUNNING`, `false PAUSED`; null: nothing yet. */
  readonly trading: string | null
  /** Of each backfill its status, and how many tenths of it were done. */
  readonly fetched: Readonly<Record<string, readonly [status: string, tenths: number]>>
}

/** Before the first report. */
export const NOTHING_TOLD: Told = { trading: null, fetched: {} }

/** In the middle of one there is a line for each tenth of it. */
const TENTH = 10

const progress = (
  what: string,
  { backfill_status: status, percent, eta_seconds: etaSec, message }: Fetching
): string => {
  const name = `Backfill of ${what}: ${status.replaceAll("_", " ")}`
  if (status !== "in_progress") return message === "" ? name : `${name}: ${message}`
  return `${name}, ${percent} %, ${etaSec === null ? "time left not known yet" : `${etaSec} s to go`}`
}

/** A line where a status is another one, or another tenth is done. */
const progressLines = (told: Told, what: string, now: Fetching | undefined) => {
  if (now === undefined) return { fetched: told.fetched, lines: [] }
  const tenths = now.backfill_status === "in_progress" ? Math.floor(now.percent / TENTH) : 0
  const [status, before] = told.fetched[what] ?? ["", 0]
  const same = status === now.backfill_status
  if (same && tenths <= before) return { fetched: told.fetched, lines: [] }
  return { fetched: { ...told.fetched, [what]: [now.backfill_status, tenths] as const }, lines: [progress(what, now)] }
}

const tradesOf = ({ levels }: StatusReport): Fetching | undefined =>
  levels !== undefined && "backfill" in levels ? levels.backfill : undefined

/** Lines for what is different in this report, in order, and what has then been told. */
export const logLines = (
  told: Told,
  report: StatusReport
): { readonly told: Told; readonly lines: ReadonlyArray<string> } => {
  const { enabled, reason } = tradingOf(report)
  const trading = `${enabled} ${report.mode}`
  const candles = progressLines(told, "candles", report.backfill)
  const trades = progressLines({ ...told, fetched: candles.fetched }, "trades", tradesOf(report))
  const word = `TRADING ${enabled ? "ENABLED" : "DISABLED"}`
  const tradingLines = trading === told.trading ? [] : [reason === null ? word : `${word}: ${reason}`]
  return {
    told: { trading, fetched: trades.fetched },
    lines: [...candles.lines, ...trades.lines, ...tradingLines]
  }
}
