/**
 * What does a command cost before it does anything? The CPU of a whole process, of all its threads, against one of Node that does
 * nothing. What the engine has made of the modules is at hand, as it is for everybody but the first (`cli/kennel.mjs`).
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { BenchResult, BenchSize } from "../result.ts"

const KENNEL = join(import.meta.dirname, "../../cli/kennel.mjs")
/** Says at the end what the process has used, in milliseconds, where no command writes. */
const TELLS = `data:text/javascript,import { writeSync } from "node:fs";
process.on("exit", () => { const { user, system } = process.cpuUsage(); writeSync(3, String((user + system) / 1000)) })`

const cpuMs = (args: ReadonlyArray<string>, env: NodeJS.ProcessEnv): number => {
  const { output } = spawnSync(process.execPath, ["--import", TELLS, ...args], {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "ignore", "ignore", "pipe"],
    encoding: "utf8"
  })
  const told = Number(output[3])
  if (!(told > 0)) throw new Error(`node ${args.join(" ")}: said nothing of its time`)
  return told
}

/** Help, and the smallest commands: one that shows settings, one that opens a journal which is not there, one that asks nobody. */
const COMMANDS = ["--help", "action --help", "journal tail --help", "config", "journal stat nowhere", "status --url x"]

/** Rounds of everything, one after the other: what the machine does meanwhile falls on all alike. */
export const commandLineBench = ({ quick }: BenchSize): Promise<Array<BenchResult>> => {
  const home = mkdtempSync(join(tmpdir(), "kennel-command-line-"))
  const env = { XDG_CACHE_HOME: home, DATA_DIR: home }
  const commands = quick ? COMMANDS.slice(0, 2) : COMMANDS
  const bare: Array<number> = []
  const samples = new Map<string, Array<number>>(commands.map((command) => [command, []]))
  try {
    for (const command of commands) cpuMs([KENNEL, ...command.split(" ")], env)
    for (let round = 0; round < (quick ? 1 : 10); round++) {
      bare.push(cpuMs(["-e", "0"], env))
      for (const [command, taken] of samples) taken.push(cpuMs([KENNEL, ...command.split(" ")], env))
    }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
  return Promise.resolve(
    [...samples].map(([command, taken]) => ({
      name: `kennel ${command}`,
      unit: "ms CPU",
      samples: taken,
      baseline: { name: "node -e 0", samples: bare }
    }))
  )
}
