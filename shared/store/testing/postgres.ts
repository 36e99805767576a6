/** A PostgreSQL server of one's own for tests: started from the installed programs, gone with the scope. */
import { type ChildProcess, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, type Scope } from "effect"
import pg from "pg"
import { freePort } from "../../testing/freePort.ts"
import { findBinary, missing, searchPath } from "../../testing/requires.ts"
import { migrations, rolesSql } from "../migrations.ts"

/** A server that is there already, with a user who may create databases and roles; empty: one is started. */
const GIVEN_URL = process.env["TEST_DATABASE_URL"] ?? ""
/** Debian keeps every version's programs in a directory of its own, on nobody's PATH. */
const DEBIAN_DIRECTORY = "/usr/lib/postgresql"
const START_WITHIN_MS = 30_000

const directories = (): ReadonlyArray<string> => {
  const versions = fs.existsSync(DEBIAN_DIRECTORY) ? fs.readdirSync(DEBIAN_DIRECTORY).sort().reverse() : []
  return [...versions.map((version) => join(DEBIAN_DIRECTORY, version, "bin")), ...searchPath()]
}

const program = (name: string): string | null => findBinary(name, directories())

/** Whether tests that need a PostgreSQL server can run. */
export const postgresFound = (): boolean =>
  GIVEN_URL !== "" ||
  (program("postgres") !== null && program("initdb") !== null) ||
  missing("postgres not found; on Debian: apt-get install postgresql, or set TEST_DATABASE_URL")

/** PostgreSQL refuses to run as root: then it runs as the user its package made. */
const whoRuns = (): { readonly uid?: number; readonly gid?: number } => {
  if (process.getuid?.() !== 0) return {}
  const line = /^postgres:[^:]*:(\d+):(\d+):/m.exec(fs.readFileSync("/etc/passwd", "utf8"))
  if (line === null) throw new Error("PostgreSQL does not run as root, and there is no user postgres")
  return { uid: Number(line[1]), gid: Number(line[2]) }
}

/** Resolves with a running child once it has said `readyWords`, or once it has ended well where there are none to say. */
export const launched = (name: string, child: ChildProcess, readyWords: RegExp | null): Promise<ChildProcess> =>
  new Promise((resolve, reject) => {
    let said = ""
    const timer = setTimeout(() => settle("not ready in time"), START_WITHIN_MS)
    const settle = (problem: string | null) => {
      clearTimeout(timer)
      child.removeAllListeners("exit").removeAllListeners("error")
      child.stderr?.removeAllListeners("data").resume()
      if (problem === null) return resolve(child)
      child.kill("SIGKILL")
      reject(new Error(`${name}: ${problem}\n${said}`))
    }
    child.once("error", (error) => settle(error.message))
    child.once("exit", (code) => settle(readyWords === null && code === 0 ? null : `ended with code ${code}`))
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-4_000)
      if (readyWords?.test(said) === true) settle(null)
    })
  })

/** Kills a child and waits for its end. */
export const killed = (child: ChildProcess): Promise<unknown> => {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  const ended = new Promise((resolve) => child.once("exit", resolve))
  child.kill("SIGKILL")
  return ended
}

const startServer = async () => {
  const user = whoRuns()
  const directory = fs.mkdtempSync(join(tmpdir(), "kennel-postgres-"))
  if (user.uid !== undefined) fs.chownSync(directory, user.uid, user.gid ?? user.uid)
  const run = (name: string, args: ReadonlyArray<string>) =>
    spawn(program(name) ?? name, args, { ...user, cwd: directory, stdio: ["ignore", "ignore", "pipe"] })
  const data = join(directory, "data")
  const setUp = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
  await launched("initdb", run("initdb", setUp), null)
  const port = await freePort()
  const listen = ["-c", "listen_addresses=127.0.0.1", "-k", directory, "-p", String(port)]
  const child = await launched("postgres", run("postgres", ["-D", data, ...listen]), /ready to accept connections/)
  return { child, directory, url: `postgres://postgres@127.0.0.1:${port}/postgres` }
}

/** The address of a server whose user may do everything. */
const server: Effect.Effect<string, never, Scope.Scope> =
  GIVEN_URL !== ""
    ? Effect.succeed(GIVEN_URL)
    : Effect.acquireRelease(Effect.promise(startServer), ({ child, directory }) =>
        Effect.promise(async () => {
          await killed(child)
          fs.rmSync(directory, { recursive: true, force: true })
        })
      ).pipe(Effect.map(({ url }) => url))

const run = async (connectionString: string, statements: ReadonlyArray<string>): Promise<void> => {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

/** An empty database of its own; its address. Dropped when the scope closes. */
export const emptyDatabase: Effect.Effect<string, never, Scope.Scope> = Effect.flatMap(server, (admin) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const name = `kennel_test_${randomBytes(8).toString("hex")}`
      await run(admin, [`create database ${name}`])
      const url = new URL(admin)
      url.pathname = name
      return { name, url: String(url) }
    }),
    ({ name }) => Effect.promise(() => run(admin, [`drop database ${name} with (force)`]))
  ).pipe(Effect.map(({ url }) => url))
)

/** The same, migrated. */
export const scratchDatabase: Effect.Effect<string, never, Scope.Scope> = Effect.tap(emptyDatabase, (url) =>
  Effect.promise(() => run(url, [rolesSql(), ...migrations().map((file) => file.sql)]))
)
