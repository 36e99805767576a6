/** The contract, held against a live server: every documented answer is reached, and each payload is what its schema says. */
import { describe, expect, it } from "@effect/vitest"
import { Context, Effect, Layer, Redacted, Schema } from "effect"
import { TestClock } from "effect/testing"
import { encodeEntry } from "../../../shared/events/envelope.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { MAX_PER_ADDRESS } from "../http/connections.ts"
import { ControlPlane, controlPlaneLayer } from "../layer.ts"
import { NotInThePast, PastBeingLaid } from "../marketPast.ts"
import { ACTIONS_PER_SEC } from "../actions/gate.ts"
import { blocks } from "../testing/blocks.ts"
import { opening, price, slots } from "../testing/examples.ts"
import { handMoved, OPTIONS, SUBJECTS } from "../testing/views.ts"
import { type Operation, operationsOf } from "./contract/contract.ts"
import type { OpenApi } from "./contract/openapi.ts"
import { pastRoutes } from "./journal/routes.ts"
import { SlotNow, Status, StatusThen } from "./schema/status.ts"
import { MEMORY_ROUTES } from "./memoryRoutes.ts"

const REPORT = { ...OPTIONS, simulator: null, speed: 1, startedAt: 0 }
const OPERATIONS = operationsOf([...MEMORY_ROUTES, ...pastRoutes(REPORT)])
const settle = TestClock.adjust("1 second")

/** A server over a market that is moved by hand; its journal holds what its views have folded. */
const serve = Effect.gen(function* () {
  const market = yield* handMoved(opening)
  let written = 0
  const write = (event: MarketEvent) => {
    const envelope = { epoch: 3, timeMs: 1_000 + written, writer: "test", cause: null, events: [event] } as const
    const subject =
      event._tag === "EpochRaised"
        ? SUBJECTS.control("test")
        : event._tag === "PriceObserved"
          ? SUBJECTS.price
          : SUBJECTS.account
    return market.journal.append(encodeEntry(subject, `test.${written++}`, envelope))
  }
  yield* Effect.forEach(opening, write)
  yield* market.setSlots(slots)
  const built = yield* Layer.build(controlPlaneLayer(OPTIONS).pipe(Layer.provide(market.views)))
  const { url } = Context.get(built, ControlPlane)
  const get = (path: string, init: RequestInit = {}) => Effect.promise(() => fetch(new URL(path, url), init))
  /** One more price, in the journal and in the views. */
  const move = (last: string) => Effect.andThen(write(price(last)), market.append(price(last)))
  return { market, url, get, move }
})

/** Reads a stream of records until it has so many, and leaves. */
const records = (url: string, init: RequestInit, enough: number) =>
  Effect.promise(async () => {
    const leave = new AbortController()
    const response = await fetch(url, { ...init, signal: leave.signal })
    expect(response.status).toBe(200)
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ""
    const ids = (): ReadonlyArray<number> =>
      [...text.matchAll(/^id: (\d+)\nevent: record\n/gm)].map(([, id]) => Number(id))
    while (ids().length < enough) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: "" }
      if (done) break
      text += value
    }
    leave.abort()
    return ids()
  })

type Served = Effect.Success<typeof serve>

