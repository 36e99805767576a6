/**
 * Carries an action from its request to the governor's answer. A command is one record on its id's own subject, appended only
 * while that subject is empty: so an id takes effect once, and whoever sends it again is told what it did the first time.
 */
import { randomUUID } from "node:crypto"
import { Effect, Option, Schema, Stream } from "effect"
import { decode, decoded } from "../../../shared/actor/control/decode.ts"
import { encodeState } from "../../../shared/actor/core/stateText.ts"
import { Command } from "../../../shared/events/families/command.ts"
import { encodeEntry, type StoredRecord } from "../../../shared/events/envelope.ts"
import { isAnswer, type MarketEvent } from "../../../shared/events/event.ts"
import type { Reason } from "../../../shared/events/reason.ts"
import type { MarketSubjects } from "../../../shared/core/ids/subjects.ts"
import { reason } from "../../../shared/core/rules/rules.ts"
import { sentenceOf } from "../../../shared/core/rules/sentence.ts"
import { Journal } from "../../../shared/journal/port.ts"
import type { ActionRequest } from "./actionRequest.ts"
import { MarketViews } from "../marketViews.ts"

/** What became of an action, or would. */
export interface ActionAnswer {
  /** Null for a preview of an action without an id. */
  readonly id: string | null
  /** `pending`: accepted and in the journal, but the governor has not answered within `ANSWER_WITHIN_MS`. */
  readonly result: "applied" | "refused" | "pending" | "would_apply" | "would_refuse"
  /** One line each. */
  readonly effects: ReadonlyArray<string>
  /** Why it was applied or refused; null while that is open. */
  readonly reason: (Reason & { readonly sentence: string }) | null
  /** True: the id had been used before, and this is what came of it then. */
  readonly repeated: boolean
  /** What was understood though it has another name now, one line each. */
  readonly hints: ReadonlyArray<string>
  /** The record of the governor's answer: a status at or after it shows the effects. Null without an answer. */
  readonly seq: number | null
}

/** The same before it is told to whoever asked. */
type Outcome = Omit<ActionAnswer, "hints">

/** The governor answers within milliseconds when it runs; a restart of it takes seconds. */
export const ANSWER_WITHIN_MS = 10_000
/** Who writes commands, as the envelope names it. */
const WRITER = "control-plane"

const spoken = (why: Reason) => ({ ...why, sentence: sentenceOf(why) })

const encodeCommand = Schema.encodeSync(Command)

/** An answer without one of the governor's, to an action whose id has a command in the journal. */
const unanswered = (id: string, result: "pending" | "refused", repeated: boolean, why: Reason | null): Outcome => ({
  id,
  result,
  effects: [],
  reason: why === null ? null : spoken(why),
  repeated,
  seq: null
})

/** What the answer to a command that is carried out says besides: that nothing follows from it, and why; what came of it elsewhere. */
const besides = (why: Reason): ReadonlyArray<string> => (why.rule === "done" ? [] : [sentenceOf(why)])

/** The id stands for another command already: to answer with that one's result would mislead. */
const usedOtherwise = (id: string, command: Command): Outcome => {
  const issued = JSON.stringify(encodeCommand(command))
  return unanswered(id, "refused", false, reason("id_used_for_another_command", { command: issued }))
}

const isSame = (one: Command, other: Command): boolean => encodeState(one) === encodeState(other)

/** The answer in a record; what else the record holds follows from the command. */
const outcomeOf = (
  { events }: StoredRecord,
  describe: (event: MarketEvent) => string
): Pick<ActionAnswer, "result" | "effects" | "reason"> => {
  const answer = events.find(isAnswer)
  const applied = answer?._tag === "CommandApplied"
  return {
    result: applied ? "applied" : "refused",
    // A refused command has changed nothing: what else its record holds has other causes.
    effects: applied ? [...besides(answer.reason), ...events.filter((event) => !isAnswer(event)).map(describe)] : [],
    reason: answer === undefined ? null : spoken(answer.reason)
  }
}

/** Carries an action out. Its failures are the journal's. */
export type Act = Effect.Success<ReturnType<typeof makeActions>>

/** Gives the function that acts. */
export const makeActions = Effect.fn("makeActions")(function* (subjects: MarketSubjects) {
  const journal = yield* Journal
  const views = yield* MarketViews

  /** What came of the command in record `seq`. */
  const answerTo = Effect.fnUntraced(function* (id: string, seq: number, repeated: boolean) {
    const answer = yield* journal.tail({ from: seq + 1, filter: subjects.out("governor") }).pipe(
      decoded,
      // Most are answered in the record they caused, some only when another service has done its part.
      Stream.filter(({ events }) => events.some((event) => isAnswer(event) && event.commandId === id)),
      Stream.runHead,
      Effect.timeoutOption(ANSWER_WITHIN_MS),
      Effect.map(Option.flatten)
    )
    return Option.match(answer, {
      onNone: () => unanswered(id, "pending", repeated, null),
      onSome: (record): Outcome => ({ id, repeated, seq: record.seq, ...outcomeOf(record, views.describe) })
    })
  })

  const preview = Effect.fnUntraced(function* ({ id, author, command }: ActionRequest) {
    const asked = { _tag: "CommandIssued", commandId: id ?? randomUUID(), author, command, preview: [] } as const
    const { answer, effects } = yield* views.preview(asked)
    const applies = answer._tag === "CommandApplied"
    const result = applies ? "would_apply" : "would_refuse"
    return {
      id,
      result,
      effects: [...(applies ? besides(answer.reason) : []), ...effects],
      reason: spoken(answer.reason),
      repeated: false,
      seq: null
    } satisfies Outcome
  })

  /** The record of the command; null when the id's subject holds one already. */
  const issue = Effect.fnUntraced(function* (id: string, { author, command, shown }: ActionRequest) {
    const { epoch, nowMs: timeMs } = (yield* views.current).status
    const asked = { _tag: "CommandIssued", commandId: id, author, command, preview: shown } as const
    const envelope = { epoch, timeMs, writer: WRITER, cause: null, events: [asked] } as const
    return yield* journal.append(encodeEntry(subjects.command(id), `command.${id}`, envelope, 0)).pipe(
      Effect.map(({ seq, duplicate }) => (duplicate ? null : seq)),
      Effect.catchTag("JournalConflict", () => Effect.succeed(null))
    )
  })

  const act = Effect.fnUntraced(function* (request: ActionRequest) {
    if (request.preview) return yield* preview(request)
    const id = request.id ?? randomUUID()
    const written = yield* issue(id, request)
    if (written !== null) return yield* answerTo(id, written, false)
    const first = yield* journal.last(subjects.command(id))
    if (first === null) return unanswered(id, "pending", true, null)
    const [before] = (yield* decode(first)).events
    if (before._tag === "CommandIssued" && !isSame(before.command, request.command)) {
      return usedOtherwise(id, before.command)
    }
    return yield* answerTo(id, first.seq, true)
  })

  return Effect.fn("act")((request: ActionRequest) =>
    act(request).pipe(Effect.map((outcome): ActionAnswer => ({ ...outcome, hints: request.hints })))
  )
})
