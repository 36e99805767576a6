/**
 * What a question about the past costs, with a journal of 200,000 records of five slots (a fifth of `--records`): `kennel why` and a jump of `kennel
 * replay`, once the stepping stones are laid; and the laying itself, once in a journal's life. Beside the time stands how many
 * records a jump folds, which no machine changes. Not in it: Node's start and the opening of the journal, which every command pays.
 *
 * Goals: an answer in 200 ms; a jump of at most a few thousand folded records.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { decidersOf } from "../../app/registry.ts"
import { answer } from "../../app/why/answer.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import { openPast, type Past } from "../../shared/past/past.ts"
import { type BenchResult, type BenchSize, type Cost, figuresOf, timedEffect } from "../result.ts"
import { makeLongJournal } from "./makeJournal.ts"

const SLOTS = 5
const sizes = ({ quick, records = 1_000_000 }: BenchSize) =>
  quick ? { records: 2_000, places: 3 } : { records: records / 5, places: 50 }

const subjects = marketSubjects("XDGUSD")

/** What the answer to a question took. */
const asked = (past: Past, question: string) => Effect.map(timedEffect(answer(past, question)), ([, cost]) => cost)

/** Runs it: an existing journal may be named, whose making is then left out. */
export const pastBench = async (size: BenchSize): Promise<Array<BenchResult>> => {
  const { records, places } = sizes(size)
  const root = await mkdtemp(join(tmpdir(), "kennel-past-"))
  try {
    const directory = process.env["KENNEL_BENCH_JOURNAL"] ?? join(root, "journal")
    if (process.env["KENNEL_BENCH_JOURNAL"] === undefined) {
      await Effect.runPromise(makeLongJournal({ directory, slots: SLOTS, records }))
    }
    const open = openPast({ subjects, actorsOf: decidersOf, file: join(root, "past.sqlite") })
    const measured = Effect.gen(function* () {
      const [head, laid] = yield* timedEffect(Effect.scoped(Effect.map(open, ({ head: newest }) => newest)))
      return { head, laid, ...(yield* Effect.scoped(Effect.flatMap(open, look(places)))) }
    })
    const found = await Effect.runPromise(Effect.provide(measured, EmbeddedJournal.layerReadOnly({ directory })))
    const of = `${found.head.toLocaleString("en")} records`
    return [
      { name: `why a slot waits, ${of}`, unit: "ms", ...figuresOf(found.slots) },
      { name: `why the market stands so, ${of}`, unit: "ms", ...figuresOf(found.modes) },
      { name: `why an order, ${of}`, unit: "ms", ...figuresOf(found.orders) },
      { name: `records folded by a jump, ${of}`, unit: "records", samples: found.folded },
      { name: `laying the stones, once, ${of}`, unit: "s", ...figuresOf([found.laid], (ms) => ms / 1_000) }
    ]
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

/** Places spread over the whole journal; each question is asked once, as a person does. */
const look = (places: number) =>
  Effect.fnUntraced(function* (past: Past) {
    const slots: Array<Cost> = []
    const modes: Array<Cost> = []
    const orders: Array<Cost> = []
    const folded: Array<number> = []
    for (let place = 1; place <= places; place++) {
      const seq = Math.floor((past.head * place) / places) - 1
      const slot = 1 + (place % SLOTS)
      slots.push(yield* asked(past, `${slot}@${seq}`))
      modes.push(yield* asked(past, `mode@${seq}`))
      orders.push(yield* asked(past, `${slot}/${place}`))
      folded.push((yield* past.at(seq)).folded)
    }
    return { slots, modes, orders, folded }
  })
