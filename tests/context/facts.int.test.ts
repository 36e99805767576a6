/** What the market's journal is told of levels, over the exchange's wire: once, when it is so, and again only when it changes. */
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import type { ContextFact } from "../../services/market-context/core/facts.ts"
import type { LevelsView } from "../../services/market-context/core/view.ts"
import { Price } from "../../shared/core/decimal/decimal.ts"
import { EmbeddedStore } from "../../shared/store/embedded/store.ts"
import { onTrades } from "./testing/onTrades.ts"

const NOON = Date.parse("2026-10-14T12:00:00Z")

const isPrecise = ({ today, previous_day, opening_range }: LevelsView): boolean =>
  [today, previous_day, opening_range].every(({ precision }) => precision === "PRECISE")
const ofTag = <Tag extends ContextFact["_tag"]>(facts: ReadonlyArray<ContextFact>, tag: Tag) =>
  facts.filter((fact): fact is Extract<ContextFact, { readonly _tag: Tag }> => fact._tag === tag)
const text = (price: Price | null): string | null => (price === null ? null : Price.format(price))

layer(EmbeddedStore.layer({ directory: null }), { excludeTestServices: true, timeout: "60 seconds" })(
  "the journal's facts of levels",
  (it) => {
    it.effect("say the day before, the range and first touches once, when they are whole, with price and time", () =>
      onTrades(NOON, ({ until, facts, allTrades }) =>
        Effect.gen(function* () {
          const shown = yield* until((levels) => isPrecise(levels) && levels.touches.length > 0)
          const told = yield* facts
          const finished = ofTag(told, "LevelsObserved").filter((fact) => fact.finished)
          expect(
            finished.map(({ day, poc, high, source, precision }) => [day, text(poc), text(high), source, precision])
          ).toStrictEqual([["2026-10-13", shown.previous_day.poc, shown.previous_day.high, "backfill", "PRECISE"]])
          expect(
            ofTag(told, "OpeningRangeObserved").map(({ high, low, precision }) => [text(high), text(low), precision])
          ).toStrictEqual([[shown.opening_range.high, shown.opening_range.low, "PRECISE"]])
          const trades = new Map(
            (yield* allTrades(Date.parse("2026-10-14T00:00:00Z"))).map((trade) => [trade.id, trade])
          )
          const touches = ofTag(told, "LevelTouched")
          expect(touches.length).toBeGreaterThan(0)
          for (const { tradeId, price, atMs, precision } of touches) {
            expect([trades.get(tradeId)?.price, trades.get(tradeId)?.timeMs, precision]).toStrictEqual([
              price,
              atMs,
              "PRECISE"
            ])
          }
          expect(new Set(touches.map(({ level }) => level)).size).toBe(touches.length)
          expect(ofTag(told, "PrecisionObserved").map(({ precise }) => precise)).toStrictEqual([false, true])
        })
      )
    )

    it.effect(
      "are not said again by a restart that finds the same, but for the precision, which each process says itself",
      () =>
        onTrades(NOON, ({ until, facts }) =>
          Effect.gen(function* () {
            const first = yield* until((levels) => isPrecise(levels) && levels.touches.length > 0)
            const before = yield* facts
            yield* until((levels) => isPrecise(levels) && levels.today.trades > first.today.trades)
            const later = (yield* facts).slice(before.length)
            const of = (all: ReadonlyArray<ContextFact>) =>
              all.flatMap((fact) =>
                fact._tag === "LevelTouched" ? [fact.level] : fact._tag === "OpeningRangeObserved" ? ["range"] : []
              )
            expect(of(later).filter((name) => of(before).includes(name))).toStrictEqual([])
            expect(ofTag(later, "LevelsObserved").filter(({ finished }) => finished)).toStrictEqual([])
            expect(ofTag(later, "PrecisionObserved").at(-1)?.precise).toBe(true)
          })
        )
    )

    it.effect("name what is missing where no history comes", () =>
      onTrades(NOON, ({ until, facts }) =>
        Effect.gen(function* () {
          const history = { source: "none", without: "skipped", timeoutMs: 1_000 } as const
          yield* until(({ today }) => today.trades > 0, { history })
          const told = yield* facts
          expect(ofTag(told, "OpeningRangeObserved")).toMatchObject([
            { high: null, low: null, precision: "IMPRECISE (backfill skipped, missing 08:00:00–08:10:00 UTC)" }
          ])
          expect(ofTag(told, "PrecisionObserved")).toMatchObject([{ precise: false }])
          expect(ofTag(told, "LevelsObserved").filter(({ finished }) => finished)).toStrictEqual([])
        })
      )
    )
  }
)
