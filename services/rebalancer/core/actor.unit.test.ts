import { assert, describe, it } from "@effect/vitest"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { EventOf, MarketEvent } from "../../../shared/events/event.ts"
import { rebalancerActor, type RebalancerActorState } from "./actor.ts"
import { DEFAULT_REBALANCER_RULES as DEFAULTS } from "../../../shared/config/rules/rebalancer.ts"
import { rebalancerView } from "./view.ts"

const HOUR_MS = 3_600_000

const configured = (change: Partial<EventOf<"RebalancerConfigured">["rules"]> = {}): MarketEvent => ({
  _tag: "RebalancerConfigured",
  rules: { ...DEFAULTS, ...change }
})

const price = (text: string): MarketEvent => {
  const last = Price.parse(text)
  return { _tag: "PriceObserved", last, bid: last, ask: last }
}

/** An account of so much, with nothing held. */
const account = (doge: string, usd: string, held: { doge?: string; usd?: string } = {}): MarketEvent => ({
  _tag: "BalancesObserved",
  base: { total: Volume.parse(doge), hold: Volume.parse(held.doge ?? "0") },
  quote: { total: Quote.parse(usd), hold: Quote.parse(held.usd ?? "0") }
})

const regime = (biasSignal: number, trained = true): MarketEvent => {
  const reading = {
    trained,
    regime: "BULLISH",
    probabilities: { bearish: 0, ranging: 0, bullish: 1 },
    confidence: 1,
    biasSignal,
    reason: null,
    samples: 50,
    ageSec: 1,
    model: "hash"
  } as const
  return {
    _tag: "RegimeObserved",
    oneMinute: reading,
    fifteenMinute: reading,
    consensus: { regime: "BULLISH", agreement: "full", confidence: 1, biasSignal }
  }
}

/** Folds events at their times; returns the state and every skew that was decided. */
const run = (steps: ReadonlyArray<readonly [timeMs: number, event: MarketEvent]>) => {
  let state: RebalancerActorState = rebalancerActor.initial
  const skews: Array<EventOf<"SkewDecided">> = []
  for (const [seq, [timeMs, event]] of steps.entries()) {
    const step = rebalancerActor.reduce(state, event, { seq: seq + 1, index: 0, subject: "s", epoch: 1, timeMs })
    state = step.state
    for (const output of step.outputs) if (output._tag === "SkewDecided") skews.push(output)
  }
  return { state, skews }
}

describe("the rebalancer on the journal", () => {
  it("decides nothing before it is configured, knows a price and knows the account", () => {
    assert.deepEqual(run([[0, price("0.1")]]).skews, [])
    assert.deepEqual(
      run([
        [0, configured()],
        [0, price("0.1")]
      ]).skews,
      []
    )
    assert.deepEqual(
      run([
        [0, configured()],
        [0, account("1000", "100")],
        [0, { _tag: "ClockTicked", priceAgeSec: null }]
      ]).skews,
      []
    )
  })

  it("looks once per interval, at a price or at a tick of the clock", () => {
    const { skews } = run([
      [0, configured()],
      [0, account("1000", "100")],
      [0, price("0.1")],
      [299_999, price("0.1")],
      [300_000, { _tag: "ClockTicked", priceAgeSec: 1 }],
      [300_001, price("0.1")]
    ])
    assert.lengthOf(skews, 2)
  })

  it("leans towards buying while too many dollars lie idle, and says by which numbers", () => {
    const steps: Array<readonly [number, MarketEvent]> = [
      [0, configured()],
      [0, account("100", "1000")]
    ]
    for (let look = 0; look < 48; look++) steps.push([look * 300_000, price("0.1")])
    const { state, skews } = run(steps)
    const last = skews.at(-1)
    assert.isDefined(last)
    assert.isAbove(last.skew, 0)
    assert.equal(last.reason.rule, "controlled")
    assert.closeTo(Number(last.reason.numbers["idleRatio"]), 1000 / 1010, 1e-12)
    assert.equal(last.reason.numbers["target"], 0.4)
    assert.equal(rebalancerView(state).rebalancer.skew, last.skew)
  })

  it("counts as idle what no open order holds", () => {
    const { skews } = run([
      [0, configured()],
      [0, account("5000", "500", { usd: "400" })],
      [0, price("0.1")]
    ])
    assert.equal(skews[0]?.reason.numbers["idleRatio"], 0.1)
  })

  it("asks for no skew while there is no room for orders, and climbs back by steps afterwards", () => {
    const steps: Array<readonly [number, MarketEvent]> = [
      [0, configured()],
      [0, account("100", "1000")]
    ]
    for (let look = 0; look < 20; look++) steps.push([look * 300_000, price("0.1")])
    const band = (word: "caution" | "normal"): MarketEvent => ({
      _tag: "CapacityBandChanged",
      band: word,
      reason: { rule: "headroom", numbers: {} }
    })
    steps.push([20 * 300_000 - 1, band("caution")], [20 * 300_000, price("0.1")])
    steps.push([21 * 300_000 - 1, band("normal")], [21 * 300_000, price("0.1")])
    const { skews } = run(steps)
    assert.isAbove(skews[19]?.skew ?? 0, 0.05)
    assert.equal(skews[20]?.skew, 0)
    assert.equal(skews[20]?.reason.rule, "capacity")
    assert.isAtMost(skews[21]?.skew ?? 1, DEFAULTS.maxSkewStep)
  })

  it.each([
    { name: "fresh and trained", atMs: 1_000, trained: true, heard: true },
    { name: "exactly as old as allowed", atMs: HOUR_MS - 900_000, trained: true, heard: true },
    { name: "older than allowed", atMs: HOUR_MS - 900_001, trained: true, heard: false },
    { name: "without a model", atMs: HOUR_MS, trained: false, heard: false }
  ])("a regime that is $name: its bias counts is $heard", ({ atMs, trained, heard }) => {
    const begin = atMs === 1_000 ? 1_000 : HOUR_MS
    const { skews } = run([
      [0, configured({ useBias: true, minSamples: 0 })],
      [0, account("5000", "500")],
      [atMs, regime(0.8, trained)],
      [begin, price("0.1")]
    ])
    assert.equal(skews[0]?.reason.numbers["bias"], heard ? 0.8 : "none")
  })

  it("does nothing while it is switched off", () => {
    const { skews } = run([
      [0, configured({ enabled: false })],
      [0, account("100", "1000")],
      [0, price("0.1")]
    ])
    assert.deepEqual(skews, [])
  })

  it("survives encoding: the decoded state decides as the one that was never encoded", () => {
    const steps: Array<readonly [number, MarketEvent]> = [
      [0, configured()],
      [0, account("100", "1000")]
    ]
    for (let look = 0; look < 10; look++) steps.push([look * 300_000, price("0.1")])
    const { state } = run(steps)
    const again = rebalancerActor.decode(rebalancerActor.encode(state))
    const place = { seq: 99, index: 0, subject: "s", epoch: 1, timeMs: HOUR_MS }
    assert.deepEqual(
      rebalancerActor.reduce(again, price("0.12"), place).outputs,
      rebalancerActor.reduce(state, price("0.12"), place).outputs
    )
  })
})
