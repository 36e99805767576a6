import { describe, expect, it } from "@effect/vitest"
import type { MarketEvent } from "../../../../shared/events/event.ts"
import { GovernorStory, refusal, request, wanted } from "../../testing/governorDriver.ts"
import { findingOf } from "./startup.ts"

const restart: MarketEvent = {
  _tag: "EpochRaised",
  epoch: 2,
  service: "kennel up",
  reason: "start",
  watchesOrders: true,
  fitsModels: true
}

describe("the start", () => {
  const told = (story: GovernorStory) =>
    story.ever("StartupAdvanced").map(({ step, state, reason }) => `${step} ${state} ${reason.rule}`)

  it("goes step by step and says what each waits for", () => {
    const story = new GovernorStory().configure().clock(null)
    expect(told(story).slice(0, 1)).toStrictEqual(["snapshot waiting waits_for_configuration"])
    expect(told(story).slice(1)).toStrictEqual([
      "snapshot done journal_folded",
      "terms waiting waits_for_constraints_and_fees"
    ])
    story.terms()
    expect(told(story).slice(3)).toStrictEqual(["terms done terms_known", "price waiting waits_for_first_price"])
    story.price("0.1")
    expect(told(story).slice(5)).toStrictEqual([
      "price done price_heard",
      "candles done no_regime_advisor",
      "reconcile waiting waits_for_comparison_with_the_exchange"
    ])
    story.reconciled(2)
    expect(told(story).slice(8)).toStrictEqual([
      "reconcile done compared",
      "missed_fills done fills_read",
      "bootstrap waiting waits_for_slots"
    ])
    expect(story.mode).toBe("STARTING startup")
    for (const slot of [1, 2, 3]) story.balances("1000", "1000").slot(slot, request(1))
    expect(told(story).slice(11)).toStrictEqual(["bootstrap done slots_funded", "running done started"])
    expect(story.mode).toBe("RUNNING started")
  })

  it("asks for a price heard after the restart, not before", () => {
    const story = new GovernorStory().running().control(restart).clock(1)
    expect(story.state.startup.steps.price).toBe("waiting")
    expect(story.price("0.1").state.startup.steps.price).toBe("done")
  })

  it("does not wait longer than half a minute for a slot that asks for nothing", () => {
    const story = new GovernorStory().configure().terms().balances("1000", "1000").price("0.1").reconciled()
    expect(story.after(29.999).mode).toBe("STARTING startup")
    expect(story.after(0.001).mode).toBe("RUNNING started")
  })

  it("gives the slots their half minute from the comparison with the exchange on, however late that comes", () => {
    const story = new GovernorStory()
      .configure()
      .terms()
      .balances("1000", "1000")
      .price("0.1")
      .after(3_600)
      .reconciled()
    expect(story.after(29.999).mode).toBe("STARTING startup")
    expect(story.after(0.001).mode).toBe("RUNNING started")
  })

  it("takes a refused entry for a slot's answer too: it had its funds", () => {
    const story = new GovernorStory().configure({}, [1]).terms().balances("0", "0").price("0.1").reconciled()
    story.slot(1, wanted("bootstrap")).clock()
    expect(story.mode).toBe("STARTING startup")
    expect(story.slot(1, request(1)).verdict).toBe("refused entry_not_covered")
    expect(story.mode).toBe("RUNNING started")
  })

  it("says how many orders had been filled or ended unseen", () => {
    const story = new GovernorStory().configure().terms().balances("1000", "1000").price("0.1").reconciled(2)
    const read = story.ever("StartupAdvanced").find(({ step }) => step === "missed_fills")
    expect(read?.reason).toStrictEqual({ rule: "fills_read", numbers: { missed: 2 } })
  })

  it("gives the slots their half minute only while the market does not stand still", () => {
    const story = new GovernorStory().configure().terms().balances("1000", "1000").price("0.1").reconciled()
    story.command({ name: "pause", note: "" }).after(3_600).command({ name: "resume" })
    expect(story.mode).toBe("STARTING startup")
    expect(story.after(29).mode).toBe("STARTING startup")
    expect(story.after(1).mode).toBe("RUNNING started")
  })

  it("takes only the answer to an allotment for one: what a slot refused before says nothing of its funds", () => {
    const story = new GovernorStory().configure({}, [1]).terms().balances("1000", "1000").price("0.1").reconciled()
    story.slot(1, refusal("bootstrap", "no_price")).clock()
    expect(story.state.startup.steps.bootstrap).toBe("waiting")
    story.slot(1, wanted("bootstrap")).clock().slot(1, refusal("bootstrap", "below_min_cost"))
    expect(story.mode).toBe("RUNNING started")
  })

  it("begins anew with whatever handles orders: every slot without orders is funded again", () => {
    const story = new GovernorStory().configure({}, [1]).terms().balances("1000", "1000").price("0.1").reconciled()
    story.slot(1, wanted("bootstrap")).clock().slot(1, refusal("bootstrap", "below_min_cost"))
    story.control(restart).price("0.1").reconciled()
    expect(story.state.startup.steps.bootstrap).toBe("waiting")
    expect(story.slot(1, wanted("bootstrap")).clock().slot(1, request(1)).mode).toBe("RUNNING started")
  })
})

