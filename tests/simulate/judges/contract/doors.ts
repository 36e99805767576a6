/**
 * When entries may pass at all: not before whoever handles orders has compared them with the exchange's since its start, not while calls
 * to the exchange fail, and not sooner after a pause that ends by itself than the rules say.
 */
import type { StoredRecord } from "../../../../shared/events/envelope.ts"
import type { EventOf, MarketEvent } from "../../../../shared/events/event.ts"
import { type Known, Since } from "./known.ts"

/** What stands in the way. */
export class Doors {
  private readonly problem: (text: string) => void
  private readonly known: Known
  private readonly owed = new Since<boolean>()
  private readonly failed = new Since<number>()
  /** When the market was paused, at the earliest; null: it is not, or an operator has resumed since. */
  private pausedMs: number | null = null
  private readonly resumes = new Set<string>()

  constructor(problem: (text: string) => void, known: Known) {
    this.problem = problem
    this.known = known
  }

  take({ seq, cause, events }: StoredRecord): void {
    for (const event of events) this.look(seq, cause ?? seq, event)
  }

  /** When the governor has answered everything up to this record: in which mode it is. */
  atRest(seq: number, mode: string): void {
    const most = this.known.events.GovernorConfigured.at(seq)?.rules.maxConsecutiveErrors
    const failed = this.failed.at(seq) ?? 0
    if (mode === "RUNNING" && most !== undefined && failed >= most)
      this.problem(`after record ${seq}: RUNNING, and ${failed} calls in a row have failed`)
  }

  private look(seq: number, cause: number, event: MarketEvent): void {
    switch (event._tag) {
      case "EpochRaised":
        if (!event.watchesOrders) return
        this.owed.set(seq, true)
        return this.failed.set(seq, 0)
      case "AccountReconciled":
        return this.owed.set(seq, false)
      case "ExchangeErrorsObserved":
        return this.failed.set(seq, event.consecutive)
      case "CommandIssued":
        if (event.command.name === "resume") this.resumes.add(event.commandId)
        return
      case "CommandApplied":
        if (this.resumes.delete(event.commandId)) this.pausedMs = null
        return
      case "ModeChanged":
        return this.modeChanged(seq, cause, event)
      case "EntryGranted":
        return this.granted(seq, cause)
      default:
        return
    }
  }

  private granted(seq: number, cause: number): void {
    const most = this.known.events.GovernorConfigured.at(cause)?.rules.maxConsecutiveErrors
    const failed = this.failed.at(cause) ?? 0
    if (this.owed.at(cause) !== false)
      this.problem(`record ${seq}: an entry granted before the orders were compared with the exchange's`)
    if (most !== undefined && failed >= most)
      this.problem(`record ${seq}: an entry granted after ${failed} calls in a row have failed`)
  }

  private modeChanged(seq: number, cause: number, { mode }: EventOf<"ModeChanged">): void {
    const { leastNowMs, mostNowMs, events } = this.known
    const { pausedMs } = this
    const meantSec = events.GovernorConfigured.at(cause)?.rules.autoResumeAfterSec
    if (mode === "PAUSED" || mode === "HALTED") this.pausedMs ??= leastNowMs.at(cause)
    else this.pausedMs = null
    if (mode !== "RUNNING" || pausedMs === null || meantSec === undefined) return
    const afterSec = ((mostNowMs.at(cause) ?? 0) - pausedMs) / 1_000
    if (afterSec < meantSec)
      this.problem(`record ${seq}: RUNNING ${afterSec} s after a pause began, by itself, and ${meantSec} s are meant`)
  }
}
