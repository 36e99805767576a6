/** From what went wrong to what the caller may do about it, and what a person may. Pure. */
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
  /** What a person can do about it; null: nothing. */
  readonly help: string | null
}

/** What the failed call was meant to do, where the same text means different things. */
export type CallKind = "read" | "place" | "rehearse" | "cancel" | "amend"

/** A market mode is changed by people; half a minute is soon enough to look again. */
const MODE_WAIT_MS = 30_000
/** About what Kraken's temporary lockout lasts. */
const LOCKOUT_WAIT_MS = 15 * 60_000

/** One row: which texts, what they mean, and who does what. The last two are for people (docs/operations.md is made from them). */
export interface ErrorRule {
  /** What a text begins with. First match wins, so the longer one stands before the shorter. */
  readonly prefix: string
  readonly advice: Advice
  /** Absent: the request. */
  readonly source?: Source
  readonly waitMs?: number
  readonly exhausted?: "calls" | "trading"
  /** The rule holds only for these kinds of call; absent: for all. */
  readonly kinds?: ReadonlyArray<CallKind>
  readonly means: string
  /** What a person can do; absent: nothing is to be done. */
  readonly help?: string
}

const NONCE_HELP =
  "see whether a second process uses the key, and whether the machine's clock was set back; each process needs its own key"
const KEY_HELP = "compare key, secret and permissions with the exchange's page of API keys; run `kennel doctor`"
const COUNTER_HELP = "if it stays: KRAKEN_TIER is set higher than the account's, or something else uses the account"

/** The table: the adapter's whole policy. The last rows sort texts nobody has seen yet. */
export const ERROR_RULES: ReadonlyArray<ErrorRule> = [
  // For an order this is not a clean no: something between us and Kraken may have delivered the same signed request
  // twice, the first time with success. A look-up costs two calls and settles it; a repeat could trade twice.
  {
    prefix: "EAPI:Invalid nonce",
    kinds: ["place"],
    advice: "unknown",
    means: "the order may have come twice",
    help: NONCE_HELP
  },
  {
    prefix: "EAPI:Invalid nonce",
    advice: "stop",
    means: "a later number was used, also by a second signature",
    help: NONCE_HELP
  },
  {
    prefix: "EAPI:Rate limit exceeded",
    advice: "wait",
    source: "limit",
    waitMs: COUNTER_WAIT_MS,
    exhausted: "calls",
    means: "too many calls of the key",
    help: COUNTER_HELP
  },
  {
    prefix: "EAPI:Invalid token",
    advice: "wait",
    waitMs: 0,
    means: "the socket's token has run out: the next one is fetched"
  },
  { prefix: "EAPI:", advice: "stop", means: "the key is not accepted", help: KEY_HELP },
  { prefix: "ESession:", advice: "wait", waitMs: 0, means: "the session is over: a new one is opened" },

  {
    prefix: "EAuth:Rate limit exceeded",
    advice: "wait",
    source: "limit",
    waitMs: COUNTER_WAIT_MS,
    means: "too many calls",
    help: COUNTER_HELP
  },
  {
    prefix: "EAuth:Too many requests",
    advice: "wait",
    source: "limit",
    waitMs: COUNTER_WAIT_MS,
    means: "too many calls",
    help: COUNTER_HELP
  },
  {
    prefix: "EAuth:",
    advice: "stop",
    means: "the account is closed, locked or not verified",
    help: "log in at the exchange and see what it asks of the account"
  },
  {
    prefix: "EAccount:",
    advice: "stop",
    means: "the account may not do this",
    help: "see the account's limits and its country's at the exchange"
  },

  {
    prefix: "EGeneral:Temporary lockout",
    advice: "wait",
    source: "limit",
    waitMs: LOCKOUT_WAIT_MS,
    means: "the key is locked out for about 15 min",
    help: COUNTER_HELP
  },
  {
    prefix: "EGeneral:Too many requests",
    advice: "wait",
    source: "limit",
    waitMs: COUNTER_WAIT_MS,
    means: "too many calls of this address",
    help: "if it stays: something else calls the exchange from this address"
  },
  {
    prefix: "EGeneral:Permission denied",
    advice: "stop",
    means: "the key lacks a permission, or may not be used from this address",
    help: KEY_HELP
  },
  { prefix: "EGeneral:Internal error", advice: "unknown", source: "service", means: "a fault of the exchange" },
  // Our client ids are never used twice, so the open order that holds this one is the very order we are sending.
  { prefix: "EGeneral:Invalid arguments:cl_ord_id not unique", advice: "unknown", means: "the order stands already" },
  { prefix: "EGeneral:", advice: "rejected", means: "the request is not as the exchange wants it" },

  {
    prefix: "EOrder:Rate limit exceeded",
    advice: "wait",
    source: "limit",
    waitMs: COUNTER_WAIT_MS,
    exhausted: "trading",
    means: "too many orders and cancels of the pair",
    help: COUNTER_HELP
  },
  {
    prefix: "EOrder:Domain rate limit exceeded",
    advice: "wait",
    source: "limit",
    waitMs: COUNTER_WAIT_MS,
    exhausted: "trading",
    means: "too many orders and cancels of the account",
    help: COUNTER_HELP
  },
  { prefix: "EOrder:Unknown order", kinds: ["cancel", "amend"], advice: "gone", means: "the order has ended" },
  {
    prefix: "EOrder:Invalid order",
    kinds: ["cancel", "amend"],
    advice: "gone",
    means: "the order has ended, or never was"
  },
  { prefix: "EOrder:", advice: "rejected", means: "the order is not taken" },

  {
    prefix: "EService:Throttled",
    advice: "wait",
    waitMs: COUNTER_WAIT_MS,
    source: "service",
    means: "not before the time it names"
  },
  {
    prefix: "EService:Deadline elapsed",
    advice: "rejected",
    source: "service",
    means: "it came too late and was not placed"
  },
  {
    prefix: "EService:Market in ",
    advice: "wait",
    waitMs: MODE_WAIT_MS,
    source: "service",
    means: "the market is closed to this for now"
  },
  { prefix: "EService:", advice: "unknown", source: "service", means: "the exchange is out of order" },

  {
    prefix: "EQuery:",
    advice: "stop",
    means: "the pair or currency is not known there",
    help: "compare PAIR and SYMBOL with the exchange's names; it may be off the market for now"
  },
  {
    prefix: "Currency pair not supported",
    advice: "stop",
    means: "the stream does not know the symbol",
    help: "compare SYMBOL with the exchange's name; it may be off the market for now"
  },
  {
    prefix: "Private data and trading are unavailable",
    advice: "stop",
    means: "the wrong address for this channel",
    help: "compare KRAKEN_WS_URL and KRAKEN_WS_AUTH_URL"
  },

  {
    prefix: "close code 1008",
    advice: "stop",
    means: "the socket is closed for what it never accepts",
    help: "compare KRAKEN_WS_URL and KRAKEN_WS_AUTH_URL; update Kennel"
  },

  // An answer of the edge in front of the exchange says nothing of an order: it is looked up.
  {
    prefix: "HTTP 429",
    kinds: ["read", "rehearse", "cancel", "amend"],
    advice: "wait",
    source: "limit",
    waitMs: COUNTER_WAIT_MS,
    means: "too many calls of this address",
    help: "if it stays: something else calls the exchange from this address"
  },
  ...["400", "401", "403", "404"].map((status): ErrorRule => ({
    prefix: `HTTP ${status}`,
    kinds: ["read", "rehearse", "cancel", "amend"],
    advice: "stop",
    source: "link",
    means: "the edge in front of the exchange turns us away",
    help: "see whether the exchange is open to this address and country, and whether KRAKEN_REST_URL and its like are right"
  })),
  { prefix: "HTTP ", advice: "unknown", source: "link", means: "an answer that the exchange did not write" },
  { prefix: "", advice: "unknown", source: "service", means: "nobody has seen this text yet" }
]

