import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
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

const row = (clientId: string | undefined, opentm: number, status = "open") => ({
  status,
  ...(clientId === undefined ? {} : { cl_ord_id: clientId }),
  opentm,
  descr: { pair: "XDGUSD", type: "buy", ordertype: "limit", price: "0.2000000" },
  vol: "60.00000000",
  vol_exec: "0.00000000",
  cost: "0.000000000",
  fee: "0.000000000"
})

const trade = (time: number) => ({
  ordertxid: "OABC",
  pair: "XDGUSD",
  time,
  type: "buy",
  price: "0.2",
  cost: "12",
  fee: "0.03",
  vol: "60",
  maker: true
})

describe("placing an order", () => {
  it.live("sends every field once, signed, with the deadline in the exchange's words", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script("AddOrder", { result: { descr: { order: "buy" }, txid: ["OABC"] } })
        assert.deepStrictEqual(yield* trading.place(ORDER), { txid: "OABC" })
        const [asked, ...more] = peer.to("AddOrder")
        assert.lengthOf(more, 0)
        if (asked === undefined) return assert.fail("nothing was sent")
        assert.strictEqual(asked.path, "/0/private/AddOrder")
        const { nonce, ...params } = Object.fromEntries(asked.params)
        assert.match(nonce ?? "", /^\d{16}$/)
        assert.deepStrictEqual(params, {
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
        assert.strictEqual(asked.headers["api-key"], SECRETS.key)
        assert.match(String(asked.headers["api-sign"]), /^[A-Za-z0-9+/]{86}==$/)
      })
    )
  )

  it.live("that need not be post-only still pays its fee in the quote currency", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script("AddOrder", { result: { txid: ["OABC"] } })
        yield* trading.place({ ...ORDER, postOnly: false })
        assert.strictEqual(peer.to("AddOrder")[0]?.params.get("oflags"), "fciq")
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
          assert.strictEqual(error.advice, "unknown")
          assert.include(error.detail, detail)
          assert.isNull(error.retryAtMs)
          assert.lengthOf(peer.to("AddOrder"), 1)
        }),
      { requestTimeoutMs: answer === "hang" ? 80 : 5_000 }
    )
  )

  it.live("that is refused says why", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script("AddOrder", { error: ["EOrder:Insufficient funds"] })
        const error = yield* Effect.flip(trading.place(ORDER))
        assert.strictEqual(error.advice, "rejected")
        assert.strictEqual(error.message, "AddOrder: EOrder:Insufficient funds")
      })
    )
  )

  it.live("that is throttled may be repeated at the second that was named", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script("AddOrder", { error: ["EService:Throttled: 1795168842"] })
        const error = yield* Effect.flip(trading.place(ORDER))
        assert.strictEqual(error.advice, "wait")
        assert.strictEqual(error.retryAtMs, 1_795_168_842_000)
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
        assert.strictEqual(peer.to("CancelOrder")[0]?.params.get("txid"), "OABC")
      })
    )
  )

  it.live.each([{ error: ["EOrder:Unknown order"] }, { error: ["EOrder:Invalid order"] }, { result: { count: 0 } }])(
    "of an order that is not open any more is `gone` (%o)",
    (answer) =>
      withTrading((trading, peer) =>
        Effect.gen(function* () {
          peer.script("CancelOrder", answer)
          assert.strictEqual((yield* Effect.flip(trading.cancel("OABC"))).advice, "gone")
        })
      )
  )

  it.live("is signed again once after a stale nonce, being harmless to repeat", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script("CancelOrder", { error: ["EAPI:Invalid nonce"] }, { result: { count: 1 } })
        yield* trading.cancel("OABC")
        assert.lengthOf(peer.to("CancelOrder"), 2)
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
        assert.lengthOf(more, 0)
        assert.strictEqual(asked?.path, "/0/private/AmendOrder")
        const { nonce, ...params } = Object.fromEntries(asked?.params ?? [])
        assert.match(nonce ?? "", /^\d{16}$/)
        assert.deepStrictEqual(params, { txid: "OABC", limit_price: "0.21", post_only: "true" })
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
        assert.strictEqual((yield* Effect.flip(trading.amend("OABC", Price.parse("0.21")))).advice, advice)
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
        assert.lengthOf(nonces, 30)
        nonces.slice(1).forEach((nonce, index) => assert.isTrue(nonce > (nonces[index] ?? 0n), `call ${index + 1}`))
        assert.strictEqual(peer.mostInFlight, 1)
      })
    )
  )

  it.live("that stays stale after a second signature needs a person", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script("BalanceEx", { error: ["EAPI:Invalid nonce"] })
        assert.strictEqual((yield* Effect.flip(trading.balances)).advice, "stop")
        assert.lengthOf(peer.to("BalanceEx"), 2)
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
          assert.deepStrictEqual(
            peer.asked.map(sentAtMs),
            Array.from({ length: 16 }, (_, n) => (n < 15 ? 0 : 3_031))
          )
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
          assert.isAbove(refused.length, 0)
          assert.strictEqual(peer.asked.length + refused.length, 25)
          for (const { advice, detail, retryAtMs } of refused) {
            assert.deepStrictEqual([advice, detail.slice(0, 31)], ["wait", "not sent: the calls counter has"])
            assert.isAbove(retryAtMs ?? 0, 0)
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
          assert.deepStrictEqual([advice, retryAtMs], ["wait", 10_000])
          const next = yield* Effect.forkScoped(trading.place(ORDER))
          yield* TestClock.adjust("4 seconds")
          yield* Fiber.join(next)
          assert.deepStrictEqual(peer.asked.map(sentAtMs), [0, 1_000])
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
          assert.strictEqual(sentAtMs(peer.asked[7]), (8 * 8 - 60) * 1_000)
        }),
      { tier: "starter" },
      1
    )
  )

  it.effect("charge a cancel by the age of its order: an old one costs nothing", () =>
    withTrading(
      (trading, peer) =>
        Effect.gen(function* () {
          yield* TestClock.setTime(1_000_000)
          const old = Array.from({ length: 40 }, (_, n) => [`O${n}`, row("k", 1)] as const)
          peer.script("OpenOrders", { result: { open: Object.fromEntries(old) } })
          peer.script("CancelOrder", { result: { count: 1 } })
          for (const { txid } of yield* trading.openOrders) yield* trading.cancel(txid)
          assert.lengthOf(peer.to("CancelOrder"), 40)
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
        assert.strictEqual(error.advice, "wait")
        assert.include(error.detail, "not sent: 80 calls are waiting already")
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
        assert.deepStrictEqual(
          found.map(({ txid, status }) => [txid, status]),
          [
            ["O2", "canceled"],
            ["O1", "closed"]
          ]
        )
        assert.deepStrictEqual(
          peer.asked.map(({ path, params }) => [path, params.get("cl_ord_id")]),
          [
            ["/0/private/OpenOrders", "k1"],
            ["/0/private/ClosedOrders", "k1"]
          ]
        )
      })
    )
  )

  it.live("by client id never says `none` when a row without an id might be it", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script("OpenOrders", { result: { open: {} } })
        peer.script("ClosedOrders", { result: { closed: { O1: row(undefined, 100) }, count: 1 } })
        const error = yield* Effect.flip(trading.findByClientId("k1"))
        assert.strictEqual(error.advice, "unknown")
        assert.include(error.detail, "O1 came without any")
      })
    )
  )

  it.live("by client id never says `none` when there is more than was shown", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script("OpenOrders", { result: { open: {} } })
        peer.script("ClosedOrders", { result: { closed: { O1: row("k9", 100) }, count: 51 } })
        const error = yield* Effect.flip(trading.findByClientId("k1"))
        assert.strictEqual(error.advice, "unknown")
        assert.include(error.detail, "reply.result.count: is 51, but only 1 orders came")
      })
    )
  )

  it.live("by the exchange's ids, 50 at a time; unknown ones are absent", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script("QueryOrders", { result: { O0: row("k0", 100) } }, { result: {} })
        const found = yield* trading.orders(Array.from({ length: 120 }, (_, n) => `O${n}`))
        assert.deepStrictEqual(
          found.map(({ txid }) => txid),
          ["O0"]
        )
        assert.deepStrictEqual(
          peer.asked.map(({ params }) => params.get("txid")?.split(",").length),
          [50, 50, 20]
        )
      })
    )
  )

  it.live("of no ids asks nothing", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* trading.orders([]), [])
        assert.lengthOf(peer.asked, 0)
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
        const fills = yield* trading.fills(880_500, 1_000_500)
        assert.lengthOf(fills, 120)
        assert.deepStrictEqual([fills[0]?.timeMs, fills.at(-1)?.timeMs], [881_500, 1_000_500])
        assert.deepStrictEqual(
          peer.asked.map(({ params }) => [params.get("start"), params.get("end"), params.get("ofs")]),
          [
            ["879", "1001", "0"],
            ["879", "1001", "50"],
            ["879", "1001", "100"]
          ]
        )
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
        assert.deepStrictEqual(
          (yield* trading.fills(0, 9_000)).map(({ execId }) => execId),
          ["T1", "T2", "T3"]
        )
      })
    )
  )

  it.live("that are more than can be paged are refused with the number", () =>
    withTrading((trading, peer) =>
      Effect.gen(function* () {
        peer.script("TradesHistory", { result: { count: 10_001, trades: { T1: trade(5) } } })
        const error = yield* Effect.flip(trading.fills(0, 9_000))
        assert.strictEqual(error.advice, "rejected")
        assert.include(error.detail, "10001 fills")
        assert.lengthOf(peer.asked, 1)
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
        const error = yield* Effect.flip(trading.fills(0, 9_000))
        assert.strictEqual(error.advice, "unknown")
        assert.include(error.detail, "no fills at offset 1 although there are 2")
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
        for (const secret of [SECRETS.key, SECRETS.secret, ...signatures]) assert.notInclude(text.join("\n"), secret)
      })
    )
  )

  it.live("are not quoted by a key that no header can carry", () =>
    withTrading(
      (trading) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(trading.balances)
          assert.strictEqual(error.detail, "connection failed (no code)")
          assert.notInclude(shown(error), "line-break")
        }),
      { apiKey: Redacted.make("key-with-a\nline-break") }
    )
  )
})
