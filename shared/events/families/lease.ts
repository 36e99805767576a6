/** Who does something that one process alone may do, and until when. Each such thing has a subject of its own, `lease.<what>`: a compare-and-set chain. */
import { Schema } from "effect"

/**
 * From here on `holder` does it, alone, until `untilMs`. The holder says so again before that; any other process may take it over
 * afterwards.
 */
export const LeaseTaken = Schema.TaggedStruct("LeaseTaken", {
  /** A process: a name drawn when it started. */
  holder: Schema.NonEmptyString,
  /** Unix milliseconds of the exchange's clock; 0: given back. */
  untilMs: Schema.Finite,
  /** How far it has come: the record up to which people have been told what there was to tell. 0: none. */
  doneSeq: Schema.Int
})

/** The lease family. */
export const LeaseEvent = LeaseTaken
