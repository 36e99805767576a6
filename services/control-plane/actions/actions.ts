/**
 * Carries an action from its request to the governor's answer. A command is one record on its id's own subject, appended only
 * while that subject is empty: so an id takes effect once, and whoever sends it again is told what it did the first time.
 */
import { randomUUID } from "node:crypto"
import { Effect, Option, Schema, Stream } from "effect"
import { decode } from "../../../shared/actor/control.ts"
import { encodeState } from "../../../shared/actor/core/stateText.ts"
import { Command } from "../../../shared/events/families/command.ts"
import { encodeEntry, type StoredRecord } from "../../../shared/events/envelope.ts"
import { isAnswer } from "../../../shared/events/event.ts"
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
  /** The record of the governor's answer: a status at or after it shows the effects. Null without an answer. */
  readonly seq: number | null
}

/** The governor answers within milliseconds when it runs; a restart of it takes seconds. */
export const ANSWER_WITHIN_MS = 10_000
/** Who writes commands, as the envelope names it. */
const WRITER = "control-plane"

const spoken = (why: Reason) => ({ ...why, sentence: sentenceOf(why) })

const encodeCommand = Schema.encodeSync(Command)

/** Gives the function that acts. Its failures are the journal's. */
export const makeActions = Effect.fn("makeActions")(function* (subjects: MarketSubjects) {
  const journal = yield* Journal
  const views = yield* MarketViews

  const pending = (id: string, repeated: boolean): ActionAnswer => ({
    id,
    result: "pending",
    effects: [],
    reason: null,
    repeated,
    seq: null
  })

  /** What came of the command in record `seq`. */
  const answerTo = Effect.fnUntraced(function* (id: string, seq: number, repeated: boolean) {
    const answer = yield* journal.tail({ from: seq + 1, filter: subjects.out("governor") }).pipe(
      Stream.mapEffect(decode),
      // Most are answered in the record they caused, some only when another service has done its part.
      Stream.filter(({ events }) => events.some((event) => isAnswer(event) && event.commandId === id)),
      Stream.runHead,
      Effect.timeoutOption(ANSWER_WITHIN_MS),
      Effect.map(Option.flatten)
    )
    return Option.match(answer, {
      onNone: () => pending(id, repeated),
      onSome: (record): ActionAnswer => ({ id, repeated, seq: record.seq, ...outcomeOf(record) })
    })
  })

  const outcomeOf = ({ events }: StoredRecord): Pick<ActionAnswer, "result" | "effects" | "reason"> => {
    const answer = events.find(isAnswer)
    return {
      result: answer?._tag === "CommandApplied" ? "applied" : "refused",
      // A refused command has changed nothing: what else its record holds has other causes.
      effects: answer?._tag === "CommandApplied" ? events.filter((event) => !isAnswer(event)).map(views.describe) : [],
      reason: answer === undefined ? null : spoken(answer.reason)
    }
  }

  const preview = Effect.fnUntraced(function* ({ id, author, command }: ActionRequest) {
    const asked = { _tag: "CommandIssued", commandId: id ?? randomUUID(), author, command, preview: [] } as const
    const { answer, effects } = yield* views.preview(asked)
    const result = answer._tag === "CommandApplied" ? "would_apply" : "would_refuse"
    return { id, result, effects, reason: spoken(answer.reason), repeated: false, seq: null } satisfies ActionAnswer
  })

  /** The id stands for another command already: to answer with that one's result would mislead. */
  const usedOtherwise = (id: string, command: Command): ActionAnswer => ({
    id,
    result: "refused",
    effects: [],
    reason: spoken(reason("id_used_for_another_command", { command: JSON.stringify(encodeCommand(command)) })),
    repeated: false,
    seq: null
  })

  return Effect.fn("act")(function* (request: ActionRequest) {
    const { status } = yield* views.current
    if (request.preview) return yield* preview(request)
    const { author, command, shown } = request
    const id = request.id ?? randomUUID()
    const asked = { _tag: "CommandIssued", commandId: id, author, command, preview: shown } as const
    const subject = subjects.command(id)
    const envelope = {
      epoch: status.epoch,
      timeMs: status.nowMs,
      writer: WRITER,
      cause: null,
      events: [asked]
    } as const
    const written = yield* journal.append(encodeEntry(subject, `command.${id}`, envelope, 0)).pipe(
      Effect.map(({ seq, duplicate }) => (duplicate ? null : seq)),
      Effect.catchTag("JournalConflict", () => Effect.succeed(null))
    )
    if (written !== null) return yield* answerTo(id, written, false)
    const first = yield* journal.last(subject)
    if (first === null) return pending(id, true)
    const [before] = (yield* decode(first)).events
    const same = before._tag === "CommandIssued" && encodeState(before.command) === encodeState(command)
    if (before._tag === "CommandIssued" && !same) return usedOtherwise(id, before.command)
    return yield* answerTo(id, first.seq, true)
  })
})
