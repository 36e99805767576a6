/** A start in the wrong place, or in the wrong way, says so in one sentence and leaves nothing behind. */
import { spawn, spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdtemp, readFile, rm, writeFile, mkdir } from "node:fs/promises"
import { createServer, type Server } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { startKennel } from "../testing/processes.ts"

let directory = ""
let taken: Server | null = null

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "kennel-place-"))
})
afterEach(async () => {
  taken?.close()
  taken = null
  await rm(directory, { recursive: true, force: true })
})

/** A port on which somebody else listens. */
const takenPort = () =>
  new Promise<number>((resolve) => {
    const server = createServer()
    taken = server
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resolve(typeof address === "object" && address !== null ? address.port : 0)
    })
  })

const start = async (args: ReadonlyArray<string>, env: Readonly<Record<string, string>>) => {
  const process = startKennel(["up", ...args], env)
  const code = await process.ended
  return { code, lines: process.output().trim().split("\n") }
}

describe("kennel up", () => {
  it("on a port that is taken says so before it makes anything", async () => {
    const port = await takenPort()
    const data = join(directory, "data")
    const { code, lines } = await start(["--port", String(port)], { DATA_DIR: data })
    expect(lines).toStrictEqual([
      `kennel: port ${port} of 127.0.0.1 is taken: another program listens there, perhaps another Kennel; choose another (PORT, --port)`
    ])
    expect(code).toBe(1)
    expect(existsSync(data)).toBe(false)
  })

  it("with flags that npm has kept says how to write them", async () => {
    const { code, lines } = await start(["9344"], { npm_lifecycle_event: "start", npm_config_port: "true" })
    expect(code).toBe(1)
    expect(lines).toStrictEqual([
      "kennel: npm keeps --port for itself unless two dashes stand before: npm start -- --port …"
    ])
  })

  it("with a flag mistyped says it in one line, with the flag that was meant", async () => {
    const { code, lines } = await start(["--prot", "1"], {})
    expect(code).toBe(1)
    expect(lines).toStrictEqual([
      "kennel: Unrecognized flag: --prot in command kennel up Did you mean this? --port (kennel up --help)"
    ])
  })
})

/** Runs the way in as another Node, or from another place, would. */
const wayIn = (entry: string, args: ReadonlyArray<string>) => {
  const { status, stderr } = spawnSync(process.execPath, [...args, entry, "--version"], { encoding: "utf8" })
  return { status, stderr }
}

describe("the way in", () => {
  it("on an older Node names the one that is needed and how to come by it", () => {
    const older = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })"
    const { status, stderr } = wayIn("cli/kennel.mjs", [
      "--import",
      `data:text/javascript,${encodeURIComponent(older)}`
    ])
    expect(stderr).toBe(
      "kennel: this is Node 20.20.2, and Kennel needs 24 or newer: npm ci brings one along, and npm start and npm run -s kennel use it\n"
    )
    expect(status).toBe(1)
  })

  it("before npm ci says that packages are missing", async () => {
    const alone = join(directory, "kennel.mjs")
    await writeFile(alone, await readFile("cli/kennel.mjs", "utf8"))
    await mkdir(join(directory, "help"))
    await writeFile(join(directory, "help/quick.ts"), "export const quickAnswer = () => null\n")
    await writeFile(join(directory, "main.ts"), 'import "no-such-package"\n')
    const { status, stderr } = wayIn(alone, [])
    expect(stderr).toMatch(
      /^kennel: a package is not installed \(Cannot find package 'no-such-package'.*\): run npm ci first\n$/
    )
    expect(status).toBe(1)
  })
})

describe("npm", () => {
  it("is told by the project to keep its warnings of engines to itself", async () => {
    const child = spawn("npm", ["config", "get", "loglevel"], {
      // What npm was told on its own command line is no word of the project's.
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_config_/i.test(name))),
      stdio: ["ignore", "pipe", "ignore"]
    })
    let said = ""
    for await (const chunk of child.stdout) said += String(chunk)
    expect(said.trim()).toBe("error")
  })
})
