/** Life beside the rules, as the governor watches it: refusals in a row, a pair that is closed, terms, money and orders that others move. */
import { describe, expect, it } from "@effect/vitest"
import type { EventOf } from "../../../../shared/events/event.ts"
import { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { accepted, ended, fill, GovernorStory, orphaned, refusal, request } from "../../testing/governorDriver.ts"
import { sentenceOf } from "../../../../shared/core/rules/sentence.ts"
import { findingOf } from "../mode/startup.ts"
import { recoveriesOf } from "../orderTable.ts"

const WORDS = "EOrder:Margin allowance exceeded"

/** The slot's exit goes to the exchange, and is refused. */
const refused = (story: GovernorStory, slot: number, localId: number, cause = WORDS): GovernorStory => {
  const identity = { clientId: `k${localId}`, localId }
  const asked = request(localId, { role: "exit", price: "0.2" })
  const { side, price, volume, postOnly } = asked
  return story
    .slot(slot, asked)
    .order(slot, { _tag: "OrderClaimed", ...identity, side, price, volume, postOnly, deadlineMs: 0 })
    .order(slot, { _tag: "OrderRejected", ...identity, cause })
}

const refusedTimes = (story: GovernorStory, count: number, words?: (n: number) => string): GovernorStory => {
  for (let n = 0; n < count; n++) refused(story, 1 + (n % 3), 100 + n, words?.(n))
  return story
}

const notices = (story: GovernorStory): ReadonlyArray<string> =>
  story.ever("NoticeRaised").map(({ severity, reason }) => `${severity} ${reason.rule}`)

const running = (): GovernorStory => new GovernorStory().running({ maxConsecutiveErrors: 5, autoResumeAfterSec: 10 })

describe("refused again and again", () => {
  it("over all slots, in the same words, pauses the market with those words and tells people", () => {
    const story = refusedTimes(running(), 4)
    expect(story.mode).toBe("RUNNING started")
    refused(story, 2, 200)
    expect(story.mode).toBe("PAUSED orders_refused")
    expect(story.state.mode.reason?.numbers).toMatchObject({ count: 5, words: WORDS })
    expect(notices(story)).toStrictEqual(["alert orders_refused"])
  })

  it("counts words that differ in figures only as the same", () => {
    const story = refusedTimes(running(), 5, (n) => `EService:Throttled: 17900000${10 + n}`)
    expect(story.mode).toBe("PAUSED orders_refused")
  })

  it.each([
    ["other words in between", (story: GovernorStory) => refused(story, 1, 300, "EOrder:Insufficient funds")],
    [
      "an order that is taken",
      (story: GovernorStory) => story.slot(9, request(300, { role: "exit" })).order(9, accepted(300))
    ],
    ["other terms", (story: GovernorStory) => constraints(story, { minVolume: Volume.parse("20") })]
  ])("starts over after %s", (_what, between) => {
    expect(refusedTimes(between(refusedTimes(running(), 4)), 4).mode).toBe("RUNNING started")
  })

  it("does not count what was withdrawn before it was sent", () => {
    const story = running()
    for (let n = 0; n < 6; n++) {
      const localId = 100 + n
      story.slot(1, request(localId, { role: "exit" }))
      story.order(1, { _tag: "OrderRejected", clientId: `k${localId}`, localId, cause: "withdrawn before it was sent" })
    }
    expect(story.mode).toBe("RUNNING started")
  })

  it("is tried once more after a quarter of an hour, and pauses again at the next refusal", () => {
    const story = refusedTimes(running(), 5).after(899)
    expect(story.mode).toBe("PAUSED orders_refused")
    expect(story.after(1).after(10).mode).toBe("RUNNING resumed")
    expect(refused(story, 1, 400).mode).toBe("PAUSED orders_refused")
  })

  it("is over when the exchange takes an order, or when an operator resumes", () => {
    const taken = refusedTimes(running(), 5)
      .slot(9, request(300, { role: "exit" }))
      .order(9, accepted(300))
    expect(taken.after(10).mode).toBe("RUNNING resumed")
    expect(refusedTimes(running(), 5).command({ name: "resume" }).after(10).mode).toBe("RUNNING resumed")
  })

  it("pauses nothing up to version 2 of the rules", () => {
    const story = running()
    story.rulesVersion = 2
    expect(refusedTimes(story, 9).mode).toBe("RUNNING started")
  })
})

describe("limits above every size", () => {
  const tooSmall = (slot: number, story: GovernorStory): GovernorStory =>
    story.slot(slot, { ...refusal("entry_A", "below_min_volume"), tooSmallUsd: 2 })

  it("pause the market once every slot wants less than is taken and no order lives, and no longer than that", () => {
    const story = constraints(running(), { minVolume: Volume.parse("60") })
    tooSmall(2, tooSmall(1, story))
    expect(story.mode).toBe("RUNNING started")
    expect(tooSmall(3, story).mode).toBe("PAUSED size_too_small")
    expect(story.state.mode.reason?.numbers).toMatchObject({
      sizeUsd: 2,
      leastUsd: 6,
      minVolume: "60",
      marketPrice: 0.1
    })
    expect(story.price("0.03").after(10).mode).toBe("RUNNING resumed")
  })

  it("pause nothing while an order lives", () => {
    const story = constraints(running(), { minVolume: Volume.parse("60") }).openOrders(1)
    for (const slot of [1, 2, 3]) tooSmall(slot, story)
    expect(story.mode).toBe("RUNNING started")
  })
})

describe("a start that waits for the exchange", () => {
  it("names the last error, and when it is asked again", () => {
    const story = new GovernorStory().configure()
    const failed = { operation: "AssetPairs", detail: "EService:Unavailable" }
    story.account({ _tag: "ExchangeErrorsObserved", consecutive: 3, ...failed })
    const waits = () => sentenceOf(findingOf(story.state, "terms"))
    expect(waits()).toContain("AssetPairs failed last: EService:Unavailable, and is asked again within")
    story.account({ _tag: "ExchangeErrorsObserved", consecutive: 0, operation: "", detail: "" })
    expect(waits()).toBe("The exchange's terms and fees are not known yet.")
    const limited = { operation: "TradeVolume", detail: "EAPI:Rate limit exceeded", retryAtMs: story.nowMs + 5_000 }
    story.account({ _tag: "ExchangeErrorsObserved", consecutive: 0, ...limited })
    expect(waits()).toContain("TradeVolume failed last: EAPI:Rate limit exceeded, and is asked again at")
  })
})

const constraints = (story: GovernorStory, change: Partial<EventOf<"ConstraintsObserved">>): GovernorStory =>
  story.account({
    _tag: "ConstraintsObserved",
    ...{ priceDecimals: 6, volumeDecimals: 8, minVolume: Volume.parse("13"), minCost: Quote.parse("0.5") },
    status: "online",
    ...change
  })

const START = { epoch: 2, service: "test", reason: "start", watchesOrders: false, fitsModels: false } as const

describe("manual life beside the bot", () => {
  it.each(["cancel_only", "maintenance", "reduce_only"])("a pair in %s pauses the market until it is not", (status) => {
    const story = constraints(running(), { status })
    expect(story.mode).toBe("PAUSED pair_closed")
    expect(story.slot(1, request(50)).verdict).toBe("refused paused")
    expect(constraints(story, {}).after(10).mode).toBe("RUNNING resumed")
  })

  it("a pair that goes from one such state to another pauses for the one it is in", () => {
    const story = constraints(constraints(running(), { status: "cancel_only" }), { status: "maintenance" })
    expect(story.mode).toBe("PAUSED pair_closed")
    expect(sentenceOf(story.state.mode.reason!)).toBe(
      "The exchange takes no new orders of the pair: its state is maintenance."
    )
    expect(constraints(story, {}).after(10).mode).toBe("RUNNING resumed")
  })

  it("where an operator has to resume, a pair that takes orders again is said to have been in its last such state", () => {
    const waits = new GovernorStory().running({ autoResumeAfterSec: 0 })
    const closed = constraints(constraints(waits, { status: "cancel_only" }), { status: "maintenance" })
    const modes = () => closed.ever("ModeChanged").length
    const before = modes()
    constraints(closed, {}).after(10)
    expect(closed.mode).toBe("PAUSED pair_closed")
    expect(sentenceOf(closed.state.mode.reason!)).toContain("its state is maintenance")
    expect(modes()).toBe(before)
  })

  it.each(["post_only", "limit_only"])("a pair in %s takes our orders: it is told, and the market runs", (status) => {
    const story = constraints(running(), { status })
    expect(story.mode).toBe("RUNNING started")
    expect(notices(story)).toStrictEqual(["warning terms_changed"])
  })

  it("decimals, least volume and fees that change in mid-run are told with both figures", () => {
    const story = constraints(running(), { priceDecimals: 5, minVolume: Volume.parse("50") })
    story.account({ _tag: "FeesObserved", makerPct: 0.4, takerPct: 0.8 })
    expect(story.ever("NoticeRaised").map(({ reason }) => reason.numbers["changes"])).toStrictEqual([
      "least volume 13 DOGE → 50 DOGE, price decimals 6 → 5",
      "maker fee 0.25 % → 0.4 %, taker fee 0.4 % → 0.8 %"
    ])
  })

  it("a deposit is told once it has stayed for a minute, as what no trade of ours explains", () => {
    const story = running().nextLoop().balances("100500", "99990").after(30).after(30)
    expect(notices(story)).toStrictEqual([])
    story.after(30)
    expect(story.ever("NoticeRaised").map(({ reason }) => reason.numbers)).toStrictEqual([
      { base: "500", quote: "-10" }
    ])
    expect(notices(story.after(300))).toHaveLength(1)
  })

  it("at 120 times the wall's speed a fill may be 20 min of the exchange behind its money: nothing is told of that", () => {
    const story = running()
      .control({ _tag: "EpochRaised", ...START, speed: 120 })
      .nextLoop()
    story.slot(1, request(50)).order(1, accepted(50)).balances("100020", "99997.995")
    for (let n = 0; n < 15; n++) story.after(60)
    expect(notices(story)).toStrictEqual([])
    story.order(1, fill(50, "20")).order(1, ended("OrderFilled", 50, "20"))
    for (let n = 0; n < 60; n++) story.after(60)
    expect(notices(story)).toStrictEqual([])
    story.balances("100520", "99997.995")
    for (let n = 0; n < 21; n++) story.after(60)
    expect(notices(story)).toStrictEqual(["info money_moved"])
  })

  it("what our own trades move is no such money", () => {
    const story = running().nextLoop()
    story.slot(1, request(50)).order(1, accepted(50)).order(1, fill(50, "20"))
    story.order(1, ended("OrderFilled", 50, "20")).balances("100020", "99997.995")
    expect(notices(story.after(30).after(30).after(30).after(30))).toStrictEqual([])
  })

  it("a fee that was taken in DOGE is told, and is no such money", () => {
    const baseFee = { amount: Volume.parse("0.05"), worth: Quote.parse("0.005") }
    const story = running().nextLoop()
    story
      .slot(1, request(50))
      .order(1, accepted(50))
      .order(1, { ...fill(50, "20"), baseFee })
    expect(story.ever("NoticeRaised").map(({ reason: { rule, numbers } }) => [rule, numbers["amount"]])).toStrictEqual([
      ["fee_in_base", "0.05"]
    ])
    story.order(1, { ...ended("OrderFilled", 50, "20"), baseFee }).balances("100019.95", "99998")
    story.after(30).after(30).after(30).after(30)
    expect(notices(story)).toStrictEqual(["warning fee_in_base"])
  })

  it("a fee in a currency that is neither of the pair's is told in the exchange's words", () => {
    const story = running().slot(1, request(50)).order(1, accepted(50))
    story.order(1, { ...fill(50, "20"), otherFees: "12.5 KFEE" })
    expect(story.ever("NoticeRaised").map(({ reason: { rule, numbers } }) => [rule, numbers["fee"]])).toStrictEqual([
      ["fee_not_booked", "12.5 KFEE"]
    ])
  })

  it("an order that somebody else has changed is told with both figures", () => {
    const story = running()
    story.slot(1, request(50, { role: "exit", price: "0.2" })).order(1, accepted(50))
    story.order(1, {
      _tag: "OrderRestated",
      ...{ clientId: "k50", localId: 50, price: Price.parse("0.19"), volume: Volume.parse("40") }
    })
    expect(story.ever("NoticeRaised").map(({ reason }) => reason)).toMatchObject([
      { rule: "order_changed", numbers: { oldPrice: "0.2", oldVolume: "20", price: "0.19", volume: "40" } }
    ])
    expect(story.state.orders[0]).toMatchObject({ volume: Volume.parse("40"), price: Price.parse("0.19") })
  })

  it("a late fill is told, and counts in the audit", () => {
    const story = running()
    story.order(1, {
      _tag: "LateFillRecorded",
      ...{ clientId: "k50", localId: 50, txid: "T50", execId: "E", side: "buy", role: "entry", cycle: 1 },
      ...{ price: Price.parse("0.1"), volume: Volume.parse("20"), cost: Quote.parse("2"), fee: Quote.parse("0.005") },
      liquidity: "maker"
    })
    expect(notices(story)).toStrictEqual(["warning late_fill_found"])
    expect(story.state.audit.sums).toMatchObject({ bought: Volume.parse("20"), paid: Quote.parse("2") })
    expect(story.state.market.spentQuote).toBe(Quote.parse("2.005"))
  })

  it("an end whose report stayed behind its fills is an alert", () => {
    const story = running().slot(1, request(50)).order(1, accepted(50)).order(1, fill(50, "20"))
    const listed = { volume: Volume.zero, cost: Quote.zero, fee: Quote.zero }
    story.order(1, { ...ended("OrderFilled", 50, "20"), listed })
    expect(notices(story)).toStrictEqual(["alert report_behind_fills"])
  })
})

describe("a recovery whose order is asked for anew", () => {
  const lost = (rulesVersion?: number): GovernorStory => {
    const story = running()
    if (rulesVersion !== undefined) story.rulesVersion = rulesVersion
    story
      .slot(1, request(50, { role: "exit", price: "0.2" }))
      .order(1, accepted(50))
      .slot(1, orphaned(50, 7))
    story.after(60).order(1, ended("OrderCancelled", 50, "0"))
    return story.slot(1, { ...request(51, { role: "exit", price: "0.2" }), replaces: 50 })
  }

  it("is the recovery it was, of the same number and age", () => {
    const story = lost()
    const [recovery, ...more] = recoveriesOf(story.state)
    expect(more).toStrictEqual([])
    expect(recovery).toMatchObject({ localId: 51, recovery: { recoveryId: 7, orphanedAtMs: story.nowMs - 60_000 } })
    expect(story.state.owed).toStrictEqual([])
  })

  it("may be moved by an operator again", () => {
    const story = lost().order(1, accepted(51))
    expect(story.command({ name: "soft_close", slot: 1, recoveryId: 7 }).heard("SoftCloseAsked")).toHaveLength(1)
  })

  it("was lost up to version 2 of the rules", () => {
    expect(recoveriesOf(lost(2).state)).toStrictEqual([])
  })
})
