/** What a check of the doctor is: it looks, it finds, it advises; it never throws and never takes long. */
import { Cause, Effect } from "effect"
import { messageOf } from "../../../shared/core/messageOf.ts"

/** One finding: a line of the report. `fail` keeps real money away. */
export interface Finding {
  readonly level: "ok" | "warn" | "fail"
  /** What was looked at: `fees`, `clock`, `keys`, … */
  readonly what: string
  readonly finding: string
  /** What to do; null where nothing is to be done. */
  readonly advice: string | null
}

/** One thing the doctor looks at. A failure of `look` becomes a finding, see `examine`. */
export interface Check<R> {
  readonly what: string
  readonly look: Effect.Effect<ReadonlyArray<Finding>, unknown, R>
}

const found = (level: Finding["level"], what: string, text: string, advice: string | null): Finding => {
  // What others say in errors may bring its stack along; the report has lines.
  const [finding = ""] = text.split("\n")
  return { level, what, finding, advice }
}

/** A finding with nothing to be done. */
export const ok = (what: string, finding: string): Finding => found("ok", what, finding, null)
/** A finding to know of; it stops no start. */
export const warn = (what: string, finding: string, advice: string): Finding => found("warn", what, finding, advice)
/** A finding to be mended first. */
export const fail = (what: string, finding: string, advice: string): Finding => found("fail", what, finding, advice)

/** Longer than any healthy answer; an unhealthy one is a finding too. */
const TIMEOUT = "10 seconds"

/** The findings of a check; what goes wrong with it is one. */
export const examine = <R>({ what, look }: Check<R>): Effect.Effect<ReadonlyArray<Finding>, never, R> =>
  look.pipe(
    Effect.timeoutOrElse({
      duration: TIMEOUT,
      orElse: () => Effect.succeed([fail(what, `no answer within ${TIMEOUT}`, "see whether it runs and is reachable")])
    }),
    Effect.catchCause((cause) => {
      const error = Cause.squash(cause)
      const text = messageOf(error)
      return Effect.succeed([fail(what, text, "mend this first; later findings may follow from it")])
    })
  )

/** A finding as a line. */
export const lineOf = ({ level, what, finding, advice }: Finding): string =>
  `${level.padEnd(5)}${what.padEnd(10)}${finding}${advice === null ? "" : ` → ${advice}`}`
