/** Starts, by the control records alone: each of a service's has a higher epoch than all it has known, and rules only rise. */
import type { StoredRecord } from "../../../shared/events/envelope.ts"

/** Epochs and rules as the journal names them. */
export class Starts {
  private readonly problem: (text: string) => void
  private readonly last = new Map<string, number>()
  /** The rules that have been taken up; 0: none were. */
  private rules = 0
  /** Those that stood in the journal when each service last started. */
  private readonly found = new Map<string, number>()

  constructor(problem: (text: string) => void) {
    this.problem = problem
  }

  /** What must hold once every service has been started by a build that knows these rules. */
  behind(newest: number): ReadonlyArray<string> {
    return this.rules < newest
      ? [`version ${this.rules} of the rules is in force, and every service knows version ${newest}`]
      : []
  }

  take({ seq, events }: StoredRecord): void {
    for (const event of events) {
      if (event._tag === "RulesAdopted") {
        if ((this.found.get(event.service) ?? 0) >= event.to)
          this.problem(
            `record ${seq}: ${event.service} takes up version ${event.to} of the rules, which it has found in force before`
          )
        this.rules = Math.max(this.rules, event.to)
      }
      if (event._tag !== "EpochRaised") continue
      const { service, epoch } = event
      const before = this.last.get(service) ?? 0
      if (epoch <= before)
        this.problem(`record ${seq}: ${service} starts in epoch ${epoch}, and was in ${before} before`)
      this.last.set(service, epoch)
      this.found.set(service, this.rules)
    }
  }
}
