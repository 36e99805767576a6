import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { afterAll, afterEach, describe, expect, it } from "vitest"
import { client, dig, getPublic, type Json, openSocket, type Urls } from "./testing/sim.ts"

const START_MS = 1_790_000_040_000
const OPTIONS = { market: "synthetic", seed: 1, startMs: START_MS, speed: 600, admin: true }

const directories: Array<string> = []
const newDirectory = () => {
  const directory = mkdtempSync(join(tmpdir(), "exchange-sim-"))
  directories.push(directory)
  return directory
}
afterAll(() => directories.forEach((directory) => rmSync(directory, { recursive: true })))

const running = new Set<ChildProcess>()
afterEach(() => running.forEach((child) => child.kill("SIGKILL")))

/** Starts an exchange and waits for its addresses, or for what it says when it cannot start. */
const start = async (directory: string, options: object = OPTIONS) => {
  const script = fileURLToPath(new URL("./testing/killedExchange.ts", import.meta.url))
  const child = spawn(process.execPath, [script, directory, JSON.stringify(options)], {
    stdio: ["ignore", "pipe", "pipe"]
  })
  running.add(child)
  let complaints = ""
  child.stderr.on("data", (text: Buffer) => (complaints += text.toString()))
  const ended = new Promise<void>((resolve) =>
    child.on("close", () => {
      running.delete(child)
      resolve()
    })
  )
  for await (const line of createInterface(child.stdout)) {
    if (!line.startsWith("{")) {
      complaints += line
      continue
    }
    const stop = (signal: NodeJS.Signals) => {
      child.kill(signal)
      return ended
    }
    return { urls: JSON.parse(line) as Urls, stop }
  }
  await ended
  throw new Error(complaints)
}

const books = async ({ restUrl }: Urls) => (await (await fetch(`${restUrl}/admin/books`)).json()) as Json
const list = (value: unknown, key: string) => dig(value, key) as ReadonlyArray<Json>
const rows = (value: unknown, ...path: ReadonlyArray<string | number>) =>
  dig(value, ...path) as ReadonlyArray<ReadonlyArray<unknown>>

/**
 * Orders around the market, so that some fill within simulated minutes and some rest. They may cross: on a slow machine
 * the market has moved minutes ahead by the time the last one arrives.
 */
const placeLadder = async (urls: Urls, rest: ReturnType<typeof client>) => {
  const ticker = await getPublic(urls, "Ticker?pair=XDGUSD")
  const last = Number(dig(ticker, "result", "XDGUSD", "c", 0))
  const told: Array<string> = []
  for (const pct of [0.1, 0.2, 0.4, 5, 9]) {
    for (const [side, way] of [
      ["buy", -1],
      ["sell", 1]
    ] as const) {
      const price = (last * (1 + (way * pct) / 100)).toFixed(7)
      told.push(await rest.txidOf(rest.add(side, "100", price, { oflags: "fciq" })))
    }
  }
  return told
}

describe("an exchange that is killed and started again", () => {
  it("still has every order it acknowledged and every fill it told of, and no time or nonce is used twice", async () => {
    const directory = newDirectory()
    const first = await start(directory)
    const rest = client(first.urls, 1)
    const token = dig(await rest.call("GetWebSocketsToken"), "result", "token")
    const socket = await openSocket(first.urls.wsPrivateUrl)
    socket.ask({ method: "subscribe", params: { channel: "executions", token }, req_id: 1 })
    const txids = await placeLadder(first.urls, rest)
    const fills = new Map<unknown, Json>()
    while (fills.size < 3) {
      const frame = await socket.until(({ channel }) => channel === "executions")
      for (const entry of list(frame, "data")) if (entry["exec_type"] === "trade") fills.set(entry["exec_id"], entry)
    }
    const before = await books(first.urls)
    await first.stop("SIGKILL")

    const second = await start(directory)
    const after = await books(second.urls)
    const orders = new Map(list(after, "orders").map((order) => [order["txid"], order]))
    for (const txid of txids) expect(orders.has(txid)).toBe(true)
    const trades = new Map(list(after, "trades").map((trade) => [trade["execId"], trade]))
    for (const [execId, told] of fills) {
      expect(Number(trades.get(String(execId))?.["volume"])).toBe(told["last_qty"])
      expect(Number(trades.get(String(execId))?.["price"])).toBe(told["last_price"])
    }
    // What stood in the books is still there, in the same place; the market may have added to it since.
    expect(list(after, "trades").slice(0, list(before, "trades").length)).toEqual(list(before, "trades"))
    expect(after["nowMs"]).toBeGreaterThanOrEqual(Number(before["nowMs"]))
    // An acknowledged order carried its nonce into the journal.
    expect((await client(second.urls, 1).call("Balance", { nonce: String(txids.length + 1) })).error).toEqual([
      "EAPI:Invalid nonce"
    ])
    const again = await rest.call("Balance").catch(() => null)
    expect(again).toBeNull()
    const fresh = await client(second.urls, 1_000).add("sell", "10", "0.5")
    expect(txids).not.toContain(dig(fresh, "result", "txid", 0))
    await second.stop("SIGTERM")
  })

  it("goes on with the same market: time stands still while it is down, and no price differs from an unbroken run", async () => {
    const [broken, unbroken] = [newDirectory(), newDirectory()]
    const options = { ...OPTIONS, speed: 60 }
    const first = await start(broken, options)
    const stoppedMs = Number((await books(first.urls))["nowMs"])
    await first.stop("SIGTERM")
    const second = await start(broken, options)
    const now = await books(second.urls)
    // Only the time it ran counts, a few seconds of the wall at most.
    expect(Number(now["nowMs"]) - stoppedMs).toBeLessThan(60_000 * 10)
    const reference = await start(unbroken, { ...options, speed: 600 })
    const since = `OHLC?pair=XDGUSD&interval=1&since=${START_MS / 1_000 - 3_600}`
    const firstHour = async (urls: Urls) => rows(await getPublic(urls, since), "result", "XDGUSD").slice(0, 59)
    expect(await firstHour(second.urls)).toEqual(await firstHour(reference.urls))
    await Promise.all([second.stop("SIGTERM"), reference.stop("SIGTERM")])
  })

  it("refuses to go on with another market, and says what to do", async () => {
    const directory = newDirectory()
    await (await start(directory)).stop("SIGTERM")
    await expect(start(directory, { ...OPTIONS, seed: 2 })).rejects.toThrow(
      "its journal was opened with market synthetic, seed 1; asked for is synthetic, seed 2"
    )
  })
})
