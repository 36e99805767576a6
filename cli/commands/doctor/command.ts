/** `kennel doctor`: what a person should know before, and while, a market trades. */
import { Console, Effect, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { readSettings, type Settings } from "../../../app/settings.ts"
import { lineOf } from "./check.ts"
import { beforeStart, runDoctor } from "./doctor.ts"

/** Something must be mended first; the lines above say what. */
class NotFit extends Schema.TaggedError<NotFit>()("NotFit", { failures: Schema.Array(Schema.String) }) {
  override get message(): string {
    return [...this.failures, `${this.failures.length} findings must be mended first`].join("\n")
  }
}

/** A start says what it should be warned of, and trades real money only where nothing fails. */
export const fitToStart = Effect.fn("fitToStart")(function* (settings: Settings) {
  const findings = yield* beforeStart(settings)
  for (const finding of findings) if (finding.level === "warn") yield* Console.error(lineOf(finding))
  const failures = findings.filter(({ level }) => level === "fail")
  if (failures.length > 0) return yield* new NotFit({ failures: failures.map(lineOf) })
})

/** The command; fails when a finding does. */
export const doctorCommand = Command.make(
  "doctor",
  { json: Flag.Boolean("json").pipe(Flag.withDescription("Findings as lines of JSON"), Flag.withDefault(false)) },
  Effect.fn(function* ({ json }) {
    const findings = yield* runDoctor(readSettings(process.env).settings)
    for (const finding of findings) yield* Console.log(json ? JSON.stringify(finding) : lineOf(finding))
    const failures = findings.filter(({ level }) => level === "fail")
    if (failures.length > 0) return yield* new NotFit({ failures: failures.map(({ what }) => what) })
  })
)
