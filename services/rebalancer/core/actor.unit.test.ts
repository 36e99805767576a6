import { placeAt } from "../../../shared/actor/core/actor.ts"
import { describe, expect, it } from "@effect/vitest"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { EventOf, MarketEvent } from "../../../shared/events/event.ts"
import { rebalancerActor, type RebalancerActorState } from "./actor.ts"
import { DEFAULT_REBALANCER_RULES as DEFAULTS } from "../../../shared/config/rules/rebalancer.ts"
import { NEWEST_RULES } from "../../../shared/core/rules/versions.ts"
import { passedQuietly, rebalancerQuiet } from "./quiet.ts"
import { initialState, rebalance } from "./rebalance.ts"
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

/** An account with these totals, nothing held. */
const account = (doge: string, usd: string, held: { doge?: string; usd?: string } = {}): MarketEvent => ({
  _tag: "BalancesObserved",
  base: { total: Volume.parse(doge), hold: Volume.parse(held.doge ?? "0") },
  quote: { total: Quote.parse(usd), hold: Quote.parse(held.usd ?? "0") }
})

const regime = (biasSignal: number, trained = true): EventOf<"RegimeObserved"> => {
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
    fast: { intervalMin: 1, ...reading },
    slow: { intervalMin: 15, ...reading },
    consensus: { regime: "BULLISH", agreement: "full", confidence: 1, biasSignal }
  }
}

/** Folds events at their times; returns the state and every skew that was decided. */
const run = (steps: ReadonlyArray<readonly [timeMs: number, event: MarketEvent]>, rulesVersion = NEWEST_RULES) => {
  let state: RebalancerActorState = rebalancerActor.initial
  const skews: Array<EventOf<"SkewDecided">> = []
  for (const [seq, [timeMs, event]] of steps.entries()) {
    const step = rebalancerActor.reduce(
      state,
      event,
      placeAt({ seq: seq + 1, index: 0, subject: "s", epoch: 1, timeMs, rulesVersion })
    )
    state = step.state
    for (const output of step.outputs) if (output._tag === "SkewDecided") skews.push(output)
  }
  return { state, skews }
}

