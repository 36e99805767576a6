import { connect } from "node:net"
import { describe, expect, it } from "@effect/vitest"
import { Context, Effect, Exit, Layer, Scope } from "effect"
import { TestClock } from "effect/testing"
import type { MarketEvent } from "../../shared/events/event.ts"
import { opening, price, reconciled, slots } from "./testing/examples.ts"
import { ControlPlane, controlPlaneLayer, type ControlPlaneOptions } from "./layer.ts"
import type { Blocks } from "./core/blocks.ts"
import { type Change, patched } from "./core/patch.ts"
import type { Status } from "./core/brief.ts"
import type { StatusReport } from "./core/report.ts"
import { loadAssets } from "./http/assets.ts"
import { MAX_PER_ADDRESS } from "./http/connections.ts"
import { blocks } from "./testing/blocks.ts"
import { handMoved, OPTIONS } from "./testing/views.ts"

/** A server on a free port over views moved by hand; time moves by hand too. */
const serve = Effect.fn("serve")(function* (
  history: ReadonlyArray<MarketEvent> = opening,
  options: Partial<ControlPlaneOptions> = {}
) {
  const market = yield* handMoved(history)
  const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
  const layer = controlPlaneLayer({ ...OPTIONS, ...options }).pipe(Layer.provide(market.views))
  const { url, port } = Context.get(yield* Layer.buildWithScope(layer, scope), ControlPlane)
  const get = (path: string, init: RequestInit = {}) => Effect.promise(() => fetch(new URL(path, url), init))
  const read = <Body>(path: string) =>
    Effect.flatMap(get(path), (response) => Effect.promise(() => response.json() as Promise<Body>))
  return { market, url, port, get, read, stop: Scope.close(scope, Exit.void) }
})

/** Lets the publisher look once more. */
const settle = TestClock.adjust("1 second")

/** Reads a stream of events until it has heard `enough`, or to its end. */
const follow = (url: string) => {
  const leave = new AbortController()
  let text = ""
  const opened = Effect.promise(() => fetch(new URL("/api/stream", url), { signal: leave.signal })).pipe(
    Effect.map((response) => {
      expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8")
      if (response.body === null) return expect.fail("an answer without a body")
      return response.body.pipeThrough(new TextDecoderStream()).getReader()
    })
  )
  const frames = () => text.split("\n\n").slice(0, -1)
  return Effect.map(opened, (reader) => ({
    frames,
    ids: () => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id)),
    until: (enough: () => boolean) =>
      Effect.promise(async () => {
        while (!enough()) {
          const { done, value } = await reader.read()
          if (done) return "ended" as const
          text += value
        }
        return "enough" as const
      }),
    leave: Effect.sync(() => leave.abort())
  }))
}

describe("the status", () => {
  it.effect("is one report under both of its names", () =>
    Effect.gen(function* () {
      const { market, get, read } = yield* serve()
      yield* market.setSlots(slots)
      yield* market.append(price("0.141"))
      yield* settle
      const report = yield* read<StatusReport>("/api/status")
      expect(Object.keys(report)).toStrictEqual([
        "age_sec",
        "seq",
        "mode",
        "mode_reason",
        "mode_next",
        "refused_actions",
        "mode_cause",
        "mode_since",
        "mode_causes",
        "operator_needed",
        "startup",
        "entry_scheduler",
        "capacity_fill_health",
        "daily_loss_limit",
        "daily_loss_lock_active",
        "daily_loss_lock_utc_day",
        "capital_layers",
        "targets",
        "sizing",
        "open_order_drift_hint",
        "recoveries",
        "soft_closed_total",
        "notices",
        "commands",
        "last_halt",
        "trading",
        "ready",
        "waiting_for",
        "warnings",
        "market",
        "slots",
        "retired_slots",
        "total_profit",
        "total_fees",
        "total_round_trips",
        "today_realized_loss",
        "daily_realized_loss_utc",
        "daily_loss",
        "money",
        "account",
        "fees",
        "constraints",
        "orders",
        "journal",
        "telegram",
        "reconciled",
        "simulator",
        "started_at"
      ])
      expect(report.market.price).toBe("0.141")
      expect(report.market.last_event_seq).toBe(6)
      expect(report.journal).toStrictEqual({ where: "by hand", head: 6, epoch: 3, rules_version: 1, quarantined: 0 })
      expect(report.slots.map((slot) => slot.slot_id)).toStrictEqual([1, 2])
      expect(yield* read("/api/swarm/status")).toStrictEqual(report)
      const response = yield* get("/api/status")
      expect(response.headers.get("cache-control")).toBe("no-cache")
      const tag = response.headers.get("etag") ?? ""
      const again = yield* get("/api/status", { headers: { "If-None-Match": tag } })
      expect([again.status, yield* Effect.promise(() => again.text())]).toStrictEqual([304, ""])
      yield* market.append(price("0.142"))
      yield* settle
      expect((yield* get("/api/status", { headers: { "If-None-Match": tag } })).status).toBe(200)
    })
  )
})

