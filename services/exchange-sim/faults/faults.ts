/** Faults on demand. Each has a number of times left, or a probability with the exchange's seed: runs can be repeated. */
import { Schema } from "effect"
import { randomNumbers } from "../../../shared/core/random.ts"
import { EDGE_FAULTS, EdgeFaults, isEdgeFault } from "./edge.ts"
import { BY_HAND, FeesInFault, RoundedFills, StaleReports, Terms, type TermsNow } from "./life.ts"

const times = Schema.Int.check(Schema.isGreaterThan(0))
const afterExecution = Schema.optionalKey(Schema.Boolean)
/** What goes wrong with a call. */
const call = {
  /** The REST method (`AddOrder`) or the WebSocket one (`add_order`); `*` is any. */
  method: Schema.NonEmptyString,
  /** How many of the next calls it hits. Absent with a `probability`: no limit. Both: at most this number of those that are drawn. */
  times: Schema.optionalKey(times),
  /** 0 to 1, drawn for each call from the exchange's seed. */
  probability: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })))
}

const Status = Schema.Literals(["online", "maintenance", "cancel_only", "post_only"])

/** What can be made to go wrong. */
export const Fault = Schema.Union([
  /** The call is carried out and its reply never comes: the connection is cut. */
  Schema.Struct({ kind: Schema.Literal("reply-lost"), ...call }),
  /** Nothing is carried out and nothing is answered; the connection stays open until the client gives up. */
  Schema.Struct({ kind: Schema.Literal("no-reply"), ...call }),
  /** An HTML page with this status from the edge; with `afterExecution` the call was carried out all the same. */
  Schema.Struct({
    kind: Schema.Literal("http"),
    status: Schema.Int.check(Schema.isBetween({ minimum: 400, maximum: 599 })),
    afterExecution,
    ...call
  }),
  /** An error text such as `EService:Busy`; with `afterExecution` the call was carried out all the same. */
  Schema.Struct({ kind: Schema.Literal("error"), error: Schema.NonEmptyString, afterExecution, ...call }),
  /** `EService:Throttled: <unix seconds>`: the simulated seconds it is ahead. */
  Schema.Struct({ kind: Schema.Literal("throttled"), forSec: Schema.Int, ...call }),
  /** The reply of a call that was carried out comes late by this (wall milliseconds): fills overtake it. */
  Schema.Struct({ kind: Schema.Literal("late-reply"), delayMs: Schema.Finite, ...call }),
  /** All sockets of an endpoint are cut, now. */
  Schema.Struct({ kind: Schema.Literal("disconnect"), socket: Schema.Literals(["public", "private", "all"]) }),
  /** The next executions frames are sent twice (with the same sequence), are swapped with the frame after, or are lost. */
  Schema.Struct({ kind: Schema.Literals(["duplicate-executions", "reorder-executions", "drop-executions"]), times }),
  /** REST shows orders and fills this late, simulated milliseconds; 0 ends it. */
  Schema.Struct({ kind: Schema.Literal("rest-lag"), delayMs: Schema.Finite }),
  /** System status; `online` ends it. */
  Schema.Struct({ kind: Schema.Literal("status"), system: Status }),
  ...EDGE_FAULTS,
  ...BY_HAND,
  Terms,
  StaleReports,
  RoundedFills,
  FeesInFault
])
/** One of them. */
export type Fault = typeof Fault.Type

/** Kraken's words for the state of its trading. */
export type SystemStatus = typeof Status.Type

const CALL_KINDS = ["reply-lost", "no-reply", "http", "error", "throttled", "late-reply"] as const
/** A fault that hits a single call. */
export type CallFaultNow = Extract<Fault, { readonly kind: (typeof CALL_KINDS)[number] }>
/** An act, and no state: it is done when it comes. */
export type ActNow = Extract<Fault, { readonly kind: "by-hand" }>
type FrameFault = "duplicate-executions" | "reorder-executions" | "drop-executions"

