/** Faults on demand. Each has a number of times left, or a probability with the exchange's seed: runs can be repeated. */
import { randomNumbers } from "../core/market/random.ts"

/** What goes wrong with a call. `method` is the REST method (`AddOrder`) or the WebSocket one (`add_order`); `*` is any. */
interface CallFault {
  readonly method: string
  /** How many of the next calls it hits. Absent with a `probability`: no limit. Both: at most this number of those that are drawn. */
  readonly times?: number
  /** 0 to 1, drawn for each call from the exchange's seed. */
  readonly probability?: number
}

/** What can be made to go wrong. */
export type Fault =
  /** The call is carried out and its reply never comes: the connection is cut. */
  | ({ readonly kind: "reply-lost" } & CallFault)
  /** Nothing is carried out and nothing is answered; the connection stays open until the client gives up. */
  | ({ readonly kind: "no-reply" } & CallFault)
  /** An HTML page with this status from the edge; with `afterExecution` the call was carried out all the same. */
  | ({ readonly kind: "http"; readonly status: number; readonly afterExecution?: boolean } & CallFault)
  /** An error text such as `EService:Busy`; with `afterExecution` the call was carried out all the same. */
  | ({ readonly kind: "error"; readonly error: string; readonly afterExecution?: boolean } & CallFault)
  /** `EService:Throttled: <unix seconds>`: the simulated seconds it is ahead. */
  | ({ readonly kind: "throttled"; readonly forSec: number } & CallFault)
  /** The reply of a call that was carried out comes late by this (wall milliseconds): fills overtake it. */
  | ({ readonly kind: "late-reply"; readonly delayMs: number } & CallFault)
  /** All sockets of an endpoint are cut, now. */
  | { readonly kind: "disconnect"; readonly socket: "public" | "private" | "all" }
  /** The next executions frames are sent twice (with the same sequence), are swapped with the frame after, or are lost. */
  | { readonly kind: "duplicate-executions" | "reorder-executions" | "drop-executions"; readonly times: number }
  /** REST shows orders and fills this late, simulated milliseconds; 0 ends it. */
  | { readonly kind: "rest-lag"; readonly delayMs: number }
  /** System status; `online` ends it. */
  | { readonly kind: "status"; readonly system: SystemStatus }

/** Kraken's words for the state of its trading. */
export type SystemStatus = "online" | "maintenance" | "cancel_only" | "post_only"

const CALL_KINDS = ["reply-lost", "no-reply", "http", "error", "throttled", "late-reply"] as const
/** A fault that hits a single call. */
export type CallFaultNow = Extract<Fault, { readonly kind: (typeof CALL_KINDS)[number] }>
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
  /** Simulated milliseconds. */
  restLagMs = 0
  system: SystemStatus = "online"

  constructor(seed: number) {
    this.random = randomNumbers(seed)
  }

  /** Puts a fault in force. `disconnect` is an act and not a state: it is for the sockets, and ignored here. */
  add(fault: Fault): void {
    if (isCallFault(fault)) this.calls.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY })
    else if (fault.kind === "rest-lag") this.restLagMs = fault.delayMs
    else if (fault.kind === "status") this.system = fault.system
    else if (fault.kind !== "disconnect") this.frames[fault.kind] += fault.times
  }

  clear(): void {
    this.calls = []
    this.frames = { "duplicate-executions": 0, "reorder-executions": 0, "drop-executions": 0 }
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
    return { calls, frames: this.frames, restLagMs: this.restLagMs, system: this.system }
  }
}

/** `EService:Throttled: <unix seconds>` */
export const throttled = (nowMs: number, forSec: number): string =>
  `EService:Throttled: ${Math.ceil(nowMs / 1_000) + forSec}`
