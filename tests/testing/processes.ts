/** Kennel as a person runs it: a process of its own, on free ports, with its output kept. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))

export interface Kennel {
  readonly name: string
  readonly child: ChildProcess
  /** Everything written to standard output and error so far. */
  readonly output: () => string
  /** Sends the signal and waits for the end; the exit code, or null after a signal. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>
  readonly ended: Promise<number | null>
}

/** Starts `kennel <args>` with these settings over an otherwise bare environment. */
export const startKennel = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>>): Kennel => {
  const child = spawn(process.execPath, ["cli/kennel.mjs", ...args], {
    cwd: root,
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"]
  })
  let output = ""
  const keep = (chunk: Buffer): void => {
    output += chunk.toString()
  }
  child.stdout.on("data", keep)
  child.stderr.on("data", keep)
  // Not "exit": what it said last may still stand in the pipe then.
  const ended = once(child, "close").then(([code]) => code as number | null)
  return {
    name: args.join(" "),
    child,
    output: () => output,
    ended,
    end: (signal) => {
      child.kill(signal)
      return ended
    }
  }
}

/**
 * Asks until the answer satisfies, at most `seconds`; between two questions the event loop turns for a moment. The time
 * is a bound on a hang, not a claim about speed.
 */
export const until = async <A>(
  what: string,
  ask: () => Promise<A | null>,
  seconds: number,
  context: () => string = () => ""
): Promise<A> => {
  const giveUp = performance.now() + seconds * 1_000
  while (performance.now() < giveUp) {
    const answer = await ask().catch(() => null)
    if (answer !== null) return answer
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`not within ${seconds} s: ${what}\n${context()}`)
}
