/** What control-plane says of itself to the command line, the composition root, the container files and the documents. */
import { Context, Effect, Layer } from "effect"
import { ofAnyKind } from "../../shared/actor/core/actor.ts"
import { speedOf, staleAfterSec } from "../../shared/config/shared.ts"
import { reading } from "../../shared/service/reading.ts"
import { defineService } from "../../shared/service/manifest.ts"
import { chartActor } from "./core/chart/actor.ts"
import { historyActor } from "./core/history/actor.ts"
import { ledgerActor } from "./core/money/ledgerActor.ts"
import { statusActor } from "./core/status/actor.ts"
import { ensureControlToken } from "./controlToken.ts"
import { MarketViews } from "./marketViews.ts"
import { CONTROL_SETTINGS } from "./settings.ts"

const layerModule = reading(() => import("./layer.ts"))
const optionsModule = reading(() => import("./telegram/options.ts"))

/** Wall seconds that a feed may be silent, however fast the exchange's time runs. */
const LEAST_SILENT_SEC = 15

export const controlPlaneManifest = defineService({
  name: "control-plane",
  summary: "HTTP API, actions and the page",
  settings: CONTROL_SETTINGS,
  needs: ["journal", "views"],
  readsNotes: true,
  writes: ["command.*", "lease.*"],
  follows: [ofAnyKind(statusActor), ofAnyKind(ledgerActor), ofAnyKind(chartActor), ofAnyKind(historyActor)],
  // The token for actions.
  keepsFiles: true,
  served: {
    port: 8080,
    // A secret: from `.env`, for this service alone. The other settings of the chat stand with all others in `kennel.env`.
    environment: { PORT: "8080", TELEGRAM_BOT_TOKEN: "${TELEGRAM_BOT_TOKEN:-}" },
    publishedAs: "KENNEL_PORT"
  },
  run: (settings, { subjects, listening }) =>
    Effect.scoped(
      Effect.gen(function* () {
        const token = yield* ensureControlToken(settings)
        const { ControlPlane, controlPlaneLayer } = yield* layerModule
        const { telegramOf } = yield* optionsModule
        const { failure } = yield* MarketViews
        const speed = speedOf(settings)
        const telegram = yield* telegramOf(settings)
        const served = yield* Layer.build(
          controlPlaneLayer({
            subjects,
            token,
            defaults: {
              FAR_RECOVERY_DISTANCE_PCT: settings.farRecoveryDistancePct,
              FAR_RECOVERY_COUNT: settings.farRecoveryCount
            },
            host: settings.host,
            allowedHosts: settings.allowedHosts,
            port: settings.port,
            pair: settings.symbol,
            trading: settings.live ? "live" : "paper",
            simulator: settings.live ? null : { market: settings.market, speed },
            stalePriceMaxAgeSec: staleAfterSec(settings),
            silentAfterSec: Math.max(LEAST_SILENT_SEC, (3 * settings.clockIntervalSec) / speed),
            ...(telegram === null ? {} : { telegram })
          })
        )
        yield* listening(Context.get(served, ControlPlane).url)
        return yield* failure
      })
    )
})