/** Asks for an answer of an operation; null: none of these is known for it. */
const ways = ({ market, get }: Served) => {
  const act = (body: unknown, headers: Record<string, string> = {}) =>
    get("/api/action", {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Authorization: `Bearer ${Redacted.value(OPTIONS.token)}`,
        ...headers
      },
      body: typeof body === "string" ? body : JSON.stringify(body)
    })
  const answering = (event: "CommandApplied" | "CommandRefused") =>
    market.govern((commandId) => [{ _tag: event, commandId, reason: { rule: "done", numbers: {} } }])
  const past = (asked: string, problem: NotInThePast | PastBeingLaid) =>
    Effect.andThen(market.setPast(Effect.fail(problem)), get(asked))
  const laid = new PastBeingLaid({ laid: 5, of: 9 })
  const none = new NotInThePast({ detail: "none" })
  const dark = (path: string) =>
    market.unreachable.pipe(
      Effect.andThen(get(path)),
      Effect.tap(() => market.reachable)
    )
  const streams = (path: string) =>
    Effect.gen(function* () {
      const leave = new AbortController()
      yield* Effect.forEach(Array.from({ length: MAX_PER_ADDRESS }), () => get(path, { signal: leave.signal }))
      const refused = yield* get(path)
      leave.abort()
      return refused
    })
  const blocked = { levels: { today: {} }, structure: {}, backfill: blocks.backfill, hmm_data_pipeline: null } as never
  const withBlocks = (path: string) => market.setBlocks(blocked).pipe(Effect.andThen(settle), Effect.andThen(get(path)))
  const without = (path: string) => market.setBlocks({}).pipe(Effect.andThen(settle), Effect.andThen(get(path)))
  const asked: Readonly<Record<string, () => Effect.Effect<Response, unknown>>> = {
    "/api/slots/{id} 200": () =>
      market.setSlots(slots).pipe(Effect.andThen(settle), Effect.andThen(get("/api/slots/1"))),
    "/api/slots/{id} 400": () => get("/api/slots/one"),
    "/api/slots/{id} 404": () => get("/api/slots/77"),
    "/api/slots/{id}/history 200": () => get("/api/slots/1/history"),
    "/api/slots/{id}/history 400": () => get("/api/slots/one/history"),
    "/api/slots/{id}/history 404": () => get("/api/slots/77/history"),
    "/api/journal 404": () => past("/api/journal?order=1%2F2", none),
    "/api/journal 503": () => past("/api/journal?order=1%2F2", laid),
    "/api/chain/{seq} 200": () => get("/api/chain/2"),
    "/api/chain/{seq} 400": () => get("/api/chain/x"),
    "/api/chain/{seq} 404": () => get("/api/chain/4000"),
    "/api/chain/{seq} 503": () => dark("/api/chain/2"),
    "/api/why/{place} 200": () => Effect.andThen(market.setPast(Effect.succeed(STORY)), get("/api/why/mode@5")),
    "/api/why/{place} 400": () => get("/api/why/1@5?x=1"),
    "/api/why/{place} 404": () => past("/api/why/9@5", none),
    "/api/why/{place} 503": () => past("/api/why/1@5", laid),
    "/api/at/{seq} 200": () => Effect.andThen(market.setPast(null), get("/api/at/3")),
    "/api/at/{seq} 400": () => get("/api/at/0"),
    "/api/at/{seq} 404": () => past("/api/at/3", none),
    "/api/at/{seq} 503": () => past("/api/at/3", laid),
    "/api/events 200": () => get("/api/events", { method: "HEAD" }),
    "/api/events 404": () => get("/api/events", { headers: { "Last-Event-ID": "4000" } }),
    "/api/events 503": () => streams("/api/events"),
    "/api/stream 200": () => get("/api/stream", { method: "HEAD" }),
    "/api/stream 503": () => streams("/api/stream"),
    "/ready 200": () => Effect.andThen(settle, get("/ready")),
    "/readyz 200": () => Effect.andThen(settle, get("/readyz")),
    "/ready 503": () =>
      market.unreachable.pipe(
        Effect.andThen(settle),
        Effect.andThen(get("/ready")),
        Effect.tap(() => Effect.andThen(market.reachable, settle))
      ),
    "/readyz 503": () =>
      market.unreachable.pipe(
        Effect.andThen(settle),
        Effect.andThen(get("/readyz")),
        Effect.tap(() => Effect.andThen(market.reachable, settle))
      ),
    "/levels 200": () => withBlocks("/levels"),
    "/levels 503": () => without("/levels"),
    "/structure 200": () => withBlocks("/structure"),
    "/structure 503": () => without("/structure"),
    "/backfill/status 200": () => withBlocks("/backfill/status"),
    "/backfill/status 503": () => without("/backfill/status"),
    "/api/action 200": () => act({ action: "pause", preview: true }),
    "/api/action 400": () => act({ action: "fly" }),
    "/api/action 401": () => act({ action: "pause" }, { Authorization: "Bearer no" }),
    "/api/action 403": () => act({ action: "pause" }, { Origin: "http://elsewhere.example" }),
    "/api/action 409": () =>
      Effect.scoped(Effect.andThen(answering("CommandRefused"), act({ action: "pause", id: "refused" }))),
    "/api/action 413": () => act("x".repeat(20_000)),
    "/api/action 415": () => act({ action: "pause" }, { "Content-Type": "text/plain" }),
    "/api/action 429": () =>
      Effect.map(
        Effect.forEach(Array.from({ length: 2 * ACTIONS_PER_SEC }), () => act({ action: "fly" })),
        (all) => all.at(-1) ?? expect.fail("nothing was asked")
      )
  }
  return ({ path }: Operation, status: number) => {
    const known = asked[`${path} ${status}`]
    if (known !== undefined) return known()
    if (status === 200) return get(path)
    if (status === 400) return get(`${path}?no_such_parameter=1`)
    return status === 304
      ? Effect.flatMap(get(path), ({ headers }) =>
          get(path, { headers: { "If-None-Match": headers.get("etag") ?? "" } })
        )
      : null
  }
}

const STORY = {
  kind: "mode",
  slot: null,
  seq: 5,
  nowMs: 0,
  standing: [],
  obstacles: [],
  lastChange: null,
  nextChange: null,
  inForce: { rulesVersion: 1, rulesSeq: 0, settings: [] }
}

/** Reached by the tests of actions: they take ten seconds of a test clock, or a journal that is broken. */
const ELSEWHERE = new Set(["/api/action 202", "/api/action 503"])

