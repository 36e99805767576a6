/** What hmm-advisor says of itself to the command line, the composition root, the container files and the documents. */
import { Effect } from "effect"
import { defineService, shows } from "../../shared/service/manifest.ts"
import { advisorStatusActor } from "./core/status.ts"
import { advisorSaved, advisorView } from "./core/view.ts"
import { advisorOptions } from "./options.ts"
import { advisorService } from "./service.ts"
import { ADVISOR_SETTINGS } from "./settings.ts"

export const hmmAdvisorManifest = defineService({
  name: "hmm-advisor",
  summary: "candles → features → Gaussian HMM (in a worker) → regime facts; pure but for its shell",
  settings: ADVISOR_SETTINGS,
  needs: ["journal", "store"],
  writes: ["regime"],
  fitsModels: true,
  show: ({ hmmEnabled: enabled, hmmBlendWithTrend: blendFactor }) =>
    shows(advisorStatusActor, (state) => advisorView(state, { enabled, blendFactor })),
  saves: () => shows(advisorStatusActor, advisorSaved),
  run: (settings, context) =>
    Effect.flatMap(context.epoch, (epoch) =>
      settings.hmmEnabled
        ? advisorService({ ...advisorOptions(settings), subjects: context.subjects, epoch })
        : // Switched off there is no worker and no work.
          Effect.never
    )
})
