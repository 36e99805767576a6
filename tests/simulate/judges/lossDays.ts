/**
 * The daily loss lock, reckoned a second time from the booked cycles: whoever may enter must not have lost the day's limit, the lock
 * closes for what its own day has lost, opens when that day is over, and what an operator is to decide nobody else decides.
 */
import { Quote } from "../../../shared/core/decimal/decimal.ts"
import type { StoredRecord } from "../../../shared/events/envelope.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { utcDayOf } from "../../../shared/core/time/utcDay.ts"

/** What a command that waits for its answer would do here. */
type Asked = { readonly resume: true } | { readonly limit: bigint }

/** Commands remembered at the most: each is answered at once, or when the governor is back. */
const ASKED_KEPT = 1_000

/** Whose times the governor goes by: the newest it has heard of any of them is its own. */
const HEARD: ReadonlySet<string> = new Set(["clock", "price", "order", "account", "slot", "command"])

/** Losses by day, and what the governor says of them. */
export class LossDays {
  private readonly problem: (text: string) => void
  private readonly losses: Array<{ readonly seq: number; readonly day: number; readonly lost: bigint }> = []
  private readonly asked = new Map<string, Asked>()
  private configured = 0n
  /** An operator's own limit; null: the configured one. */
  private own: bigint | null = null
  private lockedDay: number | null = null
  /** The lock has closed, and nobody has resumed since. */
  private owed: number | null = null
  private endsAlone = false
  /** The newest time of clock and price: by these a day is over. */
  private nowMs = 0
  /** The days that the governor has heard begin, by any record of those whose time it goes by. */
  private readonly days: Array<{ readonly seq: number; readonly day: number }> = []

  constructor(problem: (text: string) => void) {
    this.problem = problem
  }

  take(record: StoredRecord): void {
    if (record.family === "clock" || record.family === "price") this.nowMs = Math.max(this.nowMs, record.timeMs)
    const day = utcDayOf(record.timeMs)
    if (HEARD.has(record.family) && day > this.dayAt(record.seq)) this.days.push({ seq: record.seq, day })
    for (const event of record.events) this.look(record, event)
  }

  /** What must hold once the governor has heard everything. */
  get stillLocked(): ReadonlyArray<string> {
    const { lockedDay } = this
    const today = utcDayOf(this.nowMs)
    return lockedDay !== null && lockedDay < today
      ? [`the loss lock of day ${lockedDay} is closed on day ${today}`]
      : []
  }

  private get limit(): bigint {
    return this.own ?? this.configured
  }

  /** The governor's day by this record. */
  private dayAt(seq: number): number {
    return this.days.findLast((one) => one.seq <= seq)?.day ?? 0
  }

  /** What the day had lost by this record. */
  private lostOn(day: number, upTo: number): bigint {
    return this.losses.filter((loss) => loss.day === day && loss.seq <= upTo).reduce((sum, { lost }) => sum + lost, 0n)
  }

  private look({ seq, cause }: StoredRecord, event: MarketEvent): void {
    switch (event._tag) {
      case "GovernorConfigured":
        if (this.configured !== event.rules.dailyLossLimit) this.own = null
        this.configured = event.rules.dailyLossLimit
        this.endsAlone = event.lossLockEndsAlone === true
        return
      case "CommandIssued":
        return this.ask(event.commandId, event.command)
      case "CommandApplied":
        return this.done(seq, event.commandId)
      case "CommandRefused":
        this.asked.delete(event.commandId)
        return
      case "CycleBooked":
        if (event.net < 0n) this.losses.push({ seq, day: utcDayOf(event.exitMs), lost: -event.net })
        return
      case "LossLockChanged":
        return this.lockChanged(seq, cause ?? seq, event.locked, event.utcDay, event.loss)
      case "ModeChanged":
        if (event.mode === "RUNNING" && this.owed !== null && !this.endsAlone)
          this.problem(`record ${seq}: RUNNING after the loss lock of day ${this.owed}, and nobody has resumed`)
        if (event.mode === "RUNNING") this.owed = null
        return
      case "EntryGranted": {
        // What came after the record that it answers the governor had not heard.
        const lost = this.lostOn(this.dayAt(cause ?? seq), cause ?? seq)
        if (this.limit > 0n && lost >= this.limit)
          this.problem(
            `record ${seq}: an entry granted although the day has lost ${Quote.format(lost as Quote)} of ${Quote.format(this.limit as Quote)}`
          )
        return
      }
      default:
        return
    }
  }

  private ask(commandId: string, command: { readonly name: string; readonly limit?: bigint }): void {
    if (this.asked.size >= ASKED_KEPT) return
    if (command.name === "resume") this.asked.set(commandId, { resume: true })
    if (command.name === "set_daily_loss_limit" && command.limit !== undefined)
      this.asked.set(commandId, { limit: command.limit })
  }

  private done(seq: number, commandId: string): void {
    const asked = this.asked.get(commandId)
    this.asked.delete(commandId)
    if (asked === undefined) return
    if ("limit" in asked) this.own = asked.limit
    else if (this.lockedDay === null) this.owed = null
    else this.problem(`record ${seq}: resumed, and the loss lock of day ${this.lockedDay} is closed`)
  }

  private lockChanged(seq: number, cause: number, locked: boolean, utcDay: number, loss: bigint): void {
    this.lockedDay = locked ? utcDay : null
    if (!locked) return
    this.owed = utcDay
    const lost = this.lostOn(utcDay, cause)
    if (lost !== loss)
      this.problem(
        `record ${seq}: the lock closes for ${Quote.format(loss as Quote)}, and day ${utcDay} has lost ${Quote.format(lost as Quote)}`
      )
  }
}
