/** What market-feed says of itself to the command line, the composition root, the container files and the documents. */
import { Effect } from "effect"
import { speedOf, staleAfterSec } from "../../shared/config/shared.ts"
import { reading } from "../../shared/service/reading.ts"
import { defineService } from "../../shared/service/manifest.ts"
import { brokenFeedRelations, FEED_SETTINGS } from "./settings.ts"

const serviceModule = reading(() => import("./service.ts"))
const rateModule = reading(() => import("./rate.ts"))

export const marketFeedManifest = defineService({
  name: "market-feed",
  summary: "exchange's public stream → price and clock facts",
  settings: FEED_SETTINGS,
  relations: brokenFeedRelations,
  needs: ["journal", "exchange"],
  writes: ["price", "clock", "quarantine"],
  run: (settings, context) =>
    Effect.gen(function* () {
      const { marketFeed } = yield* serviceModule
      const { tellRate } = yield* rateModule
      const epoch = yield* context.epoch
      const feed = marketFeed({
        subjects: context.subjects,
        epoch,
        priceFactsPerSec: settings.priceFactsPerSec,
        clockIntervalMs: settings.clockIntervalSec * 1_000,
        staleAfterMs: staleAfterSec(settings) * 1_000
      })
      return yield* Effect.raceFirst(feed, tellRate(speedOf(settings)))
    })
})
