/** The daily loss lock, reckoned a second time from the booked cycles: whoever may enter must not have lost the day's limit. */
import { Quote } from "../../../shared/core/decimal/decimal.ts"
import type { StoredRecord } from "../../../shared/events/envelope.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { utcDayOf } from "../../../shared/core/time/utcDay.ts"

/** Losses by day, and what the governor says of them. */
export class LossDays {
  private readonly problem: (text: string) => void
  private readonly losses: Array<{ readonly seq: number; readonly day: number; readonly lost: bigint }> = []
  private limit = 0n
  private limitIsOurs = true
  private lockedDay: number | null = null
  private resumedSince = false
  private endsAlone = false
  private nowMs = 0

  constructor(problem: (text: string) => void) {
    this.problem = problem
  }

  take(record: StoredRecord): void {
    if (record.family === "clock" || record.family === "price") this.nowMs = Math.max(this.nowMs, record.timeMs)
    for (const event of record.events) this.look(record, event)
  }

  private look({ seq, cause }: StoredRecord, event: MarketEvent): void {
    switch (event._tag) {
      case "GovernorConfigured":
        this.limit = event.rules.dailyLossLimit
        this.endsAlone = event.lossLockEndsAlone === true
        return
      case "CommandIssued":
        // From here on the limit is an operator's: whether it was taken is the governor's word.
        if (event.command.name === "set_daily_loss_limit") this.limitIsOurs = false
        return
      case "CommandApplied":
        this.resumedSince = true
        return
      case "CycleBooked": {
        if (event.net >= 0n) return
        this.losses.push({ seq, day: utcDayOf(event.exitMs), lost: -event.net })
        return
      }
      case "LossLockChanged":
        this.lockedDay = event.locked ? event.utcDay : this.lockedDay
        if (event.locked) this.resumedSince = false
        return
      case "ModeChanged":
        if (event.mode === "RUNNING" && this.lockedDay !== null && !this.endsAlone && !this.resumedSince)
          this.problem(`record ${seq}: RUNNING after the loss lock of day ${this.lockedDay}, and nobody has resumed`)
        if (event.mode === "RUNNING") this.lockedDay = null
        return
      case "EntryGranted": {
        // What came after the record that it answers the governor had not heard.
        const lost = this.losses
          .filter((loss) => loss.day === utcDayOf(this.nowMs) && loss.seq <= (cause ?? seq))
          .reduce((sum, loss) => sum + loss.lost, 0n)
        if (this.limitIsOurs && this.limit > 0n && lost >= this.limit)
          this.problem(
            `record ${seq}: an entry granted although the day has lost ${Quote.format(lost as Quote)} of ${Quote.format(this.limit as Quote)}`
          )
        return
      }
      default:
        return
    }
  }
}
