/** Exits wait as long as they are to before they become recoveries (contract, §3). */
import type { StoredRecord } from "../../../../shared/events/envelope.ts"
import type { Known } from "./known.ts"

/** Since when each position has had its exit. */
export class Orphans {
  private readonly problem: (text: string) => void
  private readonly known: Known
  private readonly since = new Map<string, number>()

  constructor(problem: (text: string) => void, known: Known) {
    this.problem = problem
    this.known = known
  }

  take({ seq, slot, cause, family, events }: StoredRecord): void {
    if (family !== "slot" || slot === null || cause === null) return
    const { leastNowMs, mostNowMs, events: facts } = this.known
    const rules = facts.MarketConfigured.at(cause)?.rules
    for (const event of events) {
      if (event._tag === "OrderRequested" && event.reason.rule === "entry_fill_exit")
        this.since.set(`${slot}.${event.tradeId}.${event.cycle}`, leastNowMs.at(cause) ?? 0)
      if (event._tag !== "ExitOrphaned" || rules === undefined) continue
      const { rule } = event.reason
      if (rule !== "s1_timeout" && rule !== "s2_timeout") continue
      const sinceMs = this.since.get(`${slot}.${event.tradeId}.${event.cycle}`)
      const wantedSec = rule === "s1_timeout" ? rules.s1OrphanAfterSec : rules.s2OrphanAfterSec
      const waitedSec = ((mostNowMs.at(cause) ?? 0) - (sinceMs ?? 0)) / 1_000
      if (waitedSec < wantedSec)
        this.problem(
          `record ${seq}, slot ${slot}: an exit is orphaned after ${waitedSec} s (${rule}), and ${wantedSec} s are meant`
        )
    }
  }
}
