/** What came of recomputing a recorded fact. */
import type { Difference } from "./difference.ts"

/** `NotAtHand`: neither right nor wrong, because the candles it was read from cannot be had as they were. */
export type Verdict =
  | { readonly _tag: "Same" }
  | { readonly _tag: "Differs"; readonly difference: Difference }
  | { readonly _tag: "NotAtHand"; readonly why: string }
