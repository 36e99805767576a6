import { describe, expect, it } from "@effect/vitest"
import { sentenceOf } from "../../../../shared/core/rules/sentence.ts"
import { Quote } from "../../../../shared/core/decimal/decimal.ts"
import { cycle, GovernorStory, request, START_MS, testRules } from "../../testing/governorDriver.ts"

const DAY_MS = 86_400_000
const MIDNIGHT = Math.floor(START_MS / DAY_MS) * DAY_MS
const NEXT_MIDNIGHT = MIDNIGHT + DAY_MS

/** A market in which `loss` has been lost today, in one cycle. */
const lost = (amount: string, limit = "3") => {
  const story = new GovernorStory().running({ dailyLossLimit: Quote.parse(limit) })
  return story.slot(1, cycle(`-${amount}`, story.nowMs))
}
const at = (story: GovernorStory, ms: number) => {
  story.nowMs = ms
  return story.clock()
}
const limited = (story: GovernorStory, limit: string) =>
  story.command({ name: "set_daily_loss_limit", limit: Quote.parse(limit) })
const reconfigured = (story: GovernorStory, limit: string) =>
  story.control({
    _tag: "GovernorConfigured",
    rules: testRules({ dailyLossLimit: Quote.parse(limit) }),
    fittedIntervals: []
  })

/** Paused by the lock; and while that holds a `resume` is refused for it. */
const standsPaused = (story: GovernorStory, locked: boolean): void => {
  expect(story.state.loss.locked).toBe(locked)
  expect(story.mode).toBe("PAUSED daily_loss_lock")
  const refused = story.command({ name: "resume" }).heard("CommandRefused")
  expect(refused.map(({ reason }) => reason.rule)).toStrictEqual(locked ? ["daily_loss_lock"] : [])
}

