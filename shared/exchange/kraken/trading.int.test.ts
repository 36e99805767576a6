import { inspect } from "node:util"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Redacted, type Scope } from "effect"
import { TestClock } from "effect/testing"
import { Price, Volume } from "../../core/decimal/decimal.ts"
import { type ExchangeError, type LimitOrder, Trading } from "../port.ts"
import { VenueClock } from "../venueClock.ts"
import { KrakenTrading, type KrakenTradingOptions } from "./layer.ts"
import { type Answer, type Asked, type Peer, runPeer, SECRETS } from "./testing/peer.ts"

type Service = Trading["Service"]

/** A peer and the adapter's trading service on it. The exchange runs so fast that rate limits cost no test any time. */
const withTrading = <A, E>(
  test: (trading: Service, peer: Peer) => Effect.Effect<A, E, Scope.Scope>,
  overrides: Partial<KrakenTradingOptions> = {},
  speed = 5_000
) =>
  Effect.gen(function* () {
    const { peer, options } = yield* runPeer
    const layer = Layer.provideMerge(KrakenTrading.layer({ ...options, ...overrides }), VenueClock.layer({ speed }))
    return yield* Effect.flatMap(Trading, (trading) => test(trading, peer)).pipe(Effect.provide(layer))
  }).pipe(Effect.scoped)

const ORDER: LimitOrder = {
  clientId: "k00010000000000100",
  side: "buy",
  price: Price.parse("0.1999"),
  volume: Volume.parse("60.5"),
  postOnly: true,
  deadlineMs: 1_795_168_830_000
}

/** When these stories begin: seconds and milliseconds of them count from here. */
const BEGAN_SEC = 1_790_000_000
const BEGAN_MS = BEGAN_SEC * 1_000

const row = (clientId: string | undefined, openedSec: number, status = "open") => ({
  status,
  ...(clientId === undefined ? {} : { cl_ord_id: clientId }),
  opentm: BEGAN_SEC + openedSec,
  descr: { pair: "XDGUSD", type: "buy", ordertype: "limit", price: "0.2000000" },
  vol: "60.00000000",
  vol_exec: "0.00000000",
  cost: "0.000000000",
  fee: "0.000000000"
})

const trade = (sec: number) => ({
  ordertxid: "OABC",
  pair: "XDGUSD",
  time: BEGAN_SEC + sec,
  type: "buy",
  price: "0.2",
  cost: "12",
  fee: "0.03",
  vol: "60",
  maker: true
})

describe("a number the market cannot have", () => {
  it.live.each([
    { field: "price", terms: { price: Price.zero } },
    { field: "price", terms: { price: Price.parse("-0.2") } },
    { field: "price", terms: { price: Price.parse("20000000000") } },
    { field: "volume", terms: { volume: Volume.zero } },
    { field: "volume", terms: { volume: Volume.parse("-60") } }
  ])("is in no request: $field of $terms", ({ field, terms }) =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        const asked = [trading.place({ ...ORDER, ...terms })]
        if (terms.price !== undefined) asked.push(Effect.as(trading.amend("OABC", terms.price), { txid: "OABC" }))
        for (const ask of asked) {
          const error = yield* Effect.flip(ask)
          expect(error.advice).toBe("rejected")
          expect(error.detail).toContain(`not sent: ${field} `)
        }
        expect(peer.asked).toHaveLength(0)
      })
    )
  )
})

