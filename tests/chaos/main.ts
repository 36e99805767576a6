/**
 * `npm run chaos [-- --kills 50 --freeze 60 --seed 1 --market recorded:<file> --journal nats|embedded]`
 *
 * Starts Kennel, kills a process with SIGKILL at a random moment, starts it again, and so on; then lets it come to rest
 * and audits: no lost fill, no doubled order, books equal, and the state folded from the beginning equal to the one from
 * snapshot and tail. With `--freeze <seconds>` nobody is killed: one after the other is stopped where it is (SIGSTOP) and let go on. The seed fixes which process dies and when; the run itself is real, so it is not repeatable to the
 * millisecond. Exit code 0: the audit found nothing.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { type ChaosOptions, runChaos } from "./chaos.ts"

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "50" },
    freeze: { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
    market: { type: "string", default: "synthetic" },
    speed: { type: "string", default: "120" },
    journal: { type: "string", default: "nats" },
    keep: { type: "boolean", default: false }
  }
})

const wholeNumber = (name: string, text: string): number => {
  if (!/^\d+$/.test(text)) {
    process.stderr.write(`chaos: --${name}=${text} is not a whole number\n`)
    process.exit(1)
  }
  return Number(text)
}

if (values.journal !== "nats" && values.journal !== "embedded") {
  process.stderr.write(`chaos: --journal=${values.journal} is neither nats nor embedded\n`)
  process.exit(1)
}

const directory = await mkdtemp(join(tmpdir(), "kennel-chaos-"))
const options: ChaosOptions = {
  kills: wholeNumber("kills", values.kills),
  freezeSec: wholeNumber("freeze", values.freeze),
  seed: wholeNumber("seed", values.seed),
  market: values.market,
  speed: values.speed,
  journal: values.journal,
  directory,
  log: (line) => process.stdout.write(`${line}\n`)
}
const report = await runChaos(options)
for (const line of report.problems) process.stdout.write(`PROBLEM ${line}\n`)
process.stdout.write(
  `${report.kills} ${options.freezeSec > 0 ? "freezes" : "kills"}, ${report.orders} orders, ${report.fills} fills, ${report.cycles} cycles, ` +
    `${report.events} events: ${report.problems.length} problems\n`
)
if (values.keep || report.problems.length > 0) process.stdout.write(`data kept in ${directory}\n`)
else await rm(directory, { recursive: true, force: true })
process.exit(report.problems.length > 0 ? 1 : 0)
