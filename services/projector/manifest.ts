/** What projector says of itself to the command line, the composition root, the container files and the documents. */
import { Context, Effect, Layer } from "effect"
import { reading } from "../../shared/service/reading.ts"
import { defineService } from "../../shared/service/manifest.ts"
import { projectorView } from "./core/view.ts"
import { PROJECTOR_SETTINGS } from "./settings.ts"

const projectorModule = reading(() => import("./projector.ts"))

/** Wall time between two looks at how far it is. */
const TELL_EVERY = "1 second"

export const projectorManifest = defineService({
  name: "projector",
  summary: "the journal → tables, for people and dashboards",
  settings: PROJECTOR_SETTINGS,
  needs: ["journal", "store"],
  writes: [],
  // A market may do without one: what has never been heard is not missed.
  whenSilent: (last, trouble) =>
    last?.["projector"] === undefined ? {} : { projector: { ...Object(last["projector"]), trouble } },
  readsNotes: true,
  run: (settings, { tell, subjects, saved }) =>
    Effect.scoped(
      Effect.gen(function* () {
        const { Projector } = yield* projectorModule
        const { pair: market, priceHistorySec: priceEverySec, priceHistoryDays, botEventsDays, fillsDays } = settings
        const keptDays = { fills: fillsDays, prices: priceHistoryDays, botEvents: botEventsDays }
        const options = { market, priceEverySec, keptDays, subjects, saved }
        const { status } = Context.get(yield* Layer.build(Projector.layer(options)), Projector)
        return yield* status.pipe(
          Effect.flatMap((now) => tell(projectorView(now))),
          Effect.andThen(Effect.sleep(TELL_EVERY)),
          Effect.forever
        )
      })
    )
})
