/** What an operator has paused nobody but an operator resumes; and what they ask for is answered once. */
import type { StoredRecord } from "../../../shared/events/envelope.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"

/** Commands and their answers. */
export class Operators {
  private readonly problem: (text: string) => void
  private readonly open = new Map<string, string>()
  /** The record in which the last pause was answered; null: nobody has paused since the last resume. */
  private paused: number | null = null

  constructor(problem: (text: string) => void) {
    this.problem = problem
  }

  take({ seq, events }: StoredRecord): void {
    for (const event of events) this.look(seq, event)
  }

  private look(seq: number, event: MarketEvent): void {
    if (event._tag === "CommandIssued") this.open.set(event.commandId, event.command.name)
    else if (event._tag === "CommandApplied" || event._tag === "CommandRefused") {
      const name = this.open.get(event.commandId)
      if (name === undefined) this.problem(`record ${seq}: an answer to ${event.commandId}, which nobody waits for`)
      this.open.delete(event.commandId)
      if (event._tag === "CommandRefused") return
      if (name === "pause") this.paused = seq
      else if (name === "resume") this.paused = null
    } else if (event._tag === "ModeChanged" && event.mode === "RUNNING" && this.paused !== null)
      this.problem(`record ${seq}: RUNNING, and the operator who paused in record ${this.paused} has not resumed`)
  }
}
