/** A nats-server of one's own for tests: a free port, a data directory that goes away, and the ways a server can die. */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { freePort } from "../../../testing/freePort.ts"
import { findBinary, requireBinary } from "../../../testing/requires.ts"

/** How long a start may take before the test fails, milliseconds. It takes about 50. */
const startTimeoutMs = 10_000

/** A port found free can be taken before the server has it; then another one is tried. */
const startAttempts = 5

export interface NatsServer {
  readonly url: string
  /** Where it keeps its data. */
  readonly directory: string
  /** Sends SIGKILL and waits for the end: what it had not written is gone, what the system has cached is not. */
  readonly kill: () => Promise<void>
  /** Asks it to stop and waits. */
  readonly stop: () => Promise<void>
  /** Stops the process in its tracks without closing its connections, or lets it go on. */
  readonly pause: () => void
  readonly resume: () => void
  /** Starts it again on the same port and data directory. Not while it runs. */
  readonly restart: () => Promise<void>
  /** Kills it and removes its data. */
  readonly dispose: () => Promise<void>
}

export interface NatsServerOptions {
  /** Text of a configuration file, for what goes beyond JetStream on a port. */
  readonly config?: string
}

/** Whether tests that need a server can run; see `requireBinary` for what happens where they cannot. */
export const natsServerFound = (): boolean => requireBinary("nats-server") !== null

const ended = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => {
        child.once("exit", () => resolve())
      })

/** Sends a signal and waits for the end; a process that has ended already is fine. */
export const endProcess = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  child.kill(signal)
  await ended(child)
}

/** Resolves when the server says that it is ready; rejects with what it said when it ends or takes too long. */
export const launchNats = (binary: string, args: ReadonlyArray<string>): Promise<ChildProcess> =>
  new Promise((resolve, reject) => {
    const child = spawn(binary, args, { stdio: ["ignore", "ignore", "pipe"] })
    let said = ""
    const giveUp = (why: string) => {
      clearTimeout(timer)
      child.kill("SIGKILL")
      reject(new Error(`nats-server ${args.join(" ")}: ${why}\n${said}`))
    }
    const timer = setTimeout(() => giveUp("not ready in time"), startTimeoutMs)
    child.once("error", (error) => giveUp(error.message))
    child.once("exit", (code) => giveUp(`ended with code ${code}`))
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-4_000)
      if (!said.includes("Server is ready")) return
      clearTimeout(timer)
      child.removeAllListeners("exit")
      child.removeAllListeners("error")
      child.stderr.removeAllListeners("data").resume()
      resolve(child)
    })
  })

/** Starts a server with JetStream and file storage. The caller disposes of it. */
export const startNatsServer = async (options: NatsServerOptions = {}): Promise<NatsServer> => {
  const binary = findBinary("nats-server")
  if (binary === null) throw new Error("nats-server is neither in PATH nor in /usr/sbin")
  const directory = mkdtempSync(join(tmpdir(), "kennel-nats-"))
  const configFile = join(directory, "nats.conf")
  writeFileSync(configFile, options.config ?? "")
  const argsFor = (port: number) => ["-c", configFile, "-a", "127.0.0.1", "-p", String(port), "-js", "-sd", directory]
  const start = async (attemptsLeft: number): Promise<{ port: number; child: ChildProcess }> => {
    const port = await freePort()
    try {
      return { port, child: await launchNats(binary, argsFor(port)) }
    } catch (error) {
      if (attemptsLeft > 1 && String(error).includes("address already in use")) return start(attemptsLeft - 1)
      throw error
    }
  }
  const { port, child } = await start(startAttempts)
  let running = child
  // A test that dies must not leave a server behind.
  const killOnExit = () => running.kill("SIGKILL")
  process.once("exit", killOnExit)

  const end = (signal: NodeJS.Signals) => endProcess(running, signal)
  return {
    url: `nats://127.0.0.1:${port}`,
    directory,
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
    pause: () => void running.kill("SIGSTOP"),
    resume: () => void running.kill("SIGCONT"),
    restart: async () => {
      running = await launchNats(binary, argsFor(port))
    },
    dispose: async () => {
      process.off("exit", killOnExit)
      await end("SIGKILL")
      rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
    }
  }
}
