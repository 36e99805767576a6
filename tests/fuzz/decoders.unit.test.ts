/** What others write, damaged: each decoder takes it as something that can be, or refuses it in its own words. */
import fc from "fast-check"
import { expect, it } from "vitest"
import { DECODERS } from "./decoders.ts"

const SEED = 20_261_129

it.each(Object.entries(DECODERS))(
  "%s: neither crash nor hang, nor a figure that cannot be",
  { timeout: 120_000 },
  async (_name, { property, short }) => {
    const outcomes = { taken: 0, refused: 0 }
    await fc.assert(
      property((taken) => void outcomes[taken ? "taken" : "refused"]++),
      { numRuns: short, seed: SEED }
    )
    // Both were met: the cases are neither all nonsense nor all harmless.
    expect(Math.min(outcomes.taken, outcomes.refused)).toBeGreaterThan(short / 200)
  }
)
