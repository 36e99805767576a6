import { assert, describe, it } from "@effect/vitest"
import type { MarketEvent } from "../../shared/events/event.ts"
import { GovernorStory, refusal, request, wanted } from "./governor.testkit.ts"

const restart: MarketEvent = { _tag: "EpochRaised", epoch: 2, service: "kennel up", reason: "start" }

describe("the start", () => {
  const told = (story: GovernorStory) =>
    story.ever("StartupAdvanced").map(({ step, state, reason }) => `${step} ${state} ${reason.rule}`)

  it("goes step by step and says what each waits for", () => {
    const story = new GovernorStory().configure().clock(null)
    assert.deepEqual(told(story), ["snapshot done journal_folded", "terms waiting waits_for_constraints_and_fees"])
    story.terms()
    assert.deepEqual(told(story).slice(2), ["terms done terms_known", "price waiting waits_for_first_price"])
    story.price("0.1")
    assert.deepEqual(told(story).slice(4), [
      "price done price_heard",
      "candles pending no_regime_advisor",
      "reconcile waiting waits_for_comparison_with_the_exchange"
    ])
    story.reconciled(2)
    assert.deepEqual(told(story).slice(7), [
      "reconcile done compared",
      "missed_fills done fills_read",
      "bootstrap waiting waits_for_slots"
    ])
    assert.equal(story.mode, "STARTING startup")
    for (const slot of [1, 2, 3]) story.balances("1000", "1000").slot(slot, request(1))
    assert.deepEqual(told(story).slice(10), ["bootstrap done slots_funded", "running done started"])
    assert.equal(story.mode, "RUNNING started")
  })

  it("asks for a price heard after the restart, not before", () => {
    const story = new GovernorStory().running().control(restart).clock(1)
    assert.equal(story.state.startup.steps.price, "waiting")
    assert.equal(story.price("0.1").state.startup.steps.price, "done")
  })

  it("does not wait longer than half a minute for a slot that asks for nothing", () => {
    const story = new GovernorStory().configure().terms().balances("1000", "1000").price("0.1").reconciled()
    assert.equal(story.after(29.999).mode, "STARTING startup")
    assert.equal(story.after(0.001).mode, "RUNNING started")
  })

  it("gives the slots their half minute only while the market does not stand still", () => {
    const story = new GovernorStory().configure().terms().balances("1000", "1000").price("0.1").reconciled()
    story.command({ name: "pause", note: "" }).after(3_600).command({ name: "resume" })
    assert.equal(story.mode, "STARTING startup")
    assert.equal(story.after(29).mode, "STARTING startup")
    assert.equal(story.after(1).mode, "RUNNING started")
  })

  it("takes only the answer to an allotment for one: what a slot refused before says nothing of its funds", () => {
    const story = new GovernorStory().configure({}, [1]).terms().balances("1000", "1000").price("0.1").reconciled()
    story.slot(1, refusal("bootstrap", "waits_for_price")).clock()
    assert.equal(story.state.startup.steps.bootstrap, "waiting")
    story.slot(1, wanted("bootstrap")).clock().slot(1, refusal("bootstrap", "min_size"))
    assert.equal(story.mode, "RUNNING started")
  })

  it("begins anew with whatever handles orders: every slot without orders is funded again", () => {
    const story = new GovernorStory().configure({}, [1]).terms().balances("1000", "1000").price("0.1").reconciled()
    story.slot(1, wanted("bootstrap")).clock().slot(1, refusal("bootstrap", "min_size"))
    story.control(restart).price("0.1").reconciled()
    assert.equal(story.state.startup.steps.bootstrap, "waiting")
    assert.equal(story.slot(1, wanted("bootstrap")).clock().slot(1, request(1)).mode, "RUNNING started")
  })
})
