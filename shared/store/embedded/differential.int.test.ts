/**
 * The embedded database against the real PostgREST: every request goes to both, and both must say the same. Requests are
 * those the store makes, with arguments drawn from a small space so that they meet, and edges that the store never makes.
 */
import { expect, it } from "@effect/vitest"
import { Effect, Redacted, type Scope } from "effect"
import * as fc from "fast-check"
import { describe } from "vitest"
import { Price, Volume } from "../../core/decimal/decimal.ts"
import type { Store, StoreError } from "../port.ts"
import { postgresFound } from "../testing/postgres.ts"
import { postgrestFound, postgrestOverPglite, postgrestOverPostgres } from "../testing/postgrest.ts"
import type { Fetch } from "../supabase/client.ts"
import { makeStore } from "../supabase/store.ts"
import { openEmbedded } from "./store.ts"

const SEED = 20_261_121
const REQUESTS = 1_000

interface Answer {
  /** Which kind of success nobody reads: servers differ on whether an upsert created something. */
  readonly status: number | "success"
  readonly code: string | null
  readonly body: unknown
  readonly range: string | null
}

const answerOf = async (response: Response): Promise<Answer> => {
  const text = await response.text()
  const body: unknown = text === "" ? null : JSON.parse(text)
  const failed = response.status >= 400
  // PostgREST 12 says nothing but 404 when something is written to a table that is not there; 13 says what reads say.
  const code = failed ? ((body as { readonly code?: string }).code ?? "42P01") : null
  // How a refusal is worded is nobody's business; how many rows were touched is asked for by `count` alone.
  const range = failed ? null : (/^\*\/\d+$/.exec(response.headers.get("content-range") ?? "")?.[0] ?? null)
  return { status: failed ? response.status : "success", code, body: failed ? null : body, range }
}

/** Both servers behind one `fetch`, which fails at the first difference. */
const bothServers = Effect.fnUntraced(function* (): Effect.fn.Return<
  { readonly both: Fetch; readonly compared: () => number },
  unknown,
  Scope.Scope
> {
  const embedded = yield* openEmbedded(null)
  const real = postgresFound() ? yield* postgrestOverPostgres : yield* postgrestOverPglite
  let compared = 0
  const both: Fetch = async (input, init) => {
    const url = new URL(input)
    const headers = new Headers(init.headers)
    headers.set("authorization", `Bearer ${Redacted.value(real.key)}`)
    const path = `${url.pathname.replace("/rest/v1", "")}${url.search}`
    const theirs = await answerOf(await fetch(`${real.url}${path}`, { ...init, headers }))
    const response = await embedded(input, init)
    const ours = await answerOf(response.clone())
    compared++
    const asked = `${init.method ?? "GET"} ${path} ${typeof init.body === "string" ? init.body.slice(0, 500) : ""}`
    expect(ours, asked).toStrictEqual(theirs)
    return response
  }
  return { both, compared: () => compared }
})

const symbol = fc.constantFrom("A", "B", 'q"u,o.te', "ü(€)")
const series = fc.record({ venue: fc.constantFrom("real", "simulated"), symbol, intervalMin: fc.constantFrom(1, 15) })
const timeSec = fc.integer({ min: 0, max: 40 }).map((minute) => minute * 60)
const decimal = (least: number) => fc.integer({ min: least, max: 9 }).map((digit) => `${digit}.0000000001`)
const candle = fc.record({
  timeSec,
  // Now and then a price that the table refuses.
  open: decimal(0).map(Price.parse),
  high: fc.constantFrom("0", "1", "90071992547409.9312345678").map(Price.parse),
  low: decimal(1).map(Price.parse),
  close: decimal(1).map(Price.parse),
  volume: fc.constantFrom("0", "1.5", "1234567890123.12345678").map(Volume.parse),
  trades: fc.integer({ min: -1, max: 100 })
})
const worker = fc.constantFrom("w1", "w2")
const jobId = fc.integer({ min: 1, max: 12 }).map(String)
const place = fc.record({
  cursor: fc.option(fc.string({ maxLength: 5 })),
  chunksDone: fc.nat(5),
  chunksTotal: fc.nat(5),
  fresh: fc.nat(1_000)
})
const order = fc.record({
  source: fc.constantFrom("kraken", "binance"),
  symbol,
  intervalMin: fc.constantFrom(0, 60, 1_440),
  mode: fc.constantFrom("incremental", "full", "missing"),
  days: fc.integer({ min: 1, max: 300 })
})
const lease = fc.constantFrom(0, 600)
const place1 = { market: "M", eventId: "1.0", timeSec: 1.5 }
const price = { last: Price.parse("0.1"), bid: Price.parse("0.1"), ask: Price.parse("0.1") }

