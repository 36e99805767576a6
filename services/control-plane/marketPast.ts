/** The past of the market, as it is asked for by a sequence or in words. */
import { Context, type Effect, Schema } from "effect"
import type { DecodeError } from "../../shared/events/envelope.ts"
import type { ReadError } from "../../shared/journal/port.ts"
import type { MarketMoment } from "./marketViews.ts"

/** The stepping stones that answers are folded from are still being laid: so many records of so many. */
export class PastBeingLaid extends Schema.TaggedError<PastBeingLaid>()("PastBeingLaid", {
  laid: Schema.Int,
  of: Schema.Int
}) {
  override get message(): string {
    return `the past is being read for the first time: record ${this.laid} of ${this.of}; ask again`
  }
}

/** Nothing that is asked about is found; the text says what can be asked. */
export class NotInThePast extends Schema.TaggedError<NotInThePast>()("NotInThePast", { detail: Schema.String }) {
  override get message(): string {
    return this.detail
  }
}

/** Why there is no answer. */
export type PastProblem = PastBeingLaid | NotInThePast | ReadError | DecodeError

/** The market as it was after a record. */
export interface PastMoment {
  readonly moment: MarketMoment
  /** When the journal stored that record, Unix milliseconds. */
  readonly storedMs: number
  /** How many records were folded to get there. */
  readonly folded: number
}

/** Folded again from the journal. What no record says (blocks that services tell of themselves) is not in it. */
export class MarketPast extends Context.Service<
  MarketPast,
  {
    readonly at: (seq: number) => Effect.Effect<PastMoment, PastProblem>
    /** What `kennel why --json` answers to the same words, as JSON. */
    readonly why: (asked: string) => Effect.Effect<string, PastProblem>
    /** The records about an order, oldest first: `1/42`, the exchange's id or ours. */
    readonly stepsOf: (order: string) => Effect.Effect<ReadonlyArray<number>, PastProblem>
  }
>()("kennel/control-plane/MarketPast") {}
