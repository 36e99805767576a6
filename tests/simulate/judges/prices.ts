/** No price that the market never had is believed, and nobody enters on a price that is too old. */
import { Price } from "../../../shared/core/decimal/decimal.ts"
import type { StoredRecord } from "../../../shared/events/envelope.ts"

/** A price in the journal is late by seconds, or minutes: so many times the truth of now it is never. */
const FAR = 1.6
/** Beyond the age from which a price is stale: what lies between two clock facts, and an unchanged price that was heard again, unwritten. */
const SLACK_MS = 90_000

/**
 * By how much a price may be older than the feed says: it writes an unchanged price again after a quarter of a minute, and what it hears
 * was on its way for some seconds of the wall.
 */
const UNWRITTEN_MS = 120_000

/** What is known of prices. */
export class Prices {
  private readonly problem: (text: string) => void
  private readonly truth: () => Price
  private readonly staleMs: number
  private readonly timesAreTrue: boolean
  private heardMs: number | null = null
  private nowMs = 0
  /** From which record on the journal's last price was so old; ascending, a line for each record that has changed the age. */
  private readonly ages: Array<{ readonly seq: number; readonly ageMs: number }> = []

  /** `truth`: the exchange's last price. `staleMs`: from which age on a price is stale, exchange time. `timesAreTrue`: no clock lies. */
  constructor(
    problem: (text: string) => void,
    truth: () => Price,
    { staleMs, timesAreTrue }: { readonly staleMs: number; readonly timesAreTrue: boolean }
  ) {
    this.problem = problem
    this.truth = truth
    this.staleMs = staleMs
    this.timesAreTrue = timesAreTrue
  }

  take({ seq, timeMs, family, cause, events }: StoredRecord): void {
    if (family === "clock" || family === "price") this.nowMs = Math.max(this.nowMs, timeMs)
    for (const event of events) {
      if (event._tag === "PriceObserved") {
        this.heardMs = Math.max(this.heardMs ?? 0, timeMs)
        const [said, is] = [Price.toNumber(event.last), Price.toNumber(this.truth())]
        if (said > is * FAR || said * FAR < is)
          this.problem(`record ${seq}: a price of ${said} is believed, the market's is ${is}`)
      } else if (event._tag === "ClockTicked") this.told(seq, timeMs, event.priceAgeSec)
      else if (event._tag === "EntryGranted") {
        const ageMs = this.ageAt(cause ?? seq)
        if (ageMs > this.staleMs + SLACK_MS)
          this.problem(`record ${seq}: an entry granted on a price that is ${Math.round(ageMs / 1_000)} s old`)
      }
    }
    if (this.heardMs !== null && (family === "clock" || family === "price"))
      this.ages.push({ seq, ageMs: this.nowMs - this.heardMs })
  }

  /**
   * The age by what its decider knew: the journal up to the record that it has answered, and nothing after. How long the answer then was
   * on its way is the wall's time, and where the exchange's passes many times as fast it says nothing of the decision.
   */
  private ageAt(seq: number): number {
    return this.ages.findLast((age) => age.seq <= seq)?.ageMs ?? 0
  }

  /** The age that the feed tells, held to the last price that it has written. */
  private told(seq: number, timeMs: number, ageSec: number | null): void {
    if (ageSec === null || this.heardMs === null || !this.timesAreTrue) return
    const writtenSec = Math.round((timeMs - this.heardMs) / 1_000)
    if (writtenSec - ageSec > UNWRITTEN_MS / 1_000)
      this.problem(
        `record ${seq}: the feed says that its price is ${ageSec} s old, and has written none for ${writtenSec} s`
      )
  }
}
