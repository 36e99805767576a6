/** A mutation run: measures which test reaches which mutant, then tries each mutant on the tests that reach it. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { createVitest, type TestSpecification, type Vitest } from "vitest/node"
import { instrument, type Mutant } from "./instrument.ts"
import { giveOrder, type Line, log, markDead, type Measured, readLog, readMeasured, type Verdict } from "./protocol.ts"

/** How a mutant ended. `uncovered`: no test reaches it. */
export type Outcome = Verdict | "survived" | "uncovered"

export interface CampaignOptions {
  /** The repository's root. */
  readonly root: string
  /** The text of each file under test, by its path from the root. */
  readonly sources: ReadonlyMap<string, string>
  readonly mutants: ReadonlyArray<Mutant>
  /** Globs of the tests that may kill them. */
  readonly tests: ReadonlyArray<string>
  /** Test processes at a time. */
  readonly workers: number
  readonly say: (line: string) => void
}

/** A test process that has said nothing for this long hangs in a loop that counts no steps; it is ended. */
const HUNG_MS = 120_000
const LOOK_EVERY_MS = 1_000

/** Runs every mutant. Throws when a test fails on the code as it is: it could not tell a mutant from it. */
export const runCampaign = async (options: CampaignOptions): Promise<ReadonlyMap<number, Outcome>> => {
  const folder = await mkdtemp(join(tmpdir(), "kennel-mutation-"))
  giveOrder(folder, { _tag: "Measure" })
  const vitest = await openVitest(options, folder)
  try {
    const specs = await vitest.globTestSpecifications()
    const { testModules } = await vitest.runTestSpecifications(specs)
    for (const module of testModules) {
      for (const test of module.children.allTests("failed")) {
        const [problem] = test.result().errors ?? []
        throw new Error(`${module.relativeModuleId} › ${test.fullName}: ${problem?.message}`)
      }
    }
    const measured = specs.map((spec) => measuredOf(options.root, folder, spec))
    const reached = new Set(measured.flatMap(({ tests }) => tests.flatMap((test) => test.reached)))
    options.say(
      `${specs.length} test files measured: ${reached.size} of ${options.mutants.length} mutants run in a test`
    )
    await tryInTests(vitest, options, folder, specs)
    const outcomes = outcomesOf(options.mutants, readLog(folder))
    await tryWhole(vitest, options, folder, specs, outcomes)
    const once = new Set(measured.flatMap((file) => file.once))
    for (const { id } of options.mutants) {
      if (!outcomes.has(id)) outcomes.set(id, reached.has(id) || once.has(id) ? "survived" : "uncovered")
    }
    return outcomes
  } finally {
    await vitest.close()
    await rm(folder, { recursive: true, force: true })
  }
}

const openVitest = (options: CampaignOptions, folder: string): Promise<Vitest> => {
  const { root, sources, mutants } = options
  return createVitest(
    {
      root,
      config: false,
      watch: false,
      include: [...options.tests],
      pool: "forks",
      maxWorkers: options.workers,
      runner: join(import.meta.dirname, "runner.ts"),
      provide: { mutationFolder: folder },
      silent: true,
      // A kept transformation would hold the mutants of an earlier run: its key knows nothing of them.
      fsModuleCache: false,
      reporters: [{}],
      testTimeout: 60_000,
      sequence: { sequencer: InOrder }
    },
    {
      plugins: [
        {
          name: "mutants",
          enforce: "pre",
          transform: (source: string, id: string) => {
            const file = relative(root, id.split("?")[0] ?? id)
            if (!sources.has(file)) return null
            return {
              code: instrument(
                file,
                source,
                mutants.filter((mutant) => mutant.file === file)
              ),
              map: null
            }
          }
        }
      ]
    }
  )
}

/** Test files in the order they are asked for. */
class InOrder {
  async shard(specs: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    return specs
  }
  async sort(specs: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    return specs
  }
}

const nameOf = (root: string, spec: TestSpecification): string => relative(root, spec.moduleId)

const measuredOf = (root: string, folder: string, spec: TestSpecification): Measured => {
  const name = nameOf(root, spec)
  const measured = readMeasured(folder, name)
  if (measured === null) throw new Error(`${name} cannot be loaded, or holds no test`)
  if (!measured.passed) throw new Error(`${name} fails on the code as it is`)
  return measured
}

