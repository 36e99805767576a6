/**
 * What a record costs a process that decides for many slots: the journal of a market of so many slots is folded and verified
 * whole; and what a tick costs such a market as it runs (`governed.bench.ts`). It is why slots are not spread over processes
 * (`docs/decisions/0015-clusters.md`).
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { decidingActors } from "../../app/leaves/journal.ts"
import { verifyJournal } from "../../shared/actor/verify.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import { type BenchResult, type BenchSize, type Cost, type Figures, figuresOf, timedEffect } from "../result.ts"
import { governedBench } from "./governed.bench.ts"
import { makeLongJournal } from "./makeJournal.ts"

const subjects = marketSubjects("XDGUSD")

const verify = Effect.flatMap(decidingActors(subjects), (actors) => verifyJournal({ subjects, actors }))

/** Microseconds a record, each round once over the whole journal. */
const costOf = async (slots: number, records: number, rounds: number): Promise<Figures> => {
  const base = await mkdtemp(join(tmpdir(), "kennel-bench-"))
  const directory = join(base, "journal")
  try {
    const written = await Effect.runPromise(makeLongJournal({ directory, slots, records }))
    const costs: Array<Cost> = []
    for (let round = 0; round < rounds; round++) {
      const [{ divergences }, cost] = await Effect.runPromise(
        timedEffect(verify).pipe(Effect.provide(EmbeddedJournal.layerReadOnly({ directory })))
      )
      if (divergences.length > 0) throw new Error(`manySlots: ${divergences[0]}`)
      costs.push(cost)
    }
    return figuresOf(costs, (ms) => (ms * 1_000) / written)
  } finally {
    await rm(base, { recursive: true, force: true })
  }
}

export const manySlotsBench = async ({ quick }: BenchSize): Promise<Array<BenchResult>> => {
  const [records, rounds] = quick ? [500, 1] : [30_000, 2]
  const one = await costOf(1, records, rounds)
  const results: Array<BenchResult> = []
  for (const slots of quick ? [1, 3] : [1, 5, 20, 50, 200, 1_000]) {
    results.push({
      name: `fold and verify a record of ${slots} slots`,
      unit: "µs",
      ...(slots === 1 ? one : await costOf(slots, records, rounds)),
      ...(slots === 1 ? {} : { baseline: { name: "one slot", ...one } }),
      growth: { what: "fold and verify a record", by: "slots", size: slots }
    })
  }
  return [...results, ...governedBench({ quick })]
}
