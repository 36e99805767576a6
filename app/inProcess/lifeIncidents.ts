/** A night of everything that others do with a simulated account, and in which its exchange misleads: seeded, at random. */
import type { ByHand } from "../../services/exchange-sim/core/engine/byHand.ts"
import type { Rules } from "../../services/exchange-sim/core/engine/desk.ts"
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { chance, type Incident } from "./incidents.ts"
import type { Life } from "./life.ts"

const MINUTE_MS = 60_000
/** The end of a night: nothing new happens, and all that did is found out. */
const QUIET_MIN = 40

/** The terms as they are without any change. */
export interface LifeOptions {
  readonly startMs: number
  readonly hours: number
  readonly rules: Pick<Rules, "minVolume" | "priceDecimals" | "volumeDecimals">
  readonly makerPct: number
}

/** Every few minutes something, a comparison each minute; what changes the terms is taken back within the half hour. */
export const lifeIncidents = (seed: number, options: LifeOptions): ReadonlyArray<Incident> => {
  const random = chance(seed)
  const { startMs, hours } = options
  const all: Array<Incident> = []
  const at = (atMs: number, life: Life) => all.push({ atMs, what: { _tag: "Life", life } })
  const minutes = hours * 60
  for (let minute = 1; minute < minutes; minute++) {
    const nowMs = startMs + minute * MINUTE_MS
    if (random() < 0.4 && minute < minutes - QUIET_MIN) {
      const drawn = drawLife(random, options.rules, options.makerPct)
      for (const [afterMin, life] of drawn) at(nowMs + Math.floor(random() * 50_000) + afterMin * MINUTE_MS, life)
    }
    at(nowMs + 55_000, { _tag: "Compare" })
  }
  return all.toSorted((a, b) => a.atMs - b.atMs)
}

type Drawn = ReadonlyArray<readonly [afterMin: number, life: Life]>

/** One thing that happens, and what takes it back: exchange minutes after each other. `rules` and `makerPct`: the terms to go back to. */
export const drawLife = (random: () => number, rules: LifeOptions["rules"], makerPct: number): Drawn => {
  const nth = Math.floor(random() * 100)
  const one = (what: Extract<ByHand, { act: "change" | "cancel" }>): Drawn => [[0, { _tag: "OneOrder", nth, what }]]
  const amount = String(Math.round(random() * 400) - 150)
  const choices: ReadonlyArray<() => Drawn> = [
    () => one({ act: "change", volumePct: 200 }),
    () => one({ act: "change", volumePct: 50 }),
    () => one({ act: "change", pricePct: 99.9 + random() * 0.2 }),
    () => one({ act: "cancel", reason: "Market halted" }),
    () => [[0, { _tag: "ByHand", what: { act: "move", base: Volume.parse(amount), quote: Quote.zero } }]],
    () => [[0, { _tag: "ByHand", what: { act: "move", base: Volume.zero, quote: Quote.parse(amount) } }]],
    () => [[0, { _tag: "TradeByHand", side: random() < 0.5 ? "buy" : "sell", volume: Volume.parse("25") }]],
    () => [
      [
        0,
        { _tag: "ByHand", what: { act: "place", side: "buy", price: Price.parse("0.01"), volume: Volume.parse("60") } }
      ]
    ],
    () => [[0, { _tag: "Deaf" }]],
    () => [
      [0, { _tag: "Deaf" }],
      [0, { _tag: "Misled", reports: 1 + (nth % 5), lists: nth % 2 }]
    ],
    () => [[0, { _tag: "Misled", reports: 40, lists: 0 }]],
    () => [
      [0, { _tag: "Rounded", units: 2 }],
      [10, { _tag: "Rounded", units: 0 }]
    ],
    () => [
      [0, { _tag: "FeesIn", currency: nth % 2 === 0 ? "base" : "both" }],
      [30, { _tag: "FeesIn", currency: "quote" }]
    ],
    () => [
      [0, terms({ minVolume: Volume.parse("60") })],
      [20, terms({ minVolume: rules.minVolume })]
    ],
    () => [
      [0, terms({ priceDecimals: 4, volumeDecimals: 2 })],
      [20, terms({ priceDecimals: rules.priceDecimals, volumeDecimals: rules.volumeDecimals })]
    ],
    () => [
      [0, { ...terms({}), status: "cancel_only" }],
      [5, { ...terms({}), status: "online" }]
    ],
    () => [
      [0, { ...terms({}), makerPct: 0.4 }],
      [15, { ...terms({}), makerPct }]
    ],
    () => [
      [0, { _tag: "Refusing", words: "EOrder:Orders limit exceeded" }],
      [5, { _tag: "Refusing", words: null }]
    ]
  ]
  return choices[Math.floor(random() * choices.length)]?.() ?? []
}

const terms = (changed: Partial<Rules>): Extract<Life, { _tag: "Terms" }> => ({ _tag: "Terms", rules: changed })