/** What the ingestor shows when its backfill is in this phase. */
const candlesAt = (phase: NonNullable<Blocks["backfill"]>["backfill_status"], complete: boolean): Blocks => ({
  data: { status: "ok", reasons: [] },
  backfill: { ...blocks.backfill, backfill_status: phase, backfill_complete: complete }
})

describe("ready and healthy", () => {
  it.effect("waits for a price, for the account, and says so; health stays 200", () =>
    Effect.gen(function* () {
      const { market, get, read } = yield* serve(opening.slice(0, 4))
      expect((yield* get("/ready")).status).toBe(503)
      expect(yield* read("/ready")).toStrictEqual({
        ready: false,
        waiting_for: [
          "price: none heard since this process began",
          "account: orders not yet compared with the exchange"
        ],
        session: {
          pair: "DOGE/USD",
          trading: "paper",
          venue_time: 1_795_183_203,
          utc_day: "2026-11-20",
          started_at: 0
        },
        trading: { enabled: false, reason: "price: none heard since this process began" },
        last_event_seq: 4,
        seq: 4,
        age_sec: 0
      })
      expect((yield* get("/health")).status).toBe(200)
      expect(yield* read("/health")).toMatchObject({ status: "degraded", mode: "RUNNING" })

      yield* market.append(reconciled, price("0.141"))
      yield* settle
      expect((yield* get("/ready")).status).toBe(200)
      expect(yield* read("/ready")).toMatchObject({ trading: { enabled: true, reason: null } })
      expect(yield* read("/health")).toMatchObject({
        status: "degraded",
        reasons: ["backfill: nothing has been heard of candles yet"],
        backfill_status: "idle"
      })
      yield* market.setBlocks(candlesAt("complete", true))
      yield* settle
      expect(yield* read("/health")).toStrictEqual({
        status: "ok",
        reasons: [],
        backfill_schedule: "0 0,6,12,18 * * *",
        backfill_next_run: 1_795_186_800,
        mode: "RUNNING",
        backfill_status: "complete",
        backfill_complete: true,
        last_event_seq: 6,
        seq: 6,
        age_sec: expect.any(Number)
      })
    })
  )

  it.effect.each([
    ["complete", true, []],
    ["skipped", true, []],
    ["disabled", true, []],
    ["pending", false, ["backfill: pending, 40 %"]],
    ["in_progress", false, ["backfill: in progress, 40 %"]],
    ["cancelled", false, ["backfill: cancelled, 40 %"]]
  ] as const)("with a backfill that is %s is well: %s", ([phase, well, reasons]) =>
    Effect.gen(function* () {
      const { market, read } = yield* serve()
      yield* market.append(price("0.141"))
      yield* market.setBlocks(candlesAt(phase, well))
      yield* settle
      expect(yield* read("/health")).toMatchObject({
        status: well ? "ok" : "degraded",
        reasons,
        backfill_status: phase
      })
    })
  )

  it.effect("is degraded while the data are stale, and shows what is missing where scripts look for it", () =>
    Effect.gen(function* () {
      const { market, get, read } = yield* serve([...opening.slice(0, 4), reconciled])
      yield* market.append(price("0.141"))
      yield* settle
      expect((yield* get("/backfill/status")).status).toBe(503)
      const candles = {
        data: { status: "degraded", reasons: ["stale candles of 1 min"] },
        backfill: blocks.backfill,
        hmm_data_pipeline: blocks.hmm_data_pipeline,
        hmm_data_pipeline_secondary: null
      } as const
      yield* market.setBlocks(candles)
      yield* settle
      expect(yield* read("/health")).toMatchObject({
        status: "degraded",
        reasons: ["stale candles of 1 min", "backfill: in progress, 40 %"]
      })
      expect(yield* read("/backfill/status")).toStrictEqual({ seq: 6, age_sec: expect.any(Number), ...candles })
      // Trading waits for no candles.
      expect((yield* get("/ready")).status).toBe(200)
      expect(yield* read("/ready")).toEqual(expect.objectContaining({ ready: true, ...candles }))
      expect(yield* read("/api/status")).toEqual(expect.objectContaining(candles))
    })
  )

  it.effect("is not ready while the journal cannot be reached, and again when it can", () =>
    Effect.gen(function* () {
      const { market, get, read } = yield* serve()
      yield* market.append(price("0.141"))
      yield* market.unreachable
      yield* settle
      const { waiting_for: waiting } = yield* read<StatusReport>("/ready")
      expect(waiting).toStrictEqual(["journal: journal not reachable: connection refused"])
      yield* market.reachable
      yield* settle
      expect((yield* get("/ready")).status).toBe(200)
    })
  )

  it.effect("is not ready before the history is read", () =>
    Effect.gen(function* () {
      const market = yield* handMoved(opening)
      yield* market.setHead(50)
      const built = yield* Layer.build(controlPlaneLayer(OPTIONS).pipe(Layer.provide(market.views)))
      const { url } = Context.get(built, ControlPlane)
      const ready = yield* Effect.promise(() => fetch(`${url}ready`))
      expect(ready.status).toBe(503)
      expect(yield* Effect.promise(() => ready.text())).toContain("history: 5 of 50 records read")
    })
  )

  it.effect("stops being ready when the market falls silent", () =>
    Effect.gen(function* () {
      const { market, get, read } = yield* serve()
      yield* market.append(price("0.141"))
      yield* settle
      expect((yield* get("/ready")).status).toBe(200)
      yield* TestClock.adjust("62 seconds")
      const { waiting_for: waiting } = yield* read<StatusReport>("/ready")
      expect(waiting.length).toBe(2)
      expect(waiting[0] ?? "").toMatch(/^price: 6\d s old, stale after 60 s$/)
      expect(waiting[1] ?? "").toMatch(/^clock: no clock for 6\d s, silent after 30 s; the mode is as it stood then/)
    })
  )

  it.effect("is no longer well when the clock stops, though others go on writing", () =>
    Effect.gen(function* () {
      const { market, read } = yield* serve()
      yield* market.append(price("0.141"), { _tag: "ClockTicked", priceAgeSec: 0 })
      yield* market.setBlocks(candlesAt("complete", true))
      yield* settle
      const health = () => read<{ readonly status: string; readonly reasons: ReadonlyArray<string> }>("/health")
      expect(yield* health()).toMatchObject({ status: "ok", reasons: [] })
      for (let second = 0; second < 40; second++) {
        yield* TestClock.adjust("1 second")
        yield* market.append(reconciled)
      }
      yield* settle
      const { status, reasons } = yield* health()
      expect(status).toBe("degraded")
      expect(reasons).toStrictEqual([expect.stringMatching(/^clock: no clock for 4\d s/)])
      expect(yield* read<StatusReport>("/api/status")).toMatchObject({ mode: "RUNNING", mode_causes: reasons })
      yield* market.append({ _tag: "ClockTicked", priceAgeSec: 1 })
      yield* settle
      expect(yield* health()).toMatchObject({ status: "ok", reasons: [] })
    })
  )
})