describe("the contract", () => {
  it.effect("is what the server answers: each documented answer is reached, and its body is what the schema says", () =>
    Effect.gen(function* () {
      const served = yield* serve
      yield* served.move("0.141")
      yield* settle
      const reach = ways(served)
      const wrong: Array<string> = []
      for (const operation of OPERATIONS) {
        for (const [code, { type, schema }] of Object.entries(operation.answers)) {
          const name = `${operation.path} ${code}`
          if (ELSEWHERE.has(name)) continue
          const asking = reach(operation, Number(code))
          if (asking === null) {
            wrong.push(`${name}: nobody knows how to reach it`)
            continue
          }
          const response = yield* asking as Effect.Effect<Response>
          if (response.status !== Number(code)) wrong.push(`${name}: ${response.status}`)
          const sent = response.headers.get("content-type")?.split(";")[0] ?? null
          if (sent !== type) wrong.push(`${name}: ${sent}, not ${type}`)
          if (schema === null) {
            yield* Effect.promise(async () => response.body?.cancel())
            continue
          }
          const body: unknown = yield* Effect.promise(() => response.json())
          // The examples' slots and governor are partial: `app/shown/past.int.test.ts` holds statuses of a real market to it.
          if (schema === Status || schema === StatusThen || schema === SlotNow) {
            expect(body).toMatchObject({ seq: expect.any(Number), age_sec: expect.any(Number) })
            continue
          }
          const read = Schema.decodeUnknownExit(schema as Schema.Codec<unknown>, { onExcessProperty: "error" })(body)
          if (read._tag === "Failure") wrong.push(`${name}: ${String(read.cause)}`)
        }
      }
      expect(wrong).toStrictEqual([])
    })
  )

  it.effect("is served as OpenAPI 3.1 whose references lead somewhere, and as a page that needs nothing else", () =>
    Effect.gen(function* () {
      const { get } = yield* serve
      const document = (yield* Effect.promise(async () =>
        (await Effect.runPromise(get("/openapi.json"))).json()
      )) as OpenApi
      expect(document.openapi).toBe("3.1.0")
      const named = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
        ([, name = ""]) => name
      )
      expect(named.length).toBeGreaterThan(20)
      expect(named.filter((name) => !(name in document.components.schemas))).toStrictEqual([])
      expect(Object.keys(document.paths)).toStrictEqual([...new Set(OPERATIONS.map(({ path }) => path))])
      const page = yield* Effect.promise(async () => (await Effect.runPromise(get("/docs"))).text())
      expect(page).not.toMatch(/<script|https?:\/\//)
      for (const path of Object.keys(document.paths)) expect(page).toContain(`<code>${path}</code>`)
    })
  )
})

describe("a stream of records", () => {
  it.effect("goes on right behind the last record that was heard, however often it is cut", () =>
    Effect.gen(function* () {
      const { url, move } = yield* serve
      const heard: Array<number> = [...(yield* records(`${url}api/events?after=0`, {}, 3))]
      for (let round = 0; round < 5; round++) {
        yield* move(`0.14${round}`)
        yield* move(`0.15${round}`)
        const init = { headers: { "Last-Event-ID": String(heard.at(-1)) } }
        heard.push(...(yield* records(`${url}api/events?after=1`, init, 2)))
      }
      expect(heard).toStrictEqual(Array.from({ length: heard.length }, (_, index) => index + 1))
      expect(heard.length).toBeGreaterThanOrEqual(13)
    })
  )

  it.effect("has only what is asked for, by family, slot and event", () =>
    Effect.gen(function* () {
      const { url, move, get } = yield* serve
      yield* move("0.141")
      expect(yield* records(`${url}api/events?after=0&family=price`, {}, 1)).toStrictEqual([6])
      expect(yield* records(`${url}api/events?after=0&type=FeesObserved,PriceObserved`, {}, 2)).toStrictEqual([3, 6])
      const wrong = yield* get("/api/events?type=Nothing")
      expect(yield* Effect.promise(() => wrong.text())).toContain("type=Nothing: holds Nothing, which is none of")
    })
  )
})

describe("pages of the journal", () => {
  const seqs = (body: unknown) => (body as { records: ReadonlyArray<{ seq: number }> }).records.map(({ seq }) => seq)
  it.effect("lead from one to the next in both directions, without gap or repeat", () =>
    Effect.gen(function* () {
      const { get } = yield* serve
      const read = (path: string) => Effect.flatMap(get(path), (response) => Effect.promise(() => response.json()))
      const newest = yield* read("/api/journal?limit=2")
      expect([seqs(newest), (newest as { next: number }).next]).toStrictEqual([[5, 4], 4])
      expect(seqs(yield* read("/api/journal?limit=9&before=4"))).toStrictEqual([3, 2, 1])
      const oldest = yield* read("/api/journal?limit=2&after=0")
      expect([seqs(oldest), (oldest as { next: number }).next]).toStrictEqual([[1, 2], 2])
      expect(seqs(yield* read("/api/journal?after=2"))).toStrictEqual([3, 4, 5])
    })
  )
})
