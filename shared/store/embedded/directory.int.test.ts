/** The embedded store in a directory: the contract, one process at a time, and what kill -9 leaves. */
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { afterAll, expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { readAddress } from "../../files/address.ts"
import { someCandle, storeContract } from "../testing/contract.ts"
import { Store } from "../port.ts"
import { EmbeddedStore } from "./store.ts"

/** One directory for all: setting up PostgreSQL's files takes longer than everything that is done to them here. */
const directory = fs.mkdtempSync(join(tmpdir(), "kennel-store-"))
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }))

// What a first start leaves that was killed halfway: the first opening begins anew.
fs.mkdirSync(join(directory, "postgres.new", "base"), { recursive: true })
fs.writeFileSync(join(directory, "postgres.new", "PG_VERSION"), "18")

storeContract("embedded in a directory, after a first start that was killed", EmbeddedStore.layer({ directory }))

const WRITER = fileURLToPath(new URL("./testing/killedWriter.ts", import.meta.url))

/** Runs the writer and kills it after this many acknowledged rounds; returns the number of the last one. */
const writeAndKill = (rounds: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [WRITER, directory], {
      stdio: ["ignore", "pipe", "pipe"]
    })
    let [acknowledged, last, complaint] = [0, -1, ""]
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaint += text
    })
    createInterface({ input: child.stdout }).on("line", (line) => {
      last = Number(line)
      acknowledged++
      if (acknowledged === rounds) child.kill("SIGKILL")
    })
    child.once("error", reject)
    child.once("close", () => {
      if (acknowledged >= rounds) resolve(last)
      else reject(new Error(`the writer ended by itself: ${complaint}`))
    })
  })

/** Rounds before each kill. */
const PLAN = [3, 20, 1]
const PER_ROUND = 50

it.live("after kill -9 everything acknowledged is there, and no request by halves", () =>
  Effect.gen(function* () {
    for (const rounds of PLAN) {
      const last = yield* Effect.promise(() => writeAndKill(rounds))
      const [count, round] = yield* Effect.gen(function* () {
        const { candles, state } = yield* Store
        const held = yield* candles.coverage({ venue: "real", symbol: "KILL", intervalMin: 1 }, 0)
        return [held.count, yield* state.get("round")] as const
      }).pipe(Effect.provide(EmbeddedStore.layer({ directory })))
      expect(count).toBeGreaterThanOrEqual((last + 1) * PER_ROUND)
      expect(count % PER_ROUND, "a request by halves").toBe(0)
      expect(Number(round)).toBeGreaterThanOrEqual(last)
    }
  })
)

it.live("a second opening of the directory is refused by name until the first one has closed", () =>
  Effect.gen(function* () {
    const open = Effect.scoped(Layer.build(EmbeddedStore.layer({ directory })))
    yield* Effect.gen(function* () {
      const { state } = yield* Store
      yield* state.put("kept", "yes")
      const error = yield* Effect.flip(open)
      expect(error._tag).toBe("StoreOpenError")
      expect(error.message).toMatch(new RegExp(`${directory}: in use by process ${process.pid}`))
    }).pipe(Effect.provide(EmbeddedStore.layer({ directory })))
    const kept = yield* Effect.flatMap(Store, ({ state }) => state.get("kept")).pipe(
      Effect.provide(EmbeddedStore.layer({ directory }))
    )
    expect(kept).toBe("yes")
  })
)

it.effect("within a minute after a write, and not after a read, a checkpoint puts everything on the disk", () =>
  Effect.gen(function* () {
    const { state, health } = yield* Store
    const control = join(directory, "postgres", "global", "pg_control")
    const checkpointMs = () => fs.statSync(control).mtimeMs
    const before = checkpointMs()
    yield* health
    yield* TestClock.adjust("10 minutes")
    yield* health
    expect(checkpointMs()).toBe(before)
    yield* state.put("barrier", 1)
    expect(checkpointMs()).toBe(before)
    yield* TestClock.adjust("1 minute")
    while (checkpointMs() === before) yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
  }).pipe(Effect.provide(EmbeddedStore.layer({ directory })))
)

it.live("a path that is no directory is refused with its name", () =>
  Effect.gen(function* () {
    const file = join(directory, "file")
    fs.writeFileSync(file, "")
    const error = yield* Effect.flip(Effect.scoped(Layer.build(EmbeddedStore.layer({ directory: file }))))
    expect(error.message).toMatch(/file: cannot be locked: not a directory/)
  })
)

it.live(
  "a command beside the process that has the store works through it, and opens it itself once that has gone",
  () =>
    Effect.gen(function* () {
      const beside = EmbeddedStore.layerBeside({ directory })
      const key = yield* Effect.gen(function* () {
        const { state } = yield* Store
        yield* state.put("seen", { by: "the holder" })
        yield* Effect.gen(function* () {
          const through = yield* Store
          expect(through.where).toBe(`${directory}, through the process that has it open`)
          expect(yield* through.state.get("seen")).toStrictEqual({ by: "the holder" })
          expect(
            yield* through.candles.upsert({ venue: "real", symbol: "DOOR", intervalMin: 1 }, [someCandle(60)], "import")
          ).toBe(1)
        }).pipe(Effect.provide(beside))
        expect(
          (yield* (yield* Store).candles.coverage({ venue: "real", symbol: "DOOR", intervalMin: 1 }, 0)).count
        ).toBe(1)
        return readAddress(directory)
      }).pipe(Effect.provide(EmbeddedStore.layer({ directory })))
      expect(Object.keys(key ?? {})).toStrictEqual(["url", "token"])
      expect(readAddress(directory)).toBe(null)
      yield* Effect.gen(function* () {
        const own = yield* Store
        expect(own.where).toBe(directory)
        expect(yield* own.state.get("seen")).toStrictEqual({ by: "the holder" })
      }).pipe(Effect.provide(beside))
    })
)

it.live("nobody without the token of this opening is let in, and the token is this user's alone to read", () =>
  Effect.gen(function* () {
    const { url = "", token = "" } = readAddress(directory) ?? {}
    const asked = (shown: string) =>
      Effect.promise(async () => {
        const { status } = await fetch(`${url}/rest/v1/symbols?select=symbol`, { headers: { authorization: shown } })
        return status
      })
    expect(yield* asked("")).toBe(401)
    expect(yield* asked("Bearer another")).toBe(401)
    expect(yield* asked(`Bearer ${token}`)).toBe(200)
    expect(fs.statSync(join(directory, "address.json")).mode & 0o077).toBe(0)
  }).pipe(Effect.provide(EmbeddedStore.layer({ directory })))
)
