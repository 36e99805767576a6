/** Whether somebody has asked for a backfill that is not answered yet: a fold of the journal. Decides nothing. */
import { defineActor, type Step } from "../../../shared/actor/core/actor.ts"
import { dispatch, type Handlers, hearsOnly } from "../../../shared/actor/core/handlers.ts"
import type { EventOf } from "../../../shared/events/event.ts"

/** What is asked of the ingestor. */
export interface AskedState {
  /** Null: nothing is asked. */
  readonly asked: Pick<EventOf<"BackfillAsked">, "commandId" | "intervalMin"> | null
}

type AskedStep = Step<AskedState>

const kept = (state: AskedState): AskedStep => ({ state, outputs: [] })
/** That command is over, answered or given up. */
const over = ({ asked }: AskedState, { commandId }: { readonly commandId: string }): AskedStep =>
  kept({ asked: asked?.commandId === commandId ? null : asked })

const HANDLERS: Handlers<AskedState, AskedStep> = {
  BackfillAsked: (_state, { commandId, intervalMin }) => kept({ asked: { commandId, intervalMin } }),
  BackfillAnswered: over,
  // The governor has given up waiting.
  CommandRefused: over
}

/** Runs in the ingestor. */
export const backfillAskedActor = defineActor<AskedState>({
  name: "backfill-asked",
  version: "2",
  initial: { asked: null },
  hears: hearsOnly(HANDLERS),
  reduce: dispatch(HANDLERS, kept)
})