const fitted = (intervalMin: number): MarketEvent => ({
  _tag: "RegimeModelTrained",
  intervalMin,
  dataHash: "hash",
  candles: 720,
  fromSec: 0,
  toSec: 43_140,
  rows: 706,
  settings: "{}",
  parameters: "{}",
  labels: ["BEARISH", "RANGING", "BULLISH"],
  logLikelihood: -1,
  start: "quantile",
  iterations: 20,
  warnings: []
})

const notFitted = (intervalMin: number): MarketEvent => ({
  _tag: "RegimeTrainingRefused",
  intervalMin,
  refusal: "too-few-rows",
  detail: "training needs 500 rows"
})

/** The start of the gateway alone, or of an advisor alone, or of both with everything else in one process. */
const started = (what: { readonly watchesOrders: boolean; readonly fitsModels: boolean }): MarketEvent => ({
  _tag: "EpochRaised",
  epoch: 9,
  service: "test",
  reason: "start",
  ...what
})

describe("the start's step for candles and models", () => {
  /** A market that runs and whose advisor fits models to these intervals. */
  const advised = (fittedIntervals: ReadonlyArray<number>) =>
    new GovernorStory().running({}, [1, 2, 3], fittedIntervals)
  const candles = ({ state }: GovernorStory) => {
    const finding = findingOf(state, "candles")
    return [state.startup.steps.candles, finding.rule, ...Object.values(finding.numbers)].join(" ")
  }

  it("is done where no advisor runs: no training will come", () => {
    const story = advised([])
    expect(candles(story)).toBe("done no_regime_advisor")
    expect(
      story.ever("StartupAdvanced").flatMap(({ step, state }) => (step === "candles" ? [state] : []))
    ).toStrictEqual(["done"])
  })

  it.each([
    { heard: [], expected: "pending waits_for_training 1 15" },
    { heard: [notFitted(1)], expected: "pending waits_for_training 1 15 1: too-few-rows" },
    { heard: [fitted(1)], expected: "pending waits_for_training 15" },
    { heard: [fitted(1), notFitted(15)], expected: "pending waits_for_training 15 15: too-few-rows" },
    { heard: [notFitted(1), fitted(15), fitted(1)], expected: "done models_fitted 1 15" },
    { heard: [fitted(1), fitted(15), notFitted(1)], expected: "done models_fitted 1 15" }
  ])("while the market runs already: $expected", ({ heard, expected }) => {
    const story = advised([1, 15])
    for (const event of heard) story.tell(story.subjects.regime, event)
    expect(candles(story)).toBe(expected)
    expect(story.mode).toBe("RUNNING started")
  })

  it.each([
    { fitsModels: true, expected: "waiting waits_for_training 1 15" },
    { fitsModels: false, expected: "done models_fitted 1 15" }
  ])("asks again after a start that fits models: $fitsModels, $expected", ({ fitsModels, expected }) => {
    const story = advised([1, 15])
    for (const event of [fitted(1), fitted(15)]) story.tell(story.subjects.regime, event)
    story.control(started({ watchesOrders: true, fitsModels })).price("0.1")
    expect(candles(story)).toBe(expected)
  })

  const starting = (version?: number) =>
    new GovernorStory(version).configure({}, [1], [1, 15]).terms().balances("1000", "1000").price("0.1").reconciled()
  const reconcile = ({ state }: GovernorStory) => state.startup.steps.reconcile

  it("holds up the comparison with the exchange until each training has said what came of it", () => {
    const story = starting()
    expect([candles(story), reconcile(story)]).toStrictEqual(["waiting waits_for_training 1 15", null])
    story.tell(story.subjects.regime, fitted(1))
    expect(reconcile(story.clock())).toBeNull()
    story.tell(story.subjects.regime, notFitted(15))
    expect([candles(story.clock()), reconcile(story)]).toStrictEqual([
      "pending waits_for_training 15 15: too-few-rows",
      "done"
    ])
  })

  it("holds it up for a minute at most", () => {
    expect(reconcile(starting().after(59.9))).toBeNull()
    expect(reconcile(starting().after(60))).toBe("done")
  })

  it.each([1, 2])("held up nothing under rules %i", (version) => {
    expect(reconcile(starting(version))).toBe("done")
  })

  it("stays done when the advisor alone starts again: the start of the market is over", () => {
    const story = advised([1, 15])
    for (const event of [fitted(1), fitted(15)]) story.tell(story.subjects.regime, event)
    expect(story.control(started({ watchesOrders: false, fitsModels: true })).clock().state.startup.steps.candles).toBe(
      "done"
    )
    expect(findingOf(story.state, "candles").rule).toBe("waits_for_training")
  })
})
