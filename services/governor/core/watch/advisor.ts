/** How far the regime advisor is with its models: a start says so, and nothing waits for it. */
import { dispatch, type Handlers } from "../../../../shared/actor/core/handlers.ts"
import type { AdvisorSlice } from "../state.ts"

const trained = (advisor: AdvisorSlice, intervalMin: number, refusal: string | null): AdvisorSlice => ({
  ...advisor,
  trainings: { ...advisor.trainings, [intervalMin]: refusal }
})

const HANDLERS: Handlers<AdvisorSlice, AdvisorSlice> = {
  GovernorConfigured: (advisor, { fittedIntervals }) => ({ ...advisor, intervals: fittedIntervals }),
  EpochRaised: (advisor, { fitsModels }) => (fitsModels ? { ...advisor, trainings: {} } : advisor),
  RegimeModelTrained: (advisor, { intervalMin }) => trained(advisor, intervalMin, null),
  // A model stays in use when its next fit is refused.
  RegimeTrainingRefused: (advisor, { intervalMin, refusal }) =>
    advisor.trainings[intervalMin] === null ? advisor : trained(advisor, intervalMin, refusal)
}

/** What the event says of the advisor; every other event leaves it as it is. */
export const learnAdvisor = dispatch(HANDLERS, (advisor) => advisor)

/** The intervals, in minutes, whose model is still to come, and by which name each of them was last refused. */
export const unfitted = ({
  intervals,
  trainings
}: AdvisorSlice): ReadonlyArray<{ readonly intervalMin: number; readonly refusal: string | null }> =>
  intervals
    .filter((intervalMin) => trainings[intervalMin] !== null)
    .map((intervalMin) => ({ intervalMin, refusal: trainings[intervalMin] ?? null }))
