/** Whether somebody has asked for a backfill that is not answered yet: a fold of the journal. Decides nothing. */
import { defineActor, type EventPlace, type Step } from "../../../shared/actor/core/actor.ts"
import { dispatch, type Handlers, hearsOnly } from "../../../shared/actor/core/handlers.ts"
import type { EventOf } from "../../../shared/events/event.ts"

/** What is asked of the ingestor. */
export interface AskedState {
  /** The journal's time, Unix milliseconds. */
  readonly nowMs: number
  /** Null: nothing is asked. */
  readonly asked: Pick<EventOf<"BackfillAsked">, "commandId" | "intervalMin"> | null
}

type AskedStep = Step<AskedState>

const kept = (state: AskedState): AskedStep => ({ state, outputs: [] })
const at = (state: AskedState, { timeMs }: EventPlace, change: Partial<AskedState> = {}): AskedStep =>
  kept({ ...state, ...change, nowMs: Math.max(state.nowMs, timeMs) })

const HANDLERS: Handlers<AskedState, AskedStep> = {
  ClockTicked: (state, _event, place) => at(state, place),
  BackfillAsked: (state, { commandId, intervalMin }, place) => at(state, place, { asked: { commandId, intervalMin } }),
  BackfillAnswered: (state, { commandId }, place) =>
    at(state, place, { asked: state.asked?.commandId === commandId ? null : state.asked }),
  // The governor has given up waiting.
  CommandRefused: (state, { commandId }, place) =>
    at(state, place, { asked: state.asked?.commandId === commandId ? null : state.asked })
}

/** Runs in the ingestor. */
export const backfillAskedActor = defineActor<AskedState>({
  name: "backfill-asked",
  version: "1",
  initial: { nowMs: 0, asked: null },
  hears: hearsOnly(HANDLERS),
  reduce: dispatch(HANDLERS, kept)
})
