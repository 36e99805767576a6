/** What slot-actor says of itself to the command line, the composition root, the container files and the documents. */
import { Effect } from "effect"
import { ofAnyKind } from "../../shared/actor/core/actor.ts"
import { staleAfterSec } from "../../shared/config/shared.ts"
import { reading } from "../../shared/service/reading.ts"
import { defineService, shows } from "../../shared/service/manifest.ts"
import { slotActor } from "./core/actor.ts"
import { phaseOf } from "./core/state.ts"
import { slotView } from "./core/view.ts"
import { SLOT_SETTINGS } from "./settings.ts"

const serviceModule = reading(() => import("./service.ts"))

export const slotActorManifest = defineService({
  name: "slot-actor",
  summary: "the rules of a slot, pure; a thin shell hands them to the actor runtime",
  settings: SLOT_SETTINGS,
  needs: ["journal"],
  checksMarks: true,
  writes: ["out.*"],
  actors: (slots) => slots.map((slot) => ofAnyKind(slotActor(slot))),
  savesSlot: (slot) => ({
    phase: shows(slotActor(slot), ({ book }) => ({ phase: phaseOf(book.orders) })),
    slot: shows(slotActor(slot), (state) => ({ slot: slotView(slot, state) }))
  }),
  run: (settings, { subjects, epoch }) =>
    Effect.gen(function* () {
      const { slotService } = yield* serviceModule
      yield* epoch
      return yield* slotService({
        subjects,
        slots: Array.from({ length: settings.slots }, (_, index) => index + 1),
        rules: { ...settings.slot, stalePriceMaxAgeSec: staleAfterSec(settings) }
      })
    })
})
