/** Where each crate is between two scenes: it glides to where it belongs, and one that is new appears there. Pure. */
import type { Crate, Scene } from "./scene.ts"

/** Where a crate is now. */
export interface Place {
  readonly x: number
  readonly y: number
}

/** Share of the way that is left after one second. */
const LEFT_AFTER_1_S = 0.02
/** Nearer than this, in pixels, it has arrived. */
const ARRIVED = 0.3

/** All crates of a scene after `elapsedMs`; `still`: everything is where it belongs at once. */
export const moved = (
  before: ReadonlyMap<string, Place>,
  scene: Scene,
  elapsedMs: number,
  still: boolean
): Map<string, Place> => {
  const left = still ? 0 : LEFT_AFTER_1_S ** (elapsedMs / 1_000)
  const next = new Map<string, Place>()
  for (const { crates } of scene.machines)
    for (const crate of crates) next.set(crate.id, step(before.get(crate.id), crate, left))
  return next
}

const step = (from: Place | undefined, { x, y }: Crate, left: number): Place => {
  if (from === undefined || left === 0 || (Math.abs(from.x - x) < ARRIVED && Math.abs(from.y - y) < ARRIVED))
    return { x, y }
  return { x: x + (from.x - x) * left, y: y + (from.y - y) * left }
}