describe("the rebalancer on the journal", () => {
  it("decides nothing before it is configured, knows a price and knows the account", () => {
    expect(run([[0, price("0.1")]]).skews).toStrictEqual([])
    expect(
      run([
        [0, configured()],
        [0, price("0.1")]
      ]).skews
    ).toStrictEqual([])
    expect(
      run([
        [0, configured()],
        [0, account("1000", "100")],
        [0, { _tag: "ClockTicked", priceAgeSec: null }]
      ]).skews
    ).toStrictEqual([])
  })

  const tick: MarketEvent = { _tag: "ClockTicked", priceAgeSec: 1 }

  it.each([
    { name: "a price before it has passed", next: [[299_999, price("0.1")]], looks: 1 },
    { name: "a price when it has", next: [[300_000, price("0.1")]], looks: 2 },
    { name: "a tick of the clock when it has", next: [[300_000, tick]], looks: 2 },
    {
      name: "a tick from before the last price",
      next: [
        [299_999, price("0.1")],
        [1, tick]
      ],
      looks: 1
    }
  ] as const)("looks once per interval: after $name, $looks", ({ next, looks }) => {
    const { state, skews } = run([[0, configured()], [0, account("1000", "100")], [0, price("0.1")], ...next])
    expect(skews).toHaveLength(looks)
    expect(state.nowMs).toBe(next[0][0])
  })

  it.each([
    { name: "a price", facts: [[1_000, price("0.11")]], passed: { priceNumber: 0.11, priceAtMs: 1_000, tick: null } },
    {
      name: "a price and the clock fact after it",
      facts: [
        [1_000, price("0.11")],
        [2_000, tick]
      ],
      passed: { priceNumber: 0.11, priceAtMs: 1_000, tick: { timeMs: 2_000 } }
    }
  ] as const)("is left by a quiet time as by folding it: $name", ({ facts, passed }) => {
    const began = [
      [0, configured()],
      [0, account("1000", "100")],
      [0, price("0.1")]
    ] as const
    const before = run(began).state
    expect(rebalancerQuiet(before).untilMs).toBe(300_000)
    expect(passedQuietly(before, passed)).toStrictEqual(run([...began, ...facts]).state)
  })

  describe("a candle that closes just before an update", () => {
    const one = Price.parse("0.1")
    const candle = (timeSec: number): MarketEvent => ({
      _tag: "CandleClosed",
      intervalMin: 1,
      timeSec,
      open: one,
      high: one,
      low: one,
      close: one,
      volume: Volume.parse("1"),
      trades: 1,
      provenance: "stream"
    })
    const before: ReadonlyArray<readonly [number, MarketEvent]> = [
      [0, configured({ useBias: true })],
      [0, account("1000", "100")],
      [0, price("0.1")],
      // Read from the candle that ended at 240 s.
      [241_000, regime(0.5)],
      [300_000, candle(240)]
    ]

    it("is waited for until its regime has been said", () => {
      expect(run([...before, [300_500, tick]]).skews).toHaveLength(1)
      const { skews } = run([...before, [300_500, tick], [301_000, regime(0.7)], [301_001, tick]])
      expect(skews.map(({ reason }) => reason.numbers["bias"])).toStrictEqual(["none", 0.7])
    })

    it("is waited for half a minute, no longer", () => {
      expect(run([...before, [329_999, tick]]).skews).toHaveLength(1)
      expect(run([...before, [330_000, tick]]).skews).toHaveLength(2)
    })

    it("is not waited for where nobody's regime counts", () => {
      const trend = [[0, configured({ useBias: false })], ...before.slice(1), [300_500, tick]] as typeof before
      expect(run(trend).skews).toHaveLength(2)
    })

    it.each([1, 2])("was not waited for under rules %i", (version) => {
      const { state, skews } = run([...before, [300_500, tick]], version)
      expect(skews).toHaveLength(2)
      expect(rebalancerActor.encode(state)).not.toMatch(/candlesSec|closed/)
    })
  })

  it("does not mind events that say nothing to it", () => {
    const known = run([
      [0, configured()],
      [0, account("1000", "100")]
    ]).state
    const place = placeAt({ seq: 3, index: 0, subject: "s", epoch: 1, timeMs: 1 })
    const other: MarketEvent = {
      _tag: "EpochRaised",
      epoch: 1,
      service: "kennel up",
      reason: "start",
      watchesOrders: true,
      fitsModels: true
    }
    expect(rebalancerActor.reduce(known, other, place)).toStrictEqual({ state: known, outputs: [] })
  })

  it.each([
    { before: 1, samples: 2, rule: "cold_start" },
    { before: 2, samples: 3, rule: "first_price" }
  ])("of 3 prices that it wants, $samples seen at the first look make it a $rule", ({ before, rule }) => {
    const prices = Array.from({ length: before }, () => [0, price("0.1")] as const)
    const { skews } = run([
      [0, configured({ minSamples: 3 })],
      ...prices,
      [0, account("1000", "100")],
      [1, price("0.1")]
    ])
    expect(skews[0]?.reason.numbers["trendRule"]).toBe(rule)
  })

  it("leans towards buying while too many dollars lie idle, and says by which numbers", () => {
    const steps: Array<readonly [number, MarketEvent]> = [
      [0, configured()],
      [0, account("100", "1000")]
    ]
    for (let look = 0; look < 48; look++) steps.push([look * 300_000, price("0.1")])
    const { state, skews } = run(steps)
    const last = skews.at(-1)
    if (last === undefined) return expect.fail("no skew was decided")
    expect(last.skew).toBeGreaterThan(0)
    expect(last.reason.rule).toBe("controlled")
    expect(Math.abs(Number(last.reason.numbers["idleRatio"]) - 1000 / 1010)).toBeLessThanOrEqual(1e-12)
    expect(last.reason.numbers["target"]).toBe(0.4)
    expect(rebalancerView(state).rebalancer.skew).toBe(last.skew)
  })

  it("counts as idle what no open order holds", () => {
    const { skews } = run([
      [0, configured()],
      [0, account("5000", "500", { usd: "400" })],
      [0, price("0.1")]
    ])
    expect(skews[0]?.reason.numbers["idleRatio"]).toBe(0.1)
  })

  it.each([
    { doge: "0", usd: "0.5", idleRatio: 1, name: "however small" },
    { doge: "0", usd: "0", idleRatio: "unknown", name: "unless it is worth nothing" }
  ])("knows the idle share of an account, $name: $idleRatio", ({ doge, usd, idleRatio }) => {
    const { skews } = run([
      [0, configured()],
      [0, account(doge, usd)],
      [0, price("0.1")]
    ])
    expect(skews[0]?.reason.numbers["idleRatio"]).toBe(idleRatio)
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
      reason: { rule: "open_order_headroom", numbers: {} }
    })
    steps.push([20 * 300_000 - 1, band("caution")], [20 * 300_000, price("0.1")])
    steps.push([21 * 300_000 - 1, band("normal")], [21 * 300_000, price("0.1")])
    const { skews } = run(steps)
    expect(skews[19]?.skew ?? 0).toBeGreaterThan(0.05)
    expect(skews[20]?.skew).toBe(0)
    expect(skews[20]?.reason.rule).toBe("capacity")
    expect(skews[21]?.skew ?? 1).toBeLessThanOrEqual(DEFAULTS.maxSkewStep)
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
    expect(skews[0]?.reason.numbers["bias"]).toBe(heard ? 0.8 : "none")
  })

  it("does nothing while it is switched off", () => {
    const { skews } = run([
      [0, configured({ enabled: false })],
      [0, account("100", "1000")],
      [0, price("0.1")]
    ])
    expect(skews).toStrictEqual([])
  })

  it("survives encoding: the decoded state decides as the one that was never encoded", () => {
    const steps: Array<readonly [number, MarketEvent]> = [
      [0, configured()],
      [0, account("100", "1000")]
    ]
    for (let look = 0; look < 10; look++) steps.push([look * 300_000, price("0.1")])
    const { state } = run(steps)
    const again = rebalancerActor.decode(rebalancerActor.encode(state))
    const place = placeAt({ seq: 99, index: 0, subject: "s", epoch: 1, timeMs: HOUR_MS })
    expect(rebalancerActor.reduce(again, price("0.12"), place).outputs).toStrictEqual(
      rebalancerActor.reduce(state, price("0.12"), place).outputs
    )
  })

  it("goes by a regime of which one model is trained", () => {
    const both = regime(0.8)
    for (const untrained of ["fast", "slow"] as const) {
      const { skews } = run([
        [0, configured({ useBias: true })],
        [0, account("1000", "100")],
        [0, { ...both, [untrained]: { ...both[untrained], trained: false } }],
        [0, price("0.1")]
      ])
      expect(skews[0]?.reason.numbers["bias"]).toBe(0.8)
    }
  })
})

