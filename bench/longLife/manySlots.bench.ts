/**
 * What a record costs a process that decides for many slots: the journal of a market of so many slots is folded and verified
 * whole, in CPU milliseconds a record; and what a tick costs such a market as it runs (`governed.bench.ts`). It is why slots are not spread over processes (`docs/decisions/0015-clusters.md`).
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { decidingActors } from "../../app/leaves/journal.ts"
import { verifyJournal } from "../../shared/actor/verify.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import type { BenchResult } from "../result.ts"
import { governedBench } from "./governed.bench.ts"
import { makeLongJournal } from "./makeJournal.ts"

const subjects = marketSubjects("XDGUSD")

const verify = Effect.flatMap(decidingActors(subjects), (actors) => verifyJournal({ subjects, actors }))

/** CPU milliseconds a record, each round once over the whole journal. */
const costOf = async (slots: number, records: number, rounds: number): Promise<Array<number>> => {
  const base = await mkdtemp(join(tmpdir(), "kennel-bench-"))
  const directory = join(base, "journal")
  try {
    const written = await Effect.runPromise(makeLongJournal({ directory, slots, records }))
    const costs: Array<number> = []
    for (let round = 0; round < rounds; round++) {
      const before = process.cpuUsage()
      const { divergences } = await Effect.runPromise(
        verify.pipe(Effect.provide(EmbeddedJournal.layerReadOnly({ directory }))) as Effect.Effect<
          Effect.Success<typeof verify>
        >
      )
      if (divergences.length > 0) throw new Error(`manySlots: ${divergences[0]}`)
      const { user, system } = process.cpuUsage(before)
      costs.push((user + system) / 1_000 / written)
    }
    return costs
  } finally {
    await rm(base, { recursive: true, force: true })
  }
}

export const manySlotsBench = async ({ quick }: { readonly quick: boolean }): Promise<Array<BenchResult>> => {
  const [records, rounds] = quick ? [500, 1] : [30_000, 3]
  const one = await costOf(1, records, rounds)
  const baseline = { name: "one slot", samples: one }
  const results: Array<BenchResult> = []
  for (const slots of quick ? [3] : [5, 20, 50, 1_000]) {
    const samples = await costOf(slots, records, rounds)
    results.push({ name: `fold a record for ${slots} slots`, unit: "CPU ms", samples, baseline })
  }
  return [...results, ...governedBench({ quick })]
}