describe("the stream", () => {
  it.effect("begins with the whole status, under the journal's sequence", () =>
    Effect.gen(function* () {
      const { url, read } = yield* serve()
      const stream = yield* follow(url)
      yield* stream.until(() => stream.frames().length >= 1)
      const [first = ""] = stream.frames()
      expect(first).toMatch(/^retry: 1000\nid: 5\ndata: \{/)
      expect(JSON.parse(first.slice(first.indexOf("{")))).toStrictEqual(yield* read("/api/status"))
      yield* stream.leave
    })
  )

  it.effect("sends at most one report a second, however many records come, and ends at the newest", () =>
    Effect.gen(function* () {
      const { market, url } = yield* serve()
      const stream = yield* follow(url)
      for (let n = 1; n <= 200; n++) {
        yield* market.append(price(`0.${1410 + n}`))
        yield* TestClock.adjust("5 millis")
      }
      yield* TestClock.adjust("1100 millis")
      yield* stream.until(() => stream.ids().at(-1) === 205)
      const ids = stream.ids()
      // On opening, the first change at once, and one with each of the two seconds that passed.
      expect(ids.length).toBeLessThanOrEqual(1 + 1 + 2)
      expect(ids.toSorted((a, b) => a - b)).toStrictEqual(ids)
      yield* stream.leave
    })
  )

  it.effect("sends what has changed, and who puts it together has the status, also after a cut", () =>
    Effect.gen(function* () {
      const { market, url, read } = yield* serve()
      yield* market.setSlots(slots)
      yield* settle
      const follower = Effect.gen(function* () {
        const stream = yield* follow(url)
        let [taken, kinds]: [unknown, Array<string>] = [null, []]
        const take = Effect.gen(function* () {
          yield* market.append(price(`0.14${1 + kinds.length}`))
          yield* TestClock.adjust("2100 millis")
          const { seq, slots: shown, market: seen } = yield* read<Status>("/api/status")
          yield* stream.until(() => stream.ids().at(-1) === seq)
          kinds = []
          for (const frame of stream.frames()) {
            const data: unknown = JSON.parse(/^data: (.*)$/m.exec(frame)?.[1] ?? "null")
            const isPatch = frame.includes("event: patch")
            taken = isPatch ? patched(taken, data as ReadonlyArray<Change>) : data
            kinds.push(isPatch ? "patch" : "whole")
          }
          expect(taken).toMatchObject({ seq, slots: shown, market: { price: seen.price } })
          return kinds
        })
        return { stream, take }
      })
      const first = yield* follower
      yield* first.take
      yield* first.take
      expect((yield* first.take).slice(-2)).toStrictEqual(["patch", "patch"])
      yield* first.stream.leave
      yield* market.append(price("0.155"))
      const again = yield* follower
      expect((yield* again.take)[0]).toBe("whole")
      yield* again.stream.leave
    })
  )

  it.effect("says nothing while nothing changes, but beats every 15 s", () =>
    Effect.gen(function* () {
      const { url } = yield* serve()
      const stream = yield* follow(url)
      yield* stream.until(() => stream.frames().length >= 1)
      yield* TestClock.adjust("15 seconds")
      yield* stream.until(() => stream.frames().length >= 2)
      expect(stream.frames().slice(1)).toStrictEqual(["event: beat\ndata:"])
      yield* stream.leave
    })
  )

  it.effect("refuses one page too many of an address, and takes it when another has left", () =>
    Effect.gen(function* () {
      const { url, get } = yield* serve()
      const streams = yield* Effect.forEach(Array.from({ length: MAX_PER_ADDRESS }), () => follow(url))
      const refused = yield* get("/api/stream")
      expect(refused.status).toBe(503)
      expect(refused.headers.get("retry-after")).toBe("15")
      expect(yield* Effect.promise(() => refused.json())).toMatchObject({ title: "Too Many Streams", status: 503 })
      yield* Effect.forEach(streams, (stream) => stream.leave)
      const again = yield* get("/api/stream", { method: "HEAD" })
      expect(again.status).toBe(200)
    })
  )
})

/** A file of the built page, whose name holds a digest of what is in it. */
const builtFile = (ending: string): string =>
  [...(loadAssets()?.keys() ?? [])].find((path) => path.startsWith("/page/assets/") && path.endsWith(ending)) ??
  "the page has not been built: npm run page"

describe("the routes", () => {
  it.effect.each([
    ["/", "text/html; charset=utf-8", "no-cache"],
    ["/factory", "text/html; charset=utf-8", "no-cache"],
    ["/page/icon.svg", "image/svg+xml", "no-cache"],
    [builtFile(".js"), "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"],
    [builtFile(".css"), "text/css; charset=utf-8", "public, max-age=31536000, immutable"]
  ] as const)("serve %s", ([path, type, kept]) =>
    Effect.gen(function* () {
      const { get } = yield* serve()
      const response = yield* get(path)
      expect(response.headers.get("cache-control")).toBe(kept)
      expect(response.status).toBe(200)
      expect(response.headers.get("content-type")).toBe(type)
      expect(response.headers.get("content-security-policy") ?? "").toMatch(/^default-src 'none'; script-src 'self';/)
      expect(response.headers.get("x-powered-by")).toBeNull()
    })
  )

  it.effect.each(["/nothing", "/page/", "/page/main.tsx", "/page/index.html", "/page/..%2Flayer.ts", "/api"])(
    "answer %s with a problem in JSON",
    (path) =>
      Effect.gen(function* () {
        const { get } = yield* serve()
        const response = yield* get(path)
        expect(response.status).toBe(404)
        expect(response.headers.get("content-type")).toBe("application/problem+json; charset=utf-8")
        expect(yield* Effect.promise(() => response.json())).toMatchObject({ type: "about:blank", status: 404 })
      })
  )

  it.effect("refuse to change anything", () =>
    Effect.gen(function* () {
      const { get } = yield* serve()
      const response = yield* get("/api/status", { method: "POST" })
      expect(response.status).toBe(405)
      expect(response.headers.get("allow")).toBe("GET, HEAD")
    })
  )
})

describe("starting and stopping", () => {
  it.effect("fails with one line that names the port and the setting when the port is in use", () =>
    Effect.gen(function* () {
      const { port } = yield* serve()
      const error = yield* Effect.flip(serve(opening, { port }))
      expect(error.message).toBe(
        `port ${port} on 127.0.0.1 is in use: stop the process that holds it, or set PORT to another port (0 takes any free one)`
      )
    })
  )

  it.effect("names the setting when the host is not this machine's", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(serve(opening, { host: "192.0.2.1" }))
      expect(error.message).toMatch(/192\.0\.2\.1 is no address of this machine: set HOST/)
    })
  )

  it.effect("ends its streams and lets the port go, also with a request left unfinished", () =>
    Effect.gen(function* () {
      const { url, port, stop } = yield* serve()
      const stream = yield* follow(url)
      const socket = connect(port, "127.0.0.1")
      const gone = new Promise<void>((resolve) => socket.once("close", () => resolve()))
      yield* Effect.callback<void>((resume) => {
        socket.once("error", () => undefined)
        socket.write("GET /api/status HTTP/1.1\r\nHost: x\r\n", () => resume(Effect.void))
      })
      yield* stop
      expect(yield* stream.until(() => false)).toBe("ended")
      yield* Effect.promise(() => gone)
      expect(Exit.isFailure(yield* Effect.exit(Effect.tryPromise(() => fetch(url))))).toBe(true)
    })
  )
})
