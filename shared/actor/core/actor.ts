/** What an actor is: a pure fold of the market's journal. Everything else (reading, publishing, snapshots, recovery) is the runtime's. */
import type { MarketEvent } from "../../events/event.ts"

/** Where an event stands, and when it happened. */
export interface EventPlace {
  /** Sequence of its record. */
  readonly seq: number
  /** Its index in the record. */
  readonly index: number
  readonly subject: string
  /** The epoch in force at this sequence. */
  readonly epoch: number
  /** Unix milliseconds of the exchange's clock. */
  readonly timeMs: number
}

/** What one event leads to. */
export interface Step<State> {
  readonly state: State
  /** In the order in which they are to be written; usually empty. */
  readonly outputs: ReadonlyArray<MarketEvent>
}

/** A pure fold of the market's journal, with what a runtime must know of it. */
export interface Actor<State> {
  /** One subject token, unique in the market: `slot-1`. */
  readonly name: string
  /** Changes whenever the same events would fold to another state: a snapshot of another version is not read. */
  readonly version: string
  readonly initial: State
  /** Pure: the same state, event and place give the same step, for ever. May throw only on a bug, which halts the market. */
  readonly reduce: (state: State, event: MarketEvent, place: EventPlace) => Step<State>
  /** Text form of the state for snapshots and hashes: equal states give equal text. */
  readonly encode: (state: State) => string
  readonly decode: (text: string) => State
}

/** The actor beside others of another kind: whoever runs it leaves its state to the actor itself. */
export const ofAnyKind = <State>(actor: Actor<State>): Actor<unknown> => actor as unknown as Actor<unknown>
