/** What governor says of itself to the command line, the composition root, the container files and the documents. */
import { Effect } from "effect"
import { ofAnyKind } from "../../shared/actor/core/actor.ts"
import { governorRules, lossLockEndsAlone } from "../../shared/config/rules/governor.ts"
import { staleAfterSec } from "../../shared/config/shared.ts"
import { reading } from "../../shared/service/reading.ts"
import { defineService, shows } from "../../shared/service/manifest.ts"
import { governorActor } from "./core/actor.ts"
import { governorSaved } from "./core/view/saved.ts"
import { governorView } from "./core/view/view.ts"

const serviceModule = reading(() => import("./service.ts"))

export const governorManifest = defineService({
  name: "governor",
  summary: "modes, entry grants, funds, daily loss lock, capacity, layers, slots and aliases, commands; pure",
  // Its rules travel in the journal and stand with the shared settings.
  settings: {},
  needs: ["journal"],
  checksMarks: true,
  writes: ["out.governor"],
  actors: () => [ofAnyKind(governorActor)],
  show: () => shows(governorActor, (state) => ({ governor: governorView(state) })),
  saves: () => shows(governorActor, governorSaved),
  run: (settings, { subjects, epoch }) =>
    Effect.gen(function* () {
      const { governorService } = yield* serviceModule
      yield* epoch
      return yield* governorService({
        subjects,
        rules: { ...governorRules(settings), stalePriceMaxAgeSec: staleAfterSec(settings) },
        fittedIntervals: settings.hmmEnabled ? [settings.candleIntervalMin, settings.candleSecondaryIntervalMin] : [],
        waitsForLevels: settings.tradeAfterBackfill,
        touchNotices: settings.levelTouchNotices,
        lossLockEndsAlone: lossLockEndsAlone(settings)
      })
    })
})
