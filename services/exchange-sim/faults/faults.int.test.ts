import { expect } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { describe, it } from "vitest"
import { Faults } from "./faults.ts"
import { client, dig, type Json, openSocket, type Urls } from "../testing/sim.ts"
import { onTapeOf, START, tapeFile, wait } from "../testing/tape.ts"

const onTape = onTapeOf(tapeFile())
const admin = { admin: true }

const adminCall = (urls: Urls, method: string, path: string, body?: unknown) =>
  wait(async () => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) }
    const response = await fetch(`${urls.restUrl}/admin/${path}`, init)
    return { status: response.status, value: (await response.json()) as Json }
  })
const books = (urls: Urls) => Effect.map(adminCall(urls, "GET", "books"), ({ value }) => value)
const put = (urls: Urls, ...faults: ReadonlyArray<object>) => adminCall(urls, "POST", "faults", faults)

/** Executions as one private socket hears them. */
const listener = (urls: Urls, rest: ReturnType<typeof client>) =>
  wait(async () => {
    const token = dig(await rest.call("GetWebSocketsToken"), "result", "token")
    const socket = await openSocket(urls.wsPrivateUrl)
    socket.ask({ method: "subscribe", params: { channel: "executions", token } })
    await socket.until((frame) => frame["type"] === "snapshot")
    return { ...socket, update: () => socket.until((frame) => frame["channel"] === "executions") }
  })

describe("a call hit by a fault", () => {
  onTape(
    "whose reply is lost has been carried out all the same",
    (urls) =>
      Effect.gen(function* () {
        yield* put(urls, { kind: "reply-lost", method: "AddOrder", times: 1 })
        const { add, call } = client(urls)
        const lost = yield* wait(() =>
          add("buy", "60", "0.19", { cl_ord_id: "kn1" }).then(
            () => "answered",
            () => "cut"
          )
        )
        expect(lost).toBe("cut")
        const open = yield* wait(() => call("OpenOrders", { cl_ord_id: "kn1" }))
        expect(Object.keys(dig(open, "result", "open") ?? {})).toHaveLength(1)
        expect((yield* wait(() => add("buy", "60", "0.19"))).error).toEqual([])
      }),
    admin
  )

  onTape(
    "of the edge gets a page of HTML, and was carried out only when the fault says so",
    (urls) =>
      Effect.gen(function* () {
        const { raw } = client(urls)
        const place = () =>
          wait(async () => {
            const fields = { pair: "XDGUSD", type: "buy", ordertype: "limit", volume: "60", price: "0.19" }
            const response = await raw("AddOrder", fields)
            return [response.status, (await response.text()).slice(0, 6)]
          })
        yield* put(urls, { kind: "http", status: 520, method: "AddOrder", times: 1 })
        expect(yield* place()).toEqual([520, "<html>"])
        expect(dig(yield* books(urls), "orders")).toHaveLength(0)
        yield* put(urls, { kind: "http", status: 502, method: "*", times: 1, afterExecution: true })
        expect(yield* place()).toEqual([502, "<html>"])
        expect(dig(yield* books(urls), "orders")).toHaveLength(1)
      }),
    admin
  )

  onTape(
    "is told that the exchange is busy or throttles, in Kraken's words",
    (urls) =>
      Effect.gen(function* () {
        const { call } = client(urls)
        yield* put(
          urls,
          { kind: "error", error: "EService:Busy", method: "Balance", times: 1 },
          { kind: "throttled", forSec: 30, method: "Balance", times: 1 }
        )
        expect((yield* wait(() => call("Balance"))).error).toEqual(["EService:Busy"])
        expect((yield* wait(() => call("Balance"))).error).toEqual([`EService:Throttled: ${START + 30}`])
        expect((yield* wait(() => call("Balance"))).error).toEqual([])
      }),
    admin
  )

  onTape(
    "and never answered leaves the client waiting and nothing done",
    (urls) =>
      Effect.gen(function* () {
        yield* put(urls, { kind: "no-reply", method: "Time", times: 1 })
        const gaveUp = yield* wait(() =>
          fetch(`${urls.restUrl}/0/public/Time`, { signal: AbortSignal.timeout(100) }).then(
            () => false,
            () => true
          )
        )
        expect(gaveUp).toBe(true)
      }),
    admin
  )

  onTape(
    "and answered late hears of its fill before its order",
    (urls) =>
      Effect.gen(function* () {
        const rest = client(urls)
        const socket = yield* listener(urls, rest)
        yield* put(urls, { kind: "late-reply", delayMs: 90_000, method: "AddOrder", times: 1 })
        let answered = false
        const reply = rest.add("buy", "30", "0.1995").finally(() => (answered = true))
        expect(dig(yield* wait(socket.update), "data", 1, "exec_type")).toBe("new")
        yield* TestClock.adjust("60 seconds")
        expect(dig(yield* wait(socket.update), "data", 1, "exec_type")).toBe("filled")
        expect(answered).toBe(false)
        yield* TestClock.adjust("30 seconds")
        expect((yield* wait(() => reply)).error).toEqual([])
      }),
    admin
  )
})

