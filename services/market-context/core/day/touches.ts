/** The first time a price came to a level. Pure. */
import type { Price } from "../../../../shared/core/decimal/decimal.ts"
import type { WatchedLevel } from "../../../../shared/core/marketContext.ts"
import type { DayTape } from "./tape.ts"

/** A level and when it was first known. */
export interface LevelLine {
  readonly name: WatchedLevel
  readonly price: Price
  /** Trades before are no touches, Unix milliseconds. */
  readonly fromMs: number
}

/** The first trade at a level, or on its other side. */
export interface Touch {
  readonly name: WatchedLevel
  /** Of the level. */
  readonly level: Price
  /** Of the trade. */
  readonly price: Price
  readonly timeMs: number
  readonly tradeId: number
  /** Whence it came. */
  readonly from: "above" | "below" | "at"
}

/** The first touches in a tape, in order; trades that come at its end are looked at once. */
export class TouchWatch {
  private place = 0
  private reordered = 0
  private before: number | null = null
  private lines: ReadonlyArray<LevelLine> = []
  private found: ReadonlyArray<Touch> = []

  /** The touches so far. Other lines, or trades that came in between, begin it anew. */
  touches(tape: DayTape, lines: ReadonlyArray<LevelLine>): ReadonlyArray<Touch> {
    if (tape.length === 0) return []
    // Reading puts the tape in order.
    tape.at(0)
    if (tape.reordered !== this.reordered || !sameLines(lines, this.lines)) {
      this.place = 0
      this.reordered = tape.reordered
      this.before = null
      this.lines = lines
      this.found = []
    }
    for (; this.place < tape.length; this.place++) this.look(tape)
    return this.found
  }

  private look(tape: DayTape): void {
    const { id, timeMs, price } = tape.at(this.place)
    const before = this.before ?? price
    this.before = price
    for (const { name, price: level, fromMs } of this.lines) {
      const at = Number(level)
      if (timeMs < fromMs || Math.min(before, price) > at || Math.max(before, price) < at) continue
      if (this.found.some((touch) => touch.name === name)) continue
      const from = before > at ? "above" : before < at ? "below" : "at"
      this.found = [...this.found, { name, level, price: BigInt(price) as Price, timeMs, tradeId: id, from }]
    }
  }
}

const sameLines = (a: ReadonlyArray<LevelLine>, b: ReadonlyArray<LevelLine>): boolean =>
  a.length === b.length &&
  a.every(({ name, price, fromMs }, i) => {
    const other = b[i]!
    return name === other.name && price === other.price && fromMs === other.fromMs
  })
