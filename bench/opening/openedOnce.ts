/**
 * Opens a journal's directory in a process of its own and prints what that cost as one line of JSON, so that nothing
 * that ran before is in the figure. Usage: `node openedOnce.ts <directory> <open|all|pattern>`.
 */
import { Context, Effect, Layer, References, Stream } from "effect"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import { Journal } from "../../shared/journal/port.ts"

/** What one look at a journal cost. */
export interface Cost {
  /** Of this process and its threads, user and system. */
  readonly cpuMs: number
  /** Resident memory more than before, bytes. */
  readonly rssBytes: number
  /** Records read; of `open` the journal's head. */
  readonly records: number
}

/** Resident memory without what only waits to be collected. */
const rss = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().rss
}

/** The difference that `work` makes. */
const measure = <E, R>(work: Effect.Effect<number, E, R>): Effect.Effect<Cost, E, R> =>
  Effect.gen(function* () {
    const before = rss()
    const start = process.cpuUsage()
    const records = yield* work
    const { user, system } = process.cpuUsage(start)
    return { cpuMs: (user + system) / 1_000, rssBytes: rss() - before, records }
  })

const counted = (journal: Journal["Service"], filter: string | undefined) =>
  Effect.suspend(() => {
    let sum = 0
    return journal.read(filter === undefined ? { from: 1 } : { from: 1, filter }).pipe(
      Stream.runForEachArray((records) =>
        Effect.sync(() => {
          sum += records.length
        })
      ),
      Effect.map(() => sum)
    )
  })

const [directory = "", what = ""] = process.argv.slice(2)

const cost = Effect.gen(function* () {
  const open = Effect.map(Layer.build(EmbeddedJournal.layer({ directory })), Context.get(Journal))
  if (what === "open") return yield* measure(Effect.flatMap(open, ({ head }) => head))
  const journal = yield* open
  return yield* measure(counted(journal, what === "all" ? undefined : what))
})

const result = await Effect.runPromise(
  cost.pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "Error"))
)
process.stdout.write(`${JSON.stringify(result)}\n`)
