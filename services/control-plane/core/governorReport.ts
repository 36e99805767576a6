/** The governor's part of the report: mode, limits, what people asked for and were told. Pure. */
import type { EventOf } from "../../../shared/events/event.ts"
import type { Reason } from "../../../shared/events/reason.ts"
import type { Mode } from "../../../shared/events/families/governor.ts"
import { clockStopped, firstOf, haltedBy, type Limits, type Observed } from "./checks.ts"
import type { AskedCommand, Notice } from "./status/state.ts"
import { reason } from "../../../shared/core/rules/rules.ts"
import { sentenceOf, spanText } from "../../../shared/core/rules/sentence.ts"
import { argumentsIn, commandInWords } from "./words.ts"

const noticeOf = ({ severity, reason, atMs, about, again }: Notice) => {
  const times =
    again === undefined || again.times === 1
      ? ""
      : ` (${again.times} times in ${spanText((atMs - again.sinceMs) / 1_000)})`
  return {
    at: atMs / 1_000,
    severity,
    rule: reason.rule,
    /** How often within an hour: what comes again is told in one line. */
    times: again?.times ?? 1,
    text: `${about === undefined ? "" : `${about}: `}${sentenceOf(reason)}${times}`
  }
}

/** The governor decides both on one fact, or the mode on the next. Exchange time. */
const ONE_MOMENT_MS = 1_000

/** The change of the mode and the governor's own notice of its cause are one thing: it is told once, as the change. */
const toldOnce = (notices: ReadonlyArray<Notice>): ReadonlyArray<Notice> =>
  notices.filter(
    (notice) =>
      notice.about !== undefined ||
      !notices.some(
        ({ about, atMs, reason }) =>
          about !== undefined && Math.abs(atMs - notice.atMs) <= ONE_MOMENT_MS && sameReason(reason, notice.reason)
      )
  )

const sameReason = (a: Reason, b: Reason): boolean => a.rule === b.rule && sentenceOf(a) === sentenceOf(b)

const commandOf = ({ commandId, author, command, atMs, answer }: AskedCommand) => ({
  id: commandId,
  author,
  at: atMs / 1_000,
  action: command.name,
  arguments: argumentsIn(command),
  text: commandInWords(command),
  result: answer === null ? ("pending" as const) : answer.applied ? ("applied" as const) : ("refused" as const),
  reason: answer === null ? null : sentenceOf(answer.reason)
})

const haltOf = (explained: EventOf<"HaltExplained"> | null) => {
  if (explained === null) return null
  const { slot, seq, violations, events, outOf } = explained
  return { slot, seq, violations, events, out_of: outOf }
}

/** A fault stops whoever met it, perhaps the governor itself: it halts the market whatever the governor said last. */
const modeOf = (observed: Observed): { readonly mode: Mode; readonly mode_reason: string | null } => {
  const { mode, mode_reason: why } = observed.governor
  const halted = haltedBy(observed)
  if (halted.length > 0) return { mode: "HALTED", mode_reason: firstOf(halted) }
  return { mode, mode_reason: mode === "RUNNING" ? null : (why?.sentence ?? mode.toLowerCase()) }
}

/** What stands still, and what somebody has to do, or nobody; null while it runs or starts. `lock` is the sentence of a closed loss lock. */
const nextOf = (observed: Observed, mode: Mode, lock: string | null): string | null => {
  const { causes, operator_needed: needed } = observed.governor
  const stands = "No new entries; exits go on."
  if (mode === "HALTED") return `${stands} Remove the slot, or answer the fault (kennel doctor says how), and resume.`
  if (mode !== "PAUSED") return null
  if (lock !== null) return `${stands} ${lock}`
  if (needed === null) {
    const over = causes.length === 0
    return `${stands} ${over ? sentenceOf(reason("clearing", {})) : "It goes on by itself once that is over."}`
  }
  return `${stands} ${causes.length > 0 ? "Resume it once that is over." : "It stays so until somebody resumes it."}`
}

/** The governor's part of one moment. Times are Unix seconds of the exchange's clock. */
export const governorPart = (observed: Observed, limits: Limits, lock: string | null) => {
  const { governor, status } = observed
  const stopped = clockStopped(observed, limits)
  // What the report says in other words, or elsewhere, and all that it says as the governor does.
  const {
    mode_reason: why,
    since,
    causes,
    operator_needed: needed,
    mode: _mode,
    api_errors: _errors,
    slots: _slots,
    daily_realized_loss_utc: _loss,
    ...blocks
  } = governor
  const { mode, mode_reason } = modeOf(observed)
  return {
    mode,
    /** A sentence, and null while RUNNING. */
    mode_reason,
    /** What becomes of it by itself and what somebody has to do; null unless PAUSED or HALTED. */
    mode_next: nextOf(observed, mode, lock),
    /** Actions that would be refused now, by name, and why. */
    refused_actions: observed.refused(),
    /** The mode's reason as rule and numbers. */
    mode_cause: why === null ? null : { rule: why.rule, numbers: why.numbers },
    mode_since: since,
    /** Everything that stands against running, most severe first, one sentence each; last, a clock by which no cause can be noticed. */
    mode_causes: [...causes.map(({ sentence }) => sentence), ...(stopped === null ? [] : [stopped])],
    /** Not null: only an operator's command ends this pause, and this is why. */
    operator_needed: needed?.sentence ?? null,
    ...blocks,
    /** Newest last, at most 50. */
    notices: toldOnce(status.notices).map(noticeOf),
    /** Newest last, at most 20. */
    commands: status.commands.map(commandOf),
    /** The last slot that stopped itself, with the shortest list of events found that makes it stop. */
    last_halt: haltOf(status.explained)
  }
}