/** When several texts come at once, the one that forbids most decides: an order that may stand is looked for first. */
const GRAVITY: ReadonlyArray<Advice> = ["unknown", "stop", "wait", "gone", "rejected"]

/** Classifies the `error` list of a reply (not empty); `nowMs` is the exchange's clock. */
export const classify = (kind: CallKind, errors: ReadonlyArray<string>, nowMs: number): Verdict => {
  const verdicts = errors.map((error) => classifyOne(kind, error, nowMs))
  return GRAVITY.flatMap((advice) => verdicts.filter((verdict) => verdict.advice === advice))[0] ?? UNKNOWN
}

/** Of a request that was cut off, timed out or was answered by something else than Kraken: it may have taken effect. */
export const UNKNOWN: Verdict = { advice: "unknown", source: "link", retryAtMs: null, exhausted: null, help: null }

const classifyOne = (kind: CallKind, error: string, nowMs: number): Verdict => {
  const rule = ERROR_RULES.find(
    ({ prefix, kinds }) => error.startsWith(prefix) && (kinds === undefined || kinds.includes(kind))
  )
  if (rule === undefined) return UNKNOWN
  const retryAtMs = rule.waitMs === undefined ? null : (throttledUntilMs(error) ?? nowMs + rule.waitMs)
  const { advice, source = "request", exhausted = null, help = null } = rule
  return { advice, source, retryAtMs, exhausted, help }
}

/** `EService:Throttled: 1790000000` names the second from which calls are taken again. */
const throttledUntilMs = (error: string): number | null => {
  const match = /^EService:Throttled:\s*(\d{9,11})(?:\.\d+)?$/.exec(error)
  return match === null ? null : Number(match[1]) * 1_000
}

/** Whether signing again with a higher nonce may help; true of the error alone, whatever the call. */
export const isInvalidNonce = (errors: ReadonlyArray<string>): boolean =>
  errors.some((error) => error.startsWith("EAPI:Invalid nonce"))

/** The answer of something in front of the exchange, by its HTTP status. */
export const classifyStatus = (kind: CallKind, status: number, nowMs: number): Verdict =>
  classifyOne(kind, `HTTP ${status}`, nowMs)
