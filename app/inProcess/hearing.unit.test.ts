/** What a host does not tell an actor would have changed nothing: held for every actor, over a market in which everything happens. */
import { describe, expect, it } from "@effect/vitest"
import { syntheticMarket } from "../../services/exchange-sim/core/market/synthetic.ts"
import { inForceAfter, NOTHING_IN_FORCE, placeIn, slotOf } from "../../shared/actor/core/actor.ts"
import { Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { incidents } from "./incidents.ts"
import { rulesOf } from "./market.ts"
import { simulate } from "./simulation.ts"
import { everyActorOf } from "../leaves/journal.ts"
import { readSettings } from "../settings.ts"

const SEED = 5
const START_MS = 1_769_990_400_000
const HOURS_MS = 6 * 3_600_000

describe("what an actor does not hear", () => {
  it("neither changes it nor is answered by it", () => {
    const { settings } = readSettings({ SLOTS: "4", MIN_VOLUME: "2" })
    const { priceDecimals } = settings.slot
    let asked = 0
    const heardMore: Array<string> = []
    const folds = everyActorOf(settings, [1, 2, 3, 4]).map((actor) => ({
      actor,
      state: actor.initial,
      inForce: NOTHING_IN_FORCE
    }))
    simulate({
      market: syntheticMarket({ seed: SEED, fromMs: START_MS, priceDecimals, volumeDecimals: 8 }),
      startMs: START_MS,
      untilMs: START_MS + HOURS_MS,
      ...rulesOf(settings),
      base: Volume.parse("4000"),
      quote: Quote.parse("1200"),
      incidents: incidents(SEED, START_MS, 1),
      clockMs: 15_000,
      watch: (record, journal) => {
        for (const fold of folds) {
          // Its own outputs an actor compares and does not fold.
          if (record.subject === journal.subjects.out(fold.actor.name)) continue
          for (const [index, event] of record.events.entries()) {
            fold.inForce = inForceAfter(fold.inForce, event)
            const step = fold.actor.reduce(fold.state, event, placeIn(record, index, fold.inForce))
            const hears = fold.actor.hears?.(event._tag, slotOf(event, record)) ?? true
            if (!hears) asked++
            if (!hears && (step.state !== fold.state || step.outputs.length > 0)) {
              heardMore.push(`${fold.actor.name}: ${event._tag} of record ${record.seq}`)
            }
            fold.state = step.state
          }
        }
      }
    })
    expect(heardMore).toEqual([])
    expect(asked).toBeGreaterThan(10_000)
  })
})
