/** Kinds of faults, as seeds draw them. */
import type { Random } from "./draw.ts"
import type { Fault } from "./fault.ts"

/** As much of a plan as faults depend on. */
export interface Setting {
  readonly lengthMs: number
  readonly speed: number
  readonly slots: number
  readonly rules: number
}

/** One thing that goes wrong: later parts come so many ms after the first. */
export type Parts = ReadonlyArray<readonly [afterMs: number, fault: Fault]>

/** A kind of faults: what people call it, how often it is drawn, and what one of it is. */
export interface Kind {
  readonly name: string
  readonly weight: number
  readonly draw: (random: Random, setting: Setting) => Parts
}
