/** What market-context says of itself to the command line, the composition root, the container files and the documents. */
import { Effect } from "effect"
import { keepTime } from "../../shared/exchange/keepTime.ts"
import { defineService } from "../../shared/service/manifest.ts"
import { contextOptions, contextRelations } from "./options.ts"
import { marketContext } from "./service.ts"
import { CONTEXT_SETTINGS } from "./settings.ts"

/** Wall time between two words of one that is switched off. */
const TELL_EVERY = "5 seconds"

export const marketContextManifest = defineService({
  name: "market-context",
  summary: "trades of the pair → key levels, opening range, first touches, with what is missing of them",
  settings: CONTEXT_SETTINGS,
  relations: contextRelations,
  needs: ["exchange", "store"],
  writes: [],
  keepsFiles: true,
  whenSilent: (_last, trouble) => ({ levels: { trouble } }),
  run: (settings, { tell, alone }) => {
    // Again and again: whoever says nothing counts as silent.
    const off = Effect.andThen(tell({ levels: { enabled: false } }), Effect.sleep(TELL_EVERY))
    if (!settings.contextEnabled) return Effect.forever(off)
    const context = Effect.scoped(marketContext(contextOptions(settings), (levels) => tell({ levels })))
    // Beside others the gateway keeps the exchange's clock in step.
    return alone ? Effect.raceFirst(context, keepTime) : context
  }
})