const isCallFault = (fault: Fault): fault is CallFaultNow => CALL_KINDS.some((kind) => kind === fault.kind)

/** The faults in force. Changed in place. */
export class Faults {
  private readonly random: () => number
  private calls: Array<{ readonly fault: CallFaultNow; left: number }> = []
  private frames: Record<FrameFault, number> = {
    "duplicate-executions": 0,
    "reorder-executions": 0,
    "drop-executions": 0
  }
  readonly edge = new EdgeFaults()
  /** Simulated milliseconds. */
  restLagMs = 0
  system: SystemStatus = "online"
  /** What is otherwise than the options say. */
  terms: TermsNow = {}
  /** Reports of ended orders that are yet to be behind. */
  staleReports = 0
  /** Units of 1e-8 by which a completing fill is short. */
  roundedFills = 0
  /** The currencies in which fees are taken. */
  feesIn: (typeof FeesInFault.Type)["currency"] = "quote"

  constructor(seed: number) {
    this.random = randomNumbers(seed)
  }

  /** Puts a fault in force. `disconnect`, `bad-frames` and what is done by hand are acts and no states: ignored here. */
  add(fault: Fault): void {
    if (isEdgeFault(fault)) this.edge.add(fault)
    else if (isCallFault(fault)) this.calls.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY })
    else if (fault.kind === "rest-lag") this.restLagMs = fault.delayMs
    else if (fault.kind === "status") this.system = fault.system
    else if (fault.kind === "stale-reports") this.staleReports += fault.times
    else if (fault.kind === "rounded-fills") this.roundedFills = fault.units
    else if (fault.kind === "fees-in") this.feesIn = fault.currency
    else if (fault.kind === "terms") {
      const { kind: _kind, ...terms } = fault
      this.terms = { ...this.terms, ...terms }
    } else if (fault.kind !== "disconnect" && fault.kind !== "bad-frames" && fault.kind !== "by-hand") {
      this.frames[fault.kind] += fault.times
    }
  }

  /** Whether this report of an ended order is one that is behind; it is used up by that. */
  onReport(): boolean {
    if (this.staleReports <= 0) return false
    this.staleReports--
    return true
  }

  clear(): void {
    this.terms = {}
    this.staleReports = 0
    this.roundedFills = 0
    this.feesIn = "quote"
    this.calls = []
    this.frames = { "duplicate-executions": 0, "reorder-executions": 0, "drop-executions": 0 }
    this.edge.clear()
    this.restLagMs = 0
    this.system = "online"
  }

  /** The fault that hits this call, if any; it is used up by that. */
  onCall(method: string): CallFaultNow | null {
    for (const entry of this.calls) {
      const { fault } = entry
      if (fault.method !== method && fault.method !== "*") continue
      if (fault.probability !== undefined && this.random() >= fault.probability) continue
      if (--entry.left <= 0) this.calls.splice(this.calls.indexOf(entry), 1)
      return fault
    }
    return null
  }

  /** What happens to this executions frame. */
  onExecutions(): FrameFault | null {
    for (const kind of ["drop-executions", "duplicate-executions", "reorder-executions"] as const) {
      if (this.frames[kind] <= 0) continue
      this.frames[kind]--
      return kind
    }
    return null
  }

  /** For people and tests: what is in force. */
  describe(): unknown {
    const calls = this.calls.map(({ fault, left }) => ({ ...fault, left: Number.isFinite(left) ? left : null }))
    const { frames, restLagMs, system, staleReports, roundedFills, feesIn } = this
    const terms = Object.keys(this.terms)
    return { calls, edge: this.edge.describe(), frames, restLagMs, system, staleReports, roundedFills, feesIn, terms }
  }
}

/** `EService:Throttled: <unix seconds>` */
export const throttled = (nowMs: number, forSec: number): string =>
  `EService:Throttled: ${Math.ceil(nowMs / 1_000) + forSec}`
