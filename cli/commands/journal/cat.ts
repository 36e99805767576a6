/** `kennel journal cat`: records as people read them. */
import { Console, Effect, Option, Schema, Stream } from "effect"
import { Command, Flag } from "effect/cli"
import { decode } from "../../../shared/actor/control/decode.ts"
import { slotOf } from "../../../shared/actor/core/actor.ts"
import { encodeText, type StoredRecord } from "../../../shared/events/envelope.ts"
import { problemOfTag } from "../../../shared/events/tags.ts"
import { Journal, type JournalRecord } from "../../../shared/journal/port.ts"
import { recordText } from "../../shared/records.ts"
import { loadSettings } from "../../shared/settings.ts"
import { archive, from, journalAt, json, stretch, to, where } from "./where.ts"

/** No event is called so. */
class WrongKind extends Schema.TaggedError<WrongKind>()("WrongKind", { problem: Schema.String }) {
  override get message(): string {
    return this.problem
  }
}

interface Wanted {
  readonly kinds: ReadonlySet<string>
  readonly slot: Option.Option<number>
}

const isWanted = (record: StoredRecord, { kinds, slot }: Wanted): boolean =>
  record.events.some(
    (event) =>
      (kinds.size === 0 || kinds.has(event._tag)) && (Option.isNone(slot) || slotOf(event, record) === slot.value)
  )

const jsonOf = (record: JournalRecord, stored: StoredRecord): string =>
  JSON.stringify({
    seq: record.seq,
    storedMs: record.storedMs,
    subject: record.subject,
    id: record.id,
    ...(JSON.parse(encodeText(stored)) as object)
  })

export const catCommand = Command.make(
  "cat",
  {
    where,
    archive,
    from,
    to,
    json,
    kind: Flag.String("kind").pipe(
      Flag.withDescription("Only records with such an event: OrderFilled, CycleBooked, … (several with commas)"),
      Flag.withDefault("")
    ),
    slot: Flag.Int("slot").pipe(Flag.withDescription("Only what is about this slot"), Flag.optional)
  },
  Effect.fn(function* ({ where, archive, from, to, json, kind, slot }) {
    const settings = yield* loadSettings()
    yield* Effect.gen(function* () {
      const journal = yield* Journal
      const { first, last } = yield* stretch(from, to)
      const wanted = { kinds: new Set(kind.split(",").filter((name) => name !== "")), slot }
      for (const tag of wanted.kinds) {
        const problem = problemOfTag(tag)
        if (problem !== null) return yield* new WrongKind({ problem: `--kind: ${problem}` })
      }
      const all = wanted.kinds.size === 0 && Option.isNone(slot)
      yield* journal.read({ from: first }).pipe(
        Stream.takeWhile(({ seq }) => seq <= last),
        Stream.runForEach((record) =>
          decode(record).pipe(
            Effect.matchEffect({
              onFailure: (error) => (all ? Console.log(`${record.seq} - ${error.message}`) : Effect.void),
              onSuccess: (stored) =>
                isWanted(stored, wanted) ? Console.log(json ? jsonOf(record, stored) : recordText(stored)) : Effect.void
            })
          )
        )
      )
    }).pipe(Effect.provide(journalAt(settings, where, archive)))
  })
).pipe(Command.withDescription("Print records as people read them: what happened, and each decision's reason"))
