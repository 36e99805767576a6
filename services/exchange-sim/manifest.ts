/** What exchange-sim says of itself to the command line, the composition root, the container files and the documents. */
import { Context, Effect, Layer } from "effect"
import { reading } from "../../shared/service/reading.ts"
import { defineService } from "../../shared/service/manifest.ts"
import { SIMULATOR_SETTINGS, simulatorOptions, wrongMarket } from "./settings.ts"

const layerModule = reading(() => import("./layer.ts"))

export const exchangeSimManifest = defineService({
  name: "exchange-sim",
  summary: "a simulated exchange that speaks Kraken's REST and WebSocket v2",
  settings: SIMULATOR_SETTINGS,
  relations: wrongMarket,
  needs: ["journal"],
  // Its books stand where the market cannot reach them, as a real exchange's do.
  journal: "exchange",
  writes: [">"],
  served: {
    port: 8090,
    environment: { SIM_HOST: "0.0.0.0", SIM_PORT: "8090" }
  },
  run: (settings, { listening }) =>
    Effect.scoped(
      Effect.gen(function* () {
        const { ExchangeSim, exchangeSimLayer } = yield* layerModule
        const built = yield* Layer.build(exchangeSimLayer({ ...simulatorOptions(settings), lowersSpeed: true }))
        const { restUrl, stopped } = Context.get(built, ExchangeSim)
        yield* listening(restUrl)
        return yield* stopped
      })
    )
})
