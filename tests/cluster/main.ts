/**
 * `npm run cluster [-- --only <part of a name> --short --trading --race]`
 *
 * Does to a cluster of three nats-servers on this machine what can befall one, while four writers and four readers work on it,
 * and says what came of it. Faults last as long as in `docs/operations.md`; `--short`: as long as in CI. `--trading`: a whole market
 * trades on it instead, and is audited. `--race`: sixty writers at once want one place instead, forty times. Exit code 0: nothing
 * was lost, doubled, reordered or cut short.
 */
import { parseArgs } from "node:util"
import { Effect, References } from "effect"
import { type Fault, FAULTS } from "./faults.ts"
import { loopback, namespaces, namespacesFound } from "./network.ts"
import { winnersOf } from "./race.ts"
import { startCluster } from "./servers.ts"
import { whileTrading } from "./trading.ts"
import { whileWorking } from "./workload.ts"

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    short: { type: "boolean", default: false },
    trading: { type: "boolean", default: false },
    race: { type: "boolean", default: false }
  }
})

/** Rounds of the race. */
const RACES = 40

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const secondsOf = ({ shortSec, longSec }: Fault): number => (values.short ? shortSec : longSec)

const named = FAULTS.filter(({ name }) => name.includes(values.only))
const canCut = named.some(({ cutsNetwork }) => cutsNetwork) && namespacesFound()
const wanted = named.filter(({ cutsNetwork }) => canCut || !cutsNetwork)

/** Each fault on a cluster of its own, with writers and readers at work. */
const working = async (): Promise<number> => {
  let failed = 0
  for (const fault of wanted) {
    const cluster = await startCluster(fault.cutsNetwork ? namespaces(3) : loopback)
    try {
      const seconds = secondsOf(fault)
      const began = performance.now()
      const { acknowledged, boundedReads, longestPauseMs, problems } = await Effect.runPromise(
        whileWorking(cluster, {}, fault, seconds).pipe(Effect.provideService(References.MinimumLogLevel, "Error"))
      )
      const tookSec = Math.round((performance.now() - began) / 1_000)
      say(
        `nats-server ${cluster.version}: ${fault.name} (${seconds} s): ${acknowledged} records, ${boundedReads} bounded reads, ` +
          `none acknowledged for ${longestPauseMs / 1_000} s at most, ${problems.length} problems; ${tookSec} s`
      )
      for (const problem of problems) say(`  PROBLEM ${problem}`)
      failed += problems.length
    } finally {
      await cluster.dispose()
    }
  }
  return failed
}

/** All faults one after the other on one cluster, with a market that trades. */
const trading = async (): Promise<number> => {
  const cluster = await startCluster(canCut ? namespaces(3) : loopback)
  try {
    const faults = wanted.map((fault) => ({ fault, seconds: secondsOf(fault) }))
    const { orders, fills, cycles, events, gaveUp, problems } = await whileTrading(cluster, faults, say)
    say(
      `nats-server ${cluster.version}: ${orders} orders, ${fills} fills, ${cycles} cycles, ${events} events; ` +
        `${gaveUp.length} services gave up, ${problems.length} problems`
    )
    for (const problem of [...problems, ...gaveUp]) say(`  PROBLEM ${problem}`)
    return problems.length + gaveUp.length
  } finally {
    await cluster.dispose()
  }
}

/** Rounds in which not exactly one writer won. */
const racing = async (): Promise<number> => {
  const cluster = await startCluster()
  try {
    const winners = await Effect.runPromise(
      winnersOf(cluster, RACES).pipe(Effect.provideService(References.MinimumLogLevel, "Error"))
    )
    const wrong = winners.filter((won) => won !== 1)
    say(
      `nats-server ${cluster.version}: in ${wrong.length} of ${RACES} rounds not exactly one writer of sixty won (${winners.join(" ")})`
    )
    return wrong.length
  } finally {
    await cluster.dispose()
  }
}

const failed = await (values.race ? racing() : values.trading ? trading() : working())
process.exit(failed === 0 ? 0 : 1)
