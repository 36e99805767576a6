/** Trades of another source than the pair's own exchange: asked again and again for what is new, and page by page for the past. */
import { Duration, Effect, Queue, Ref, Stream } from "effect"
import { makeCallBudget } from "../../../shared/callBudget.ts"
import { WireProblem } from "../../../shared/core/wire/json.ts"
import {
  MarketTrades,
  type MarketTrade,
  type PageStart,
  type TradeEvent
} from "../../../shared/exchange/marketTrades.ts"
import { ExchangeError } from "../../../shared/exchange/port.ts"
import { sendRequest } from "../../../shared/http/request.ts"
import { type TradeAnswer, type TradeDialect, tradesIn } from "../core/sources/dialect.ts"

/** Which source, and what it is asked. */
export interface PolledOptions {
  readonly dialect: TradeDialect
  /** As the source names the pair. */
  readonly symbol: string
  /** Instead of the dialect's own address; empty: that one. */
  readonly url: string
  /** Wall time of one answer. */
  readonly timeoutMs: number
  /** Wall time between two looks for new trades. */
  readonly everyMs?: number
}

/** Bybit shows its newest 60 alone: a look a second misses none of a market with up to so many a second. */
const LOOK_EVERY_MS = 1_000
/** After a look that failed: doubled up to the second. */
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000
/** What is shown of a reply that could not be read. */
const EXCERPT_LENGTH = 200

type Found = Extract<TradeAnswer, { readonly kind: "trades" }>

/** The source behind the port of trades. */
export const makePolledTrades = Effect.fnUntraced(function* (
  options: PolledOptions
): Effect.fn.Return<MarketTrades["Service"]> {
  const { dialect, symbol } = options
  const budget = yield* makeCallBudget(dialect.rate)
  const page = Effect.fnUntraced(function* (start: PageStart) {
    if (dialect.past === null) {
      return yield* failed(dialect, "rejected", "request", "has no history of trades but its newest")
    }
    const { trades } = yield* ask(options, dialect.past.path(symbol, start))
    const newest = trades.at(-1)
    const before = "cursor" in start ? start.cursor : `from ${start.fromMs}`
    return { trades, cursor: newest === undefined ? before : dialect.past.cursorAfter(newest.id) }
  })
  const live = Stream.callback<TradeEvent>((events) =>
    Effect.gen(function* () {
      const pauseMs = yield* Ref.make(FIRST_PAUSE_MS)
      const followed = lookForEver(options, (event) => Queue.offer(events, event), {
        turn: budget.turn,
        page,
        wentWell: Effect.andThen(Ref.set(pauseMs, FIRST_PAUSE_MS), budget.wentWell)
      })
      return yield* followed.pipe(
        Effect.catch(({ message }) => Queue.offer(events, { _tag: "Disconnected", detail: message })),
        Effect.andThen(Ref.getAndUpdate(pauseMs, (ms) => Math.min(2 * ms, LONGEST_PAUSE_MS))),
        Effect.flatMap((ms) => Effect.sleep(Duration.millis(ms))),
        Effect.forever
      )
    })
  )
  return MarketTrades.of({ live, page, budget })
})

/** From the newest trades on; ends where trades may have been missed between two looks, fails where there is no answer. */
const lookForEver = Effect.fnUntraced(function* (
  options: PolledOptions,
  tell: (event: TradeEvent) => Effect.Effect<unknown>,
  use: {
    readonly turn: Effect.Effect<void>
    readonly wentWell: Effect.Effect<void>
    readonly page: MarketTrades["Service"]["page"]
  }
) {
  const { dialect, symbol, everyMs = LOOK_EVERY_MS } = options
  const newest = Effect.andThen(use.turn, ask(options, dialect.newest(symbol)))
  const first = yield* newest
  yield* use.wentWell
  yield* tell({ _tag: "Standing" })
  if (first.trades.length > 0) yield* tell({ _tag: "Trades", trades: first.trades })
  let lastId = first.trades.at(-1)?.id ?? null
  for (;;) {
    yield* Effect.sleep(Duration.millis(everyMs))
    const { past } = dialect
    let fresh: ReadonlyArray<MarketTrade>
    if (past !== null && lastId !== null) {
      yield* use.turn
      fresh = (yield* use.page({ cursor: past.cursorAfter(lastId) })).trades
    } else {
      const { trades, isFull } = yield* newest
      const oldest = trades[0]?.id ?? 0
      const known: number = lastId ?? -1
      // A full page that does not reach back to what was known: others may have been between.
      if (isFull && oldest > known) {
        const detail = `more than ${trades.length} trades between two looks`
        yield* tell({ _tag: "Disconnected", detail })
        return
      }
      fresh = trades.filter(({ id }) => id > known)
    }
    yield* use.wentWell
    if (fresh.length === 0) yield* tell({ _tag: "Alive" })
    else yield* tell({ _tag: "Trades", trades: fresh })
    lastId = fresh.at(-1)?.id ?? lastId
  }
})

const failed = (
  { name }: TradeDialect,
  advice: "wait" | "unknown" | "rejected",
  source: ExchangeError["source"],
  detail: string
) => new ExchangeError({ operation: `${name} trades`, advice, source, detail, retryAtMs: null })

/** One request; every failure sorted by what may be done about it. */
const ask = Effect.fnUntraced(function* (
  { dialect, url, timeoutMs }: PolledOptions,
  path: string
): Effect.fn.Return<Found, ExchangeError> {
  const base = (url === "" ? dialect.url : url).replace(/\/+$/, "")
  const { status, body } = yield* sendRequest(
    `${base}${path}`,
    { headers: { accept: "application/json" } },
    timeoutMs
  ).pipe(Effect.mapError(({ detail }) => failed(dialect, "unknown", "link", detail)))
  // 418 is how Binance says that an address is banned for going on after 429.
  if (status === 429 || status === 418) return yield* failed(dialect, "wait", "limit", `HTTP ${status}`)
  if (status >= 500) return yield* failed(dialect, "unknown", "service", `HTTP ${status}`)
  const answer = yield* Effect.try({
    try: () => tradesIn(dialect, body, status),
    catch: (error) => {
      if (!(error instanceof WireProblem)) throw error
      return failed(dialect, "unknown", "service", `${error.message}; reply: ${body.slice(0, EXCERPT_LENGTH)}`)
    }
  })
  if (answer.kind === "trades") return answer
  return yield* failed(dialect, answer.advice, answer.advice === "wait" ? "limit" : "request", answer.detail)
})
