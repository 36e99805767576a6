/**
 * `npm run cluster [-- --only <part of a name> --short]`
 *
 * Does to a cluster of three nats-servers on this machine what can befall one, while four writers and four readers work on it,
 * and says what came of it. Faults last as long as in `docs/operations.md`; `--short`: as long as in CI. Exit code 0: nothing
 * was lost, doubled, reordered or cut short.
 */
import { parseArgs } from "node:util"
import { Effect, References } from "effect"
import { FAULTS } from "./faults.ts"
import { loopback, namespaces, namespacesFound } from "./network.ts"
import { startCluster } from "./servers.ts"
import { STREAM, whileWorking } from "./workload.ts"

const { values } = parseArgs({
  options: { only: { type: "string", default: "" }, short: { type: "boolean", default: false } }
})

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const wanted = FAULTS.filter(({ name }) => name.includes(values.only))
const canCut = wanted.some(({ cutsNetwork }) => cutsNetwork) && namespacesFound()
let failed = 0
for (const fault of wanted) {
  if (fault.cutsNetwork && !canCut) continue
  const cluster = await startCluster(fault.cutsNetwork ? namespaces(3) : loopback)
  try {
    const seconds = values.short ? fault.shortSec : fault.longSec
    const began = performance.now()
    const happening = Effect.promise(() => fault.happen(cluster, seconds, STREAM))
    const { acknowledged, boundedReads, longestPauseMs, problems } = await Effect.runPromise(
      whileWorking(cluster, {}, happening).pipe(Effect.provideService(References.MinimumLogLevel, "Error"))
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
process.exit(failed === 0 ? 0 : 1)
