/** `kennel journal tail`: records as they are, or as people read them. */
import { Console, Effect, Option, Schema, Stream } from "effect"
import { Command, Flag } from "effect/cli"
import { Journal, type JournalRecord } from "../../../shared/journal/port.ts"
import { loadSettings } from "../../shared/settings.ts"
import { linesOf, readSince, type Wanted } from "./look/filter.ts"
import { archive, journalAt, json, where } from "./where.ts"

/** A flag that says nothing this command understands. */
class WrongFlag extends Schema.TaggedError<WrongFlag>()("WrongFlag", { detail: Schema.String }) {
  override get message(): string {
    return this.detail
  }
}

const flags = {
  where,
  archive,
  from: Flag.Int("from").pipe(Flag.withDescription("First sequence. Default: the first kept"), Flag.withDefault(0)),
  follow: Flag.Boolean("follow").pipe(
    Flag.withAlias("f"),
    Flag.withDescription("Wait for more, also beside the process that writes it"),
    Flag.withDefault(false)
  ),
  slot: Flag.Int("slot").pipe(Flag.withDescription("Only what this slot decides and its orders"), Flag.optional),
  type: Flag.String("type").pipe(
    Flag.withDescription("Only these events, with commas between them: CycleBooked,ModeChanged"),
    Flag.optional
  ),
  since: Flag.String("since").pipe(
    Flag.withDescription("Only from this time of the market on, UTC: 2026-11-21 or 2026-11-21T17:03"),
    Flag.optional
  ),
  pretty: Flag.Boolean("pretty").pipe(
    Flag.withDescription("An event a line: sequence, time, where, what, figures, and the reason as a sentence"),
    Flag.withDefault(false)
  ),
  json
}

const wantedOf = Effect.fnUntraced(function* (given: {
  readonly slot: Option.Option<number>
  readonly type: Option.Option<string>
  readonly since: Option.Option<string>
}): Effect.fn.Return<Wanted, WrongFlag> {
  const sinceMs = Option.isSome(given.since) ? readSince(given.since.value) : null
  if (Option.isSome(given.since) && sinceMs === null) {
    return yield* new WrongFlag({
      detail: `--since ${given.since.value} is no time: write 2026-11-21 or 2026-11-21T17:03, UTC`
    })
  }
  const types = Option.getOrElse(given.type, () => "")
    .split(",")
    .map((part) => part.trim())
  return { slot: Option.getOrNull(given.slot), types: new Set(types.filter((part) => part !== "")), sinceMs }
})

export const tailCommand = Command.make(
  "tail",
  flags,
  Effect.fn(function* (given) {
    const settings = yield* loadSettings()
    const wanted = yield* wantedOf(given)
    const from = given.from === 0 ? ("first" as const) : given.from
    const form = given.json ? "json" : given.pretty ? "pretty" : "plain"
    const show = (record: JournalRecord) =>
      Effect.forEach(linesOf(record, wanted, form), (line) => Console.log(line), { discard: true })
    yield* Effect.gen(function* () {
      const journal = yield* Journal
      yield* Stream.runForEach(given.follow ? journal.tail({ from }) : journal.read({ from }), show)
    }).pipe(Effect.provide(journalAt(settings, given.where, given.archive)))
  })
).pipe(Command.withDescription("Print records: sequence, subject, id, JSON; or --pretty, or --json"))
