/** What market-context says of itself to the command line, the composition root, the container files and the documents. */
import { Effect } from "effect"
import { keepTime } from "../../shared/exchange/keepTime.ts"
import { VenueClock } from "../../shared/exchange/venueClock.ts"
import { reading } from "../../shared/service/reading.ts"
import { defineService } from "../../shared/service/manifest.ts"
import { factsOfLevels, factsOfStructure } from "./core/facts.ts"
import { MarketTrades } from "../../shared/exchange/marketTrades.ts"
import { contextOptions, contextRelations, otherSource, scanOptions } from "./options.ts"
import type { StructureView } from "./core/regime/universe.ts"
import { CONTEXT_SETTINGS } from "./settings.ts"

const tellerModule = reading(() => import("./teller.ts"))
const serviceModule = reading(() => import("./service.ts"))
const scanModule = reading(() => import("./scan.ts"))
const polledTradesModule = reading(() => import("./sources/polledTrades.ts"))

/** Wall time between two words of one that is switched off. */
const TELL_EVERY = "5 seconds"

export const marketContextManifest = defineService({
  name: "market-context",
  summary: "trades of the pair → key levels, opening range, first touches; candles of the watched pairs → structure",
  settings: CONTEXT_SETTINGS,
  relations: contextRelations,
  needs: ["journal", "exchange", "store"],
  writes: ["context.*"],
  keepsFiles: true,
  countsTrades: true,
  whenSilent: (_last, trouble) => ({ levels: { trouble }, structure: null }),
  run: (settings, { tell, alone, subjects, epoch: raised }) => {
    // Again and again: whoever says nothing counts as silent.
    const off = Effect.andThen(tell({ levels: { enabled: false }, structure: null }), Effect.sleep(TELL_EVERY))
    if (!settings.contextEnabled) return Effect.forever(off)
    return Effect.gen(function* () {
      const { makeTeller } = yield* tellerModule
      const { marketContext } = yield* serviceModule
      const { keepScanning } = yield* scanModule
      const { makePolledTrades } = yield* polledTradesModule
      const epoch = yield* raised
      const { nowMs } = yield* VenueClock
      const write = yield* makeTeller({ subjects, epoch, nowMs })
      // A note is whole: both are told together.
      let structure: StructureView | null = null
      const context = marketContext(contextOptions(settings), (levels) =>
        Effect.andThen(
          tell({ levels, structure }),
          write([
            ...factsOfLevels(levels, settings.bootstrapPreviousDay),
            ...(structure === null ? [] : factsOfStructure(structure))
          ])
        )
      )
      const scanning = keepScanning(scanOptions(settings), settings.structureIntervalSec, (seen) => {
        structure = seen
      })
      // Beside others the gateway keeps the exchange's clock in step.
      const other = otherSource(settings)
      const counted =
        other === null ? context : Effect.provideService(context, MarketTrades, yield* makePolledTrades(other))
      return yield* Effect.raceAllFirst([counted, scanning, ...(alone ? [keepTime] : [])])
    }).pipe(Effect.scoped)
  }
})
