/**
 * What other services show of themselves: the types of their own views are the contract, so that a field of a view is a field of
 * the report. Each block is absent where its service has not shown anything (yet). Shares and signals are fractions, `_ts` and
 * `at` Unix seconds of the exchange's clock, `_sec` seconds, `_pct` percent; money is decimal text.
 */
import type { GovernorView } from "../../governor/core/view/view.ts"
import type { AdvisorView } from "../../hmm-advisor/core/view.ts"
import type { ContextBlocks } from "../../market-context/core/view.ts"
import type { IngestorBlocks } from "../../ohlcv-ingestor/core/view.ts"
import type { ProjectorView } from "../../projector/core/view.ts"
import type { RebalancerView } from "../../rebalancer/core/view.ts"
import type { SlotView } from "../../slot-actor/core/view.ts"

/** The governor as it shows itself. */
export type GovernorStatus = GovernorView

/** A slot as it shows itself. */
export type SlotStatus = SlotView

/** What the candle ingestor shows. */
export type CandleBlocks = Partial<IngestorBlocks>

/** What others show of themselves, by the name it has in the report; a service that is not named here shows its blocks too. */
export interface Blocks extends CandleBlocks, Partial<AdvisorView>, Partial<ContextBlocks>, Partial<RebalancerView> {
  /** The process is about to end, and why. */
  readonly leaving?: { readonly reason: string }
  /** Of one that has never spoken there is its trouble alone. */
  readonly projector?: Partial<ProjectorView["projector"]>
}
