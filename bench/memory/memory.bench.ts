/**
 * What a process holds, in processes of their own, so that nothing of another benchmark is in it: while a journal grows
 * (`livingLong.ts`), and with an embedded store that nobody asks anything (`idleStore.ts`).
 *
 * Goals: a whole process 250 MB, whatever the length; 150 MB without a store; an idle store below 150 MB.
 */
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { BenchResult, BenchSize } from "../result.ts"
import type { Held } from "./livingLong.ts"

const ran = <A>(script: string, ...args: ReadonlyArray<string>): A =>
  JSON.parse(
    execFileSync(process.execPath, ["--expose-gc", join(import.meta.dirname, script), ...args], { encoding: "utf8" })
  ) as A

/** MB that a process holds with an idle embedded store, and without one. */
const idleStore = (): { readonly withMb: number; readonly withoutMb: number } => {
  const directory = mkdtempSync(join(tmpdir(), "kennel-idle-"))
  try {
    const held = (which: string) => ran<number>("idleStore.ts", directory, which)
    held("with")
    return { withMb: held("with"), withoutMb: held("without") }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Lives through a fifth of the longest journal. */
export const memoryBench = ({ quick, records = 1_000_000 }: BenchSize): Promise<ReadonlyArray<BenchResult>> => {
  const held = ran<ReadonlyArray<Held>>("livingLong.ts", String(quick ? 20_000 : records / 5), "--json")
  const [first, ...later] = held.filter((_, step) => [0, 4, 9].includes(step))
  const idle = idleStore()
  const of = (what: string, mb: (held: Held) => number): ReadonlyArray<BenchResult> =>
    [first, ...later].flatMap((at) =>
      at === undefined
        ? []
        : [
            {
              name: `${what}, a process that follows ${at.records.toLocaleString("en")} records`,
              unit: "MB",
              samples: [mb(at)],
              growth: { what: `${what} of a process that follows`, by: "records", size: at.records }
            }
          ]
    )
  return Promise.resolve([
    ...of("heap", ({ heapMb }) => heapMb),
    ...of("outside of the heap", ({ externalMb }) => externalMb),
    ...of("resident memory", ({ rssMb }) => rssMb),
    {
      name: "resident memory of a process with an idle embedded store",
      unit: "MB",
      samples: [idle.withMb],
      baseline: { name: "without a store", samples: [idle.withoutMb] }
    }
  ])
}
