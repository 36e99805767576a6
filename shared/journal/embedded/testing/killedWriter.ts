/**
 * The process that the kill test kills: appends to two subjects for ever, each a compare-and-set chain with ids that
 * count up, and prints `<seq> <id>` once an append is acknowledged. Usage: `node killedWriter.ts <directory>`.
 */
import { writeSync } from "node:fs"
import { Effect } from "effect"
import { Journal } from "../../port.ts"
import { EmbeddedJournal } from "../embedded.ts"

const writer = Effect.fnUntraced(function* (subject: string) {
  const journal = yield* Journal
  const last = yield* journal.last(subject)
  let cursor = last?.seq ?? 0
  let count = last === null ? 0 : Number(last.id.split("_")[1])
  for (;;) {
    count += 1
    const id = `${subject}_${count}`
    const data = new TextEncoder().encode(id.repeat(1 + (count % 40)))
    const { seq } = yield* journal.append({ subject, id, data, expectedLastSeq: cursor })
    cursor = seq
    writeSync(1, `${seq} ${id}\n`)
  }
})

const directory = process.argv[2]
if (directory === undefined) throw new Error("usage: node killedWriter.ts <directory>")

await Effect.runPromise(
  Effect.all([writer("market.TEST.a"), writer("market.TEST.b")], { concurrency: 2 }).pipe(
    Effect.provide(EmbeddedJournal.layer({ directory, segmentBytes: 16_384 }))
  )
)
