/** The kinds of reference cases that `kennel conformance` knows. One entry a kind; the first that recognises a case runs it. */
import {
  CONSENSUS_FIELDS,
  EVALUATE_FIELDS,
  isConsensusCase,
  isEvaluateCase,
  isFitCase,
  isQualityCase,
  runConsensusCase,
  runEvaluateCase,
  runFitCase,
  runQualityCase
} from "./regime/conformance.ts"
import { FIT_FIELDS } from "./regime/conformanceFit.ts"
import { INDICATOR_FIELDS, isIndicatorCase, runIndicatorCase } from "./regime/conformanceIndicators.ts"
import {
  isOpeningRangeCase,
  isProfileCase,
  isStructureCase,
  OPENING_RANGE_FIELDS,
  PROFILE_FIELDS,
  runOpeningRangeCase,
  runProfileCase,
  runStructureCase,
  STRUCTURE_FIELDS
} from "./context/conformance.ts"
import { isRebalancerCase, runRebalancerCase } from "./rebalancer/conformance.ts"
import { isSlotCase, runSlotCase } from "./slot/conformance.ts"
import type { ReadData } from "./data.ts"

/** One kind of case, told from the others by its shape. */
export interface CaseKind {
  readonly recognises: (input: unknown) => boolean
  /** Every difference as a line to read, none when the case conforms. Throws `CaseError` when the case is malformed. */
  readonly run: (input: unknown, readData: ReadData) => Array<string>
  /** The fields that are looked at of a case's objects, where all of one are not. */
  readonly reads?: Readonly<Record<string, ReadonlyArray<string>>>
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
  { recognises: isFitCase, run: runFitCase, reads: FIT_FIELDS },
  { recognises: isEvaluateCase, run: runEvaluateCase, reads: EVALUATE_FIELDS },
  { recognises: isQualityCase, run: runQualityCase },
  { recognises: isConsensusCase, run: runConsensusCase, reads: CONSENSUS_FIELDS },
  { recognises: isIndicatorCase, run: runIndicatorCase, reads: INDICATOR_FIELDS },
  { recognises: isProfileCase, run: runProfileCase, reads: PROFILE_FIELDS },
  { recognises: isOpeningRangeCase, run: runOpeningRangeCase, reads: OPENING_RANGE_FIELDS },
  { recognises: isStructureCase, run: runStructureCase, reads: STRUCTURE_FIELDS }
]
