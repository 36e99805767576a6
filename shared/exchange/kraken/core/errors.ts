/** From what went wrong to what the caller may do about it. Pure; the table is the adapter's whole policy. */
import { COUNTER_WAIT_MS } from "./budget.ts"
import type { ExchangeError } from "../../port.ts"

/** What the caller may do about a failed call; each word is explained at `ExchangeError`. */
export type Advice = ExchangeError["advice"]
type Source = ExchangeError["source"]

/** How one failed call is judged: advice for the caller, and what the adapter has learned about its own counters. */
export interface Verdict {
  readonly advice: Advice
  readonly source: Source
  /** Unix milliseconds of the exchange's clock, with the advice `wait`. */
  readonly retryAtMs: number | null
  /** Which of our own counters the exchange has shown to be too low. */
  readonly exhausted: "calls" | "trading" | null
}

/** What the failed call was meant to do, where the same text means different things. */
export type CallKind = "read" | "place" | "rehearse" | "cancel" | "amend"

/** A market mode is changed by people; half a minute is soon enough to look again. */
const MODE_WAIT_MS = 30_000
/** About what Kraken's temporary lockout lasts. */
const LOCKOUT_WAIT_MS = 15 * 60_000

interface Rule {
  readonly prefix: string
  readonly advice: Advice
  /** Absent: the request. */
  readonly source?: Source
  readonly waitMs?: number
  readonly exhausted?: "calls" | "trading"
  /** The rule holds only for these kinds of call; absent: for all. */
  readonly kinds?: ReadonlyArray<CallKind>
}

/** First match wins, so the longer text stands before the shorter one. The last rows sort texts nobody has seen yet. */
const RULES: ReadonlyArray<Rule> = [
  // For an order this is not a clean no: something between us and Kraken may have delivered the same signed request
  // twice, the first time with success. A look-up costs two calls and settles it; a repeat could trade twice.
  { prefix: "EAPI:Invalid nonce", kinds: ["place"], advice: "unknown" },
  { prefix: "EAPI:Rate limit exceeded", advice: "wait", source: "limit", waitMs: COUNTER_WAIT_MS, exhausted: "calls" },
  { prefix: "EAPI:Invalid token", advice: "wait", waitMs: 0 },
  { prefix: "EAPI:", advice: "stop" },
  { prefix: "ESession:", advice: "wait", waitMs: 0 },

  { prefix: "EGeneral:Temporary lockout", advice: "wait", source: "limit", waitMs: LOCKOUT_WAIT_MS },
  { prefix: "EGeneral:Too many requests", advice: "wait", source: "limit", waitMs: COUNTER_WAIT_MS },
  { prefix: "EGeneral:Permission denied", advice: "stop" },
  { prefix: "EGeneral:Internal error", advice: "unknown", source: "service" },
  // Our client ids are never used twice, so the open order that holds this one is the very order we are sending.
  { prefix: "EGeneral:Invalid arguments:cl_ord_id not unique", advice: "unknown" },
  { prefix: "EGeneral:", advice: "rejected" },

  {
    prefix: "EOrder:Rate limit exceeded",
    advice: "wait",
    source: "limit",
    waitMs: COUNTER_WAIT_MS,
    exhausted: "trading"
  },
  {
    prefix: "EOrder:Domain rate limit exceeded",
    advice: "wait",
    source: "limit",
    waitMs: COUNTER_WAIT_MS,
    exhausted: "trading"
  },
  { prefix: "EOrder:Unknown order", kinds: ["cancel", "amend"], advice: "gone" },
  { prefix: "EOrder:Invalid order", kinds: ["cancel", "amend"], advice: "gone" },
  { prefix: "EOrder:", advice: "rejected" },

  { prefix: "EService:Throttled", advice: "wait", waitMs: COUNTER_WAIT_MS, source: "service" },
  { prefix: "EService:Deadline elapsed", advice: "rejected", source: "service" },
  { prefix: "EService:Market in ", advice: "wait", waitMs: MODE_WAIT_MS, source: "service" },
  { prefix: "EService:", advice: "unknown", source: "service" },

  { prefix: "EQuery:", advice: "stop" },
  { prefix: "", advice: "unknown", source: "service" }
]

/** When several texts come at once, the one that forbids most decides: an order that may stand is looked for first. */
const GRAVITY: ReadonlyArray<Advice> = ["unknown", "stop", "wait", "gone", "rejected"]

/** Classifies the `error` list of a reply (not empty); `nowMs` is the exchange's clock. */
export const classify = (kind: CallKind, errors: ReadonlyArray<string>, nowMs: number): Verdict => {
  const verdicts = errors.map((error) => classifyOne(kind, error, nowMs))
  return GRAVITY.flatMap((advice) => verdicts.filter((verdict) => verdict.advice === advice))[0] ?? UNKNOWN
}

/** Of a request that was cut off, timed out or was answered by something else than Kraken: it may have taken effect. */
export const UNKNOWN: Verdict = { advice: "unknown", source: "link", retryAtMs: null, exhausted: null }

const classifyOne = (kind: CallKind, error: string, nowMs: number): Verdict => {
  const rule = RULES.find(
    ({ prefix, kinds }) => error.startsWith(prefix) && (kinds === undefined || kinds.includes(kind))
  )
  if (rule === undefined) return UNKNOWN
  const retryAtMs = rule.waitMs === undefined ? null : (throttledUntilMs(error) ?? nowMs + rule.waitMs)
  return { advice: rule.advice, source: rule.source ?? "request", retryAtMs, exhausted: rule.exhausted ?? null }
}

/** `EService:Throttled: 1790000000` names the second from which calls are taken again. */
const throttledUntilMs = (error: string): number | null => {
  const match = /^EService:Throttled:\s*(\d{9,11})(?:\.\d+)?$/.exec(error)
  return match === null ? null : Number(match[1]) * 1_000
}

/** Whether signing again with a higher nonce may help; true of the error alone, whatever the call. */
export const isInvalidNonce = (errors: ReadonlyArray<string>): boolean =>
  errors.some((error) => error.startsWith("EAPI:Invalid nonce"))

/** A refused subscription that no repetition will mend: wrong name, wrong endpoint, missing permission. */
export const isFinalRefusal = (error: string): boolean =>
  classify("read", [error], 0).advice === "stop" ||
  error.startsWith("Currency pair not supported") ||
  error.startsWith("Private data and trading are unavailable")
