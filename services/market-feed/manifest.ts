/** What market-feed says of itself to the command line, the composition root, the container files and the documents. */
import { Effect } from "effect"
import { speedOf, staleAfterSec } from "../../shared/config/shared.ts"
import { defineService } from "../../shared/service/manifest.ts"
import { tellRate } from "./rate.ts"
import { marketFeed } from "./service.ts"
import { brokenFeedRelations, FEED_SETTINGS } from "./settings.ts"

export const marketFeedManifest = defineService({
  name: "market-feed",
  summary: "exchange's public stream → price and clock facts",
  settings: FEED_SETTINGS,
  relations: brokenFeedRelations,
  needs: ["journal", "exchange"],
  writes: ["price", "clock", "quarantine"],
  run: (settings, context) =>
    Effect.flatMap(context.epoch, (epoch) =>
      Effect.raceFirst(
        marketFeed({
          subjects: context.subjects,
          epoch,
          priceFactsPerSec: settings.priceFactsPerSec,
          clockIntervalMs: settings.clockIntervalSec * 1_000,
          staleAfterMs: staleAfterSec(settings) * 1_000
        }),
        tellRate(speedOf(settings))
      )
    )
})
