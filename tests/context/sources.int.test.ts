/** Levels from other sources than the pair's exchange, each spoken to over HTTP as it documents itself. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, layer } from "@effect/vitest"
import { Effect, Ref, Schedule } from "effect"
import { BINANCE_TRADES } from "../../services/market-context/core/sources/binance.ts"
import { BYBIT_TRADES } from "../../services/market-context/core/sources/bybit.ts"
import type { TradeDialect } from "../../services/market-context/core/sources/dialect.ts"
import { ProfileTally } from "../../services/market-context/core/profile/tally.ts"
import { profileOf } from "../../services/market-context/core/profile/volumeProfile.ts"
import type { LevelsView } from "../../services/market-context/core/view.ts"
import { type ContextOptions, marketContext } from "../../services/market-context/service.ts"
import { makePolledTrades } from "../../services/market-context/sources/polledTrades.ts"
import { Price, Volume } from "../../shared/core/decimal/decimal.ts"
import { MarketTrades } from "../../shared/exchange/marketTrades.ts"
import { VenueClock } from "../../shared/exchange/venueClock.ts"
import { EmbeddedStore } from "../../shared/store/embedded/store.ts"
import { otherExchange, type ServedTrade } from "./testing/otherExchange.ts"
import { CONTEXT } from "./testing/onTrades.ts"

const MIDNIGHT = Date.parse("2026-10-14T00:00:00Z")
const NOON = MIDNIGHT + 12 * 3_600_000
const DAY_MS = 86_400_000
/** A trade every 40 seconds since the day before began: several pages, with a tie in time now and then. */
const past = (): Array<ServedTrade> =>
  Array.from({ length: Math.floor((NOON - MIDNIGHT + DAY_MS) / 40_000) }, (_, n) => ({
    id: 500 + n,
    timeMs: MIDNIGHT - DAY_MS + (n % 7 === 0 ? n : n - 1) * 40_000 + 40_000,
    price: (0.2 + ((n * 37) % 101) / 10_000).toFixed(5),
    volume: String(1 + (n % 13)),
    takerSide: n % 2 === 0 ? "buy" : "sell"
  }))

const figures = (trades: ReadonlyArray<ServedTrade>, fromMs: number, toMs: number) => {
  const tally = new ProfileTally(CONTEXT.tickSize)
  for (const { timeMs, price, volume } of trades) {
    if (timeMs >= fromMs && timeMs < toMs) tally.add(Price.parse(price), Volume.parse(volume))
  }
  const profile = profileOf(tally, CONTEXT.valueArea)!
  return { poc: Price.format(profile.pointOfControl), volume: Volume.format(profile.totalVolume) }
}

/** Nobody listens there. */
const NOBODY = "http://127.0.0.1:9"

const isPrecise = ({ today, previous_day }: LevelsView): boolean =>
  today.precision === "PRECISE" && previous_day.precision === "PRECISE"

/** Runs a context on a source until its levels are as wanted, `meanwhile` once trades are there; it is noon when it begins. */
const levelsUntil = (
  source: { readonly dialect: TradeDialect; readonly url: string; readonly directory: string },
  wanted: (levels: LevelsView) => boolean,
  meanwhile: Effect.Effect<void> = Effect.void
) =>
  Effect.gen(function* () {
    const { dialect, url, directory } = source
    const clock = yield* VenueClock
    yield* clock.observe(NOON, 0)
    const shown = yield* Ref.make<LevelsView | null>(null)
    const trades = yield* makePolledTrades({ dialect, symbol: "DOGEUSDT", url, timeoutMs: 2_000, everyMs: 50 })
    const other = { name: dialect.name, symbol: "DOGEUSDT" }
    const without = dialect.past === null ? ("skipped" as const) : null
    const options: ContextOptions = {
      ...CONTEXT,
      history: { source: dialect.name, other, without, timeoutMs: 20_000 },
      files: { pair: `${dialect.name}_DOGEUSDT`, profiles: directory, trades: join(directory, "trades") }
    }
    const context = marketContext(options, (levels) => Ref.set(shown, levels)).pipe(
      Effect.provideService(MarketTrades, trades)
    )
    const until = (asWanted: typeof wanted) =>
      Ref.get(shown).pipe(
        Effect.repeat({
          until: (levels) => levels !== null && asWanted(levels),
          schedule: Schedule.spaced("20 millis")
        }),
        Effect.map((levels) => levels!),
        Effect.timeoutOrElse({
          duration: "25 seconds",
          orElse: () => Effect.flatMap(Ref.get(shown), (levels) => Effect.die(new Error(JSON.stringify(levels))))
        })
      )
    const script = Effect.andThen(
      Effect.andThen(
        until(({ today }) => today.trades >= 60 || source.url === NOBODY),
        meanwhile
      ),
      until(wanted)
    )
    return yield* Effect.raceAllFirst([context, script])
  }).pipe(Effect.scoped, Effect.provide(VenueClock.layer({ speed: 1 })))