describe("the reason of a skew", () => {
  /** Far from its target, with a rising price and a regime of two minutes ago. */
  const { skews } = run([
    [0, configured({ useBias: true, minSamples: 0 })],
    [0, account("1000", "900", { usd: "50" })],
    [0, price("0.1")],
    [180_000, regime(0.8)],
    [300_000, price("0.11")]
  ])

  it("is every number on the way to it", () => {
    const rules = { ...DEFAULTS, useBias: true, minSamples: 0 }
    const seen = {
      nowMs: 0,
      price: 0.1,
      samples: 1,
      idleRatio: 850 / 1_000,
      capacityBand: "normal",
      bias: null
    } as const
    const { state } = rebalance(initialState, seen, rules)
    const now = { ...seen, nowMs: 300_000, price: 0.11, samples: 2, idleRatio: 850 / 1_010, bias: 0.8 }
    const { output } = rebalance(state, now, rules)
    if (output._tag !== "Rebalanced" || output.control.rule !== "controlled") return expect.fail("nothing was steered")
    const { trend, target, control } = output
    expect(skews[1]?.reason).toStrictEqual({
      rule: "controlled",
      numbers: {
        price: 0.11,
        elapsedSec: 300,
        trendRule: "followed",
        fastAverage: trend.averages?.fast ?? Number.NaN,
        slowAverage: trend.averages?.slow ?? Number.NaN,
        trendScore: trend.score,
        bias: 0.8,
        regimeAgeSec: 120,
        signal: target.signal,
        targetRule: "smoothed",
        rawTarget: target.raw,
        target: target.target,
        holdUntilMs: 300_000 + rules.targetHoldSec * 1_000,
        idleRatio: 850 / 1_010,
        capacityBand: "normal",
        error: control.error,
        velocity: control.velocity,
        wanted: control.wanted,
        smoothedError: control.smoothedError,
        smoothedVelocity: control.smoothedVelocity,
        flips: 0,
        skew: output.skew
      }
    })
  })

  it("says what is not there: no regime, no hold", () => {
    expect(skews[0]?.reason.numbers).toMatchObject({ bias: "none", regimeAgeSec: "none", holdUntilMs: "none" })
  })

  it("has no error to tell where capacity decides", () => {
    const { skews: none } = run([
      [0, configured()],
      [0, account("1000", "900")],
      [0, { _tag: "CapacityBandChanged", band: "stop", reason: { rule: "open_order_headroom", numbers: {} } }],
      [0, price("0.1")]
    ])
    expect(none[0]?.reason.rule).toBe("capacity")
    for (const name of ["error", "velocity", "wanted"]) expect(none[0]?.reason.numbers).not.toHaveProperty(name)
  })

  it("tells the error within the neutral band too", () => {
    const { skews: neutral } = run([
      [0, configured()],
      [0, account("6000", "400")],
      [0, price("0.1")]
    ])
    expect(neutral[0]?.reason.rule).toBe("neutral_band")
    for (const name of ["error", "velocity", "wanted"]) expect(neutral[0]?.reason.numbers).toHaveProperty(name)
  })

  it("is the damping once the skew has changed its sign too often", () => {
    const quick = { intervalSec: 60, errorSmoothingSec: 1, neutralBand: 0, maxSkewStep: 1 }
    const steps: Array<readonly [number, MarketEvent]> = [[0, configured(quick)]]
    for (let look = 0; look < 10; look++) {
      steps.push([look * 60_000, look % 2 === 0 ? account("100", "1000") : account("100000", "0")])
      steps.push([look * 60_000, price("0.1")])
    }
    const damped = run(steps).skews.filter(({ reason }) => reason.rule === "flip_damping")
    expect(damped).not.toHaveLength(0)
    expect(damped.every(({ skew }) => skew === 0)).toBe(true)
  })
})
