/** What ohlcv-ingestor says of itself to the command line, the composition root, the container files and the documents. */
import { Context, Effect, Layer } from "effect"
import { ofAnyKind } from "../../shared/actor/core/actor.ts"
import { keepTime } from "../../shared/exchange/keepTime.ts"
import { MarketTrades } from "../../shared/exchange/marketTrades.ts"
import { MarketData } from "../../shared/exchange/port.ts"
import { VenueClock } from "../../shared/exchange/venueClock.ts"
import { reading } from "../../shared/service/reading.ts"
import { defineService } from "../../shared/service/manifest.ts"
import { backfillAskedActor } from "./core/asked.ts"
import { blocksOf } from "./core/view.ts"
import { CANDLE_SETTINGS } from "./settings.ts"

const journalModule = reading(() => import("./journal.ts"))
const optionsModule = reading(() => import("./options.ts"))
const serviceModule = reading(() => import("./service.ts"))

/** Wall time between two looks at what it shows. */
const TELL_EVERY = "1 second"

export const ohlcvIngestorManifest = defineService({
  name: "ohlcv-ingestor",
  summary: "candles of exchange and public sources → store; fills windows, works on history jobs, deletes what is old",
  settings: CANDLE_SETTINGS,
  needs: ["journal", "exchange", "store"],
  writes: ["candle", "candle.*"],
  // Candles without an ingestor are stale data.
  whenSilent: (last, trouble) => ({ ...last, data: { status: "degraded", reasons: [trouble] } }),
  follows: [ofAnyKind(backfillAskedActor)],
  run: (settings, { tell, alone, subjects, epoch: raised }) =>
    Effect.scoped(
      Effect.gen(function* () {
        const { keepJournal } = yield* journalModule
        const { ingestorOptions } = yield* optionsModule
        const { CandleIngestor } = yield* serviceModule
        const epoch = yield* raised
        const { nowMs } = yield* VenueClock
        const { bars } = yield* MarketData
        const { budget } = yield* MarketTrades
        const built = yield* Layer.build(CandleIngestor.layer(ingestorOptions(settings, { live: bars, budget, nowMs })))
        const { view } = Context.get(built, CandleIngestor)
        const show = view.pipe(
          Effect.flatMap((seen) => tell(blocksOf(seen))),
          Effect.andThen(Effect.sleep(TELL_EVERY)),
          Effect.forever
        )
        // Beside others the gateway keeps the exchange's clock in step.
        const facts = keepJournal({ subjects, epoch, nowMs }).pipe(Effect.provide(built))
        const shown = alone ? Effect.raceFirst(show, keepTime) : show
        return yield* Effect.raceFirst(shown, facts)
      })
    )
})
