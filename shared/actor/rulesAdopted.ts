/**
 * Which rules a journal follows, and taking up newer ones. The record of it (`RulesAdopted`) is written once, by the first start
 * of a build that knows newer rules, before that process writes anything else.
 */
import { Clock, Effect } from "effect"
import { changesBetween, knowsRules, NEWEST_RULES, rulesKnown } from "../core/rules/versions.ts"
import type { MarketSubjects } from "../core/ids/subjects.ts"
import { BuildTooOld } from "../events/envelope.ts"
import { appendControl, readControl } from "./control.ts"

/** The journal follows rules from record `seq` on that this build does not know. */
export const rulesUnknown = (seq: number, rulesVersion: number): BuildTooOld =>
  new BuildTooOld({ seq, problem: `follows version ${rulesVersion} of the rules, and this build ${rulesKnown}` })

/** Fails with `BuildTooOld` where the journal follows rules that this build does not know: before anything is written. */
export const requireKnownRules = Effect.fn("requireKnownRules")(function* (subjects: MarketSubjects) {
  const { rulesVersion, rulesSeq } = yield* readControl(subjects)
  if (!knowsRules(rulesVersion)) return yield* rulesUnknown(rulesSeq, rulesVersion)
})

/**
 * Takes up `wanted`, by default the newest rules this build knows, where the journal follows older ones, and says so in the log.
 * Two processes that start at once write one record.
 */
export const adoptRules = Effect.fn("adoptRules")(function* (options: {
  readonly subjects: MarketSubjects
  /** Which process adopts them, for people. */
  readonly service: string
  readonly wanted?: number
}) {
  const { subjects, service, wanted = NEWEST_RULES } = options
  yield* requireKnownRules(subjects)
  const adoptedMs = yield* Clock.currentTimeMillis
  const adopted = yield* appendControl({
    subjects,
    writer: service,
    timeMs: 0,
    make: ({ rulesVersion: from }) =>
      from >= wanted
        ? null
        : { _tag: "RulesAdopted", from, to: wanted, service, adoptedMs, changes: changesBetween(from, wanted) }
  })
  if (!knowsRules(adopted.rulesVersion)) return yield* rulesUnknown(adopted.rulesSeq, adopted.rulesVersion)
})
