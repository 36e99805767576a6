/** Key levels over the exchange's wire: live trades, pages of the past, and what is said while something is missing. */
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import type { LevelsView } from "../../services/market-context/core/view.ts"
import { ProfileTally } from "../../services/market-context/core/profile/tally.ts"
import { profileOf } from "../../services/market-context/core/profile/volumeProfile.ts"
import { Price, Volume } from "../../shared/core/decimal/decimal.ts"
import type { MarketTrade } from "../../shared/exchange/marketTrades.ts"
import { EmbeddedStore } from "../../shared/store/embedded/store.ts"
import { CONTEXT, onTrades } from "./testing/onTrades.ts"

const DAY_MS = 86_400_000
const NOON = Date.parse("2026-10-14T12:00:00Z")
const MIDNIGHT = Date.parse("2026-10-14T00:00:00Z")

const isPrecise = ({ today, previous_day, opening_range }: LevelsView): boolean =>
  [today, previous_day, opening_range].every(({ precision }) => precision === "PRECISE")

/** What plain counting makes of the trades of a stretch. */
const counted = (trades: ReadonlyArray<MarketTrade>, fromMs: number, toMs: number) => {
  const tally = new ProfileTally(CONTEXT.tickSize)
  for (const { timeMs, price, volume } of trades) if (timeMs >= fromMs && timeMs < toMs) tally.add(price, volume)
  const profile = profileOf(tally, CONTEXT.valueArea)!
  return {
    poc: Price.format(profile.pointOfControl),
    vah: Price.format(profile.valueAreaHigh),
    val: Price.format(profile.valueAreaLow),
    high: Price.format(profile.high),
    low: Price.format(profile.low),
    volume: Volume.format(profile.totalVolume)
  }
}
const rangeOf = (trades: ReadonlyArray<MarketTrade>, midnightMs: number) => {
  const [from, to] = [midnightMs + 8 * 3_600_000, midnightMs + 8 * 3_600_000 + 600_000]
  return counted(trades, from, to)
}

layer(EmbeddedStore.layer({ directory: null }), { excludeTestServices: true, timeout: "60 seconds" })(
  "key levels",
  (it) => {
    it.effect("are those of all trades that the exchange has, each counted once", () =>
      onTrades(NOON, ({ until, allTrades }) =>
        Effect.gen(function* () {
          const levels = yield* until(isPrecise)
          const trades = yield* allTrades(MIDNIGHT - DAY_MS)
          expect(levels.previous_day).toMatchObject({
            ...counted(trades, MIDNIGHT - DAY_MS, MIDNIGHT),
            source: "backfill"
          })
          const { high, low } = rangeOf(trades, MIDNIGHT)
          expect(levels.opening_range).toMatchObject({ high, low, complete: true })
          const seen = trades.filter(({ timeMs }) => timeMs >= MIDNIGHT).slice(0, levels.today.trades)
          const { poc, vah, val, volume } = counted(seen, MIDNIGHT, MIDNIGHT + DAY_MS)
          expect(levels.today).toMatchObject({ poc, vah, val, volume, id_holes: 0 })
          expect(levels.metrics_precision).toBe("PRECISE")
        })
      )
    )

    it.effect("say that they wait for the history, and never more than they have", () =>
      onTrades(NOON, ({ until, fault }) =>
        Effect.gen(function* () {
          yield* fault({ kind: "error", error: "EService:Busy", method: "Trades", times: 2 })
          const waiting = yield* until(({ today }) => today.trades > 0)
          expect(waiting.metrics_precision).toMatch(/^IMPRECISE \(backfill (pending|0 %)\)$/)
          expect(waiting.today.missing[0]).toMatch(/^00:00:00–1[12]:/)
          expect(waiting.previous_day).toMatchObject({ source: "none", poc: null })
        })
      )
    )

    it.effect("without a source of history name what is missing, of each figure its own part", () =>
      onTrades(NOON, ({ until, starts }) =>
        Effect.gen(function* () {
          const history = { source: "none", without: "skipped", timeoutMs: 1_000 } as const
          const levels = yield* until(({ today }) => today.trades > 0, { history })
          expect(levels.metrics_precision).toMatch(
            /^IMPRECISE \(backfill skipped, missing 00:00:00–1[12]:\d\d:\d\d UTC\)$/
          )
          expect(levels.opening_range).toMatchObject({
            high: null,
            precision: "IMPRECISE (backfill skipped, missing 08:00:00–08:10:00 UTC)"
          })
          expect(starts).toHaveLength(0)
        })
      )
    )

    it.effect("that the stream missed in the middle of the opening range are fetched, and only they", () =>
      onTrades(Date.parse("2026-10-14T08:02:00Z"), ({ running, allTrades, fault, starts }) =>
        Effect.gen(function* () {
          let cut = 0
          const levels = yield* running({}, (until) =>
            Effect.gen(function* () {
              yield* until(({ today }) => today.precision === "PRECISE")
              cut = starts.length
              yield* fault({ kind: "disconnect", socket: "public" })
              return yield* until(
                ({ backfill, opening_range: range }) =>
                  backfill.stream_breaks > 0 && range.complete && range.precision === "PRECISE"
              )
            })
          )
          const trades = yield* allTrades(MIDNIGHT)
          const { high, low } = rangeOf(trades, MIDNIGHT)
          expect(levels.opening_range).toMatchObject({ high, low, complete: true })
          const later = starts.slice(cut).flatMap((start) => ("fromMs" in start ? [start.fromMs] : []))
          // A short break needs no page: the stream begins with the newest fifty trades.
          expect(later.filter((fromMs) => fromMs < Date.parse("2026-10-14T08:02:00Z"))).toStrictEqual([])
        })
      )
    )

    it.effect("of a day that ends become the day before, whole", () =>
      onTrades(Date.parse("2026-10-14T23:52:00Z"), ({ until, allTrades }) =>
        Effect.gen(function* () {
          const levels = yield* until((view) => view.day === "2026-10-15" && isPrecise(view) && view.today.trades > 0)
          const trades = yield* allTrades(MIDNIGHT)
          expect(levels.previous_day).toMatchObject({
            day: "2026-10-14",
            ...counted(trades, MIDNIGHT, MIDNIGHT + DAY_MS),
            source: "backfill"
          })
        })
      )
    )
  }
)
