/** How a text comes to a reader: what happened, and what is said of it then. */
import type { Rule } from "../../shared/core/rules/rules.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import type { Reason } from "../../shared/events/reason.ts"

/** One true cause of a text. */
export interface Told {
  /** What has happened. */
  readonly when: string
  /** Everything that is said when it happens; the last with the rule is looked at. */
  readonly by: () => ReadonlyArray<Reason>
  /** The whole sentence. */
  readonly says: string
  /** The test in which a service says it, where no fold of the journal does, and words of it by which it is found. */
  readonly heldBy?: readonly [file: string, words: string]
}

/** Said by a service around the folds: the test `heldBy` makes it say so, and its words are looked at here. */
export const elsewhere = (
  when: string,
  heldBy: readonly [file: string, words: string],
  why: Reason,
  says: string
): Told => ({
  when,
  by: () => [why],
  says,
  heldBy
})

/** Every text of a family, with each cause by which it is reached: a new rule does not compile without one. */
export type Walk<R extends Rule> = { readonly [K in R]: readonly [Told, ...ReadonlyArray<Told>] }

/** The reasons that these events give. */
export const reasonsOf = (events: ReadonlyArray<MarketEvent>): ReadonlyArray<Reason> =>
  events.flatMap((event) => ("reason" in event && typeof event.reason === "object" ? [event.reason] : []))
