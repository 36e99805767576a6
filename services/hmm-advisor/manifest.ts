/** What hmm-advisor says of itself to the command line, the composition root, the container files and the documents. */
import { Effect } from "effect"
import { speedOf } from "../../shared/config/shared.ts"
import { keepTime } from "../../shared/exchange/keepTime.ts"
import { KRAKEN } from "../../shared/exchange/kraken/core/candleSource.ts"
import { MarketTrades } from "../../shared/exchange/marketTrades.ts"
import { VenueClock } from "../../shared/exchange/venueClock.ts"
import { reading } from "../../shared/service/reading.ts"
import { defineService, shows } from "../../shared/service/manifest.ts"
import { advisorStatusActor } from "./core/status.ts"
import { advisorSaved, advisorView } from "./core/view.ts"
import { ADVISOR_SETTINGS } from "./settings.ts"

const serviceModule = reading(() => import("./service.ts"))
const optionsModule = reading(() => import("./options.ts"))
const httpSourcesModule = reading(() => import("../../shared/candles/http.ts"))

export const hmmAdvisorManifest = defineService({
  name: "hmm-advisor",
  summary: "candles → features → Gaussian HMM (in a worker) → regime facts; pure but for its shell",
  settings: ADVISOR_SETTINGS,
  needs: ["journal", "exchange", "store"],
  writes: ["regime"],
  fitsModels: true,
  show: ({ hmmEnabled: enabled, hmmBlendWithTrend: blendFactor }) =>
    shows(advisorStatusActor, (state) => advisorView(state, { enabled, blendFactor })),
  saves: () => shows(advisorStatusActor, advisorSaved),
  run: (settings, { epoch: raised, subjects, alone }) =>
    Effect.gen(function* () {
      const epoch = yield* raised
      // Switched off there is no worker and no work.
      if (!settings.hmmEnabled) return yield* Effect.never
      const { advisorService } = yield* serviceModule
      const { advisorOptions } = yield* optionsModule
      const { httpSource } = yield* httpSourcesModule
      const { nowMs } = yield* VenueClock
      const { budget } = yield* MarketTrades
      const source = httpSource(KRAKEN, {
        url: settings.restUrl,
        nowMs,
        speed: speedOf(settings),
        timeoutMs: settings.requestTimeoutSec * 1_000
      })
      const newestPage = (intervalMin: number) =>
        Effect.andThen(budget.turn, source.fetchPage({ symbol: settings.pair, intervalMin, cursor: null })).pipe(
          Effect.map(({ candles }) => candles)
        )
      const advice = advisorService({ ...advisorOptions(settings), subjects, epoch, newestPage })
      // Beside others the gateway keeps the exchange's clock in step.
      return yield* alone ? Effect.raceFirst(keepTime, advice) : advice
    })
})
