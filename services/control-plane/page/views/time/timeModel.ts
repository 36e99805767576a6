/** Where in the journal somebody looks, and where the next step leads. Pure. */

/** A step: one record, or a stretch of them. */
export type Step = -1000 | -100 | -1 | 1 | 100 | 1000

/** The steps there are buttons for. */
export const STEPS: ReadonlyArray<readonly [Step, string]> = [
  [-1000, "−1,000"],
  [-100, "−100"],
  [-1, "−1"],
  [1, "+1"],
  [100, "+100"],
  [1000, "+1,000"]
]

/** A record that exists: at least the first, at most the head. */
export const within = (seq: number, head: number): number => Math.min(Math.max(1, Math.round(seq)), Math.max(1, head))

/** Where a step leads. */
export const stepped = (seq: number, step: Step, head: number): number => within(seq + step, head)
