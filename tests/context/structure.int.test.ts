/** Structure over watched pairs, from the store's candles: a new candle costs work for its own series alone. */
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Universe } from "../../services/market-context/core/regime/universe.ts"
import { type ScanOptions, scanOnce } from "../../services/market-context/scan.ts"
import type { Candle } from "../../shared/candles/core/candle.ts"
import { Price, Volume } from "../../shared/core/decimal/decimal.ts"
import { EmbeddedStore } from "../../shared/store/embedded/store.ts"
import { Store } from "../../shared/store/port.ts"

const DAY_SEC = 86_400
const OPTIONS: ScanOptions = {
  pair: "XDGUSD",
  venueOf: (symbol) => (symbol === "XDGUSD" ? "simulated" : "real"),
  timeframes: [1_440, 60],
  regime: { minGapPercent: 0.1, neutralZoneBps: 25 }
}
const day = (n: number): Candle => ({
  timeSec: n * DAY_SEC,
  open: Price.parse(n % 2 === 0 ? "1" : "1.1"),
  high: Price.parse("1.2"),
  low: Price.parse("0.8"),
  close: Price.parse(n % 2 === 0 ? "1.1" : "1"),
  volume: Volume.parse("5"),
  trades: 1
})
const days = (count: number): ReadonlyArray<Candle> => Array.from({ length: count }, (_, n) => day(n))

layer(EmbeddedStore.layer({ directory: null }), { excludeTestServices: true, timeout: "60 seconds" })(
  "structure of the watched pairs",
  (it) => {
    it.effect("is that of the enabled ones and the traded one, read again only where a candle is new", () =>
      Effect.gen(function* () {
        const { candles, symbols } = yield* Store
        yield* symbols.upsert([
          { symbol: "AAAUSD", name: "", enabled: true },
          { symbol: "BBBUSD", name: "", enabled: true },
          { symbol: "OFFUSD", name: "", enabled: false }
        ])
        for (const [symbol, count] of [
          ["AAAUSD", 60],
          ["BBBUSD", 210],
          ["OFFUSD", 60]
        ] as const) {
          yield* candles.upsert({ venue: "real", symbol, intervalMin: 1_440 }, days(count), "import")
        }
        const universe = new Universe()
        expect(yield* scanOnce(universe, OPTIONS)).toBe(6)
        expect(universe.symbols).toStrictEqual(["AAAUSD", "BBBUSD", "XDGUSD"])
        expect(universe.of("AAAUSD")).toMatchObject({
          bias: "unknown",
          timeframes: { "1d": { regime: "consolidation" } }
        })
        expect(universe.of("BBBUSD").bias).toBe("bearish")
        expect(universe.of("XDGUSD").timeframes["1d"]).toMatchObject({ regime: "no_data", why: "0 candles of 28" })

        // Another market of the traded pair's name is none of its business.
        yield* candles.upsert({ venue: "real", symbol: "XDGUSD", intervalMin: 1_440 }, days(60), "backfill")
        expect(yield* scanOnce(universe, OPTIONS)).toBe(0)
        yield* candles.upsert({ venue: "real", symbol: "BBBUSD", intervalMin: 1_440 }, [day(210)], "poll")
        expect(yield* scanOnce(universe, OPTIONS)).toBe(1)
        expect(universe.newestOf("BBBUSD", 1_440)).toBe(210 * DAY_SEC)
      })
    )
  }
)