describe("the daily loss lock", () => {
  it.each([
    { loss: "2.9999999999", limit: "3", mode: "RUNNING started" },
    { loss: "3", limit: "3", mode: "PAUSED daily_loss_lock" },
    { loss: "3.0000000001", limit: "3", mode: "PAUSED daily_loss_lock" },
    { loss: "1000", limit: "0", mode: "RUNNING started" }
  ])("at a loss of $loss with a limit of $limit is $mode", ({ loss, limit, mode }) => {
    expect(lost(loss, limit).mode).toBe(mode)
  })

  it("says what was lost, of which limit, on which day", () => {
    const [changed] = lost("3.5").heard("LossLockChanged")
    expect(changed).toStrictEqual({
      _tag: "LossLockChanged",
      locked: true,
      utcDay: 2,
      loss: Quote.parse("3.5"),
      limit: Quote.parse("3"),
      reason: { rule: "daily_loss_lock", numbers: { loss: "3.5", limit: "3", utcDay: 2 } }
    })
  })

  it("adds up the losses of all slots, and sets no winnings against them", () => {
    const story = new GovernorStory().running()
    story.slot(1, cycle("50", story.nowMs)).slot(2, cycle("-1.5", story.nowMs)).slot(3, cycle("0", story.nowMs))
    expect(story.mode).toBe("RUNNING started")
    expect(story.slot(3, cycle("-1.5", story.nowMs)).mode).toBe("PAUSED daily_loss_lock")
  })

  it("counts a recovery that was evicted at a loss like every other cycle", () => {
    const story = new GovernorStory().running()
    story.slot(1, { ...cycle("-3", story.nowMs), fromRecovery: true })
    expect(story.mode).toBe("PAUSED daily_loss_lock")
  })

  it.each([
    { exit: "on the day's first millisecond", exitMs: MIDNIGHT, mode: "PAUSED daily_loss_lock" },
    { exit: "a millisecond before", exitMs: MIDNIGHT - 1, mode: "RUNNING started" }
  ])("a cycle that ended $exit is $mode", ({ exitMs, mode }) => {
    expect(new GovernorStory().running().slot(1, cycle("-3", exitMs)).mode).toBe(mode)
  })

  it("opens when the UTC day is over, to the millisecond; the market waits for an operator", () => {
    const story = lost("3")
    expect(at(story, NEXT_MIDNIGHT - 1).heard("LossLockChanged")).toHaveLength(0)
    expect(story.command({ name: "resume" }).heard("CommandRefused")[0]?.reason.rule).toBe("daily_loss_lock")
    const [opened] = at(story, NEXT_MIDNIGHT).heard("LossLockChanged")
    expect(opened?.locked).toBe(false)
    expect(opened?.loss).toBe(Quote.zero)
    expect(at(story, NEXT_MIDNIGHT + 3_600_000).mode).toBe("PAUSED daily_loss_lock")
    expect(story.command({ name: "resume" }).mode).toBe("RUNNING resumed")
  })

  it("on paper ends by itself when the UTC day is over, and has said so", () => {
    const rules = testRules({ dailyLossLimit: Quote.parse("3") })
    const story = new GovernorStory().running({ dailyLossLimit: Quote.parse("3") })
    story.control({ _tag: "GovernorConfigured", rules, fittedIntervals: [], lossLockEndsAlone: true })
    const [closed] = story.slot(1, cycle("-3", story.nowMs)).heard("LossLockChanged")
    expect(sentenceOf(closed?.reason ?? { rule: "operator", numbers: {} })).toBe(
      "The day's realised loss reached the limit of 3 USD, with 3 USD; trading goes on by itself at 1970-01-04 00:00:00 UTC."
    )
    expect(at(story, NEXT_MIDNIGHT - 1).mode).toBe("PAUSED daily_loss_lock")
    expect(story.command({ name: "resume" }).heard("CommandRefused")[0]?.reason.rule).toBe("daily_loss_lock")
    at(story, NEXT_MIDNIGHT)
    expect(at(story, NEXT_MIDNIGHT + 15_000).mode).toBe("RUNNING resumed")
  })

  it("that would end by itself leaves an operator's own pause as it is", () => {
    const rules = testRules({ dailyLossLimit: Quote.parse("3") })
    const story = new GovernorStory().running().command({ name: "pause", note: "" })
    story.control({ _tag: "GovernorConfigured", rules, fittedIntervals: [], lossLockEndsAlone: true })
    story.slot(1, cycle("-3", story.nowMs))
    expect(at(story, NEXT_MIDNIGHT + 60_000).mode).toBe("PAUSED operator")
  })

  it("waits for the operator again once a configuration no longer says that it ends by itself", () => {
    const rules = testRules({ dailyLossLimit: Quote.parse("3") })
    const story = new GovernorStory().running()
    story.control({ _tag: "GovernorConfigured", rules, fittedIntervals: [], lossLockEndsAlone: true })
    story.control({ _tag: "GovernorConfigured", rules, fittedIntervals: [] })
    story.slot(1, cycle("-3", story.nowMs))
    expect(at(story, NEXT_MIDNIGHT + 60_000).mode).toBe("PAUSED daily_loss_lock")
  })

  it.each([
    { back: "in the same day's last millisecond", ms: NEXT_MIDNIGHT - 1, locked: true },
    { back: "at midnight", ms: NEXT_MIDNIGHT, locked: false },
    { back: "three days later", ms: NEXT_MIDNIGHT + 3 * DAY_MS, locked: false }
  ])("holds over a stop, and a process that is back $back finds it locked: $locked", ({ ms, locked }) => {
    const story = lost("3").control({
      _tag: "EpochRaised",
      epoch: 2,
      service: "kennel up",
      reason: "start",
      watchesOrders: true,
      fitsModels: true
    })
    expect(story.mode).toBe("PAUSED daily_loss_lock")
    story.nowMs = ms
    story.price("0.1").reconciled()
    standsPaused(story, locked)
    expect(story.mode).toBe(locked ? "PAUSED daily_loss_lock" : "STARTING startup")
  })

  it("begins every day with no loss", () => {
    const story = at(lost("2"), NEXT_MIDNIGHT)
    expect(story.slot(1, cycle("-2", story.nowMs)).mode).toBe("RUNNING started")
    expect(story.slot(1, cycle("-1", story.nowMs)).mode).toBe("PAUSED daily_loss_lock")
  })

  it("opens for the day that is over before a loss of the new one closes it again", () => {
    const story = lost("3")
    story.nowMs = NEXT_MIDNIGHT
    expect(
      story
        .slot(1, cycle("-4", story.nowMs))
        .heard("LossLockChanged")
        .map(({ locked, utcDay }) => `${locked} ${utcDay}`)
    ).toStrictEqual(["false 3", "true 3"])
    expect(story.state.loss.lockedDay).toBe(3)
  })

  it.each([
    { limit: "3.0000000001", locked: false },
    { limit: "3", locked: true },
    { limit: "0.01", locked: true },
    { limit: "0", locked: false }
  ])("at a loss of 3, with the limit set to $limit, is locked: $locked", ({ limit, locked }) => {
    const story = limited(lost("3"), limit)
    standsPaused(story, locked)
  })

  it("closes at once when the limit is lowered to what is lost already, and nothing waits any more", () => {
    const story = new GovernorStory().running({ maxEntryAddsPerLoop: 1 }).nextLoop()
    story.slot(1, cycle("-2", story.nowMs)).slot(1, request(1)).slot(2, request(1))
    limited(story, "2")
    expect(story.mode).toBe("PAUSED daily_loss_lock")
    expect(story.verdict).toBe("refused paused")

    const configured = new GovernorStory().running({ maxEntryAddsPerLoop: 1 }).nextLoop()
    configured.slot(1, cycle("-2", configured.nowMs)).slot(1, request(1)).slot(2, request(1))
    reconfigured(configured, "2")
    expect(configured.mode).toBe("PAUSED daily_loss_lock")
    expect(configured.verdict).toBe("refused paused")
  })

  it("keeps an operator's limit over a start, until the configured one is another", () => {
    const story = limited(new GovernorStory().running(), "10")
    reconfigured(story, "3")
    expect(story.state.loss.limitOverride).toBe(Quote.parse("10"))
    reconfigured(story, "4")
    expect(story.state.loss.limitOverride).toBe(null)
    expect(story.slot(1, cycle("-4", story.nowMs)).mode).toBe("PAUSED daily_loss_lock")
  })

  it("knows what was lost on the day before there were rules", () => {
    const story = new GovernorStory()
    story.control({
      _tag: "EpochRaised",
      epoch: 1,
      service: "kennel up",
      reason: "start",
      watchesOrders: true,
      fitsModels: true
    })
    story.slot(1, cycle("-3", story.nowMs))
    expect(story.configure().mode).toBe("PAUSED daily_loss_lock")
  })
})
