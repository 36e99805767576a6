/** A million events: the state stays as small as it was, and the totals add up. Seed in the tape. */
import { expect, it } from "vitest"
import { recordTape } from "../bench/baselines/slotTape.ts"
import { slotActor } from "../services/slot-actor/core/actor.ts"

const SEED = 3
const TAPES = 10
const TAPE_LENGTH = 100_000

it(`keeps its size over ${TAPES * TAPE_LENGTH} events (seed ${SEED})`, () => {
  const actor = slotActor(1)
  const sizes: Array<number> = []
  let events = 0
  recordTape(SEED, TAPES * TAPE_LENGTH, (state) => {
    events += 1
    if (events % TAPE_LENGTH === 0) sizes.push(actor.encode(state).length)
    if (state.book.halted !== null) throw new Error(`halted at event ${events}: ${state.book.halted.join("; ")}`)
  })
  expect(sizes.length).toBe(TAPES)
  expect(Math.max(...sizes)).toBeLessThan(16_384)
})
