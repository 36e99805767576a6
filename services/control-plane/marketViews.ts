/** What the control plane is told: slots and governor as their own actors see them, everything else as `status.ts` folds it. */
import { Context, type Effect, type Stream } from "effect"
import type { HostError } from "../../shared/actor/runtime.ts"
import type { ShownSetting } from "../../shared/config/show.ts"
import type { EventOf, MarketEvent } from "../../shared/events/event.ts"
import type { Blocks, GovernorStatus, SlotStatus } from "./core/blocks.ts"
import type { ChartState } from "./core/chart/state.ts"
import type { HistoryState } from "./core/history/state.ts"
import type { Books } from "./core/money/ledgerActor.ts"
import type { StatusState } from "./core/status/state.ts"

/** Everything shown, at one moment: all of it has folded the journal up to and including record `seq`. `Books`: the state of `ledgerActor`. */
export interface MarketMoment extends Books {
  readonly seq: number
  /** The state of `statusActor`. */
  readonly status: StatusState
  /** The states of `chartActor` and `historyActor`. */
  readonly chart: ChartState
  readonly history: HistoryState
  readonly slots: ReadonlyArray<SlotStatus>
  readonly governor: GovernorStatus
  readonly blocks: Blocks
  /**
   * Actions that a page has a button for and that would be refused now, by name, with the reason as a sentence. Found when it is asked for:
   * the governor is asked about every button.
   */
  readonly refused: () => Readonly<Record<string, string>>
}

/** What a command would do now: the governor's answer, and the effects as lines. */
export interface Preview {
  readonly answer: EventOf<"CommandApplied" | "CommandRefused">
  readonly effects: ReadonlyArray<string>
}

/** The market, from the very folds that trade: so there is one definition of every figure. */
export class MarketViews extends Context.Service<
  MarketViews,
  {
    readonly current: Effect.Effect<MarketMoment>
    /** The journal sequence after each advance; a slow reader may see only the newest. */
    readonly changes: Stream.Stream<number>
    /** Runs the command through the reducers on the states as they are, and forgets the result. */
    readonly preview: (command: EventOf<"CommandIssued">) => Effect.Effect<Preview>
    /** An effect as one line for people. */
    readonly describe: (event: MarketEvent) => string
    /** Every setting in force, its default and where it comes from. */
    readonly settings: ReadonlyArray<ShownSetting>
    /** Never returns; fails when something can no longer be shown truthfully. */
    readonly failure: Effect.Effect<never, HostError>
  }
>()("kennel/control-plane/MarketViews") {}