type Call = (store: Store["Service"]) => Effect.Effect<unknown, StoreError>

/** A call of the store, each with the chance it is worth. */
const call: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(series, fc.array(candle, { maxLength: 6 }), fc.constantFrom("poll", "import")).map(
      ([s, list, from]): Call =>
        ({ candles }) =>
          candles.upsert(s, list, from)
    )
  },
  {
    weight: 3,
    arbitrary: fc.tuple(series, fc.nat(30)).map(
      ([s, n]): Call =>
        ({ candles }) =>
          candles.newest(s, n)
    )
  },
  {
    weight: 3,
    arbitrary: fc.tuple(series, timeSec, timeSec).map(
      ([s, a, b]): Call =>
        ({ candles }) =>
          candles.between(s, a, b)
    )
  },
  {
    weight: 2,
    arbitrary: fc.tuple(series, timeSec).map(
      ([s, t]): Call =>
        ({ candles }) =>
          candles.coverage(s, t)
    )
  },
  { weight: 1, arbitrary: fc.constant<Call>(({ candles }) => candles.coverageOfAll) },
  {
    weight: 3,
    arbitrary: fc.tuple(series, timeSec, fc.option(fc.nat(20), { nil: undefined })).map(
      ([s, t, n]): Call =>
        ({ candles }) =>
          candles.gaps(s, t, n)
    )
  },
  {
    weight: 2,
    arbitrary: fc.tuple(series, timeSec).map(
      ([s, t]): Call =>
        ({ candles }) =>
          candles.deleteOlderThan(s, t)
    )
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom("k", "a,b"), fc.jsonValue({ stringUnit: "binary" })).map(
      ([key, value]): Call =>
        ({ state }) =>
          state.put(key, value)
    )
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom("k", "a,b", "none").map(
      (key): Call =>
        ({ state }) =>
          state.get(key)
    )
  },
  {
    weight: 3,
    arbitrary: fc.array(order, { maxLength: 4 }).map(
      (orders): Call =>
        ({ jobs }) =>
          jobs.enqueue(orders)
    )
  },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom("kraken", "binance"), worker, lease).map(
      ([source, w, sec]): Call =>
        ({ jobs }) =>
          jobs.claim(source, w, sec)
    )
  },
  {
    weight: 2,
    arbitrary: fc.tuple(jobId, worker, place, lease).map(
      ([id, w, p, sec]): Call =>
        ({ jobs }) =>
          jobs.keepPlace(id, w, p, sec)
    )
  },
  {
    weight: 2,
    arbitrary: fc.tuple(jobId, worker, fc.constantFrom("complete", "pending")).map(
      ([id, w, phase]): Call =>
        ({ jobs }) =>
          jobs.end(id, w, { phase, message: "m" })
    )
  },
  {
    weight: 1,
    arbitrary: jobId.map(
      (id): Call =>
        ({ jobs }) =>
          jobs.cancel(id)
    )
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom("kraken", "binance", "none", null).map(
      (source): Call =>
        ({ jobs }) =>
          jobs.counts(source)
    )
  },
  {
    weight: 1,
    arbitrary: fc.tuple(symbol, fc.boolean()).map(
      ([name, enabled]): Call =>
        ({ symbols }) =>
          symbols.upsert([{ symbol: name, name, enabled }])
    )
  },
  { weight: 1, arbitrary: fc.constant<Call>(({ symbols }) => symbols.enabled) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0, max: 9 }).map(
      (n): Call =>
        ({ projection }) =>
          projection.prices([{ ...place1, ...price, eventId: `${n}.0` }])
    )
  },
  { weight: 1, arbitrary: fc.constant<Call>(({ projection }) => projection.forget("M")) },
  {
    weight: 1,
    arbitrary: fc.option(fc.integer({ min: 0, max: 9 })).map(
      (pricesSec): Call =>
        ({ projection }) =>
          projection.forgetOlder("M", { fillsSec: null, pricesSec, botEventsSec: 3 })
    )
  }
)

