/** Kinds of faults, and how a seed draws some of them. */
import type { ServiceName } from "../world/services.ts"
import { between, magnitude, type Random, weighed } from "./draw.ts"
import type { Later, Timed } from "./fault.ts"

/** As much of a plan as faults depend on. */
export interface Setting {
  readonly lengthMs: number
  readonly speed: number
  readonly slots: number
  readonly rules: number
  /** Services that run beside those that decide. */
  readonly beside: ReadonlyArray<ServiceName>
  /** When the first UTC day ends, wall time since the beginning; null: not within the run. */
  readonly midnightMs: number | null
}

/**
 * A kind of faults: what people call it, how often it is drawn, and what one of it is: later parts come so many ms after the first.
 */
export interface Kind {
  readonly name: string
  readonly weight: number
  readonly draw: (random: Random, setting: Setting) => ReadonlyArray<Later>
}

/** Kinds that are drawn together: some seeds have none of them, the others some kinds (the others are off), and so many faults of them. */
export interface Swarm {
  readonly kinds: ReadonlyArray<Kind>
  /** Of all seeds. */
  readonly share: number
  readonly atOnce: readonly [least: number, most: number]
  readonly perMinute: readonly [least: number, most: number]
}

/** Terms are put right and holes closed before the end: whatever is still to come then comes never. */
const LAST = 0.97

const drawKind = (random: Random, kinds: ReadonlyArray<Kind>): Kind =>
  weighed(
    random,
    kinds.map((kind) => [kind.weight, kind] as const)
  )

/** Faults of a swarm, all over the run. */
export const drawSwarm = (
  random: Random,
  setting: Setting,
  { kinds, share, atOnce, perMinute }: Swarm
): ReadonlyArray<Timed> => {
  if (random() >= share) return []
  const { lengthMs } = setting
  const on = Array.from({ length: magnitude(random, ...atOnce) }, () => drawKind(random, kinds))
  const rate = magnitude(random, perMinute[0] * 10, perMinute[1] * 10) / 10
  const count = Math.max(1, Math.round((lengthMs / 60_000) * rate))
  return Array.from({ length: count }, () => Math.floor(random() * lengthMs * LAST)).flatMap((atMs) =>
    timed(drawKind(random, on).draw(random, setting), atMs, setting)
  )
}

/** One fault of these kinds with which all that goes wrong ends: whatever it has broken nothing else mends by chance. */
export const drawLast = (random: Random, setting: Setting, kinds: ReadonlyArray<Kind>): ReadonlyArray<Timed> => {
  const atMs = Math.floor(setting.lengthMs * between(random, 0.6, 0.95))
  return timed(drawKind(random, kinds).draw(random, setting), atMs, setting)
}

/** What comes within the run of what is drawn for this moment. */
export const timed = (drawn: ReadonlyArray<Later>, atMs: number, { lengthMs }: Setting): ReadonlyArray<Timed> =>
  drawn.flatMap(([afterMs, fault]) => (atMs + afterMs < lengthMs ? [{ atMs: atMs + Math.round(afterMs), fault }] : []))
