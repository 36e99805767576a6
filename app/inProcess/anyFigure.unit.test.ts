/**
 * Whatever number the edges let through, and whatever an older build may have written, every fold survives it at any moment of a
 * market that trades: a start never dies on a record. Seeded; a failure names version, seed and record.
 */
import { describe, expect, it } from "@effect/vitest"
import { syntheticMarket } from "../../services/exchange-sim/core/market/synthetic.ts"
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { NEWEST_RULES, RULES_VERSIONS } from "../../shared/core/rules/versions.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import { badPrice, RANGES } from "../../shared/core/ranges.ts"
import { readSettings } from "../settings.ts"
import { chance } from "./incidents.ts"
import { openMarket, rulesOf } from "./market.ts"

const START_MS = 1_769_990_400_000
const HOUR_MS = 3_600_000
const SEEDS = Array.from({ length: 12 }, (_, n) => n + 1)

/** The ends of a range and beyond them: what no adapter writes now, and one has written. */
const ends = ({ least, most }: { readonly least: string; readonly most: string }) => [least, most, "0", "-1", "1"]

/** Facts with figures that no market has. */
const nonsense = (random: () => number): readonly [family: "price" | "account", event: MarketEvent] => {
  const of = <A>(list: ReadonlyArray<A>): A => list[Math.floor(random() * list.length)] as A
  const price = () => Price.parse(of([...ends(RANGES.price), "0.0000004", "0.002", "2"]))
  const base = () => Volume.parse(of(ends(RANGES.balance)))
  const quote = () => Quote.parse(of(ends(RANGES.balance)))
  const pct = () => Number(of(["0", "10", "-0.02", "1000"]))
  return of([
    ["price", { _tag: "PriceObserved", last: price(), bid: price(), ask: price() }],
    ["price", { _tag: "PriceObserved", last: price(), bid: price(), ask: price() }],
    [
      "account",
      {
        _tag: "ConstraintsObserved",
        priceDecimals: Math.floor(random() * 11),
        volumeDecimals: Math.floor(random() * 9),
        minVolume: Volume.parse(of(ends(RANGES.volumeOrNone))),
        minCost: Quote.parse(of(ends(RANGES.cost))),
        status: of(["online", "cancel_only", "gone fishing"])
      }
    ],
    ["account", { _tag: "FeesObserved", makerPct: pct(), takerPct: pct() }],
    [
      "account",
      {
        _tag: "BalancesObserved",
        base: { total: base(), hold: base() },
        quote: { total: quote(), hold: quote() }
      }
    ],
    ["account", { _tag: "OpenOrdersObserved", ours: of([0, 5, 2_147_483_647]), foreign: of([0, 2_147_483_647]) }]
  ] as const)
}

/** What was wrong on the way. Six hours of a market in which every minute or so a fact says nonsense, and the next true ones mend it. */
const survives = (rulesVersion: number, seed: number): ReadonlyArray<string> => {
  const found: Array<string> = []
  const { settings } = readSettings({ SLOTS: "3", MIN_VOLUME: "2" })
  const { priceDecimals } = settings.slot
  const random = chance(seed)
  const market = openMarket({
    ...rulesOf(settings),
    startMs: START_MS,
    base: Volume.parse("4000"),
    quote: Quote.parse("1200"),
    rulesVersion
  })
  market.journal.watch(({ seq, events }) => {
    for (const event of events) {
      if (event._tag === "InvariantBroken") found.push(`record ${seq}: ${event.violations.join("; ")}`)
      if (event._tag !== "OrderRequested" && event._tag !== "AmendRequested") continue
      const problem = badPrice("price", event.price)
      if (problem !== null) found.push(`record ${seq}: a request with ${problem}`)
    }
  })
  market.begin()
  const prices = syntheticMarket({ seed, fromMs: START_MS, priceDecimals, volumeDecimals: 8 })
  let nowMs = START_MS
  for (let step = prices.step(prices.initial); step !== null; step = prices.step(step.next)) {
    if (step.fromMs > START_MS + 6 * HOUR_MS) break
    for (const trade of step.trades) {
      nowMs = Math.max(nowMs, trade.timeMs)
      market.trade(trade, true)
    }
    market.tick(nowMs)
    if (random() < 0.1) {
      const [family, event] = nonsense(random)
      market.fact(family, nowMs, event)
      if (random() < 0.5) market.tick(nowMs + 1)
    }
    if (random() < 0.02) market.command(nowMs, { name: "resume" })
  }
  return found
}

describe("a number the market cannot have", () => {
  it.each(RULES_VERSIONS.flatMap(({ version }) => SEEDS.map((seed) => ({ version, seed }))))(
    "is survived by every fold, under version $version of the rules (seed $seed)",
    ({ version, seed }) => {
      expect(() => survives(version, seed)).not.toThrow()
    }
  )

  it.each(SEEDS)("is in no request and breaks no slot, under the newest rules (seed %i)", (seed) => {
    expect(survives(NEWEST_RULES, seed)).toStrictEqual([])
  })
})
