/** Where a secret could turn up, who may read what is kept, and what a stranger gets from the store. The table is printed. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, relative } from "node:path"
import { it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { afterAll, beforeAll, describe, expect } from "vitest"
import { postgresFound } from "../../shared/store/testing/postgres.ts"
import { postgrestFound, postgrestOverPostgres } from "../../shared/store/testing/postgrest.ts"
import { freePort } from "../../shared/testing/freePort.ts"
import { linuxFound } from "../../shared/testing/requires.ts"
import { startKennel, until } from "../testing/processes.ts"

const table: Array<string> = []
afterAll(() => {
  process.stdout.write(`${["attempt: outcome", ...table].join("\n")}\n`)
})

const KEY = "markedkeymarkedkey"
const SECRET = Buffer.from("marked secret of nobody").toString("base64")

/** Every path below a directory, files and directories. */
const below = (directory: string): ReadonlyArray<string> =>
  readdirSync(directory, { recursive: true, encoding: "utf8" }).map((name) => join(directory, name))

describe.runIf(linuxFound())("a market that trades and has been asked everything", { timeout: 240_000 }, () => {
  let directory = ""
  let token = ""
  /** Everything it said, by where it said it. */
  const said = new Map<string, string>()

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "kennel-secrets-"))
    const data = join(directory, "data")
    const settings = {
      DATA_DIR: data,
      PORT: String(await freePort()),
      SIM_PORT: String(await freePort()),
      SPEED: "600",
      LOG_LEVEL: "debug",
      KRAKEN_API_KEY: KEY,
      KRAKEN_API_SECRET: SECRET
    }
    const page = `http://127.0.0.1:${settings.PORT}`
    const up = startKennel(["up"], settings)
    try {
      await until(
        "a market that trades",
        async () => ((await fetch(`${page}/ready`)).status === 200 ? true : null),
        200,
        up.output
      )
      token = readFileSync(join(data, "control-token"), "utf8").trim()
      const ask = async (path: string, init: RequestInit = {}) => {
        const response = await fetch(`${page}${path}`, init)
        said.set(`${init.method ?? "GET"} ${path.split("?")[0]}`, await response.text())
      }
      for (const path of [
        "/",
        "/api/status",
        "/health",
        "/ready",
        "/levels",
        "/structure",
        "/backfill/status",
        "/api/config",
        "/metrics",
        "/version"
      ]) {
        await ask(path)
      }
      // In the wrong places: as an address, as a name, as the action, as a body that is no JSON.
      await ask(`/nothing?token=${token}`)
      const headers = { "content-type": "application/json", authorization: `Bearer ${token}` }
      const bodies = ['{"action":"pause","note":"look"}', '{"action":"resume"}', "{", '{"action":"nothing"}']
      for (const [index, body] of bodies.entries()) {
        await ask(`/api/action?${index}`, { method: "POST", headers, body })
        said.set(`action ${index}`, said.get("POST /api/action") ?? "")
      }
      const commands = [
        ["config"],
        ["doctor"],
        ["journal", "tail"],
        ["journal", "verify"],
        ["action", "pause"],
        ["audit"]
      ]
      for (const args of commands) {
        const command = startKennel(args, settings)
        await command.ended
        said.set(`kennel ${args.join(" ")}`, command.output())
      }
    } finally {
      await up.end("SIGTERM")
      said.set("kennel up", up.output())
    }
  }, 240_000)
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  it("has written its token to one file, and its keys to none", () => {
    const files = below(directory).filter((path) => statSync(path).isFile())
    const holding = (mark: string) => files.filter((path) => readFileSync(path).includes(mark))
    expect(token).toMatch(/^\S{32}$/)
    expect(holding(token).map((path) => relative(directory, path))).toStrictEqual(["data/control-token"])
    expect([...holding(KEY), ...holding(SECRET)]).toStrictEqual([])
    table.push(`token and keys in ${files.length} files (journal, snapshots, store, locks): in control-token alone`)
  })

  it("has said no secret, in no log, answer, page or command", () => {
    expect(said.size).toBeGreaterThan(14)
    for (const [where, text] of said) {
      for (const mark of [token, KEY, SECRET]) expect(text.includes(mark), where).toBe(false)
    }
    // It was said something, and at debug.
    expect(said.get("kennel up") ?? "").toMatch(/Page +http/)
    expect(said.get("GET /api/status") ?? "").toContain('"mode"')
    table.push(`token and keys in ${said.size} answers, logs and outputs: in none`)
  })

  it("keeps everything for its own user alone, whatever the directory it was given lets others do", () => {
    const data = join(directory, "data")
    const isOpen = (path: string) => (statSync(path).mode & 0o077) !== 0
    // A closed directory closes what is in it: the embedded database gives its own files modes of its own.
    const reached = (path: string): boolean => {
      const above = dirname(path)
      return isOpen(path) && (above === data || reached(above))
    }
    const open = below(data).filter(reached)
    expect(open.map((path) => relative(directory, path))).toStrictEqual([])
    expect(statSync(data).mode & 0o777).toBe(0o700)
    table.push(`files and directories that others may read, of ${below(data).length}: none`)
  })
})

describe.runIf(postgresFound() && postgrestFound())("PostgREST's anonymous role", { timeout: 120_000 }, () => {
  it.live("reads and writes nothing", () =>
    Effect.gen(function* () {
      const { url, key } = yield* postgrestOverPostgres
      const ask = (path: string, init: RequestInit = {}) => Effect.promise(() => fetch(`${url}${path}`, init))
      const described = yield* ask("/", { headers: { authorization: `Bearer ${Redacted.value(key)}` } })
      const { paths } = (yield* Effect.promise(() => described.json())) as { readonly paths: Record<string, unknown> }
      const names = Object.keys(paths).filter((path) => path !== "/")
      expect(names.length).toBeGreaterThan(3)
      const headers = { "content-type": "application/json" }
      const methods = [
        { method: "GET" },
        { method: "POST", headers, body: "{}" },
        { method: "PATCH", headers, body: "{}" },
        { method: "DELETE" }
      ]
      for (const name of names) {
        for (const init of methods) {
          const answer = yield* ask(name, init)
          const text = yield* Effect.promise(() => answer.text())
          expect([401, 403, 404, 405], `${init.method} ${name}: ${text}`).toContain(answer.status)
        }
      }
      table.push(`anonymous × ${names.length} tables and functions × read, insert, change, delete: refused`)
    })
  )
})
