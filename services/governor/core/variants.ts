/** How the governor decides under each version of the rules: what changed when. (`shared/core/rules/versions.ts` says it in words.) */
import { variantsOf } from "../../../shared/actor/core/variants.ts"
import type { GovernorVariants } from "./draft.ts"
import { owesNothing, owesToExits } from "./entries/owed.ts"
import { pausesAtOnce } from "./mode/mode.ts"
import { byAnyTime, byFeedTime } from "./mode/priceAge.ts"
import { byChargedFees, byFeesInUse } from "./slots/profitTarget.ts"
import { beyondThreshold, fromLeast } from "./watch/drift.ts"
import { tellPots } from "./watch/pots.ts"
import { countsAsked, countsDone } from "./slots/softCloseCount.ts"

/** The variants in force under a version of the rules. */
export const governorVariants = variantsOf<GovernorVariants>(
  {
    version: 1,
    softCloses: countsAsked,
    fees: byFeesInUse,
    priceAge: byFeedTime,
    accessRefused: () => false,
    pots: () => undefined,
    owed: owesNothing,
    driftTolerance: beyondThreshold,
    startsAfterTraining: false,
    saysUnchanged: false,
    watchesLife: false,
    watchesLevels: false
  },
  { version: 2, softCloses: countsDone, fees: byChargedFees },
  {
    version: 3,
    priceAge: byAnyTime,
    accessRefused: pausesAtOnce,
    pots: tellPots,
    owed: owesToExits,
    driftTolerance: fromLeast,
    startsAfterTraining: true,
    saysUnchanged: true,
    watchesLife: true,
    watchesLevels: true
  }
)
