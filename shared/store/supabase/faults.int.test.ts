/** What goes wrong between the store and its server, as a server would do it: over HTTP. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Redacted, type Scope } from "effect"
import { freePort } from "../../testing/freePort.ts"
import { someCandle } from "../testing/contract.ts"
import { openEmbedded } from "../embedded/store.ts"
import type { Fetch } from "./client.ts"
import { makeStore, SupabaseStore } from "./store.ts"

type Serve = (request: IncomingMessage, response: ServerResponse) => void

/** A server of one's own; its address, and what it was asked. */
const serving = Effect.fnUntraced(function* (
  serve: Serve
): Effect.fn.Return<{ readonly url: string; readonly asked: ReadonlyArray<string> }, never, Scope.Scope> {
  const asked: Array<string> = []
  const server = yield* Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const made = createServer((request, response) => {
        asked.push(`${request.method} ${request.url}`)
        serve(request, response)
      })
      made.listen(0, "127.0.0.1", () => resume(Effect.succeed(made)))
    }),
    (server) =>
      Effect.sync(() => {
        server.closeAllConnections()
        server.close()
      })
  )
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
})

const storeAt = (url: string, more: { readonly timeoutMs?: number; readonly restPath?: string } = {}) =>
  makeStore({ url, key: Redacted.make("a-secret-key"), ...more })

const says =
  (status: number, body: string): Serve =>
  (_, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(body)
  }
const error = (code: string) => JSON.stringify({ code, message: "as told", details: null, hint: null })

describe("a failure is sorted by what may be done about it", () => {
  it.live.each([
    [503, error("PGRST001"), "retry"],
    [500, error("40P01"), "retry"],
    [500, error("57014"), "retry"],
    [429, "slow down", "retry"],
    [502, "<html>bad gateway</html>", "retry"],
    [404, error("42P01"), "missing_table"],
    [404, error("PGRST205"), "missing_table"],
    [404, error("PGRST202"), "missing_table"],
    [404, "{}", "missing_table"],
    [404, "", "stop"],
    [404, "<html>nothing here</html>", "stop"],
    [401, error("PGRST301"), "stop"],
    [403, error("42501"), "stop"],
    [400, error("23514"), "refused"],
    [409, error("23505"), "refused"],
    [501, error("unsupported"), "refused"]
  ] as const)("HTTP %i %s: %s", ([status, body, advice]) =>
    Effect.gen(function* () {
      const { url, asked } = yield* serving(says(status, body))
      const failure = yield* Effect.flip(storeAt(url).state.put("k", 1))
      expect(failure.advice).toBe(advice)
      expect(failure.message).toMatch(new RegExp(`^store: state.put k: HTTP ${status}`))
      expect(asked, "a write is sent once").toHaveLength(1)
    })
  )

  it.live("nobody listens: retry, said in one line without a stack or the key", () =>
    Effect.gen(function* () {
      const port = yield* Effect.promise(freePort)
      const failure = yield* Effect.flip(storeAt(`http://127.0.0.1:${port}`).state.put("k", 1))
      expect(failure.advice).toBe("retry")
      expect(failure.message).toBe(
        `store: state.put k: no answer: Error: connect ECONNREFUSED 127.0.0.1:${port} (ECONNREFUSED)`
      )
    })
  )

  it.live("a bare 404 may be a missing table or a wrong path: both are named", () =>
    Effect.gen(function* () {
      const { url } = yield* serving(says(404, "{}"))
      const failure = yield* Effect.flip(storeAt(url).state.put("k", 1))
      expect(failure.detail).toBe("HTTP 404; apply supabase/migrations, or check SUPABASE_REST_PATH")
    })
  )

  it.live("a server that does not answer is given up after the time limit", () =>
    Effect.gen(function* () {
      const { url } = yield* serving(() => undefined)
      const failure = yield* Effect.flip(storeAt(url, { timeoutMs: 50 }).state.put("k", 1))
      expect(failure.advice).toBe("retry")
    })
  )

  it.live("an answer that is no such table's is refused by name", () =>
    Effect.gen(function* () {
      const { url } = yield* serving(says(200, '[{"symbol":5}]'))
      const failure = yield* Effect.flip(storeAt(url).symbols.enabled)
      expect(failure.advice).toBe("refused")
      expect(failure.message).toMatch(/symbols\.enabled: unexpected answer/)
    })
  )
})

