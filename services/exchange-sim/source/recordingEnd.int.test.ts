import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { MemoryJournal } from "../../../shared/journal/memory.ts"
import { ExchangeSim, exchangeSimLayer } from "../layer.ts"
import { client, dig, getPublic } from "../testing/sim.ts"
import { wait } from "../testing/tape.ts"

const tenMinutes = join(import.meta.dirname, "../../../tests/data/candles/ten-rows.csv")

it.effect("a recording that is looped goes on with its first row, later by its own length", () =>
  Effect.gen(function* () {
    const urls = yield* ExchangeSim
    yield* TestClock.adjust("599 seconds")
    const last = yield* wait(() => getPublic(urls, "Ticker?pair=XDGUSD"))
    expect(dig(last, "result", "XDGUSD", "c", 0)).toBe("0.2018700")
    yield* TestClock.adjust("601 seconds")
    const bars = yield* wait(() => getPublic(urls, "OHLC?pair=XDGUSD&interval=1"))
    const of = (bar: number) =>
      ["1", "2", "3", "4", "6", "7"].map((column) => dig(bars, "result", "XDGUSD", bar, Number(column)))
    const timeOf = (bar: number) => Number(dig(bars, "result", "XDGUSD", bar, 0))
    for (let bar = 0; bar < 9; bar++) {
      expect(of(bar + 10)).toEqual(of(bar))
      expect(timeOf(bar + 10) - timeOf(bar)).toBe(600)
    }
    const { add } = client(urls)
    expect((yield* wait(() => add("buy", "40", "0.1"))).error).toEqual([])
  }).pipe(
    Effect.provide(
      exchangeSimLayer({ market: `recorded:${tenMinutes}`, loop: true }).pipe(Layer.provide(MemoryJournal.layer()))
    )
  )
)

it.effect(
  "a recording that has ended closes the market: no price is shown, no order taken, and resting ones can go",
  () =>
    Effect.gen(function* () {
      const urls = yield* ExchangeSim
      const { add, call } = client(urls)
      yield* TestClock.adjust("599 seconds")
      const open = yield* wait(() => getPublic(urls, "Ticker?pair=XDGUSD"))
      expect(dig(open, "result", "XDGUSD", "c", 0)).toBe("0.2018700")
      const placed = yield* wait(() => add("buy", "40", "0.1"))
      expect(placed.error).toEqual([])

      yield* TestClock.adjust("1 second")
      for (const method of ["Ticker?pair=XDGUSD", "Depth?pair=XDGUSD"]) {
        const { error } = yield* wait(() => getPublic(urls, method))
        expect(error).toEqual(["EService:Unavailable: recording ended"])
      }
      expect((yield* wait(() => add("buy", "40", "0.1"))).error).toEqual([
        "EService:Market in cancel_only mode: recording ended"
      ])
      const cancelled = yield* wait(() => call("CancelOrder", { txid: String(dig(placed, "result", "txid", 0)) }))
      expect(dig(cancelled, "result", "count")).toBe(1)
      const bars = yield* wait(() => getPublic(urls, "OHLC?pair=XDGUSD&interval=1"))
      expect(dig(bars, "result", "XDGUSD", 9, 4)).toBe("0.2018700")
    }).pipe(
      Effect.provide(exchangeSimLayer({ market: `recorded:${tenMinutes}` }).pipe(Layer.provide(MemoryJournal.layer())))
    )
)
