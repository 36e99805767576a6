/** A file of a journal held to what it says must come of it: the proof that anybody can repeat, on any checkout. */
import { Effect } from "effect"
import { slotsNamedUpTo } from "../actor/control/slotsNamed.ts"
import type { Actor } from "../actor/core/actor.ts"
import { type Verification, verifyJournal } from "../actor/verify.ts"
import { marketSubjects } from "../core/ids/subjects.ts"
import { Journal } from "../journal/port.ts"
import { SourceFile } from "./fileJournal.ts"

/** What came of a file's records. */
export interface Replayed {
  readonly verification: Verification
  /** One line for each thing that came out otherwise than the file says; empty: all of it came again. */
  readonly differences: ReadonlyArray<string>
}

/**
 * Folds the open file by these actors and compares: every decision, the divergences that it had, and the state of each actor at its
 * end, where this build's has the same shape. Lines of records alone must have no divergence.
 */
export const replayFile = Effect.fn("replayFile")(function* (
  actorsOf: (slots: ReadonlyArray<number>) => ReadonlyArray<Actor<unknown>>
) {
  const source = yield* SourceFile
  const journal = yield* Journal
  const pair = source?.header?.pair ?? source?.records[0]?.subject.split(".")[1] ?? ""
  const subjects = marketSubjects(pair)
  const actors = actorsOf(yield* slotsNamedUpTo(subjects, yield* journal.head))
  const verification = yield* verifyJournal({ subjects, actors })
  const expected = source?.expected ?? { divergences: [], actors: [] }
  const versions = new Map(actors.map(({ name, version }) => [name, version]))
  const differences = [
    ...verification.divergences.filter((line) => !expected.divergences.includes(line)),
    ...expected.divergences
      .filter((line) => !verification.divergences.includes(line))
      .map((line) => `comes no more: ${line}`),
    ...expected.actors.flatMap(({ name, version, stateHash }) => {
      const now = verification.actors.find((actor) => actor.name === name)
      if (now === undefined) return [`${name}: this build has no such actor`]
      return versions.get(name) !== version || now.stateHash === stateHash
        ? []
        : [`${name}: ends in state ${now.stateHash}, expected ${stateHash}`]
    })
  ]
  return { verification, differences } satisfies Replayed
})
