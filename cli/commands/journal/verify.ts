/** `kennel journal verify`: the proof, and what it covered. */
import { Console, Effect, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { decidingActors, subjectsOf } from "../../../app/leaves/journal.ts"
import { type Verification, verifyJournal } from "../../../shared/actor/verify.ts"
import { whileReading } from "../../shared/progress.ts"
import type { Demands } from "../../../shared/signing/demands.ts"
import { MarkCounts } from "../../../shared/signing/signedJournal.ts"
import { loadSettings } from "../../shared/settings.ts"
import { archive, journalAt, json, where } from "./where.ts"

/** The journal does not prove itself; the lines above say where. */
class Diverged extends Schema.TaggedError<Diverged>()("Diverged", { divergences: Schema.Int }) {
  override get message(): string {
    return `the journal holds ${this.divergences} divergences: its decisions do not follow from its inputs, or it has changed since it was sealed`
  }
}

/** What marks prove, and what they do not. */
const marksSeen = ({ marked, unmarked }: Verification, counts: Demands["counts"] | null): string => {
  const open =
    (counts?.unchecked ?? 0) === 0 ? "" : "; of some the key is not here (JOURNAL_KEYS): those were not checked"
  return `${marked} records bear the mark of their writer, ${unmarked} none${open}`
}

const linesOf = (found: Verification, fromSeal: boolean, counts: Demands["counts"] | null): ReadonlyArray<string> => [
  ...found.actors.map(({ name, stateHash, unwritten }) => {
    const owed = unwritten === 0 ? "" : `, ${unwritten} outputs not written yet`
    return `${name}: state ${stateHash}${owed}`
  }),
  ...found.divergences,
  ...(found.byDigestOnly === 0
    ? []
    : [
        `records 1 to ${found.byDigestOnly}: decided by rules that this build no longer has; held to their seals, not folded again`
      ]),
  ...found.generations.map(
    ({ rulesVersion, from, to }) => `records ${from} to ${to}: version ${rulesVersion} of the rules`
  ),
  ...(fromSeal ? ["begun at the states of the last seal"] : [`${found.erasAsSealed} eras as they were sealed`]),
  marksSeen(found, counts),
  `${found.events} events, ${found.divergences.length} divergences`
]

export const verifyCommand = Command.make(
  "verify",
  {
    where,
    archive,
    fromSeal: Flag.Boolean("from-seal").pipe(
      Flag.withDescription("Begin at the states that were sealed last, instead of record 1"),
      Flag.withDefault(false)
    ),
    json
  },
  Effect.fn(function* ({ where, archive, fromSeal, json }) {
    const settings = yield* loadSettings()
    yield* Effect.gen(function* () {
      const subjects = subjectsOf(settings)
      const actors = yield* decidingActors(subjects)
      const found = yield* verifyJournal({ subjects, actors, from: fromSeal ? "last seal" : "beginning" }).pipe(
        whileReading("verify")
      )
      const marks = yield* MarkCounts
      if (json) yield* Console.log(JSON.stringify({ fromSeal, ...found, marks }))
      else for (const line of linesOf(found, fromSeal, marks)) yield* Console.log(line)
      if (found.divergences.length > 0) return yield* new Diverged({ divergences: found.divergences.length })
    }).pipe(Effect.provide(journalAt(settings, where, archive)))
  })
).pipe(Command.withDescription("Fold a journal again and compare every recorded decision and every seal"))
