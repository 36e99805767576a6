/**
 * Vitest's runner for a test file, which then runs the file's tests again as one mutant after the other in the same
 * process: a mutant costs the time of its tests up to the first that fails, and no start of anything.
 */
import fc from "fast-check"
import { relative } from "node:path"
import { performance } from "node:perf_hooks"
import { setImmediate as nextTurn, setTimeout as after } from "node:timers/promises"
import {
  inject,
  type RunnerTask,
  type RunnerTestCase,
  type RunnerTestFile,
  type RunnerTestSuite,
  TestRunner
} from "vitest"
import {
  isDead,
  log,
  markDead,
  type Measured,
  type MeasuredTest,
  readMeasured,
  readOrder,
  type Verdict,
  writeMeasured
} from "./protocol.ts"
import { installSwitch, NONE } from "./switch.ts"

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of `protocol.ts`. */
    readonly mutationFolder: string
  }
}

/** A mutant may take this many times the steps of the unchanged code, and … */
const STEPS_FACTOR = 20
/** … this many more, for tests that take few. */
const STEPS_MORE = 10_000
/** A test that waits for something may take this long as a mutant, or `STEPS_FACTOR` times its own time. */
const WAIT_MS = 2_000
/** A whole test file as one mutant may take this many steps: far more than any takes unchanged, yet seconds. */
const WHOLE_STEPS = 200_000_000

const folder = inject("mutationFolder")
const order = readOrder(folder)
const mutants = installSwitch()
// Before anything is loaded: a constant may be what the mutant changes.
if (order._tag === "Whole") mutants.be(order.mutant, WHOLE_STEPS)
// A counterexample is enough; its smallest form would cost a hundred more runs.
fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true })

export default class MutationRunner extends TestRunner {
  /** Mutants reached before the first test: what a file computes once for all of its tests is never computed again. */
  #loading: ReadonlyArray<number> | null = null

  override async onBeforeRunTask(test: RunnerTestCase): Promise<void> {
    this.#loading ??= mutants.reached
    if (order._tag === "Mutants") test.mode = "skip"
    await super.onBeforeRunTask(test)
  }

  override async onAfterRunSuite(suite: RunnerTestSuite): Promise<void> {
    if ("filepath" in suite && order._tag === "Measure") await this.#measure(suite.file)
    if ("filepath" in suite && order._tag === "Mutants") await this.#asMutants(suite.file)
    await super.onAfterRunSuite(suite)
  }

  /**
   * The first run, vitest's own, has filled what is kept between tests; only what a second run reaches can be tried in
   * this process again. The rest, and what a test reaches that cannot run twice, is reached once.
   */
  async #measure(file: RunnerTestFile): Promise<void> {
    const once = new Set(mutants.reached)
    const tests: Array<MeasuredTest> = []
    for (const test of testsOf(file)) {
      const startedAt = performance.now()
      mutants.be(NONE)
      const repeatable = await this.#passes(test, Infinity)
      const ms = performance.now() - startedAt
      tests.push({ ms, steps: mutants.steps, reached: repeatable ? mutants.reached : [] })
    }
    for (const { reached } of tests) for (const id of reached) once.delete(id)
    for (const id of this.#loading ?? []) once.add(id)
    writeMeasured(folder, { file: nameOf(file), passed: file.result?.state === "pass", tests, once: [...once] })
  }

  async #asMutants(file: RunnerTestFile): Promise<void> {
    const name = nameOf(file)
    const measured = readMeasured(folder, name)
    if (measured === null) return
    for (const mutant of reachedBy(measured)) {
      if (isDead(folder, mutant)) continue
      log(folder, { _tag: "Begin", pid: process.pid, file: name, mutant })
      const by = await this.#kill(mutant, testsOf(file), measured)
      if (by !== undefined) markDead(folder, mutant)
      log(folder, { _tag: "End", pid: process.pid, file: name, mutant, ...(by !== undefined && { by }) })
      // Lets vitest's own messages through.
      await nextTurn()
    }
    mutants.be(NONE)
    log(folder, { _tag: "Done", pid: process.pid, file: name })
  }

  /** Runs the tests that reach the mutant, quick ones first, until one fails. */
  async #kill(mutant: number, tests: ReadonlyArray<RunnerTestCase>, measured: Measured): Promise<Verdict | undefined> {
    const reaching = tests
      .map((test, index) => ({ test, as: measured.tests[index] }))
      .filter(({ as }) => as?.reached.includes(mutant))
      .sort((a, b) => (a.as?.ms ?? 0) - (b.as?.ms ?? 0))
    for (const { test, as } of reaching) {
      mutants.be(mutant, (as?.steps ?? 0) * STEPS_FACTOR + STEPS_MORE)
      const passed = await this.#passes(test, WAIT_MS + (as?.ms ?? 0) * STEPS_FACTOR)
      if (mutants.exceeded) return "steps"
      if (!passed) return "killed"
    }
    return undefined
  }

  async #passes(test: RunnerTestCase, waitMs: number): Promise<boolean> {
    const stop = new AbortController()
    const late = waitMs === Infinity ? [] : [after(waitMs, false, { signal: stop.signal }).catch(() => false)]
    try {
      const ran = Promise.resolve(TestRunner.getTestFn(test)()).then(() => true)
      return await Promise.race([ran, ...late])
    } catch {
      return false
    } finally {
      stop.abort()
    }
  }
}

const nameOf = (file: RunnerTestFile): string => relative(process.cwd(), file.filepath)

/** The file's tests in its order, without those that it skips. */
const testsOf = (file: RunnerTestFile): ReadonlyArray<RunnerTestCase> => {
  const within = (tasks: ReadonlyArray<RunnerTask>): ReadonlyArray<RunnerTestCase> =>
    tasks.flatMap((task) => ("tasks" in task ? within(task.tasks) : [task]))
  return within(file.tasks)
}

const reachedBy = ({ tests }: Measured): ReadonlyArray<number> =>
  [...new Set(tests.flatMap(({ reached }) => reached))].sort((a, b) => a - b)
