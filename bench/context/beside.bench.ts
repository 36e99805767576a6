/**
 * A tick on its way to the exchange's adapter, with the market context at work in the same process and without: a day of 100,000 trades
 * behind it, 50 more a second, a look at the levels whenever it is due. Both in turns, so that a busy machine is busy for both.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Schedule, Stream } from "effect"
import { makeCallBudget } from "../../shared/callBudget.ts"
import { Price, Volume } from "../../shared/core/decimal/decimal.ts"
import { MarketTrades, type MarketTrade, type TradeEvent } from "../../shared/exchange/marketTrades.ts"
import { VenueClock } from "../../shared/exchange/venueClock.ts"
import { EmbeddedStore } from "../../shared/store/embedded/store.ts"
import { marketContext } from "../../services/market-context/service.ts"
import { tickToExchange } from "../hotPath.bench.ts"
import { type BenchResult, type Cost, figuresOf } from "../result.ts"

const NOON_MS = Date.parse("2026-10-14T12:00:00Z")
/** As often as five times a busy minute of the pair. */
const EVERY = "20 millis"

const tradeAt = (id: number, timeMs: number): MarketTrade => ({
  id,
  timeMs,
  price: Price.parse(`0.${20_000 + ((id * 7_919) % 900)}`),
  volume: Volume.parse(`${1 + (id % 97)}.5`),
  takerSide: "buy"
})

/** The market context on trades made up: `past` of today, then one more every so often. */
const busyContext = (directory: string, past: number) =>
  Effect.gen(function* () {
    const clock = yield* VenueClock
    yield* clock.observe(NOON_MS, 0)
    const midnightMs = NOON_MS - (NOON_MS % 86_400_000)
    const before = Array.from({ length: past }, (_, n) =>
      tradeAt(n + 1, midnightMs + Math.floor((n * 43_000_000) / past))
    )
    let id = past
    const heard = Stream.fromSchedule(Schedule.spaced(EVERY)).pipe(
      Stream.mapEffect(() =>
        Effect.map(clock.nowMs, (ms): TradeEvent => ({ _tag: "Trades", trades: [tradeAt(++id, ms)] }))
      )
    )
    const first: ReadonlyArray<TradeEvent> = [{ _tag: "Standing" }, { _tag: "Trades", trades: before }]
    const trades = MarketTrades.of({
      live: Stream.concat(Stream.fromIterable(first), heard),
      page: () => Effect.succeed({ trades: [], cursor: "" }),
      budget: yield* makeCallBudget({ burst: 1, perSec: 1 })
    })
    const options = {
      symbol: "DOGE/USD",
      tickSize: Price.parse("0.0001"),
      valueArea: { rule: "contiguous", percent: 70 },
      previousDay: true,
      history: { source: "none", without: "skipped", timeoutMs: 1_000 },
      files: { pair: "XDGUSD", profiles: directory, trades: null }
    } as const
    return yield* marketContext(options, () => Effect.void).pipe(Effect.provideService(MarketTrades, trades))
  }).pipe(
    Effect.scoped,
    Effect.provide(VenueClock.layer({ speed: 1 })),
    Effect.provide(EmbeddedStore.layer({ directory: null }))
  )

/** Goal: the same, within what the machine makes of it from one run to the next. */
export const besideBench = async ({ quick }: { readonly quick: boolean }): Promise<ReadonlyArray<BenchResult>> => {
  const [ticks, past, turns] = quick ? [5, 1_000, 1] : [60, 100_000, 3]
  const directory = mkdtempSync(join(tmpdir(), "kennel-beside-"))
  const measure = (name: string, beside: Effect.Effect<never>) =>
    Effect.runPromise(
      Effect.map(Effect.raceFirst(tickToExchange(ticks, join(directory, name)), beside), ({ ours }) => ours)
    )
  try {
    const [off, on]: [Array<Cost>, Array<Cost>] = [[], []]
    for (let turn = 0; turn < turns; turn++) {
      off.push(...(await measure(`off${turn}`, Effect.never)))
      on.push(...(await measure(`on${turn}`, Effect.orDie(busyContext(directory, past)))))
    }
    return [
      {
        name: "tick → order at the adapter, market context beside it",
        unit: "µs",
        ...figuresOf(on, (ms) => ms * 1_000),
        baseline: { name: "without it", ...figuresOf(off, (ms) => ms * 1_000) },
        note: `${past} trades of the day, 50 more a second`
      }
    ]
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
