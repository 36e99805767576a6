/** `npm run simulate -- --help`: worlds of seeds, judged; a failing one is cut down to what a person can read. */
import { parseArgs } from "node:util"
import { commandOf, writeBundle } from "./bundle.ts"
import { gate } from "./gate/gate.ts"
import { CHECKS, type Check } from "./judges/auditor.ts"
import { type Length, LENGTHS, type Lengths, planOf, USUAL_LENGTHS } from "./plan/plan.ts"
import { runSeeds } from "./pool.ts"
import { type Run, run } from "./run.ts"
import { shrink } from "./shrink.ts"
import { speed } from "./speed.ts"
import type { Answer } from "./worker.ts"

const HELP = `npm run simulate [-- options]

  --seeds <n>       how many (200)
  --from <n>        the first one (1): a run that was stopped goes on here
  --seed <n>        this one alone; where it fails it is cut down and written into --out
  --cores <n>       threads (1)
  --length <what>   moment (some minutes), short (half an hour to an hour), window (three hours), day; left out: mostly short ones
  --check <what>    all (every rule after every record) or books (money, orders and decisions alone)
  --most <n>        stop after so many failures (10)
  --out <folder>    where failing seeds leave what they show (simulated)
  --plain           do not cut a failing seed down
  --gate            plant every known bug, one after the other, and say how many seeds find it
  --times <n>       so often each of them is looked for anew (3)
  --only <text>     of the planted bugs only those whose name has this text
  --speed           what a CPU second gets done, by length and by check, and what takes the time
`

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "200" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    cores: { type: "string", default: "1" },
    length: { type: "string" },
    check: { type: "string", default: "all" },
    most: { type: "string", default: "10" },
    out: { type: "string", default: "simulated" },
    plain: { type: "boolean", default: false },
    gate: { type: "boolean", default: false },
    times: { type: "string", default: "3" },
    only: { type: "string", default: "" },
    speed: { type: "boolean", default: false },
    help: { type: "boolean", default: false }
  }
})

const refuse = (problem: string): never => {
  process.stderr.write(`simulate: ${problem}\n`)
  process.exit(2)
}
const numberOf = (name: "seeds" | "from" | "cores" | "most" | "times", least: number): number => {
  const value = Number(values[name])
  return Number.isSafeInteger(value) && value >= least
    ? value
    : refuse(`--${name}=${values[name]} is no whole number of ${least} or more`)
}
const isLength = (text: string): text is Length => text in LENGTHS
const isCheck = (text: string): text is Check => CHECKS.some((known) => known === text)
const say = (line: string): void => void process.stdout.write(`${line}\n`)

if (values.help) {
  say(HELP)
  process.exit(0)
}
if (values.speed) {
  await speed(say)
  process.exit(0)
}
const { length, check: asked } = values
const check = isCheck(asked) ? asked : refuse(`--check=${asked}: ${CHECKS.join(" or ")}`)
const lengths: Lengths =
  length === undefined
    ? USUAL_LENGTHS
    : isLength(length)
      ? [[1, length]]
      : refuse(`--length=${length}: ${Object.keys(LENGTHS).join(", ")}`)

/** What failed, without its figures: what is cut down must not become another failure. */
const kindOf = ({ problems }: Run): string => (problems[0] ?? "").replaceAll(/-?\d[\d.]*/g, "#")

/** Runs it again, cuts it down, and leaves what it shows. */
const explain = async (seed: number): Promise<boolean> => {
  const plan = planOf(seed, lengths)
  const first = run(plan, check)
  if (first.problems.length === 0) {
    say(
      `seed ${seed}: everything held over ${first.records} records, ${first.orders} orders, ${first.fills} fills; digest ${first.digest}`
    )
    return true
  }
  say(`seed ${seed} fails: ${first.problems[0] ?? ""}`)
  const smallest = values.plain
    ? plan
    : shrink(plan, (smaller) => kindOf(run(smaller, check)) === kindOf(first), first.endedMs)
  const command = commandOf(seed, length)
  for (const file of await writeBundle(values.out, { whole: plan, plan: smallest, run: run(smallest, check), command }))
    say(`  ${file}`)
  say(`  ${smallest.faults.length} of ${plan.faults.length} faults are left. Again: ${command}`)
  return false
}

const count = numberOf("seeds", 1)
const from = numberOf("from", 0)
if (values.gate) {
  const passed = await gate({
    only: values.only,
    most: count,
    from,
    times: numberOf("times", 1),
    cores: numberOf("cores", 1),
    lengths,
    say
  })
  process.exit(passed ? 0 : 1)
}
if (values.seed !== undefined) {
  const seed = Number(values.seed)
  if (!Number.isSafeInteger(seed)) refuse(`--seed=${values.seed} is no whole number`)
  process.exit((await explain(seed)) ? 0 : 1)
}

const PROGRESS_MS = 5_000
const most = numberOf("most", 1)
const beganMs = performance.now()
let [done, days, records, cpuMs, toldMs] = [0, 0, 0, 0, beganMs]
const failed: Array<number> = []
const progress = (): string => {
  const seconds = (performance.now() - beganMs) / 1_000
  const perCpu = (days / (cpuMs / 1_000)).toFixed(2)
  return `${done} of ${count} seeds, ${(done / seconds).toFixed(1)} a second, ${perCpu} simulated days a CPU second, ${records} records, ${failed.length} failed`
}
const told = (answer: Answer): boolean => {
  done++
  days += answer.days
  records += answer.records
  cpuMs += answer.cpuMs
  if (answer.problems.length > 0) {
    failed.push(answer.seed)
    say(`seed ${answer.seed}: ${answer.problems[0] ?? ""}\n  ${commandOf(answer.seed, length)}`)
  }
  if (performance.now() - toldMs >= PROGRESS_MS) {
    toldMs = performance.now()
    process.stderr.write(`${progress()}; goes on with --from ${from + done - numberOf("cores", 1) + 1}\n`)
  }
  return failed.length < most
}
const seeds = Array.from({ length: count }, (_, n) => from + n).values()
await runSeeds(seeds, numberOf("cores", 1), { check, lengths }, told)
say(progress())
const [first] = failed.toSorted((a, b) => a - b)
if (first !== undefined) {
  await explain(first)
  process.exit(1)
}
