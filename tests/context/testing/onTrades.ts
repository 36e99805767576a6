/** The market context on the simulated exchange, over its own wire, at many simulated seconds a second. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Context, Effect, Layer, Ref, Schedule, Stream } from "effect"
import { ExchangeSim, exchangeSimLayer } from "../../../services/exchange-sim/layer.ts"
import type { Fault } from "../../../services/exchange-sim/faults/faults.ts"
import type { ExchangeSimOptions } from "../../../services/exchange-sim/options.ts"
import type { LevelsView } from "../../../services/market-context/core/view.ts"
import { type ContextOptions, marketContext } from "../../../services/market-context/service.ts"
import { type ContextFact, factsOfLevels } from "../../../services/market-context/core/facts.ts"
import { makeTeller } from "../../../services/market-context/teller.ts"
import { makeCallBudget } from "../../../shared/callBudget.ts"
import { marketSubjects } from "../../../shared/core/ids/subjects.ts"
import { Price } from "../../../shared/core/decimal/decimal.ts"
import { keepTime } from "../../../shared/exchange/keepTime.ts"
import { KrakenMarketData, KrakenMarketTrades } from "../../../shared/exchange/kraken/layer.ts"
import {
  type MarketTrade,
  MarketTrades,
  type PageStart,
  type TradePage
} from "../../../shared/exchange/marketTrades.ts"
import type { ExchangeError, MarketData } from "../../../shared/exchange/port.ts"
import { VenueClock } from "../../../shared/exchange/venueClock.ts"
import type { Store } from "../../../shared/store/port.ts"
import { decodeRecord } from "../../../shared/events/envelope.ts"
import { MemoryJournal } from "../../../shared/journal/memory.ts"
import { Journal } from "../../../shared/journal/port.ts"

const SPEED = 120

/** What the settings make by default, but for the past: that comes as the test says. */
export const CONTEXT: Omit<ContextOptions, "files"> = {
  symbol: "DOGE/USD",
  tickSize: Price.parse("0.0001"),
  valueArea: { rule: "contiguous", percent: 70 },
  previousDay: true,
  history: { source: "kraken", without: null, timeoutMs: 60_000 }
}

/** Waits until the levels are as wanted. */
export type Until = (wanted: (levels: LevelsView) => boolean) => Effect.Effect<LevelsView>

export interface Bench {
  /** Where the days' files stand: profiles, and trades in `trades`. */
  readonly directory: string
  /** Runs a context for as long as the script takes. */
  readonly running: <A, E>(
    options: Partial<ContextOptions>,
    script: (until: Until) => Effect.Effect<A, E>
  ) => Effect.Effect<A, E | ExchangeError>
  /** Runs a context until its levels are as wanted, then stops it. */
  readonly until: (
    wanted: (levels: LevelsView) => boolean,
    options?: Partial<ContextOptions>
  ) => Effect.Effect<LevelsView, unknown>
  /** Every trade that the exchange has from a time on, as it gives them page by page. */
  readonly allTrades: (fromMs: number) => Effect.Effect<ReadonlyArray<MarketTrade>, unknown>
  /** Where pages were asked to begin so far. */
  readonly starts: ReadonlyArray<PageStart>
  readonly fault: (fault: Fault) => Effect.Effect<void>
  /** What the market's journal has been told by every context so far, in order. */
  readonly facts: Effect.Effect<ReadonlyArray<ContextFact>>
}

/** Levels that a test waits for may take the backfill of two simulated days, and machines are busy. */
const PATIENCE = "100 seconds"

