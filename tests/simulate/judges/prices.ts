/** No price that the market never had is believed, and nobody enters on a price that is too old. */
import { Price } from "../../../shared/core/decimal/decimal.ts"
import type { StoredRecord } from "../../../shared/events/envelope.ts"

/** A price in the journal is late by seconds, or minutes: so many times the truth of now it is never. */
const FAR = 1.6
/** Beyond the age from which a price is stale: what lies between two clock facts, and a decision on its way. */
const SLACK_MS = 90_000

/** What is known of prices. */
export class Prices {
  private readonly problem: (text: string) => void
  private readonly truth: () => Price
  private readonly staleMs: number
  private heardMs: number | null = null
  private nowMs = 0

  /** `truth`: the exchange's last price. `staleMs`: from which age on a price is stale, exchange time. */
  constructor(problem: (text: string) => void, truth: () => Price, staleMs: number) {
    this.problem = problem
    this.truth = truth
    this.staleMs = staleMs
  }

  take({ seq, timeMs, family, events }: StoredRecord): void {
    if (family === "clock" || family === "price") this.nowMs = Math.max(this.nowMs, timeMs)
    for (const event of events) {
      if (event._tag === "PriceObserved") {
        this.heardMs = Math.max(this.heardMs ?? 0, timeMs)
        const [said, is] = [Price.toNumber(event.last), Price.toNumber(this.truth())]
        if (said > is * FAR || said * FAR < is)
          this.problem(`record ${seq}: a price of ${said} is believed, the market's is ${is}`)
      } else if (event._tag === "EntryGranted" && this.heardMs !== null) {
        const ageMs = this.nowMs - this.heardMs
        if (ageMs > this.staleMs + SLACK_MS)
          this.problem(`record ${seq}: an entry granted on a price that is ${Math.round(ageMs / 1_000)} s old`)
      }
    }
  }
}