describe("placing an order", () => {
  it.live("sends every field once, signed, with the deadline in the exchange's words", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script("AddOrder", { result: { descr: { order: "buy" }, txid: ["OABC"] } })
        expect(yield* trading.place(ORDER)).toStrictEqual({ txid: "OABC" })
        const [asked, ...more] = peer.to("AddOrder")
        expect(more).toHaveLength(0)
        if (asked === undefined) return expect.fail("nothing was sent")
        expect(asked.path).toBe("/0/private/AddOrder")
        const { nonce, ...params } = Object.fromEntries(asked.params)
        expect(nonce ?? "").toMatch(/^\d{16}$/)
        expect(params).toStrictEqual({
          pair: "XDGUSD",
          type: "buy",
          ordertype: "limit",
          price: "0.1999",
          volume: "60.5",
          cl_ord_id: "k00010000000000100",
          oflags: "fciq,post",
          timeinforce: "GTC",
          deadline: "2026-11-20T10:00:30.000Z"
        })
        expect(asked.headers["api-key"]).toBe(SECRETS.key)
        expect(String(asked.headers["api-sign"])).toMatch(/^[A-Za-z0-9+/]{86}==$/)
      })
    )
  )

  it.live("that need not be post-only still pays its fee in the quote currency", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script("AddOrder", { result: { txid: ["OABC"] } })
        yield* trading.place({ ...ORDER, postOnly: false })
        expect(peer.to("AddOrder")[0]?.params.get("oflags")).toBe("fciq")
      })
    )
  )

  it.live.each<[Answer, string]>([
    ["cut", "connection failed"],
    ["hang", "no reply within 80 ms"],
    [{ status: 520, body: "<html>Web server is returning an unknown error</html>" }, "HTTP 520"],
    [{ status: 503, body: "" }, "HTTP 503"],
    [{ status: 429, body: "slow down" }, "HTTP 429"],
    [{ status: 200, body: "<html>are you human?</html>" }, "text: is not JSON"],
    [{ error: ["EService:Busy"] }, "EService:Busy"],
    [{ error: ["EAPI:Invalid nonce"] }, "EAPI:Invalid nonce"],
    [{ result: { descr: {} } }, "reply.result.txid: is missing"]
  ])("has an unknown outcome after %o, and is never sent twice", ([answer, detail]) =>
    withTrading(
      (trading, peer) =>
        Effect.gen(function* () {
          peer.script("AddOrder", answer)
          const error = yield* Effect.flip(trading.place(ORDER))
          expect(error.advice).toBe("unknown")
          expect(error.detail).toContain(detail)
          expect(error.retryAtMs).toBeNull()
          expect(peer.to("AddOrder")).toHaveLength(1)
        }),
      { requestTimeoutMs: answer === "hang" ? 80 : 5_000 }
    )
  )

  it.live("that is refused says why", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script("AddOrder", { error: ["EOrder:Insufficient funds"] })
        const error = yield* Effect.flip(trading.place(ORDER))
        expect(error.advice).toBe("rejected")
        expect(error.message).toBe("AddOrder: EOrder:Insufficient funds")
      })
    )
  )

  it.live("that is throttled may be repeated at the second that was named", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script("AddOrder", { error: ["EService:Throttled: 1795168842"] })
        const error = yield* Effect.flip(trading.place(ORDER))
        expect(error.advice).toBe("wait")
        expect(error.retryAtMs).toBe(1_795_168_842_000)
      })
    )
  )
})

describe("canceling", () => {
  it.live("succeeds when the exchange takes it", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script("CancelOrder", { result: { count: 1 } })
        yield* trading.cancel("OABC")
        expect(peer.to("CancelOrder")[0]?.params.get("txid")).toBe("OABC")
      })
    )
  )

  it.live.each([{ error: ["EOrder:Unknown order"] }, { error: ["EOrder:Invalid order"] }, { result: { count: 0 } }])(
    "of an order that is not open any more is `gone` (%o)",
    (answer) =>
      withTrading((trading, peer) =>
        Effect.gen(function* () {
          peer.script("CancelOrder", answer)
          expect((yield* Effect.flip(trading.cancel("OABC"))).advice).toBe("gone")
        })
      )
  )

  it.live("is signed again once after a stale nonce, being harmless to repeat", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script("CancelOrder", { error: ["EAPI:Invalid nonce"] }, { result: { count: 1 } })
        yield* trading.cancel("OABC")
        expect(peer.to("CancelOrder")).toHaveLength(2)
      })
    )
  )
})

