/**
 * What a newcomer sees: the market that `npm start` opens with nothing set, at speed. It completes its first cycle within a minute of
 * the wall, goes on completing them, and no ordinary day of it needs a person.
 */
import { describe, expect, it } from "@effect/vitest"
import { rulesOf } from "../../app/inProcess/market.ts"
import { simulate } from "../../app/inProcess/simulation.ts"
import { readSettings } from "../../app/settings.ts"
import type { MarketProcess } from "../../services/exchange-sim/core/market/process.ts"
import { syntheticMarket } from "../../services/exchange-sim/core/market/synthetic.ts"
import { TAPE_KEEPS_MS } from "../../services/exchange-sim/core/market/tape.ts"
import { speedOf, staleAfterSec } from "../../shared/config/shared.ts"

const { settings } = readSettings({})
/** Midnight UTC, so that a day of the simulation is a day of the loss lock. */
const START_MS = Date.UTC(2026, 10, 21)
const HOURS = 48
const SEEDS = [1, 2, 3, 4]

/** The exchange's market when it opens: it has been there for as long as its tape is. */
const marketAt = (seed: number, fromMs: number): MarketProcess => {
  const { step, initial } = syntheticMarket({
    seed,
    fromMs: fromMs - TAPE_KEEPS_MS,
    priceDecimals: settings.slot.priceDecimals,
    volumeDecimals: 8
  })
  let state = initial
  for (let at = step(state); at !== null && at.fromMs < fromMs; at = step(state)) state = at.next
  return { initial: state, step }
}

const demonstration = (seed: number) => {
  const rules = rulesOf(settings)
  let firstCycleMs = Number.POSITIVE_INFINITY
  let cycles = 0
  const result = simulate({
    ...rules,
    market: marketAt(seed, START_MS),
    startMs: START_MS,
    untilMs: START_MS + HOURS * 3_600_000,
    slotRules: { ...rules.slotRules, minVolume: settings.simOrderMin },
    governorRules: { ...rules.governorRules, stalePriceMaxAgeSec: staleAfterSec(settings) },
    base: settings.simBase,
    quote: settings.simQuote,
    incidents: [],
    clockMs: 5_000,
    watch: ({ events }) => {
      for (const event of events) {
        if (event._tag !== "CycleBooked") continue
        cycles++
        firstCycleMs = Math.min(firstCycleMs, event.exitMs - START_MS)
      }
    }
  })
  return { ...result, cycles, firstCycleWallSec: firstCycleMs / 1_000 / speedOf(settings) }
}

describe("the demonstration", () => {
  it.each(SEEDS)(
    "with seed %i trades for 48 hours of the market without a person: cycles all the time, no loss lock, nothing broken",
    (seed) => {
      const { problems, modes, cycles, firstCycleWallSec } = demonstration(seed)
      expect(problems).toStrictEqual([])
      expect(firstCycleWallSec).toBeLessThan(30)
      expect(cycles / HOURS).toBeGreaterThan(8)
      expect(Object.keys(modes).filter((mode) => !/STARTING|RUNNING|stale_price/.test(mode))).toStrictEqual([])
    },
    120_000
  )
})
