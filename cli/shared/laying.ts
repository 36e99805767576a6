/** How far the first look at a long journal is: said on standard error, where a person waits. */
import { Console, Effect } from "effect"

/** Said after so many records: a journal of a million says it ten times. */
const EVERY = 100_000

/** A line each hundred thousand records, and nothing for a journal that is read at once. */
export const laying = (seq: number, head: number): Effect.Effect<void> =>
  head > EVERY && seq % EVERY < 1_000
    ? Console.error(`reading the journal for the first time: record ${seq} of ${head}`)
    : Effect.void
