/** The governor's part of the report: mode, limits, what people asked for and were told. Pure. */
import type { EventOf } from "../../../shared/events/event.ts"
import type { Mode } from "../../../shared/events/families/governor.ts"
import { firstOf, haltedBy, type Observed } from "./checks.ts"
import type { GovernorStatus } from "./blocks.ts"
import type { AskedCommand, Notice } from "./status/state.ts"
import { sentenceOf } from "../../../shared/core/rules/sentence.ts"
import { argumentsIn, commandInWords } from "./words.ts"

/** What the report says in other words, or elsewhere. */
type SaidElsewhere =
  | "mode"
  | "mode_reason"
  | "since"
  | "causes"
  | "operator_needed"
  | "api_errors"
  | "slots"
  | "daily_realized_loss_utc"

/** Everything else that the governor shows, under its own names. */
type GovernorBlocks = Omit<GovernorStatus, SaidElsewhere>

/** Mode and reason, and what people asked for and were told. Times are Unix seconds of the exchange's clock. */
export interface GovernorPart extends GovernorBlocks {
  readonly mode: Mode
  /** Why it is that, as a sentence; null while RUNNING. */
  readonly mode_reason: string | null
  /** The mode's reason as rule and numbers. */
  readonly mode_cause: { readonly rule: string; readonly numbers: Readonly<Record<string, number | string>> } | null
  readonly mode_since: number | null
  /** Everything that stands against running, most severe first, one sentence each. */
  readonly mode_causes: ReadonlyArray<string>
  /** Not null: only an operator's command ends this pause, and this is why. */
  readonly operator_needed: string | null
  /** Newest last, at most 50. */
  readonly notices: ReadonlyArray<{
    readonly at: number
    readonly severity: Notice["severity"]
    readonly rule: string
    readonly text: string
  }>
  /** Newest last, at most 20. */
  readonly commands: ReadonlyArray<{
    readonly id: string
    readonly author: string
    readonly at: number
    readonly action: string
    readonly arguments: Readonly<Record<string, number | string>>
    readonly text: string
    readonly result: "applied" | "refused" | "pending"
    readonly reason: string | null
  }>
  /** The last slot that stopped itself, with the shortest list of events found that makes it stop. */
  readonly last_halt: {
    readonly slot: number
    readonly seq: number
    readonly violations: ReadonlyArray<string>
    readonly events: EventOf<"HaltExplained">["events"]
    readonly out_of: number
  } | null
}

const noticeOf = ({ severity, reason, atMs }: Notice) => ({
  at: atMs / 1_000,
  severity,
  rule: reason.rule,
  text: sentenceOf(reason)
})

const commandOf = ({ commandId, author, command, atMs, answer }: AskedCommand): GovernorPart["commands"][number] => ({
  id: commandId,
  author,
  at: atMs / 1_000,
  action: command.name,
  arguments: argumentsIn(command),
  text: commandInWords(command),
  result: answer === null ? "pending" : answer.applied ? "applied" : "refused",
  reason: answer === null ? null : sentenceOf(answer.reason)
})

const haltOf = (explained: EventOf<"HaltExplained"> | null): GovernorPart["last_halt"] => {
  if (explained === null) return null
  const { slot, seq, violations, events, outOf } = explained
  return { slot, seq, violations, events, out_of: outOf }
}

type ModePart = Pick<
  GovernorPart,
  "mode" | "mode_reason" | "mode_cause" | "mode_since" | "mode_causes" | "operator_needed"
>

/** A fault stops whoever met it, perhaps the governor itself: it halts the market whatever the governor said last. */
const modeOf = (observed: Observed): ModePart => {
  const { mode, mode_reason: why, since, causes, operator_needed: needed } = observed.governor
  const halted = haltedBy(observed)
  const told = {
    mode_cause: why === null ? null : { rule: why.rule, numbers: why.numbers },
    mode_since: since,
    mode_causes: causes.map(({ sentence }) => sentence),
    operator_needed: needed?.sentence ?? null
  }
  if (halted.length > 0) return { mode: "HALTED", mode_reason: firstOf(halted), ...told }
  return { mode, mode_reason: mode === "RUNNING" ? null : (why?.sentence ?? mode.toLowerCase()), ...told }
}

const blocksOf = ({
  mode: _mode,
  mode_reason: _reason,
  since: _since,
  causes: _causes,
  operator_needed: _needed,
  api_errors: _errors,
  slots: _slots,
  daily_realized_loss_utc: _loss,
  ...blocks
}: GovernorStatus): GovernorBlocks => blocks

/** The governor's part of one moment. */
export const governorPart = (observed: Observed): GovernorPart => {
  const { governor, status } = observed
  return {
    ...modeOf(observed),
    ...blocksOf(governor),
    notices: status.notices.map(noticeOf),
    commands: status.commands.map(commandOf),
    last_halt: haltOf(status.explained)
  }
}