describe("reads are repeated, a few times", () => {
  it.live("two failures are passed over", () =>
    Effect.gen(function* () {
      let left = 2
      const { url, asked } = yield* serving((request, response) =>
        left-- > 0 ? says(503, error("PGRST002"))(request, response) : says(200, "[]")(request, response)
      )
      expect(yield* storeAt(url).symbols.enabled).toStrictEqual([])
      expect(asked).toHaveLength(3)
    })
  )

  it.live("an outage is not waited for", () =>
    Effect.gen(function* () {
      const { url, asked } = yield* serving(says(503, error("PGRST001")))
      expect((yield* Effect.flip(storeAt(url).jobs.counts(null))).advice).toBe("retry")
      expect(asked).toHaveLength(3)
    })
  )
})

it.live("without a key the store does not open, and says which setting is missing", () =>
  Effect.gen(function* () {
    const layer = SupabaseStore.layer({ url: "https://x.supabase.co", key: Redacted.make("") })
    const failure = yield* Effect.flip(Effect.scoped(Layer.build(layer)))
    expect(failure.message).toBe("https://x.supabase.co: SUPABASE_KEY is empty; it needs the service role key")
  })
)

it.live("the path in front of the tables is what the settings say", () =>
  Effect.gen(function* () {
    const { url, asked } = yield* serving(says(200, "[]"))
    yield* storeAt(url).symbols.enabled
    yield* storeAt(`${url}/`, { restPath: "/" }).symbols.enabled
    yield* storeAt(`${url}/behind`, { restPath: "/a/b/" }).symbols.enabled
    expect(asked.map((line) => line.replace(/\?.*/, ""))).toStrictEqual([
      "GET /rest/v1/symbols",
      "GET /symbols",
      "GET /behind/a/b/symbols"
    ])
  })
)

it.live("a reply that is lost after the commit: the same call again changes nothing", () =>
  Effect.gen(function* () {
    const embedded = yield* openEmbedded(null)
    let lost = 0
    const losing: Fetch = async (input, init) => {
      const response = await embedded(input, init)
      if (init.method !== "POST" || lost > 0) return response
      lost++
      throw new TypeError("the connection broke")
    }
    const { candles } = makeStore({ url: "http://embedded.invalid", key: Redacted.make("none"), fetch: losing })
    const series = { venue: "real", symbol: "LOST", intervalMin: 1 } as const
    const piece = [someCandle(0), someCandle(60)]
    const failure = yield* Effect.flip(candles.upsert(series, piece, "poll"))
    expect(failure.advice).toBe("retry")
    expect(yield* candles.upsert(series, piece, "poll"), "they were there").toBe(0)
    expect(yield* candles.newest(series, 5)).toStrictEqual(piece)
  })
)

it.live("a server that gives fewer rows than asked for is asked on until there are none", () =>
  Effect.gen(function* () {
    const embedded = yield* openEmbedded(null)
    const capped: Fetch = (input, init) =>
      embedded(
        input.replace(/limit=(\d+)/, (_, asked) => `limit=${Math.min(7, Number(asked))}`),
        init
      )
    const { candles } = makeStore({ url: "http://embedded.invalid", key: Redacted.make("none"), fetch: capped })
    const series = { venue: "real", symbol: "CAPPED", intervalMin: 1 } as const
    yield* candles.upsert(
      series,
      Array.from({ length: 30 }, (_, at) => someCandle(at * 60)),
      "poll"
    )
    expect(yield* candles.times(series, 0, 10_000)).toHaveLength(30)
    expect(yield* candles.newest(series, 20)).toHaveLength(20)
  })
)
