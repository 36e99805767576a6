/** `kennel journal diff`: the first record that differs, and what it leads to. */
import { Console, Context, Effect, Layer } from "effect"
import { Argument, Command } from "effect/cli"
import { readableJournal } from "../../../app/leaves/journal.ts"
import type { Settings } from "../../../app/settings.ts"
import { decodeRecord } from "../../../shared/events/envelope.ts"
import { Journal, type JournalRecord } from "../../../shared/journal/port.ts"
import { recordText } from "../../shared/records.ts"
import { loadSettings } from "../../shared/settings.ts"
import { differenceOf, type Side } from "./look/difference.ts"
import { json } from "./where.ts"

const opened = (settings: Settings, where: string) =>
  Effect.map(Layer.build(Layer.fresh(readableJournal(settings, where))), (context) => Context.get(context, Journal))

const textOf = (record: JournalRecord): string => {
  try {
    return recordText(decodeRecord(record))
  } catch {
    return `${record.seq} ${record.subject} ${record.id} ${new TextDecoder().decode(record.data)}`
  }
}

const sideLines = (name: string, { record, consequences, events }: Side): ReadonlyArray<string> => {
  if (record === null) return [`${name}: has no such record: it ends before`]
  const kinds = Object.entries(events).map(([tag, count]) => `${count} ${tag}`)
  const leads = consequences === 0 ? "nothing follows from it" : `${consequences} records follow: ${kinds.join(", ")}`
  return [`${name}: ${textOf(record)}`, `   ${leads}`]
}

const jsonSide = ({ record, consequences, events }: Side) => ({
  record: record === null ? null : { ...record, data: new TextDecoder().decode(record.data) },
  consequences,
  events
})

export const diffCommand = Command.make(
  "diff",
  {
    a: Argument.String("A").pipe(
      Argument.withDescription("A journal directory, a file of a journal, or a nats:// URL")
    ),
    b: Argument.String("B").pipe(Argument.withDescription("Another")),
    json
  },
  Effect.fn(function* ({ a, b, json }) {
    const settings = yield* loadSettings()
    const { from, same, sides } = yield* Effect.scoped(
      Effect.gen(function* () {
        return yield* differenceOf(yield* opened(settings, a), yield* opened(settings, b))
      })
    )
    if (json) yield* Console.log(JSON.stringify({ from, same, sides: sides?.map(jsonSide) ?? null }))
    else if (sides === null) yield* Console.log(`the same ${same} records, from record ${from} on`)
    else {
      yield* Console.log(`${same} records are the same, from record ${from} on; record ${from + same} differs:`)
      for (const line of [...sideLines("A", sides[0]), ...sideLines("B", sides[1])]) yield* Console.log(line)
    }
    // As of diff: 1 where there is a difference.
    if (sides !== null) yield* Effect.sync(() => void (process.exitCode = 1))
  })
).pipe(
  Command.withDescription(
    "The first record in which two journals differ, and what follows from it in each; exit code 1 then"
  )
)