/** What the store never asks, but the embedded database does not refuse as unsupported either. */
const rawRequest = fc.oneof(
  fc
    .record({
      table: fc.constantFrom("ohlcv_candles", "backfill_jobs", "bot_state", "no_such_table"),
      select: fc.constantFrom("*", "time", "time,open::text", "no_such_column", "key"),
      order: fc.constantFrom("pair,interval_min,time", "pair.desc,interval_min,time.asc", "key", "nothing"),
      filter: fc.constantFrom("", "&time=gt.600", "&time=eq.abc", "&pair=neq.A", "&interval_min=lte.1", "&who=eq.1"),
      limit: fc.constantFrom("", "&limit=3", "&limit=0", "&limit=5000", "&limit=2&offset=1", "&offset=100000")
    })
    // A `*` of a table with timestamps would compare clocks.
    .filter(({ table, select }) => !(table !== "ohlcv_candles" && select === "*"))
    .map(({ table, select, order, filter, limit }) => ({
      method: "GET",
      path: `/${table}?select=${select}&order=${order}${filter}${limit}`,
      prefer: "",
      body: ""
    })),
  fc
    .record({
      target: fc.constantFrom(
        "symbols?on_conflict=symbol&columns=symbol,name",
        "symbols?on_conflict=symbol&columns=symbol,enabled",
        "symbols?on_conflict=name&columns=symbol,name",
        "symbols?on_conflict=nobody&columns=symbol,name",
        "symbols?on_conflict=symbol&columns=symbol,nobody",
        "no_such_table?on_conflict=symbol&columns=symbol"
      ),
      rows: fc.constantFrom<unknown>(
        [{ symbol: "A", name: "a", enabled: true }],
        [
          { symbol: "A", name: "a" },
          { symbol: "A", name: "b" }
        ],
        [{ symbol: "B" }],
        [{ symbol: "C", name: "c", enabled: "perhaps" }],
        [{ symbol: null, name: "c" }],
        []
      )
    })
    .map(({ target, rows }) => ({
      method: "POST",
      path: `/${target}`,
      prefer: "resolution=merge-duplicates,return=minimal",
      body: JSON.stringify(rows)
    })),
  fc.constantFrom(
    {
      method: "POST",
      path: "/symbols?on_conflict=symbol&columns=symbol",
      prefer: "resolution=merge-duplicates",
      body: "{"
    },
    { method: "POST", path: "/rpc/no_such_function", prefer: "", body: "{}" },
    { method: "POST", path: "/rpc/candle_coverage", prefer: "", body: '{"p_pair":"A","p_interval_min":1}' },
    {
      method: "POST",
      path: "/rpc/candle_coverage",
      prefer: "",
      body: '{"p_pair":"A","p_interval_min":1,"p_from":0,"more":1}'
    },
    {
      method: "POST",
      path: "/rpc/candle_coverage",
      prefer: "",
      body: '{"p_pair":"A","p_interval_min":"x","p_from":0}'
    },
    {
      method: "POST",
      path: "/rpc/candle_coverage?select=count",
      prefer: "",
      body: '{"p_pair":"A","p_interval_min":1,"p_from":0}'
    },
    {
      method: "POST",
      path: "/rpc/all_candle_coverage?select=pair,interval_min,count::text&order=pair,interval_min&limit=2",
      prefer: "",
      body: "{}"
    },
    { method: "POST", path: "/rpc/cancel_job", prefer: "", body: '{"p_id":null}' },
    { method: "POST", path: "/rpc/keep_job_place", prefer: "", body: "{" },
    { method: "DELETE", path: "/ohlcv_candles?time=lt.60", prefer: "count=exact", body: "" },
    { method: "DELETE", path: "/ohlcv_candles?time=eq.x", prefer: "count=exact", body: "" },
    { method: "DELETE", path: "/ohlcv_candles?who=eq.x", prefer: "", body: "" },
    { method: "DELETE", path: "/no_such_table?time=lt.60", prefer: "", body: "" }
  )
)

describe.runIf(postgrestFound())("the embedded database beside the real PostgREST", () => {
  it.live(`${REQUESTS} requests get the same answer from both (seed ${SEED})`, () =>
    Effect.gen(function* () {
      const { both, compared } = yield* bothServers()
      const store = makeStore({ url: "http://both.invalid", key: Redacted.make("none"), fetch: both })
      const steps = fc.sample(fc.oneof({ weight: 4, arbitrary: call }, { weight: 1, arbitrary: rawRequest }), {
        seed: SEED,
        numRuns: REQUESTS
      })
      for (const step of steps) {
        if (typeof step === "function") {
          const outcome = yield* Effect.result(step(store))
          if (outcome._tag === "Failure") expect(outcome.failure.advice, outcome.failure.message).toBe("refused")
          continue
        }
        const { method, path, prefer, body } = step
        const headers = { "content-type": "application/json", ...(prefer === "" ? {} : { prefer }) }
        const init = body === "" ? { method, headers } : { method, headers, body }
        yield* Effect.promise(() => both(`http://both.invalid/rest/v1${path}`, init))
      }
      expect(compared()).toBeGreaterThanOrEqual(REQUESTS)
    })
  )
})
