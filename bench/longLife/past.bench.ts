/**
 * What a question about the past costs, with a journal of a million records (5 slots, 5 weeks): `kennel why` and a jump of `kennel
 * replay`, once the stepping stones are laid; and the laying itself, once in a journal's life. Beside the time stands how many
 * records a jump folds, which no machine changes. Not in it: Node's start and the opening of the journal, which every command pays.
 *
 * Goals: an answer in 200 ms; a jump of at most a few thousand folded records.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { performance } from "node:perf_hooks"
import { Effect } from "effect"
import { decidersOf } from "../../app/registry.ts"
import { answer } from "../../app/why/answer.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import { openPast, type Past } from "../../shared/past/past.ts"
import type { BenchResult } from "../result.ts"
import { makeLongJournal } from "./makeJournal.ts"

const SLOTS = 5
const sizes = (quick: boolean) => (quick ? { records: 2_000, places: 3 } : { records: 1_000_000, places: 50 })

const subjects = marketSubjects("XDGUSD")

/** The question, and how long its answer took, in milliseconds. */
const asked = (past: Past, question: string) =>
  Effect.gen(function* () {
    const before = performance.now()
    yield* answer(past, question)
    return performance.now() - before
  })

/** Runs it: an existing journal may be named, whose making is then left out. */
export const pastBench = async ({ quick }: { readonly quick: boolean }): Promise<Array<BenchResult>> => {
  const { records, places } = sizes(quick)
  const root = await mkdtemp(join(tmpdir(), "kennel-past-"))
  try {
    const directory = process.env["KENNEL_BENCH_JOURNAL"] ?? join(root, "journal")
    if (process.env["KENNEL_BENCH_JOURNAL"] === undefined) {
      await Effect.runPromise(makeLongJournal({ directory, slots: SLOTS, records }))
    }
    const open = openPast({ subjects, actorsOf: decidersOf, file: join(root, "past.sqlite") })
    const measured = Effect.gen(function* () {
      const before = process.cpuUsage()
      const past = yield* Effect.scoped(Effect.map(open, ({ head }) => head))
      const { user, system } = process.cpuUsage(before)
      return { head: past, laid: (user + system) / 1e6, ...(yield* Effect.scoped(Effect.flatMap(open, look(places)))) }
    })
    const found = await Effect.runPromise(Effect.provide(measured, EmbeddedJournal.layerReadOnly({ directory })))
    const of = `${found.head.toLocaleString("en")} records`
    return [
      { name: `why a slot waits, ${of}`, unit: "ms", samples: found.slots },
      { name: `why the market stands so, ${of}`, unit: "ms", samples: found.modes },
      { name: `why an order, ${of}`, unit: "ms", samples: found.orders },
      { name: `records folded by a jump, ${of}`, unit: "records", samples: found.folded },
      { name: `laying the stones, once, ${of}`, unit: "CPU s", samples: [found.laid] }
    ]
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

/** Places spread over the whole journal; each question is asked once, as a person does. */
const look = (places: number) =>
  Effect.fnUntraced(function* (past: Past) {
    const slots: Array<number> = []
    const modes: Array<number> = []
    const orders: Array<number> = []
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