/** The exchange opens at this simulated time, with eight days of past. */
export const onTrades = (
  startMs: number,
  test: (bench: Bench) => Effect.Effect<void, unknown, Store>,
  exchange: Partial<ExchangeSimOptions> = {}
) =>
  Effect.gen(function* () {
    const { restUrl, wsPublicUrl } = yield* ExchangeSim
    const options = { restUrl, wsPublicUrl, speed: SPEED }
    const kraken = Layer.merge(KrakenMarketData.layer(options), KrakenMarketTrades.layer(options)).pipe(
      Layer.provideMerge(VenueClock.layer({ speed: SPEED }))
    )
    yield* Effect.gen(function* () {
      const real = yield* MarketTrades
      const exchanging = yield* Effect.context<MarketData | VenueClock | Store>()
      const directory = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "kennel-context-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
      )
      const files = { pair: "XDGUSD", profiles: directory, trades: join(directory, "trades") }
      const starts: Array<PageStart> = []
      const journal = Context.get(yield* Layer.build(MemoryJournal.layer({ where: "the market" })), Journal)
      const facts = journal.read({ from: 1 }).pipe(
        Stream.flatMap((record) => Stream.fromIterable(decodeRecord(record).events)),
        Stream.runCollect,
        Effect.map((all) => [...all] as unknown as ReadonlyArray<ContextFact>),
        Effect.orDie
      )
      let epoch = 0
      // As fast as the simulated exchange answers: what the rate does is tested where it is kept.
      const budget = yield* makeCallBudget({ burst: 1_000, perSec: 1_000 })
      const page = (start: PageStart) =>
        Effect.andThen(
          Effect.sync(() => starts.push(start)),
          real.page(start)
        )
      const trades = MarketTrades.of({ ...real, page, budget })
      const running: Bench["running"] = (given, script) =>
        Effect.gen(function* () {
          const shown = yield* Ref.make<LevelsView | null>(null)
          const { nowMs } = yield* VenueClock
          const tell = yield* makeTeller({ subjects: marketSubjects("XDGUSD"), epoch: ++epoch, nowMs }).pipe(
            Effect.provideService(Journal, journal)
          )
          const options = { ...CONTEXT, files, ...given }
          const context = marketContext(options, (levels) =>
            Effect.andThen(Effect.orDie(tell(factsOfLevels(levels, options.previousDay))), Ref.set(shown, levels))
          ).pipe(Effect.provideService(MarketTrades, trades))
          const until: Until = (wanted) =>
            Ref.get(shown).pipe(
              Effect.repeat({
                until: (levels) => levels !== null && wanted(levels),
                schedule: Schedule.spaced("20 millis")
              }),
              Effect.map((levels) => levels!),
              Effect.timeoutOrElse({
                duration: PATIENCE,
                orElse: () =>
                  Effect.flatMap(Ref.get(shown), (levels) =>
                    Effect.die(new Error(`not within ${PATIENCE}: ${JSON.stringify(levels)}`))
                  )
              })
            )
          return yield* Effect.raceAllFirst([context, script(until), keepTime])
        }).pipe(Effect.scoped, Effect.provideContext(exchanging))
      const until: Bench["until"] = (wanted, given = {}) => running(given, (waiting) => waiting(wanted))
      const allTrades: Bench["allTrades"] = Effect.fnUntraced(function* (fromMs) {
        const all: Array<MarketTrade> = []
        let start: PageStart = { fromMs }
        for (;;) {
          const { trades: found, cursor }: TradePage = yield* real.page(start)
          all.push(...found.filter(({ timeMs }) => timeMs >= fromMs))
          if (found.length < 500) return all
          start = { cursor }
        }
      })
      const fault = (wanted: Fault) =>
        Effect.promise(() =>
          fetch(`${restUrl}/admin/faults`, { method: "POST", body: JSON.stringify(wanted) }).then(() => undefined)
        )
      yield* test({ directory, running, until, allTrades, starts, fault, facts })
    }).pipe(Effect.scoped, Effect.provide(kraken))
  }).pipe(
    Effect.provide(
      exchangeSimLayer({ speed: SPEED, admin: true, startMs, ...exchange }).pipe(Layer.provide(MemoryJournal.layer()))
    )
  )
