/**
 * Moments worth aiming at: most of the time nothing is on its way, and what goes wrong then is forgiven. A fault that waits for one
 * comes when a request has just been sent, a fill has just happened, a record has just been written.
 */
import type { MarketEvent } from "../../../shared/events/event.ts"
import type { Step } from "./time.ts"

/** Requests that change something at the exchange, by their names there. */
export type ChangingRequest = "AddOrder" | "CancelOrder" | "AmendOrder"

/** What may be waited for. */
export type Moment =
  /** A process sends it: what is decided now is still in time for this very request. */
  | { readonly on: "request"; readonly of: ChangingRequest }
  /** It has happened to an order with a client id, and the private stream has not said so yet. */
  | { readonly on: "exchange"; readonly of: "Accepted" | "Filled" | "Ended" }
  /** The journal has stored it, and nobody has heard of it. */
  | { readonly on: "record"; readonly of: MarketEvent["_tag"] }

const TEXT = new TextDecoder()

/** Who waits for which moment. */
export class Moments {
  private waiting: ReadonlyArray<readonly [moment: Moment, step: Step]> = []

  /** The step is taken within the next such moment, once. */
  await(moment: Moment, step: Step): void {
    this.waiting = [...this.waiting, [moment, step]]
  }

  /** It is such a moment. */
  seen(on: Moment["on"], of: string): void {
    this.take((moment) => moment.on === on && moment.of === of)
  }

  /** This record's bytes were stored. */
  stored(data: Uint8Array): void {
    if (!this.waiting.some(([{ on }]) => on === "record")) return
    const text = TEXT.decode(data)
    this.take((moment) => moment.on === "record" && text.includes(`"_tag":"${moment.of}"`))
  }

  /** Nobody waits any more. */
  forget(): void {
    this.waiting = []
  }

  private take(is: (moment: Moment) => boolean): void {
    const due = this.waiting.filter(([moment]) => is(moment))
    if (due.length === 0) return
    this.waiting = this.waiting.filter((wait) => !due.includes(wait))
    for (const [, step] of due) step()
  }
}
