/** Why a computation gave no result. Nothing in this folder throws for bad data, and nothing answers with NaN. */
export type RefusalReason =
  /** A number among the input is NaN or infinite, a price not positive or a volume negative. */
  | "bad-input"
  /** Fewer rows than the computation needs. */
  | "too-few-rows"
  /** A setting or a model parameter outside its range. */
  | "bad-setting"
  /** Numbers so large that their squares overflow. */
  | "overflow"
  /** A variance went to zero: the rows of a state are all equal and no floor holds it. */
  | "collapsed-variance"
  /** No start separates the rows into as many groups as there are states: every feature is flat. */
  | "no-start"

/** A named refusal; `detail` says which field had which value and what to do. */
export interface Refusal {
  readonly _tag: "Refused"
  readonly reason: RefusalReason
  readonly detail: string
}

/** A refusal of this reason. */
export const refuse = (reason: RefusalReason, detail: string): Refusal => ({ _tag: "Refused", reason, detail })

/** Tells a refusal from any result. */
export const isRefusal = (value: object): value is Refusal => "_tag" in value && value._tag === "Refused"
