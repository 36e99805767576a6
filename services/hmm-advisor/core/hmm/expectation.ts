/** The E step: how likely the rows are, and how likely each state is at each row. */
import { refuse, type Refusal } from "../training/refusal.ts"
import { prepareDensities } from "./density.ts"
import { logPass } from "./logPass.ts"
import type { Rows } from "./linear/rows.ts"
import { scaledBackward, scaledForward } from "./scaledPass.ts"
import { scaledBackward3, scaledForward3x4 } from "./scaledPass3x4.ts"
import type { Workspace } from "./workspace.ts"

/**
 * Leaves the posteriors and expected moves in the workspace and returns the log-likelihood. Works with scaled
 * probabilities and goes over to log space by itself where these do not carry.
 */
export const expectation = (work: Workspace, rows: Rows): number | Refusal => {
  const refused = prepareDensities(work)
  if (refused !== null) return refused
  const likelihood = scaled(work, rows)
  if (Number.isFinite(likelihood) && work.moves.every(Number.isFinite)) return likelihood
  const exact = logPass(work, rows)
  if (Number.isFinite(exact)) return exact
  return refuse("overflow", "a row is so far from every state that its squared distance overflows; scale the features")
}

const scaled = (work: Workspace, rows: Rows): number => {
  const unrolled = work.states === 3 && work.features === 4 && work.covarianceType === "diag"
  const likelihood = unrolled ? scaledForward3x4(work, rows) : scaledForward(work, rows)
  if (Number.isNaN(likelihood)) return likelihood
  if (work.states === 3) scaledBackward3(work, rows.count)
  else scaledBackward(work, rows.count)
  return likelihood
}
