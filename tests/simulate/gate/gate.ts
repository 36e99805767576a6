/** The gate: every planted bug, one after the other, and how many seeds it takes until the simulation notices it. */
import { Worker } from "node:worker_threads"
import { median } from "simple-statistics"
import type { Lengths } from "../plan/plan.ts"
import type { Answer } from "../worker.ts"
import { PLANTED, type Planted } from "./planted.ts"
import type { PlantedStart } from "./plantedWorker.ts"

/** How the gate is run. */
export interface GateOptions {
  /** Only bugs whose name has this text. */
  readonly only: string
  /** So often a bug is looked for anew, each time with seeds that were not tried before: the median says how long it takes. */
  readonly times: number
  /** Seeds that are tried for a bug before it counts as not found. */
  readonly most: number
  readonly from: number
  readonly cores: number
  readonly lengths: Lengths
  readonly say: (line: string) => void
}

/** What came of a bug. `seeds`: how many it took each time it was found; empty: never. */
export interface Found {
  readonly planted: Planted
  readonly seeds: ReadonlyArray<number>
  readonly problem: string
}

/**
 * A seed that takes more of a processor's time hangs, whatever else the machine does: that is noticed, too. A sound one takes some seconds,
 * a whole day half a minute.
 */
const HANGS_CPU_SEC = 120
const LOOK_MS = 1_000

/** Share of the bugs that must be found. */
const WANTED = 0.95

/** Runs it and prints the table. False where too few are found. */
export const gate = async (options: GateOptions): Promise<boolean> => {
  const { only, cores, say } = options
  const wanted = PLANTED.filter(({ name, of }) => `${of}: ${name}`.includes(only))
  const open = wanted.values()
  const results: Array<Found> = []
  const sound = new SoundSeeds({ planted: null, lengths: options.lengths, check: "all" })
  const work = async (): Promise<void> => {
    for (const planted of open) {
      const found = await look(planted, options, sound)
      results.push(found)
      say(lineOf(found, options.most))
    }
  }
  try {
    await Promise.all(Array.from({ length: cores }, work))
  } finally {
    await sound.end()
  }
  const found = results.filter(({ seeds }) => seeds.length > 0)
  const share = found.length / Math.max(1, results.length)
  const medians = found.map(({ seeds }) => median([...seeds]))
  const middle = medians.length === 0 ? "none" : `${median(medians)} seeds`
  say(
    `${found.length} of ${results.length} planted bugs found (${(share * 100).toFixed(0)} %), in the middle after ${middle}`
  )
  for (const { planted } of results.filter(({ seeds }) => seeds.length === 0))
    say(`not found: ${planted.of}: ${planted.name}`)
  return share >= WANTED
}

const lineOf = ({ planted, seeds, problem }: Found, most: number): string => {
  const took = seeds.length === 0 ? `not in ${most}` : `${median([...seeds])} (${seeds.join(", ")})`
  return `${planted.of.padEnd(10)} | ${planted.name.padEnd(64)} | ${took.padEnd(18)} | ${problem.slice(0, 140)}`
}

/** Seeds until the bug is noticed, as often as is asked for. */
const look = async (
  planted: Planted,
  { most, from, lengths, times }: GateOptions,
  sound: SoundSeeds
): Promise<Found> => {
  const seeds: Array<number> = []
  let problem = ""
  let since = 0
  const start: PlantedStart = { planted, lengths, check: "all" }
  let thread = new PlantedThread(start)
  try {
    for (let seed = from; seed < from + most && seeds.length < times; seed++) {
      since++
      const noticed = await thread.ask(seed)
      if (noticed === null) continue
      if (noticed.dead) thread = new PlantedThread(start)
      if (!(await sound.is(seed))) continue
      problem ||= noticed.problem
      seeds.push(since)
      since = 0
    }
  } finally {
    await thread.end()
  }
  return { planted, seeds, problem }
}

/** Seeds that hold where nothing is planted: what fails anyway is not found. */
class SoundSeeds {
  private readonly start: PlantedStart
  private thread: PlantedThread | null = null
  private readonly known = new Map<number, Promise<boolean>>()

  constructor(start: PlantedStart) {
    this.start = start
  }

  /** One after the other, each once. */
  is(seed: number): Promise<boolean> {
    const known = this.known.get(seed)
    if (known !== undefined) return known
    const last = [...this.known.values()].at(-1) ?? Promise.resolve(true)
    const answer = last.then(async () => {
      this.thread ??= new PlantedThread(this.start)
      const noticed = await this.thread.ask(seed)
      if (noticed?.dead === true) this.thread = null
      return noticed === null
    })
    this.known.set(seed, answer)
    return answer
  }

  async end(): Promise<void> {
    await this.thread?.end()
  }
}

/** One thread with the bug in it. */
class PlantedThread {
  private readonly worker: Worker
  private readonly ready: Promise<void>

  constructor(start: PlantedStart) {
    this.worker = new Worker(new URL("./plantedWorker.ts", import.meta.url), { workerData: start })
    this.ready = new Promise((resolve, reject) => {
      this.worker.once("message", () => resolve())
      this.worker.once("error", reject)
    })
  }

  /** What is noticed of a seed; null: nothing. A thread that hangs or dies is noticed, and gone. */
  async ask(seed: number): Promise<{ readonly problem: string; readonly dead: boolean } | null> {
    await this.ready
    return new Promise((resolve) => {
      let beganSec: number | null = null
      const look = async () => {
        const { user, system } = await this.worker.cpuUsage()
        const usedSec = (user + system) / 1e6
        beganSec ??= usedSec
        if (usedSec - beganSec < HANGS_CPU_SEC) return
        clearInterval(late)
        void this.worker.terminate()
        resolve({ problem: `seed ${seed} hangs`, dead: true })
      }
      // A thread that is gone has no usage to tell, and is told of below.
      const late = setInterval(() => void look().catch(() => undefined), LOOK_MS)
      this.worker.removeAllListeners("error")
      this.worker.once("error", (error) => {
        clearInterval(late)
        resolve({ problem: String(error), dead: true })
      })
      this.worker.once("message", ({ problems: [problem] }: Answer) => {
        clearInterval(late)
        resolve(problem === undefined ? null : { problem, dead: false })
      })
      this.worker.postMessage(seed, [])
    })
  }

  async end(): Promise<void> {
    await this.worker.terminate()
  }
}
