/**
 * Moments worth aiming at: most of the time nothing is on its way, and what goes wrong then is forgiven. A fault that waits for one
 * comes when a request has just been sent, a fill has just happened, a record has just been written.
 */
import type { MarketEvent } from "../../../shared/events/event.ts"
import type { JournalEntry } from "../../../shared/journal/port.ts"
import type { Step } from "./time.ts"

/** Requests that change something at the exchange, by their names there. */
export type ChangingRequest = "AddOrder" | "CancelOrder" | "AmendOrder"

/** What may be waited for. */
export type Moment =
  /** A process sends it: what is decided now is still in time for this very request. */
  | { readonly on: "request"; readonly of: ChangingRequest }
  /** It has happened to an order with a client id, and the private stream has not said so yet. */
  | { readonly on: "exchange"; readonly of: "Accepted" | "Filled" | "Ended" }
  /** Such an event is about to stand in the journal, of which the text holds this too; whoever wrote it has not heard so. */
  | { readonly on: "record"; readonly of: MarketEvent["_tag"]; readonly holding?: string }

interface Wait {
  readonly moment: Moment
  /** How many of them are still to come. */
  left: number
  readonly step: Step
}

const TEXT = new TextDecoder()

/** Who waits for which moment. */
export class Moments {
  private waiting: ReadonlyArray<Wait> = []

  /** The step is taken within the nth such moment from here on, once. */
  await(moment: Moment, nth: number, step: Step): void {
    this.waiting = [...this.waiting, { moment, left: nth, step }]
  }

  /** It is such a moment. */
  seen(on: Moment["on"], of: string): void {
    this.take((moment) => moment.on === on && moment.of === of)
  }

  /** This is about to be stored. */
  about({ data }: JournalEntry): void {
    if (!this.waiting.some(({ moment: { on } }) => on === "record")) return
    const text = TEXT.decode(data)
    this.take(
      (moment) =>
        moment.on === "record" && text.includes(`"_tag":"${moment.of}"`) && text.includes(moment.holding ?? "")
    )
  }

  /** Nobody waits any more. */
  forget(): void {
    this.waiting = []
  }

  private take(is: (moment: Moment) => boolean): void {
    const met = this.waiting.filter(({ moment }) => is(moment))
    if (met.length === 0) return
    for (const wait of met) wait.left--
    this.waiting = this.waiting.filter(({ left }) => left > 0)
    for (const { left, step } of met) if (left <= 0) step()
  }
}
