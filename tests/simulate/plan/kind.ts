/** Kinds of faults, as seeds draw them. */
import type { Random } from "./draw.ts"
import type { Later } from "./fault.ts"

/** As much of a plan as faults depend on. */
export interface Setting {
  readonly lengthMs: number
  readonly speed: number
  readonly slots: number
  readonly rules: number
}

/** A kind of faults: what people call it, how often it is drawn, and what one of it is: later parts come so many ms after the first. */
export interface Kind {
  readonly name: string
  readonly weight: number
  readonly draw: (random: Random, setting: Setting) => ReadonlyArray<Later>
}
