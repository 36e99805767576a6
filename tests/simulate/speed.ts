/** `npm run simulate -- --speed`: simulated days a CPU second, by length and by what is looked at; and what takes the time. */
import { type Profiler, Session } from "node:inspector"
import { CHECKS, type Check } from "./judges/auditor.ts"
import { type Length, LENGTHS, planOf } from "./plan/plan.ts"
import { run } from "./run.ts"

/** Exchange time that is run of each length, about; one seed at the least. */
const RUN_MS = 3 * 3_600_000
/** Seeds before anything is measured: what is new to a thread runs slowly, and thousands of seeds come after it. */
const WARMING = 12
/** Of this length most seeds are: it is what the shares are taken of. */
const SHARES_OF: Length = "short"
/** Between two looks at what runs. */
const LOOK_EVERY_US = 500

/** What is on a stack counts for the first of these that it is of; where it is of none, what stands on top decides. */
const ON_STACK: ReadonlyArray<readonly [share: string, file: RegExp, functionName?: string]> = [
  ["judges, and the digest", /simulate\/judges\/|simulate\/run\.ts$/, "record"],
  ["records to text and back", /shared\/events\/envelope\.ts$/],
  ["decisions of the services", /shared\/actor\/foldSet\.ts$/],
  ["exchange", /simulate\/world\/exchange\.ts$|services\/exchange-sim\//]
]
const ON_TOP: ReadonlyArray<readonly [share: string, file: RegExp]> = [
  ["fibers", /\/effect\/dist\/|^node:async_hooks$/],
  ["shells of the services", /\/(?:services|shared|app)\//],
  ["time, wires and journal of the world", /\/simulate\//]
]
const COLLECTING = "collecting garbage"
const REST = "the rest of node"

const shareOf = ({ url, functionName }: Profiler.ProfileNode["callFrame"], above: number): number => {
  const found = ON_STACK.findIndex(
    ([, file, name]) => file.test(url) && (name === undefined || !url.endsWith("run.ts") || functionName === name)
  )
  return found === -1 ? above : Math.min(found, above)
}

/** Shares of the samples of a profile, largest first. */
export const sharesOf = ({ nodes, samples = [] }: Profiler.Profile): ReadonlyArray<readonly [string, number]> => {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const seen = new Map<number, number>()
  for (const id of samples) seen.set(id, (seen.get(id) ?? 0) + 1)
  const shares = new Map<string, number>()
  let all = 0
  const walk = ({ id, callFrame, children = [] }: Profiler.ProfileNode, above: number): void => {
    const at = shareOf(callFrame, above)
    const here = seen.get(id) ?? 0
    if (here > 0) {
      const top = ON_TOP.find(([, file]) => file.test(callFrame.url))?.[0] ?? REST
      const share = callFrame.functionName === "(garbage collector)" ? COLLECTING : (ON_STACK[at]?.[0] ?? top)
      shares.set(share, (shares.get(share) ?? 0) + here)
      all += here
    }
    for (const child of children) {
      const node = byId.get(child)
      if (node !== undefined) walk(node, at)
    }
  }
  if (nodes[0] !== undefined) walk(nodes[0], ON_STACK.length)
  return [...shares].map(([share, count]) => [share, count / all] as const).toSorted(([, a], [, b]) => b - a)
}

const profiled = (work: () => void): Promise<Profiler.Profile> => {
  const session = new Session()
  session.connect()
  session.post("Profiler.enable")
  session.post("Profiler.setSamplingInterval", { interval: LOOK_EVERY_US })
  session.post("Profiler.start")
  work()
  return new Promise((resolve, reject) => {
    session.post("Profiler.stop", (error, { profile }) => {
      session.disconnect()
      if (error === null) resolve(profile)
      else reject(error)
    })
  })
}

const seedsOf = (length: Length): ReadonlyArray<number> => {
  const [least, most] = LENGTHS[length]
  return Array.from({ length: Math.max(1, Math.round((2 * RUN_MS) / (least + most))) }, (_, n) => n + 1)
}

const measured = (length: Length, check: Check): string => {
  const before = process.threadCpuUsage()
  let [days, records] = [0, 0]
  const seeds = seedsOf(length)
  for (const seed of seeds) {
    const done = run(planOf(seed, [[1, length]]), check)
    days += done.days
    records += done.records
  }
  const { user, system } = process.threadCpuUsage(before)
  const seconds = (user + system) / 1_000_000
  const columns = [length.padEnd(8), check.padEnd(8), String(seeds.length).padStart(5), days.toFixed(2).padStart(6)]
  return [...columns, (records / seconds).toFixed(0).padStart(9), (days / seconds).toFixed(3).padStart(7)].join("  ")
}

/** Prints what a thread gets done in a second of CPU, and the shares of what it does. */
export const speed = async (say: (line: string) => void): Promise<void> => {
  for (let seed = 1; seed <= WARMING; seed++) run(planOf(seed, [[1, "short"]]))
  say("length    check     seeds    days  records/s   days/s")
  for (const length of Object.keys(LENGTHS) as ReadonlyArray<Length>)
    for (const check of CHECKS) say(measured(length, check))
  const profile = await profiled(() => seedsOf(SHARES_OF).forEach((seed) => run(planOf(seed, [[1, SHARES_OF]]))))
  say(`\nof a ${SHARES_OF} seed's time`)
  for (const [share, part] of sharesOf(profile)) say(`${(100 * part).toFixed(1).padStart(5)} %  ${share}`)
}
