/** How far the regime advisor is with its models: a start says so, and nothing waits for it. */
import type { MarketEvent } from "../../../../shared/events/event.ts"
import type { AdvisorSlice, GovernorState } from "../state.ts"

/** What the event says of the advisor; every other event leaves the state as it is. */
export const learnAdvisor = (state: GovernorState, event: MarketEvent): GovernorState => {
  const { advisor } = state
  switch (event._tag) {
    case "GovernorConfigured":
      return { ...state, advisor: { ...advisor, intervals: event.fittedIntervals } }
    case "EpochRaised":
      return event.fitsModels ? { ...state, advisor: { ...advisor, trainings: {} } } : state
    case "RegimeModelTrained":
      return { ...state, advisor: trained(advisor, event.intervalMin, null) }
    case "RegimeTrainingRefused":
      // A model stays in use when its next fit is refused.
      return advisor.trainings[event.intervalMin] === null
        ? state
        : { ...state, advisor: trained(advisor, event.intervalMin, event.refusal) }
    default:
      return state
  }
}

const trained = (advisor: AdvisorSlice, intervalMin: number, refusal: string | null): AdvisorSlice => ({
  ...advisor,
  trainings: { ...advisor.trainings, [intervalMin]: refusal }
})

/** The intervals, in minutes, whose model is still to come, and by which name each of them was last refused. */
export const unfitted = ({
  intervals,
  trainings
}: AdvisorSlice): ReadonlyArray<{ readonly intervalMin: number; readonly refusal: string | null }> =>
  intervals
    .filter((intervalMin) => trainings[intervalMin] !== null)
    .map((intervalMin) => ({ intervalMin, refusal: trainings[intervalMin] ?? null }))
