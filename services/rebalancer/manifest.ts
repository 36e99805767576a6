/** What rebalancer says of itself to the command line, the composition root, the container files and the documents. */
import { Effect } from "effect"
import { ofAnyKind } from "../../shared/actor/core/actor.ts"
import { reading } from "../../shared/service/reading.ts"
import { defineService, shows } from "../../shared/service/manifest.ts"
import { rebalancerActor } from "./core/actor.ts"
import { rebalancerSaved } from "./core/saved.ts"
import { rebalancerView } from "./core/view.ts"

const serviceModule = reading(() => import("./service.ts"))

export const rebalancerManifest = defineService({
  name: "rebalancer",
  summary: "trend, idle target, controller → skew of order sizes; pure",
  // Its rules travel in the journal and stand with the shared settings.
  settings: {},
  needs: ["journal"],
  checksMarks: true,
  writes: ["out.rebalancer"],
  actors: () => [ofAnyKind(rebalancerActor)],
  show: () => shows(rebalancerActor, rebalancerView),
  saves: () => shows(rebalancerActor, rebalancerSaved),
  run: (settings, { subjects, epoch }) =>
    Effect.gen(function* () {
      const { rebalancerService } = yield* serviceModule
      yield* epoch
      return yield* rebalancerService({ subjects, rules: settings.rebalancer })
    })
})
