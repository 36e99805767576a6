/** Moments at which something that goes wrong in the rules shows most: known by the record that is about to stand in the journal. */
import type { JournalEntry } from "../../../shared/journal/port.ts"
import type { Step } from "./time.ts"

/** What a record's text holds at each of them. */
const HOLDS = {
  "an entry is wanted": ['"_tag":"OrderRequested"', '"role":"entry"'],
  "an entry waits": ['"_tag":"EntryDeferred"'],
  "an entry is granted": ['"_tag":"EntryGranted"'],
  "a cancel is wanted": ['"_tag":"CancelRequested"'],
  "an order is claimed": ['"_tag":"OrderClaimed"'],
  "a fill is booked": ['"_tag":"FillRecorded"'],
  "an order is filled": ['"_tag":"OrderFilled"'],
  "a cycle has lost": ['"_tag":"CycleBooked"', '"net":"-'],
  "the loss lock closes": ['"_tag":"LossLockChanged"', '"locked":true'],
  "the market pauses": ['"_tag":"ModeChanged"', '"mode":"PAUSED"'],
  "a service starts": ['"_tag":"EpochRaised"']
} as const satisfies Readonly<Record<string, ReadonlyArray<string>>>

/** One of them. */
export type Moment = keyof typeof HOLDS

interface Watcher {
  readonly moment: Moment
  /** How many of them are still to come. */
  left: number
  readonly step: Step
}

/** Who waits for which moment. */
export class Foreseen {
  private watchers: Array<Watcher> = []

  /** The step is taken at the nth such moment from here on, before the record stands. */
  wait(moment: Moment, nth: number, step: Step): void {
    this.watchers.push({ moment, left: nth, step })
  }

  /** Nobody waits any more. */
  forget(): void {
    this.watchers = []
  }

  /** This is about to be written. */
  notice({ data }: JournalEntry): void {
    if (this.watchers.length === 0) return
    const text = new TextDecoder().decode(data)
    const met = this.watchers.filter(({ moment }) => HOLDS[moment].every((part) => text.includes(part)))
    for (const watcher of met) watcher.left--
    this.watchers = this.watchers.filter(({ left }) => left > 0)
    for (const { left, step } of met) if (left <= 0) step()
  }
}
