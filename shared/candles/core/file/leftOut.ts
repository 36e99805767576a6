/** What was not used of a file, by reason: counted, and the first of each told. Pure. */

/** Reasons, in the order in which they are told. */
const REASONS = {
  unreadable: "that cannot be read",
  time: "without a time that can be",
  price: "with a price of 0 or less",
  volume: "with a negative volume",
  impossible: "that cannot have been",
  large: "with a value that no market has",
  offGrid: "that start between two candles",
  repeated: "that repeat another with equal values",
  conflicting: "that a later line of the same time replaces with other values",
  unclosed: "that are not over yet"
} as const
/** Why a line can be left out. */
export type LeftOutReason = keyof typeof REASONS

/** Lines that were left out for one reason. */
export interface LeftOut {
  readonly reason: LeftOutReason
  readonly count: number
  /** The first of them, from 1, and what is wrong with it. */
  readonly line: number
  readonly detail: string
}

/** Counts lines by reason. */
export class LeftOutTally {
  private readonly byReason = new Map<LeftOutReason, LeftOut>()

  add(reason: LeftOutReason, line: number, detail: string | (() => string)): void {
    const before = this.byReason.get(reason)
    if (before !== undefined) this.byReason.set(reason, { ...before, count: before.count + 1 })
    else this.byReason.set(reason, { reason, count: 1, line, detail: typeof detail === "string" ? detail : detail() })
  }

  get all(): ReadonlyArray<LeftOut> {
    const order = Object.keys(REASONS)
    return [...this.byReason.values()].sort((a, b) => order.indexOf(a.reason) - order.indexOf(b.reason))
  }

  /** The line that was met first. */
  get first(): LeftOut | null {
    return this.all.reduce<LeftOut | null>(
      (first, one) => (first === null || one.line < first.line ? one : first),
      null
    )
  }
}

/** `2 lines left out that cannot have been; the first is line 7: high "0.18" is below low` */
export const leftOutText = ({ reason, count, line, detail }: LeftOut): string =>
  count === 1
    ? `1 line left out: line ${line}: ${detail}`
    : `${count} lines left out ${REASONS[reason]}; the first is line ${line}: ${detail}`
