/**
 * What the governor says of entries, by its records alone: none waits in a market that stands still, and no loop lets more of them go
 * than it may.
 */
import type { StoredRecord } from "../../../shared/events/envelope.ts"

/** A loop and from which record on it is the governor's. */
interface Loop {
  readonly from: number
  readonly nth: number
}

/** Loops remembered: a decision is behind the record that it answers by seconds, or by as long as its service was down. */
const LOOPS_KEPT = 10_000

/** Entries that wait, and those that were let go. */
export class Entries {
  private readonly problem: (text: string) => void
  private readonly timesAreTrue: boolean
  private readonly waiting = new Set<string>()
  private readonly granted = new Map<number, number>()
  private readonly loops: Array<Loop> = []
  private rules: { readonly loopSec: number; readonly maxEntryAddsPerLoop: number } | null = null
  private nowMs = 0

  /** `timesAreTrue`: no clock lies in this world, so that the largest time of all records is the governor's own. */
  constructor(problem: (text: string) => void, timesAreTrue: boolean) {
    this.problem = problem
    this.timesAreTrue = timesAreTrue
  }

  take({ seq, cause, timeMs, family, events }: StoredRecord): void {
    this.nowMs = Math.max(this.nowMs, timeMs)
    if (family === "price" || family === "clock") this.begin(seq)
    let stands: string | null = null
    for (const event of events) {
      if (event._tag === "GovernorConfigured") this.rules = event.rules
      else if (event._tag === "EntryDeferred") this.waiting.add(`${event.slot}.${event.localId}`)
      else if (event._tag === "EntryRefused") this.waiting.delete(`${event.slot}.${event.localId}`)
      else if (event._tag === "EntryGranted") {
        this.waiting.delete(`${event.slot}.${event.localId}`)
        this.count(seq, cause ?? seq)
      } else if (event._tag === "ModeChanged")
        stands = event.mode === "PAUSED" || event.mode === "HALTED" ? event.mode : null
    }
    if (stands !== null && this.waiting.size > 0)
      this.problem(`record ${seq}: ${stands}, and entries ${[...this.waiting].join(", ")} wait on`)
  }

  /** The governor begins loops when it hears the time. */
  private begin(seq: number): void {
    if (this.rules === null) return
    const nth = Math.floor(this.nowMs / (this.rules.loopSec * 1_000))
    if (nth === this.loops.at(-1)?.nth) return
    this.loops.push({ from: seq, nth })
    if (this.loops.length > LOOPS_KEPT) this.loops.splice(0, LOOPS_KEPT / 2)
  }

  private count(seq: number, cause: number): void {
    const loop = this.loops.findLast(({ from }) => from <= cause)
    if (loop === undefined || this.rules === null || !this.timesAreTrue) return
    const count = (this.granted.get(loop.nth) ?? 0) + 1
    this.granted.set(loop.nth, count)
    if (count > this.rules.maxEntryAddsPerLoop)
      this.problem(`record ${seq}: entry ${count} of a loop that lets ${this.rules.maxEntryAddsPerLoop} go`)
  }
}