describe("amending", () => {
  it.live("sends the order's id and its new price, and never lets it trade at once", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script("AmendOrder", { result: { amend_id: "TMEND0-AAAAA-BBBBBB" } })
        yield* trading.amend("OABC", Price.parse("0.2100000"))
        const [asked, ...more] = peer.to("AmendOrder")
        expect(more).toHaveLength(0)
        expect(asked?.path).toBe("/0/private/AmendOrder")
        const { nonce, ...params } = Object.fromEntries(asked?.params ?? [])
        expect(nonce ?? "").toMatch(/^\d{16}$/)
        expect(params).toStrictEqual({ txid: "OABC", limit_price: "0.21", post_only: "true" })
      })
    )
  )

  it.live.each<[Answer, ExchangeError["advice"]]>([
    [{ error: ["EOrder:Unknown order"] }, "gone"],
    [{ error: ["EOrder:Invalid order"] }, "gone"],
    [{ error: ["EOrder:Post only order"] }, "rejected"],
    [{ error: ["EOrder:Rate limit exceeded"] }, "wait"],
    [{ error: ["EService:Busy"] }, "unknown"],
    [{ result: {} }, "unknown"],
    ["cut", "unknown"]
  ])("that is answered with %o is judged %s", ([answer, advice]) =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script("AmendOrder", answer)
        expect((yield* Effect.flip(trading.amend("OABC", Price.parse("0.21")))).advice).toBe(advice)
      })
    )
  )
})

describe("the nonce", () => {
  it.live("rises in the order of arrival under 30 parallel calls, one in flight at a time", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.latencyMs = 3
        peer.script("BalanceEx", { result: {} })
        peer.script("AddOrder", { result: { txid: ["OABC"] } })
        yield* Effect.all(
          Array.from({ length: 30 }, (_, n) => (n % 2 === 0 ? trading.balances : trading.place(ORDER))),
          { concurrency: "unbounded" }
        )
        const nonces = peer.asked.map(({ params }) => BigInt(params.get("nonce") ?? "0"))
        expect(nonces).toHaveLength(30)
        nonces.slice(1).forEach((nonce, index) => expect(nonce > (nonces[index] ?? 0n), `call ${index + 1}`).toBe(true))
        expect(peer.mostInFlight).toBe(1)
      })
    )
  )

  it.live("that stays stale after a second signature needs a person", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script("BalanceEx", { error: ["EAPI:Invalid nonce"] })
        expect((yield* Effect.flip(trading.balances)).advice).toBe("stop")
        expect(peer.to("BalanceEx")).toHaveLength(2)
      })
    )
  )
})

/** The nonce tells by the client's own clock when a call was signed. */
const sentAtMs = (asked: Asked | undefined) => Math.floor(Number(asked?.params.get("nonce")) / 1_000)

