/** Kennel's containers, as a person at a shell has them: a checkout of what is here, a `.env`, and `docker compose`. */
import { execFile, execFileSync, spawnSync } from "node:child_process"
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { freePort } from "../../shared/testing/freePort.ts"
import { missing } from "../../shared/testing/requires.ts"
import { until } from "../testing/processes.ts"

const ROOT = fileURLToPath(new URL("../..", import.meta.url))

/** Whether a Docker engine with compose answers. */
export const engineFound = (): boolean =>
  spawnSync("sh", ["-c", "docker version && docker compose version"]).status === 0 ||
  missing(
    "no Docker engine with compose answers; on Debian, tests/deployment/engine.sh start makes one (tests/deployment/README.md)"
  )

/** What a container says of itself. */
export interface Container {
  readonly Id: string
  readonly Name: string
  readonly Image: string
  readonly RestartCount: number
  readonly State: {
    readonly Pid: number
    readonly Running: boolean
    readonly StartedAt: string
    readonly ExitCode: number
    readonly Health?: { readonly Status: string }
  }
  readonly Config: { readonly User: string; readonly Labels: Readonly<Record<string, string>> }
  readonly HostConfig: { readonly ReadonlyRootfs: boolean }
  readonly Mounts: ReadonlyArray<{ readonly Type: string; readonly Name?: string }>
}

/** As much of `/api/status` as is looked at here. */
export interface Status {
  readonly mode: string
  readonly total_round_trips: number
  readonly journal: { readonly epoch: number }
  readonly slots: ReadonlyArray<unknown>
}

/** An answer of the page's server. */
export interface Answer {
  readonly status: number
  readonly text: string
}

/** The longest that any one command may take: a build from nothing on a slow line. */
const COMMAND_MS = 600_000
/** Output of one command: `docker inspect` of all containers, with room. */
const MAX_OUTPUT_BYTES = 64 * 1_024 * 1_024

/** What git would hand to a fresh clone, with what is not committed yet. */
const checkout = (directory: string): void => {
  const listed = execFileSync(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"],
    {
      cwd: ROOT,
      encoding: "utf8"
    }
  )
  const deleted = new Set(
    execFileSync("git", ["ls-files", "-z", "--deleted"], { cwd: ROOT, encoding: "utf8" }).split("\0")
  )
  for (const path of listed.split("\0")) {
    if (path !== "" && !deleted.has(path)) cpSync(join(ROOT, path), join(directory, path))
  }
}

/** A checkout with its `.env`; nothing is built or started yet. */
export const prepareStack = async (settings: Readonly<Record<string, string>>) => {
  const directory = mkdtempSync(join(tmpdir(), "kennel-compose-"))
  checkout(directory)
  execFileSync(process.execPath, [join(ROOT, "cli/main.ts"), "init-env", "--file", join(directory, ".env")])
  writeFileSync(
    join(directory, "kennel.env"),
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join("")
  )
  const port = await freePort()
  // A project and a port of its own: a stack of the same machine that is in use is left alone.
  const env = {
    ...process.env,
    COMPOSE_PROJECT_NAME: "kennel-test",
    KENNEL_PORT: String(port),
    // With containerd's image store the hour of a build would be part of the image, and each build another one.
    BUILDX_NO_DEFAULT_ATTESTATIONS: "1"
  }

  const run = async (program: string, args: ReadonlyArray<string>): Promise<string> => {
    const options = { cwd: directory, env, maxBuffer: MAX_OUTPUT_BYTES, timeout: COMMAND_MS }
    const { stdout } = await promisify(execFile)(program, args, options)
    return stdout.trim()
  }
  const docker = (...args: ReadonlyArray<string>) => run("docker", args)
  const compose = (...args: ReadonlyArray<string>) => docker("compose", "--progress", "quiet", ...args)
  const config = JSON.parse(await compose("config", "--format", "json")) as {
    readonly services: Readonly<Record<string, { readonly image: string }>>
  }
  const image = config.services["governor"]?.image ?? ""
  const lines = (text: string): ReadonlyArray<string> => text.split("\n").filter((line) => line !== "")

  const containers = async (): Promise<ReadonlyArray<Container>> => {
    const ids = lines(await compose("ps", "--all", "--quiet"))
    return ids.length === 0 ? [] : (JSON.parse(await docker("inspect", ...ids)) as ReadonlyArray<Container>)
  }
  const container = async (service: string): Promise<Container> => {
    const [found] = JSON.parse(await docker("inspect", `kennel-test-${service}-1`)) as ReadonlyArray<Container>
    if (found === undefined) throw new Error(`${service} has no container`)
    return found
  }
  const ask = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { ...init, signal: AbortSignal.timeout(5_000) })
    return { status: response.status, text: await response.text() }
  }
  const status = async (): Promise<Status> => JSON.parse((await ask("/api/status")).text) as Status
  const logs = (): string =>
    spawnSync("docker", ["compose", "logs", "--tail", "5"], { cwd: directory, env, encoding: "utf8" }).stdout

  return {
    directory,
    docker,
    compose,
    /** A line for the shell. */
    shell: (line: string): Promise<string> => run("sh", ["-c", line]),
    containers,
    container,
    ask,
    status,
    image,
    /** Images and volumes that nothing names any more. */
    leftovers: async (): Promise<ReadonlyArray<string>> => [
      ...lines(await docker("image", "ls", "--quiet", "--filter", "dangling=true")),
      ...lines(
        await docker(
          "volume",
          "ls",
          "--quiet",
          "--filter",
          "dangling=true",
          "--filter",
          "label=com.docker.volume.anonymous"
        )
      )
    ],
    /** A command of ours in the container of a service. */
    kennel: (service: string, ...args: ReadonlyArray<string>) =>
      compose("exec", "-T", service, "node", "cli/main.ts", ...args),
    /** SIGKILL of a container's first process from outside, so that its engine takes it for a crash. */
    kill: async (service: string): Promise<Container> => {
      const before = await container(service)
      const asHost = ["run", "--rm", "--privileged", "--pid=host", "--user=0", "--entrypoint=sh"]
      await docker(...asHost, image, "-c", `kill -KILL ${before.State.Pid}`)
      return before
    },
    /** Until the answer satisfies; what the containers said last is told when it never does. */
    eventually: <A>(what: string, look: () => Promise<A | null>, seconds = 120) => until(what, look, seconds, logs),
    /** Ends it, and takes away all that it kept. */
    remove: async (): Promise<void> => {
      await compose("--profile", "*", "down", "--volumes", "--timeout", "5")
      rmSync(directory, { recursive: true, force: true })
    }
  }
}

/** What `prepareStack` gives. */
export type Stack = Awaited<ReturnType<typeof prepareStack>>
