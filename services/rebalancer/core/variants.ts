/** How the rebalancer decides under each version of the rules: what changed when. (`shared/core/rules/versions.ts` says it in words.) */
import { variantsOf } from "../../../shared/actor/core/variants.ts"

/** What differs between versions of the rules. */
interface RebalancerVariants {
  /** An update that is due waits a moment for the regime of a candle that has just closed. */
  readonly awaitsRegime: boolean
}

/** The variants in force under a version of the rules. */
export const rebalancerVariants = variantsOf<RebalancerVariants>(
  { version: 1, awaitsRegime: false },
  { version: 3, awaitsRegime: true }
)