describe("rate limits", () => {
  it.effect("are waited for here: the 16th call of a starter key goes out when its counter has decayed", () =>
    withTrading(
      (trading, peer) =>
        Effect.gen(function* () {
          peer.script("BalanceEx", { result: {} })
          for (let n = 0; n < 15; n++) yield* trading.balances
          const sixteenth = yield* Effect.forkScoped(trading.balances)
          yield* TestClock.adjust("4 seconds")
          yield* Fiber.join(sixteenth)
          expect(peer.asked.map(sentAtMs)).toStrictEqual(Array.from({ length: 16 }, (_, n) => (n < 15 ? 0 : 3_031)))
        }),
      { tier: "starter" },
      1
    )
  )

  it.effect("that would take too long are refused unsent, with the time at which there is room", () =>
    withTrading(
      (trading, peer) =>
        Effect.gen(function* () {
          peer.script("BalanceEx", { result: {} })
          const calls = Array.from({ length: 25 }, () => Effect.result(trading.balances))
          const all = yield* Effect.forkScoped(Effect.all(calls, { concurrency: "unbounded" }), {
            startImmediately: true
          })
          yield* TestClock.adjust("20 seconds")
          const refused = (yield* Fiber.join(all)).flatMap((result) =>
            result._tag === "Failure" ? result.failure : []
          )
          expect(refused.length).toBeGreaterThan(0)
          expect(peer.asked.length + refused.length).toBe(25)
          for (const { advice, detail, retryAtMs } of refused) {
            expect([advice, detail.slice(0, 31)]).toStrictEqual(["wait", "not sent: the calls counter has"])
            expect(retryAtMs ?? 0).toBeGreaterThan(0)
          }
        }),
      { tier: "starter", requestTimeoutMs: 1_000_000 },
      1
    )
  )

  it.effect("that the exchange says we passed are believed: the next call waits for the decay", () =>
    withTrading(
      (trading, peer) =>
        Effect.gen(function* () {
          peer.script("AddOrder", { error: ["EOrder:Rate limit exceeded"] }, { result: { txid: ["OABC"] } })
          const { advice, retryAtMs } = yield* Effect.flip(trading.place(ORDER))
          expect([advice, retryAtMs]).toStrictEqual(["wait", 10_000])
          const next = yield* Effect.forkScoped(trading.place(ORDER))
          yield* TestClock.adjust("4 seconds")
          yield* Fiber.join(next)
          expect(peer.asked.map(sentAtMs)).toStrictEqual([0, 1_000])
        }),
      { tier: "starter" },
      1
    )
  )

  it.effect("charge a cancel of an order of unknown age as that of a new one", () =>
    withTrading(
      (trading, peer) =>
        Effect.gen(function* () {
          peer.script("CancelOrder", { result: { count: 1 } })
          for (let n = 0; n < 7; n++) yield* trading.cancel(`O${n}`)
          const eighth = yield* Effect.forkScoped(trading.cancel("O7"))
          yield* TestClock.adjust("5 seconds")
          yield* Fiber.join(eighth)
          expect(sentAtMs(peer.asked[7])).toBe((8 * 8 - 60) * 1_000)
        }),
      { tier: "starter" },
      1
    )
  )

  it.effect("charge a cancel by the age of its order: an old one costs nothing", () =>
    withTrading(
      (trading, peer) =>
        Effect.gen(function* () {
          yield* TestClock.setTime(BEGAN_MS + 1_000_000)
          const old = Array.from({ length: 40 }, (_, n) => [`O${n}`, row("k", 1)] as const)
          peer.script("OpenOrders", { result: { open: Object.fromEntries(old) } })
          peer.script("CancelOrder", { result: { count: 1 } })
          for (const { txid } of yield* trading.openOrders) yield* trading.cancel(txid)
          expect(peer.to("CancelOrder")).toHaveLength(40)
        }),
      { tier: "starter" },
      1
    )
  )

  it.live("include the queue's: a call beyond 80 waiting ones is refused unsent", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script("AddOrder", "hang")
        const waiting = yield* Effect.forkScoped(
          Effect.all(
            Array.from({ length: 80 }, () => Effect.ignore(trading.place(ORDER))),
            { concurrency: "unbounded" }
          ),
          { startImmediately: true }
        )
        const error = yield* Effect.flip(trading.place(ORDER))
        expect(error.advice).toBe("wait")
        expect(error.detail).toContain("not sent: 80 calls are waiting already")
        yield* Fiber.interrupt(waiting)
      })
    )
  )
})

describe("looking orders up", () => {
  it.live("by client id: open and ended ones, newest first, each once, foreign ones left out", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script("OpenOrders", { result: { open: { O2: row("k1", 200), OX: row("k9", 300) } } })
        const closed = { O1: row("k1", 100, "closed"), O2: row("k1", 200, "canceled") }
        peer.script("ClosedOrders", { result: { closed, count: 2 } })
        const found = yield* trading.findByClientId("k1")
        expect(found.map(({ txid, status }) => [txid, status])).toStrictEqual([
          ["O2", "canceled"],
          ["O1", "closed"]
        ])
        expect(peer.asked.map(({ path, params }) => [path, params.get("cl_ord_id")])).toStrictEqual([
          ["/0/private/OpenOrders", "k1"],
          ["/0/private/ClosedOrders", "k1"]
        ])
      })
    )
  )

  it.live("by client id never says `none` when a row without an id might be it", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script("OpenOrders", { result: { open: {} } })
        peer.script("ClosedOrders", { result: { closed: { O1: row(undefined, 100) }, count: 1 } })
        const error = yield* Effect.flip(trading.findByClientId("k1"))
        expect(error.advice).toBe("unknown")
        expect(error.detail).toContain("O1 came without any")
      })
    )
  )

  it.live("by client id never says `none` when there is more than was shown", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script("OpenOrders", { result: { open: {} } })
        peer.script("ClosedOrders", { result: { closed: { O1: row("k9", 100) }, count: 51 } })
        const error = yield* Effect.flip(trading.findByClientId("k1"))
        expect(error.advice).toBe("unknown")
        expect(error.detail).toContain("reply.result.count: is 51, but only 1 orders came")
      })
    )
  )

  it.live("by the exchange's ids, 50 at a time; unknown ones are absent", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script("QueryOrders", { result: { O0: row("k0", 100) } }, { result: {} })
        const found = yield* trading.orders(Array.from({ length: 120 }, (_, n) => `O${n}`))
        expect(found.map(({ txid }) => txid)).toStrictEqual(["O0"])
        expect(peer.asked.map(({ params }) => params.get("txid")?.split(",").length)).toStrictEqual([50, 50, 20])
      })
    )
  )

  it.live("of no ids asks nothing", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        expect(yield* trading.orders([])).toStrictEqual([])
        expect(peer.asked).toHaveLength(0)
      })
    )
  )
})

