/** `kennel bisect`: the first record at which two builds, or two settings, decide otherwise. */
import { Console, Effect, Schema, Stream } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { subjectsOf } from "../../../app/leaves/journal.ts"
import type { Actor } from "../../../shared/actor/core/actor.ts"
import { EVERY_ACTOR, readControl, skipKey } from "../../../shared/actor/control/control.ts"
import { decoded } from "../../../shared/actor/control/decode.ts"
import { slotsNamedUpTo } from "../../../shared/actor/control/slotsNamed.ts"
import { Decider, type DeciderStart, otherAnswer, type OtherAnswer } from "../../../shared/actor/decider.ts"
import { SourceFile } from "../../../shared/archive/fileJournal.ts"
import { messageOf } from "../../../shared/core/messageOf.ts"
import type { MarketSubjects } from "../../../shared/core/ids/subjects.ts"
import type { StoredRecord } from "../../../shared/events/envelope.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { Journal } from "../../../shared/journal/port.ts"
import { archive, journalAt, json, where } from "../journal/where.ts"
import { recordText } from "../../shared/records.ts"
import { loadSettings } from "../../shared/settings.ts"
import { decidersOfBuild } from "./builds.ts"
import { withSettings } from "../../shared/otherSettings.ts"

/** Whose decisions are compared. */
export interface Sides {
  readonly subjects: MarketSubjects
  readonly a: (slots: ReadonlyArray<number>) => ReadonlyArray<Actor<unknown>>
  readonly b: (slots: ReadonlyArray<number>) => ReadonlyArray<Actor<unknown>>
  /** How B sees the recorded events. */
  readonly seenByB?: (event: MarketEvent) => MarketEvent
}

/** The record at whose folding the two first differ. */
export interface FirstEffect extends OtherAnswer {
  readonly record: StoredRecord
}

/** A build that does not read the states which a piece of a journal begins with. */
export class CannotBegin extends Schema.TaggedError<CannotBegin>()("CannotBegin", { detail: Schema.String }) {
  override get message(): string {
    return `one of the two cannot begin with the states of this piece: ${this.detail}; compare them on the whole journal`
  }
}

/** Settings that are written nowhere in what was compared. */
export class NothingSet extends Schema.TaggedError<NothingSet>()("NothingSet", { set: Schema.String }) {
  override get message(): string {
    return `--set ${this.set}: no record here configures that, so B decided by what A did; name a journal, or a piece, with a start of the market in it`
  }
}

/**
 * Both fold the whole journal's recorded events, or those of a piece from the states that came with it, each by its own decisions; null:
 * they decide alike to its end.
 */
export const firstEffect = Effect.fn("firstEffect")(function* ({ subjects, a, b, seenByB }: Sides) {
  const journal = yield* Journal
  const header = (yield* SourceFile)?.header ?? null
  const from = header?.start === null || header === null ? 1 : header.from
  const start = header?.start === null || header === null ? null : { seq: header.from - 1, states: header.start.states }
  const named = yield* slotsNamedUpTo(subjects, yield* journal.head)
  const slots = [...new Set([...named, ...slotsIn(start)])].toSorted((one, other) => one - other)
  const { skipped } = yield* readControl(subjects)
  const [left, right] = yield* Effect.try({
    try: () =>
      [new Decider(a(slots), subjects, undefined, start), new Decider(b(slots), subjects, seenByB, start)] as const,
    catch: (error) => new CannotBegin({ detail: messageOf(error) })
  })
  const found = yield* journal.read({ from, filter: subjects.everything }).pipe(
    Stream.filter(({ seq }) => !skipped.has(skipKey(EVERY_ACTOR, seq))),
    decoded,
    Stream.map((record): FirstEffect | null => {
      const other = otherAnswer(left.take(record), right.take(record))
      return other === null ? null : { record, ...other }
    }),
    Stream.filter((effect) => effect !== null),
    Stream.runHead
  )
  return found._tag === "None" ? null : found.value
})

/** The slots that a piece has states of. */
const slotsIn = (start: DeciderStart | null): ReadonlyArray<number> =>
  Object.keys(start?.states ?? {}).flatMap((name) => {
    const slot = /^slot-(\d+)$/.exec(name)?.[1]
    return slot === undefined ? [] : [Number(slot)]
  })

/** The command. */
export const bisectCommand = Command.make(
  "bisect",
  {
    a: Argument.String("A").pipe(
      Argument.withDescription("A git revision, a directory with a checkout, or . for this build")
    ),
    b: Argument.String("B").pipe(Argument.withDescription("Another, or the same with --set")),
    where,
    archive,
    set: Flag.String("set").pipe(
      Flag.withDescription("A rule that B decides by: ENTRY_PCT=0.3 (several with blanks between them)"),
      Flag.withDefault("")
    ),
    json
  },
  Effect.fn(function* ({ a, b, where, archive, set, json }) {
    const settings = yield* loadSettings()
    const effect = yield* Effect.scoped(
      Effect.gen(function* () {
        const sides = { a: yield* decidersOfBuild(a), b: yield* decidersOfBuild(b) }
        const asked = set.split(" ").filter((one) => one !== "")
        const change = yield* withSettings(asked, { tier: settings.tier, afterExchange: false })
        let changed = set === ""
        const seenByB = (event: MarketEvent): MarketEvent => {
          const seen = change(event)
          changed ||= seen !== event
          return seen
        }
        const effect = yield* firstEffect({ subjects: subjectsOf(settings), ...sides, seenByB })
        if (effect === null && !changed) return yield* new NothingSet({ set })
        return effect
      })
    ).pipe(Effect.provide(journalAt(settings, where, archive)))
    if (effect === null) return yield* Console.log(json ? "null" : "both decide alike, to the journal's end")
    const { record, actor, a: ofA, b: ofB } = effect
    if (json) yield* Console.log(JSON.stringify({ seq: record.seq, timeMs: record.timeMs, actor, a: ofA, b: ofB }))
    else {
      yield* Console.log(`${actor} answers otherwise from this record on:\n${recordText(record)}`)
      yield* Console.log(`A: ${ofA ?? "nothing"}\nB: ${ofB ?? "nothing"}`)
    }
    yield* Effect.sync(() => void (process.exitCode = 1))
  })
)