const directoryFor = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "kennel-sources-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

layer(EmbeddedStore.layer({ directory: null }), { excludeTestServices: true, timeout: "60 seconds" })(
  "levels from another source",
  (it) => {
    it.effect(
      "Binance are those of all its trades, past refusals; a restart asks for the gap alone, files bear its name",
      () =>
        Effect.gen(function* () {
          const directory = yield* directoryFor
          const server = yield* otherExchange(past())
          server.refuse.push(503, 429)
          const source = { dialect: BINANCE_TRADES, url: server.url, directory }
          const levels = yield* levelsUntil(source, isPrecise)
          expect(levels.trades_of).toBe("binance DOGEUSDT")
          expect(levels.previous_day).toMatchObject(figures(server.trades, MIDNIGHT - DAY_MS, MIDNIGHT))
          expect(levels.today).toMatchObject(figures(server.trades, MIDNIGHT, NOON + DAY_MS))
          expect(readdirSync(join(directory, "trades")).toSorted()).toStrictEqual([
            "binance_DOGEUSDT_2026-10-13.parquet",
            "binance_DOGEUSDT_2026-10-14.parquet"
          ])
          const before = server.asked.length
          const again = yield* levelsUntil(source, isPrecise)
          expect(again.previous_day).toStrictEqual(levels.previous_day)
          const starts = server.asked.slice(before).flatMap((path) => /startTime=(\d+)/.exec(path)?.[1] ?? [])
          expect(starts.filter((startMs) => Number(startMs) < NOON - 60_000)).toStrictEqual([])
        })
    )

    it.effect("Binance go on with what trades while they are looked at", () =>
      Effect.gen(function* () {
        const directory = yield* directoryFor
        const server = yield* otherExchange(past())
        const first = server.trades.at(-1)!
        const trade = Effect.sync(() => {
          server.trades.push({ ...first, id: first.id + 1, timeMs: NOON, price: "0.9", volume: "777777" })
        })
        const source = { dialect: BINANCE_TRADES, url: server.url, directory }
        const levels = yield* levelsUntil(source, (seen) => isPrecise(seen) && seen.today.high === "0.9", trade)
        expect(levels.today.poc).toBe("0.9")
        expect(levels.backfill.stream_breaks).toBe(0)
      })
    )

    it.effect("that does not answer are imprecise in words that name it", () =>
      Effect.gen(function* () {
        const directory = yield* directoryFor
        const source = { dialect: BINANCE_TRADES, url: NOBODY, directory }
        const levels = yield* levelsUntil(source, () => true)
        expect(levels.metrics_precision).toMatch(/^IMPRECISE \(binance backfill (pending|0 %)\)$/)
      })
    )

    it.effect("Bybit begin with its newest sixty, name what is missing before, and say so when some were missed", () =>
      Effect.gen(function* () {
        const directory = yield* directoryFor
        const server = yield* otherExchange(past())
        const source = { dialect: BYBIT_TRADES, url: server.url, directory }
        const levels = yield* levelsUntil(source, ({ today }) => today.trades >= 60)
        expect(levels.trades_of).toBe("bybit DOGEUSDT")
        const newest = server.trades.slice(-60)
        expect(levels.today).toMatchObject(figures(newest, MIDNIGHT, NOON + DAY_MS))
        expect(levels.metrics_precision).toMatch(
          /^IMPRECISE \(bybit backfill skipped, missing 00:00:00–11:\d\d:\d\d UTC\)$/
        )
        expect(
          server.asked.every((path) => path.startsWith("/v5/market/recent-trade?category=spot&symbol=DOGEUSDT"))
        ).toBe(true)
        const last = server.trades.at(-1)!
        const burst = Effect.sync(() => {
          for (let n = 1; n <= 200; n++) server.trades.push({ ...last, id: last.id + n, timeMs: NOON + n })
        })
        const elsewhere = { ...source, directory: yield* directoryFor }
        const missed = yield* levelsUntil(elsewhere, ({ backfill }) => backfill.stream_breaks > 0, burst)
        expect(missed.metrics_precision).toMatch(/^IMPRECISE \(bybit backfill skipped/)
      })
    )
  }
)
