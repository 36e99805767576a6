/** The facts of the market context into the market's journal: each where it differs from the last one of its subject. */
import { Effect } from "effect"
import { decode } from "../../shared/actor/control/decode.ts"
import { makeFactWriter } from "../../shared/actor/facts.ts"
import type { MarketSubjects } from "../../shared/core/ids/subjects.ts"
import type { DecodeError } from "../../shared/events/envelope.ts"
import { FAMILIES, type MarketEvent } from "../../shared/events/event.ts"
import { Journal, type JournalRefused, type JournalUnavailable, type ReadError } from "../../shared/journal/port.ts"
import { type ContextFact, isDue, type ToldFact, type WantedFact } from "./core/facts.ts"

/** Where facts go, and whose clock they bear. */
export interface TellerOptions {
  readonly subjects: MarketSubjects
  /** The epoch this process has raised: part of its records' ids. */
  readonly epoch: number
  /** The exchange's clock, Unix milliseconds. */
  readonly nowMs: Effect.Effect<number>
}

/** Why telling ends. */
export type TellerError = JournalRefused | JournalUnavailable | ReadError | DecodeError

/** Tells what is new. */
export type Tell = (wanted: ReadonlyArray<WantedFact>) => Effect.Effect<void, TellerError>

const CONTEXT_TAGS: ReadonlySet<string> = new Set(
  FAMILIES.context.map((member): string => member.fields._tag.schema.literal)
)
const isContextFact = (event: MarketEvent): event is ContextFact => CONTEXT_TAGS.has(event._tag)

/** What this process must say itself, whatever the one before it said: it counts anew. */
const NEVER_RESTORED = "precision"

/** A teller that goes on where the journal's last facts left off. */
export const makeTeller = Effect.fnUntraced(function* ({
  subjects,
  epoch,
  nowMs
}: TellerOptions): Effect.fn.Return<Tell, never, Journal> {
  const journal = yield* Journal
  const writeFact = yield* makeFactWriter("market-context")
  const told = new Map<string, ToldFact | null>()

  /** What the journal was told last on a subject; what was archived, or cannot be read, is told again. */
  const restored = Effect.fnUntraced(
    function* (subject: string) {
      const last = yield* journal.last(subject)
      if (last === null) return null
      const [said] = (yield* decode(last)).events
      return isContextFact(said) ? { fact: said, atMs: -Infinity } : null
    },
    Effect.catchTags({
      RecordsArchived: () => Effect.succeed(null),
      RecordUndecodable: () => Effect.succeed(null)
    })
  )
  return Effect.fnUntraced(function* (wanted) {
    for (const one of wanted) {
      const subject = subjects.context(one.name)
      const known = told.get(one.name)
      const last = known !== undefined ? known : one.name === NEVER_RESTORED ? null : yield* restored(subject)
      const timeMs = yield* nowMs
      told.set(one.name, last)
      if (!isDue(one, last, timeMs)) continue
      yield* writeFact({ subject, epoch, timeMs }, one.fact)
      told.set(one.name, { fact: one.fact, atMs: timeMs })
    }
  })
})
