/** `kennel journal …`: look into a journal, prove it, and answer a fault. */
import { Console, Effect, Option, Schema, Stream } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { appendControl, readControl, skipKey } from "../../shared/actor/control.ts"
import { verifyJournal } from "../../shared/actor/verify.ts"
import { Journal } from "../../shared/journal/port.ts"
import { decidingActors, readableJournal, subjectsOf, writableJournal } from "../../app/leaves/journal.ts"
import { loadSettings } from "../shared/settings.ts"

const where = Argument.String("where").pipe(
  Argument.withDescription("A journal directory or a nats:// URL. Default: what NATS_URL and DATA_DIR say."),
  Argument.optional
)

/** The journal does not prove itself; the lines above say where. */
class Diverged extends Schema.TaggedError<Diverged>()("Diverged", { divergences: Schema.Int }) {
  override get message(): string {
    return `the journal holds ${this.divergences} divergences: its decisions do not follow from its inputs`
  }
}

const verify = Command.make(
  "verify",
  { where },
  Effect.fn(function* ({ where }) {
    const settings = yield* loadSettings()
    yield* Effect.gen(function* () {
      const subjects = subjectsOf(settings)
      const result = yield* verifyJournal({ subjects, actors: yield* decidingActors(subjects) })
      for (const actor of result.actors) {
        const unwritten = actor.unwritten === 0 ? "" : `, ${actor.unwritten} outputs not written yet`
        yield* Console.log(`${actor.name}: state ${actor.stateHash}${unwritten}`)
      }
      for (const line of result.divergences) yield* Console.log(line)
      for (const { rulesVersion, from, to } of result.generations) {
        yield* Console.log(`records ${from} to ${to}: version ${rulesVersion} of the rules`)
      }
      yield* Console.log(`${result.events} events, ${result.divergences.length} divergences`)
      if (result.divergences.length > 0) return yield* new Diverged({ divergences: result.divergences.length })
    }).pipe(Effect.provide(readableJournal(settings, Option.getOrUndefined(where))))
  })
).pipe(Command.withDescription("Fold a journal again and compare every recorded decision"))

const tail = Command.make(
  "tail",
  {
    where,
    from: Flag.Int("from").pipe(Flag.withDescription("First sequence"), Flag.withDefault(1)),
    follow: Flag.Boolean("follow").pipe(
      Flag.withAlias("f"),
      Flag.withDescription("Wait for more"),
      Flag.withDefault(false)
    )
  },
  Effect.fn(function* ({ where, from, follow }) {
    const settings = yield* loadSettings()
    yield* Effect.gen(function* () {
      const journal = yield* Journal
      const records = follow ? journal.tail({ from }) : journal.read({ from })
      const text = new TextDecoder()
      yield* Stream.runForEach(records, (record) =>
        Console.log(`${record.seq} ${record.subject} ${record.id} ${text.decode(record.data)}`)
      )
    }).pipe(Effect.provide(readableJournal(settings, Option.getOrUndefined(where))))
  })
).pipe(Command.withDescription("Print records as they are: sequence, subject, id, JSON"))

/** Only a record that has halted an actor may be excluded. */
class NothingToSkip extends Schema.TaggedError<NothingToSkip>()("NothingToSkip", {
  seq: Schema.Int,
  actor: Schema.String,
  faults: Schema.Array(Schema.String)
}) {
  override get message(): string {
    const known = this.faults.length === 0 ? "the journal holds no fault at all" : `faults: ${this.faults.join("; ")}`
    return `no fault of actor "${this.actor}" at record ${this.seq}: only a record that halted an actor can be passed over (${known})`
  }
}

const skip = Command.make(
  "skip",
  {
    seq: Argument.Int("seq").pipe(Argument.withDescription("The record's sequence, as the halt named it")),
    actor: Flag.String("actor").pipe(Flag.withDescription("The actor that halted; * for a record nobody can read")),
    reason: Flag.String("reason").pipe(Flag.withDescription("Why, for whoever reads the journal later")),
    author: Flag.String("author").pipe(
      Flag.withDescription("Who decides"),
      Flag.withDefault(process.env["USER"] ?? "operator")
    )
  },
  Effect.fn(function* ({ seq, actor, reason, author }) {
    const settings = yield* loadSettings()
    yield* Effect.gen(function* () {
      const subjects = subjectsOf(settings)
      const { faults } = yield* readControl(subjects)
      if (!faults.some((fault) => fault.actor === actor && fault.seq === seq)) {
        return yield* new NothingToSkip({ seq, actor, faults: faults.map((fault) => `${fault.actor} at ${fault.seq}`) })
      }
      yield* appendControl({
        subjects,
        writer: "operator",
        timeMs: 0,
        make: (view) =>
          view.skipped.has(skipKey(actor, seq)) ? null : { _tag: "RecordSkipped", actor, seq, author, reason }
      })
      yield* Console.log(
        `record ${seq} will be passed over by ${actor === "*" ? "every actor" : actor}; start the service again`
      )
    }).pipe(Effect.provide(writableJournal(settings)))
  })
).pipe(Command.withDescription("Let a halted actor pass over one record"))

export const journalCommand = Command.make("journal").pipe(
  Command.withDescription("Look into a journal, prove it, answer a fault"),
  Command.withSubcommands([verify, tail, skip])
)
