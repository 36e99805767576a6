/** How a slot decides under each version of the rules: what changed when. (`shared/core/rules/versions.ts` says it in words.) */
import { variantsOf } from "../../../shared/actor/core/variants.ts"
import type { SlotVariants } from "./draft.ts"
import { firstEntriesAtMarket, firstEntriesCovered } from "./entry/bootstrap.ts"
import { lackOfAllotment, leftToGovernor } from "./entry/coverage.ts"
import { asWanted, withinRange } from "./money/pricing.ts"
import { asOnceTaken, asTakenNow } from "./trouble/limits.ts"
import { endsAsProved, endsAsTold } from "./trouble/proved.ts"

/** The variants in force under a version of the rules. */
export const slotVariants = variantsOf<SlotVariants>(
  {
    version: 1,
    firstEntries: firstEntriesAtMarket,
    shortfall: leftToGovernor,
    sendable: asWanted,
    ends: endsAsTold,
    tellsOthers: false,
    limits: asOnceTaken
  },
  { version: 2, firstEntries: firstEntriesCovered, shortfall: lackOfAllotment },
  { version: 3, sendable: withinRange, ends: endsAsProved, tellsOthers: true, limits: asTakenNow }
)
