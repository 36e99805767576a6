/** `kennel backtest --stored`: the store's candles of the real market are the recording, and where there are none it says what to do. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { storeLayer } from "../../../app/leaves/store.ts"
import { readSettings } from "../../../app/settings.ts"
import type { Candle } from "../../../shared/candles/core/candle.ts"
import { Price, Volume } from "../../../shared/core/decimal/decimal.ts"
import { Store, StoreError } from "../../../shared/store/port.ts"
import { isOlderBuilds, playStored } from "./stored.ts"

const candles: ReadonlyArray<Candle> = [60, 120, 240].map((timeSec) => ({
  timeSec,
  open: Price.parse("0.1"),
  high: Price.parse("0.12"),
  low: Price.parse("0.09"),
  close: Price.parse("0.1000000001"),
  volume: Volume.parse("5"),
  trades: 3
}))

it.live(
  "plays what the store has of the real market, and keeps it beside the store",
  () =>
    Effect.gen(function* () {
      const dataDir = mkdtempSync(join(tmpdir(), "kennel-stored-"))
      yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(dataDir, { recursive: true, force: true })))
      const { settings } = readSettings({ DATA_DIR: dataDir })
      const refusal = (timeframe: string) => Effect.map(Effect.flip(playStored(settings, timeframe)), String)

      expect(yield* refusal("1m")).toMatch(
        /there is no store in .*; fetch some: kennel backfill --symbol XDGUSD --timeframe 1m/
      )
      expect(readdirSync(dataDir), "looking makes none").toStrictEqual([])
      expect(yield* refusal("1m,1h")).toMatch(/name one timeframe/)

      yield* Effect.gen(function* () {
        const store = yield* Store
        yield* store.candles.upsert({ venue: "simulated", symbol: "XDGUSD", intervalMin: 15 }, candles, "poll")
        yield* store.candles.upsert({ venue: "real", symbol: "XDGUSD", intervalMin: 1 }, candles, "import")
      }).pipe(Effect.provide(storeLayer(settings)))

      expect(yield* refusal("15m")).toMatch(/no candles of the real market; fetch some/)
      const { file, recording } = yield* playStored(settings, "1m")
      expect(file).toBe("XDGUSD 1m of the store")
      expect(recording).toMatchObject({ kind: "candles", intervalMs: 60_000 })
      expect([0, 1, 2, 3].map((place) => recording.rows.at(place))).toStrictEqual([
        ...candles.map(({ timeSec, trades: _, ...bar }) => ({ timeMs: timeSec * 1_000, ...bar })),
        undefined
      ])
      expect(readdirSync(join(dataDir, "candles"))).toContain("real-XDGUSD-1m.columns")
    }).pipe(Effect.scoped),
  240_000
)

it("what is missing in the store of a market that runs takes a restart, on a server the migrations", () => {
  const missing = new StoreError({
    call: "candles.stamps",
    advice: "missing_table",
    detail: "HTTP 404; apply supabase/migrations"
  })
  const away = new StoreError({ call: "candles.stamps", advice: "retry", detail: "no answer" })
  expect(isOlderBuilds({ supabaseUrl: "" }, missing)).toBe(true)
  expect(isOlderBuilds({ supabaseUrl: "https://store.example" }, missing)).toBe(false)
  expect(isOlderBuilds({ supabaseUrl: "" }, away)).toBe(false)
})