describe("fills of a window", () => {
  const answerPages = (peer: Peer, trades: ReadonlyArray<readonly [string, object]>) =>
    peer.answers.set("TradesHistory", ({ params }) => {
      const ofs = Number(params.get("ofs"))
      return { result: { count: trades.length, trades: Object.fromEntries(trades.slice(ofs, ofs + 50)) } }
    })

  it.live("come from all pages of one fixed window, oldest first, start exclusive and end inclusive", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        const newestFirst = Array.from({ length: 121 }, (_, n) => [`T${n}`, trade(1_000.5 - n)] as const)
        answerPages(peer, newestFirst)
        const fills = yield* trading.fills(BEGAN_MS + 880_500, BEGAN_MS + 1_000_500)
        expect(fills).toHaveLength(120)
        expect([fills[0]?.timeMs, fills.at(-1)?.timeMs]).toStrictEqual([BEGAN_MS + 881_500, BEGAN_MS + 1_000_500])
        expect(
          peer.asked.map(({ params }) => [params.get("start"), params.get("end"), params.get("ofs")])
        ).toStrictEqual([
          ["1790000879", "1790001001", "0"],
          ["1790000879", "1790001001", "50"],
          ["1790000879", "1790001001", "100"]
        ])
      })
    )
  )

  it.live("that share a millisecond keep the exchange's order", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        answerPages(peer, [
          ["T3", trade(5)],
          ["T2", trade(5)],
          ["T1", trade(5)]
        ] as const)
        expect((yield* trading.fills(BEGAN_MS, BEGAN_MS + 9_000)).map(({ execId }) => execId)).toStrictEqual([
          "T1",
          "T2",
          "T3"
        ])
      })
    )
  )

  it.live("that are more than can be paged are refused with the number", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script("TradesHistory", { result: { count: 10_001, trades: { T1: trade(5) } } })
        const error = yield* Effect.flip(trading.fills(BEGAN_MS, BEGAN_MS + 9_000))
        expect(error.advice).toBe("rejected")
        expect(error.detail).toContain("10001 fills")
        expect(peer.asked).toHaveLength(1)
      })
    )
  )

  it.live("whose promised pages stay away are an error, not an end", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script(
          "TradesHistory",
          { result: { count: 2, trades: { T1: trade(5) } } },
          { result: { count: 2, trades: {} } }
        )
        const error = yield* Effect.flip(trading.fills(BEGAN_MS, BEGAN_MS + 9_000))
        expect(error.advice).toBe("unknown")
        expect(error.detail).toContain("no fills at offset 1 although there are 2")
      })
    )
  )
})

describe("secrets", () => {
  const shown = (error: ExchangeError) =>
    [JSON.stringify(error), String(error), error.stack, inspect(error, { depth: 9, showHidden: true })].join("\n")

  it.live("are in no error, however the call failed", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        const text: Array<string> = []
        for (const answer of ["cut", { error: ["EAPI:Invalid signature"] }, { status: 200, body: "<html>" }] as const) {
          peer.script("AddOrder", answer)
          text.push(shown(yield* Effect.flip(trading.place(ORDER))))
        }
        const signatures = peer.asked.map(({ headers }) => String(headers["api-sign"]))
        for (const secret of [SECRETS.key, SECRETS.secret, ...signatures]) expect(text.join("\n")).not.toContain(secret)
      })
    )
  )

  it.live("are not quoted by a key that no header can carry", () =>
    withTrading(
      (trading) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(trading.balances)
          expect(error.detail).toBe("connection failed (no code)")
          expect(shown(error)).not.toContain("line-break")
        }),
      { apiKey: Redacted.make("key-with-a\nline-break") }
    )
  )
})
