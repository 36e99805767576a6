/**
 * Which rules a journal follows, and taking up newer ones. The record of it (`RulesAdopted`) is written once, by the first start
 * of a build that knows newer rules, before that process writes anything else.
 */
import { Clock, Effect } from "effect"
import { changesBetween, type KnownRules, knowsRules, THIS_BUILD } from "../../core/rules/versions.ts"
import type { MarketSubjects } from "../../core/ids/subjects.ts"
import { BuildTooOld } from "../../events/envelope.ts"
import { appendControl, type ControlView, readControl } from "./control.ts"

/** The journal follows rules from record `seq` on that the build does not know. */
export const rulesUnknown = (seq: number, rulesVersion: number, { oldest, newest }: KnownRules): BuildTooOld =>
  new BuildTooOld({
    seq,
    problem:
      `follows version ${rulesVersion} of the rules, and this build knows ` +
      (oldest === newest ? `version ${newest} only` : `versions ${oldest} to ${newest}`)
  })

const required = (view: ControlView, known: KnownRules): Effect.Effect<ControlView, BuildTooOld> =>
  knowsRules(view.rulesVersion, known)
    ? Effect.succeed(view)
    : Effect.fail(rulesUnknown(Math.max(1, view.rulesSeq), view.rulesVersion, known))

/**
 * What the control records say now. Fails with `BuildTooOld` where the journal follows rules that the build does not know: before
 * anything is folded or written.
 */
export const readKnownControl = (subjects: MarketSubjects, known: KnownRules = THIS_BUILD) =>
  Effect.flatMap(readControl(subjects), (view) => required(view, known))

/**
 * Takes up the newest rules the build knows, where the journal follows older ones. Two processes that start at once write one
 * record. Returns the version then in force; fails with `BuildTooOld`, and writes nothing, where that is one it does not know.
 */
export const adoptRules = Effect.fn("adoptRules")(function* (options: {
  readonly subjects: MarketSubjects
  /** Which process adopts them, for people. */
  readonly service: string
  readonly known?: KnownRules
}) {
  const { subjects, service, known = THIS_BUILD } = options
  const before = (yield* readKnownControl(subjects, known)).rulesVersion
  const adoptedMs = yield* Clock.currentTimeMillis
  const to = known.newest
  const adopted = yield* appendControl({
    subjects,
    writer: service,
    timeMs: 0,
    make: ({ rulesVersion: from }) =>
      from >= to ? null : { _tag: "RulesAdopted", from, to, service, adoptedMs, changes: changesBetween(from, to) }
  })
  const { rulesVersion, rulesSeq } = yield* required(adopted, known)
  if (rulesVersion !== before) {
    // A new journal has known no other rules.
    const changes = rulesSeq === 1 ? 0 : changesBetween(before, rulesVersion).length
    const said = changes === 0 ? "" : `, with ${changes} changes since version ${before} (kennel config --rules)`
    yield* Effect.logInfo(`from record ${rulesSeq} on version ${rulesVersion} of the rules is in force${said}`)
  }
  return rulesVersion
})