const costOf = ({ tests }: Measured): number => tests.reduce((sum, { ms }) => sum + ms, 0)

/** Test files that have one of these mutants, quick ones first. */
const quickFirst = (
  options: CampaignOptions,
  folder: string,
  specs: ReadonlyArray<TestSpecification>,
  has: (measured: Measured) => boolean
): Array<TestSpecification> =>
  specs
    .map((spec) => ({ spec, measured: measuredOf(options.root, folder, spec) }))
    .filter(({ measured }) => has(measured))
    .sort((a, b) => costOf(a.measured) - costOf(b.measured))
    .map(({ spec }) => spec)

/** Each test file runs its tests as each mutant that they reach. A file whose process had to be ended is taken up again. */
const tryInTests = async (
  vitest: Vitest,
  options: CampaignOptions,
  folder: string,
  specs: ReadonlyArray<TestSpecification>
): Promise<void> => {
  giveOrder(folder, { _tag: "Mutants" })
  let open = quickFirst(options, folder, specs, ({ tests }) => tests.some(({ reached }) => reached.length > 0))
  // Each round but the last ends at least one mutant for good.
  for (let round = 0; open.length > 0 && round <= options.mutants.length; round++) {
    const running = new AbortController()
    const watch = endHungProcesses(folder, running.signal, options)
    await vitest.runTestSpecifications(open)
    running.abort()
    await watch
    const done = new Set(readLog(folder).flatMap((line) => (line._tag === "Done" ? [line.file] : [])))
    const left = open.filter((spec) => !done.has(nameOf(options.root, spec)))
    open = left
  }
}

/** Ends each test process that hangs in a mutant, and counts the mutant as killed by time. Reports progress. */
const endHungProcesses = async (
  folder: string,
  signal: AbortSignal,
  { say, mutants }: CampaignOptions
): Promise<void> => {
  let seen = 0
  const since = new Map<number, { readonly line: Line; readonly atMs: number }>()
  for (let look = 1; !signal.aborted; look++) {
    const lines = readLog(folder)
    for (const line of lines.slice(seen)) since.set(line.pid, { line, atMs: Date.now() })
    seen = lines.length
    for (const [pid, { line, atMs }] of since) {
      if (line._tag !== "Begin" || Date.now() - atMs < HUNG_MS) continue
      markDead(folder, line.mutant)
      log(folder, { ...line, _tag: "End", by: "time" })
      process.kill(pid, "SIGKILL")
      since.delete(pid)
    }
    if (look % 20 === 0) say(`${outcomesOf(mutants, lines).size} of ${mutants.length} killed so far`)
    await sleep(LOOK_EVERY_MS)
  }
}

/** The killed ones of a log. */
const outcomesOf = (mutants: ReadonlyArray<Mutant>, lines: ReadonlyArray<Line>): Map<number, Outcome> => {
  const known = new Set(mutants.map(({ id }) => id))
  const killed = lines.flatMap((line) =>
    line._tag === "End" && line.by !== undefined && known.has(line.mutant) ? [[line.mutant, line.by] as const] : []
  )
  return new Map(killed)
}

/** Mutants that take effect when a file is loaded: each needs processes of its own. */
const tryWhole = async (
  vitest: Vitest,
  options: CampaignOptions,
  folder: string,
  specs: ReadonlyArray<TestSpecification>,
  outcomes: Map<number, Outcome>
): Promise<void> => {
  const affected = options.mutants
    .map(({ id }) => ({ id, files: quickFirst(options, folder, specs, ({ once }) => once.includes(id)) }))
    .filter(({ id, files }) => files.length > 0 && !outcomes.has(id))
  if (affected.length > 0)
    options.say(`${affected.length} mutants take effect at loading: each in processes of its own`)
  for (const { id, files } of affected) {
    giveOrder(folder, { _tag: "Whole", mutant: id })
    for (let from = 0; from < files.length && !outcomes.has(id); from += BATCH) {
      const { testModules, unhandledErrors } = await vitest.runTestSpecifications(files.slice(from, from + BATCH))
      if (unhandledErrors.length > 0 || testModules.some((module) => !module.ok())) outcomes.set(id, "killed")
    }
  }
}

/** Test files that try a mutant at a time, before it is asked whether it is dead. */
const BATCH = 4
