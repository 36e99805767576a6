/**
 * `npm run mutation [-- --only <glob> --sample <n> --seed <n> --json]`
 *
 * Puts small wrongs into the pure cores of slot, governor, rebalancer and gateway, one at a time, and counts those that a
 * test notices. A survivor is a line that no test holds to its word. See README.md beside this file.
 */
import { readFileSync } from "node:fs"
import { glob } from "node:fs/promises"
import { join, matchesGlob } from "node:path"
import { parseArgs } from "node:util"
import { randomNumbers } from "../../shared/core/random.ts"
import { runCampaign } from "./campaign.ts"
import { type Mutant, mutantsOf } from "./instrument.ts"
import { type AcceptedSurvivor, printed, reportOf } from "./report.ts"

const SERVICES = "{slot-actor,governor,rebalancer,order-gateway}"
const TARGETS = `services/${SERVICES}/core/**/*.ts`
const TESTS = [`services/${SERVICES}/**/*.unit.test.ts`, "conformance/*.unit.test.ts"]

const HELP = `npm run mutation [-- options]

  --only <glob>     files under test, out of ${TARGETS}
  --tests <glob>    tests that may kill (again for more); otherwise ${TESTS.join(" ")}
  --sample <n>      run only n of the mutants, drawn at random
  --seed <n>        what is drawn (1)
  --operator <name> only mutants of this kind
  --list            list the mutants, run none
  --workers <n>     test processes at a time (2)
  --min <share>     exit with 1 when less is killed (0.9)
  --json            the report as JSON
`

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    tests: { type: "string", multiple: true },
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    operator: { type: "string" },
    list: { type: "boolean", default: false },
    workers: { type: "string", default: "2" },
    min: { type: "string", default: "0.9" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false }
  }
})

const numberOf = (name: string, text: string): number => {
  const value = Number(text)
  if (Number.isFinite(value) && value >= 0) return value
  process.stderr.write(`mutation: --${name}=${text} is no number of 0 or more\n`)
  process.exit(2)
}

if (values.help) {
  process.stdout.write(HELP)
  process.exit(0)
}

/** `count` of the mutants, each as likely as any other; the same for a seed. */
const drawn = (mutants: ReadonlyArray<Mutant>, count: number, seed: number): ReadonlyArray<Mutant> => {
  const random = randomNumbers(seed)
  return mutants
    .map((mutant) => ({ mutant, lot: random() }))
    .sort((a, b) => a.lot - b.lot)
    .slice(0, count)
    .map(({ mutant }) => mutant)
    .sort((a, b) => a.id - b.id)
}

const root = join(import.meta.dirname, "..", "..")
const sources = new Map<string, string>()
const isTest = (path: string): boolean => path.endsWith(".test.ts") || path.includes("/testing/")
for await (const file of glob(TARGETS, { cwd: root })) {
  if (isTest(file) || !matchesGlob(file, values.only ?? TARGETS)) continue
  sources.set(file, readFileSync(join(root, file), "utf8"))
}
const all: Array<Mutant> = []
for (const [file, source] of [...sources].sort(([a], [b]) => (a < b ? -1 : 1))) {
  all.push(...mutantsOf(file, source, all.length))
}
const wanted = all.filter(({ operator }) => values.operator === undefined || operator === values.operator)
const mutants =
  values.sample === undefined ? wanted : drawn(wanted, numberOf("sample", values.sample), numberOf("seed", values.seed))
if (mutants.length === 0) {
  process.stderr.write("mutation: there is no mutant to run\n")
  process.exit(2)
}
if (values.list) {
  for (const { id, file, line, operator, original, mutated } of mutants) {
    process.stdout.write(`${JSON.stringify({ id, file, line, operator, original, mutated })}\n`)
  }
  process.exit(0)
}

const accepted = JSON.parse(
  readFileSync(join(import.meta.dirname, "survivors.json"), "utf8")
) as ReadonlyArray<AcceptedSurvivor>
const startedAtMs = Date.now()
const say = (line: string): void => {
  process.stderr.write(`${((Date.now() - startedAtMs) / 1000).toFixed(0).padStart(5)} s  ${line}\n`)
}
say(`${mutants.length} mutants of ${all.length}, in ${sources.size} files`)
const outcomes = await runCampaign({
  root,
  sources,
  mutants,
  tests: values.tests ?? TESTS,
  workers: numberOf("workers", values.workers),
  say
})
const report = reportOf({ mutants, all, outcomes, accepted })
say(`${((Date.now() - startedAtMs) / mutants.length).toFixed(0)} ms a mutant`)
process.stdout.write(`${values.json ? JSON.stringify(report, null, 2) : printed(report)}\n`)
process.exit(report.share < numberOf("min", values.min) ? 1 : 0)