describe("sockets hit by a fault", () => {
  onTape(
    "are cut",
    (urls) =>
      Effect.gen(function* () {
        const socket = yield* wait(() => openSocket(urls.wsPublicUrl))
        yield* put(urls, { kind: "disconnect", socket: "public" })
        yield* wait(() => socket.closed)
      }),
    admin
  )

  onTape(
    "hear executions twice, in the wrong order, or not at all",
    (urls) =>
      Effect.gen(function* () {
        const rest = client(urls)
        const socket = yield* listener(urls, rest)
        const heard = () => Effect.map(wait(socket.update), (frame) => frame["sequence"])
        const place = () => wait(() => rest.add("buy", "30", "0.1"))
        yield* put(urls, { kind: "duplicate-executions", times: 1 })
        yield* place()
        expect([yield* heard(), yield* heard()]).toEqual([2, 2])
        yield* put(urls, { kind: "reorder-executions", times: 1 })
        yield* place()
        yield* place()
        expect([yield* heard(), yield* heard()]).toEqual([4, 3])
        yield* put(urls, { kind: "drop-executions", times: 1 })
        yield* place()
        yield* place()
        expect(yield* heard()).toBe(6)
      }),
    admin
  )
})

describe("the exchange under a fault", () => {
  onTape(
    "shows orders and fills over REST only after a while",
    (urls) =>
      Effect.gen(function* () {
        const { add, call, txidOf } = client(urls)
        yield* put(urls, { kind: "rest-lag", delayMs: 30_000 })
        const txid = yield* wait(() => txidOf(add("buy", "30", "0.1995")))
        const open = () =>
          Effect.map(
            wait(() => call("OpenOrders")),
            (answer) => Object.keys(dig(answer, "result", "open") ?? {})
          )
        expect(yield* open()).toEqual([])
        yield* TestClock.adjust("61 seconds")
        // Filled a second ago, but REST does not know yet.
        expect(yield* open()).toEqual([txid])
        expect((yield* wait(() => call("TradesHistory"))).result).toEqual({ trades: {}, count: 0 })
        yield* TestClock.adjust("30 seconds")
        expect(yield* open()).toEqual([])
        expect((yield* wait(() => call("TradesHistory"))).result?.["count"]).toBe(1)
      }),
    admin
  )

  onTape(
    "opens and closes its doors with its status, and says so on every socket",
    (urls) =>
      Effect.gen(function* () {
        const { add, call, txidOf } = client(urls)
        const socket = yield* wait(() => openSocket(urls.wsPublicUrl))
        const status = () =>
          Effect.map(
            wait(() => socket.until((frame) => frame["channel"] === "status")),
            (frame) => dig(frame, "data", 0, "system")
          )
        expect(yield* status()).toBe("online")
        const txid = yield* wait(() => txidOf(add("buy", "30", "0.1995")))
        yield* put(urls, { kind: "status", system: "cancel_only" })
        expect(yield* status()).toBe("cancel_only")
        expect((yield* wait(() => add("buy", "30", "0.19"))).error).toEqual(["EService:Market in cancel_only mode"])
        yield* put(urls, { kind: "status", system: "post_only" })
        expect((yield* wait(() => add("buy", "30", "0.19", { oflags: "fciq" }))).error).toEqual([
          "EService:Market in post_only mode"
        ])
        yield* TestClock.adjust("60 seconds")
        expect(dig(yield* books(urls), "orders", 0, "filled")).toBe("0")
        yield* put(urls, { kind: "status", system: "maintenance" })
        expect((yield* wait(() => call("CancelOrder", { txid }))).error).toEqual(["EService:Unavailable"])
        yield* adminCall(urls, "DELETE", "faults")
        expect((yield* wait(() => call("CancelOrder", { txid }))).error).toEqual([])
      }),
    admin
  )
})

describe("the admin routes", () => {
  onTape("are closed unless a setting opens them", (urls) =>
    Effect.gen(function* () {
      const status = yield* wait(async () => (await fetch(`${urls.restUrl}/admin/books`)).status)
      expect(status).toBe(404)
    })
  )

  onTape(
    "refuse a fault they do not know and say why",
    (urls) =>
      Effect.gen(function* () {
        const answer = yield* adminCall(urls, "POST", "faults", { kind: "reply-lost" })
        expect(answer.status).toBe(400)
        expect(String(answer.value["error"])).toContain("method")
      }),
    admin
  )

  onTape(
    "show the books: balances are deposits and fills to the last digit",
    (urls) =>
      Effect.gen(function* () {
        const { add } = client(urls)
        yield* wait(() => add("buy", "30", "0.1995"))
        yield* TestClock.adjust("60 seconds")
        expect(yield* books(urls)).toMatchObject({
          nowMs: (START + 60) * 1_000,
          pair: "XDGUSD",
          balances: { base: { total: "10030", hold: "0" }, quote: { total: "1994.0000375", hold: "0" } },
          sums: {
            orders: 1,
            fills: 1,
            deposits: { base: "10000", quote: "2000" },
            buy: { volume: "30", cost: "5.985", fee: "0.0149625" },
            sell: { volume: "0", cost: "0", fee: "0" }
          }
        })
      }),
    admin
  )
})

describe("faults by chance", () => {
  it("hit the same calls for the same seed", () => {
    const hits = (seed: number) => {
      const faults = new Faults(seed)
      faults.add({ kind: "error", error: "EService:Busy", method: "*", probability: 0.3 })
      return Array.from({ length: 100 }, () => faults.onCall("Time") !== null)
    }
    expect(hits(1)).toEqual(hits(1))
    expect(hits(1)).not.toEqual(hits(2))
    expect(hits(1).filter(Boolean).length).toBeGreaterThan(15)
  })
})
