/** The kinds of reference cases that `kennel conformance` knows. One entry a kind; the first that recognises a case runs it. */
import {
  isConsensusCase,
  isEvaluateCase,
  isFitCase,
  isQualityCase,
  runConsensusCase,
  runEvaluateCase,
  runFitCase,
  runQualityCase
} from "../services/hmm-advisor/conformance.ts"
import { isIndicatorCase, runIndicatorCase } from "../services/hmm-advisor/conformanceIndicators.ts"
import {
  isOpeningRangeCase,
  isProfileCase,
  isStructureCase,
  runOpeningRangeCase,
  runProfileCase,
  runStructureCase
} from "../services/market-context/conformance.ts"
import { isRebalancerCase, runRebalancerCase } from "../services/rebalancer/conformance.ts"
import { isSlotCase, runSlotCase } from "../services/slot-actor/conformance.ts"
import type { ReadData } from "./conformanceData.ts"

/** One kind of case, told from the others by its shape. */
export interface CaseKind {
  readonly recognises: (input: unknown) => boolean
  /** Every difference as a line to read, none when the case conforms. Throws `CaseError` when the case is malformed. */
  readonly run: (input: unknown, readData: ReadData) => Array<string>
}

/** A field of a step that came out otherwise than the reference says. */
interface StepDifference {
  readonly step: number
  readonly field: string
  readonly expected: unknown
  readonly got: unknown
}

const line = ({ step, field, expected, got }: StepDifference): string =>
  `step ${step}, ${field}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`

/** Every kind. Add a line for a new one; shapes must not overlap. */
export const CASE_KINDS: ReadonlyArray<CaseKind> = [
  { recognises: isSlotCase, run: (input) => runSlotCase(input).map(line) },
  { recognises: isRebalancerCase, run: (input) => runRebalancerCase(input).map(line) },
  { recognises: isFitCase, run: runFitCase },
  { recognises: isEvaluateCase, run: runEvaluateCase },
  { recognises: isQualityCase, run: runQualityCase },
  { recognises: isConsensusCase, run: runConsensusCase },
  { recognises: isIndicatorCase, run: runIndicatorCase },
  { recognises: isProfileCase, run: runProfileCase },
  { recognises: isOpeningRangeCase, run: runOpeningRangeCase },
  { recognises: isStructureCase, run: runStructureCase }
]
