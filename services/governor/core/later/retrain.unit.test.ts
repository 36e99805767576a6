import { describe, expect, it } from "@effect/vitest"
import type { EventOf, MarketEvent } from "../../../../shared/events/event.ts"
import { governorActor } from "../actor.ts"
import { GovernorStory, testRules } from "../../testing/governorDriver.ts"

type Outcome = EventOf<"RetrainAnswered">["outcomes"][number]

const configured = (fittedIntervals: ReadonlyArray<number>): MarketEvent => ({
  _tag: "GovernorConfigured",
  rules: testRules(),
  fittedIntervals
})

/** A running market whose advisor fits models to 1 and 15 minutes, unless told otherwise. */
const market = (fittedIntervals: ReadonlyArray<number> = [1, 15]) =>
  new GovernorStory().running().control(configured(fittedIntervals))

const retrain = (timeframe: string | null = null) => ({ name: "retrain", timeframe }) as const

const model = (intervalMin: number): Outcome => ({ intervalMin, trained: true, detail: "log-likelihood 7" })
const none = (intervalMin: number): Outcome => ({ intervalMin, trained: false, detail: "too-few-rows: 3" })

const answer = (story: GovernorStory, outcomes: ReadonlyArray<Outcome>, commandId = "c1") =>
  story.tell(story.subjects.regime, { _tag: "RetrainAnswered", commandId, outcomes })

const HOUR_SEC = 3_600

describe("the command to retrain", () => {
  it.each([
    { timeframe: null, intervals: [1, 15] },
    { timeframe: "1m", intervals: [1] },
    { timeframe: "15m", intervals: [15] }
  ])(
    "asks the advisor for timeframe $timeframe, and is not answered before it has spoken",
    ({ timeframe, intervals }) => {
      const story = market().command(retrain(timeframe))
      expect(story.said).toStrictEqual([{ _tag: "RetrainAsked", commandId: "c1", intervals }])
      expect(story.after(HOUR_SEC - 1).heard("CommandRefused")).toStrictEqual([])
    }
  )

  it("asks once where both timeframes are the same", () => {
    expect(market([5, 5]).command(retrain()).heard("RetrainAsked")[0]?.intervals).toStrictEqual([5])
  })

  it.each([
    {
      what: "of both",
      outcomes: [model(1), model(15)],
      said: ["NoticeRaised info", "CommandApplied retrained"],
      numbers: { author: "test", outcomes: "1m: log-likelihood 7; 15m: log-likelihood 7" }
    },
    {
      what: "of one, and a refusal of the other",
      outcomes: [model(1), none(15)],
      said: ["NoticeRaised warning", "CommandApplied retrained"],
      numbers: { author: "test", outcomes: "1m: log-likelihood 7; 15m: too-few-rows: 3" }
    },
    {
      what: "of none",
      outcomes: [none(1), none(15)],
      said: ["CommandRefused no_model"],
      numbers: { outcomes: "1m: too-few-rows: 3; 15m: too-few-rows: 3" }
    },
    {
      what: "of one by an advisor that does not fit the other",
      outcomes: [model(1)],
      said: ["NoticeRaised warning", "CommandApplied retrained"],
      numbers: { author: "test", outcomes: "1m: log-likelihood 7; 15m: not fitted there" }
    }
  ])("is answered with what came of each timeframe: a model $what", ({ outcomes, said, numbers }) => {
    const story = answer(market().command(retrain()), outcomes)
    const words = story.said.map((event) => {
      if (event._tag === "NoticeRaised") return `${event._tag} ${event.severity}`
      return event._tag === "CommandApplied" || event._tag === "CommandRefused"
        ? `${event._tag} ${event.reason.rule}`
        : event._tag
    })
    expect(words).toStrictEqual(said)
    const end = story.said.at(-1)
    expect(end?._tag === "CommandApplied" || end?._tag === "CommandRefused" ? end.reason.numbers : null).toStrictEqual(
      numbers
    )
  })

  it.each([
    { fitted: [], timeframe: null, rule: "advisor_off", numbers: { setting: "HMM_ENABLED=false" } },
    { fitted: [], timeframe: "1m", rule: "advisor_off", numbers: { setting: "HMM_ENABLED=false" } },
    { fitted: [1, 15], timeframe: "5m", rule: "no_such_timeframe", numbers: { timeframe: "5m", fitted: "1m 15m" } }
  ] as const)("is refused at once: $rule for timeframe $timeframe", ({ fitted, timeframe, rule, numbers }) => {
    const story = market(fitted)
    const before = governorActor.encode(story.state)
    story.command(retrain(timeframe))
    expect(story.said).toStrictEqual([{ _tag: "CommandRefused", commandId: "c1", reason: { rule, numbers } }])
    expect(governorActor.encode(story.state)).toBe(before)
  })

  it("is refused in a journal that does not say whether an advisor runs", () => {
    const story = new GovernorStory().running().command(retrain())
    expect(story.heard("CommandRefused")[0]?.reason.rule).toBe("advisor_off")
  })

  it("is refused while another one waits, and possible again once that is answered", () => {
    const story = market().command(retrain("1m")).command(retrain("15m"))
    expect(story.said).toStrictEqual([
      { _tag: "CommandRefused", commandId: "c2", reason: { rule: "retraining_already", numbers: { commandId: "c1" } } }
    ])
    answer(story, [model(1)]).command(retrain("15m"))
    expect(story.heard("RetrainAsked")).toHaveLength(1)
  })

  it("is not answered by the answer to another one, nor twice", () => {
    const story = answer(market().command(retrain()), [model(1)], "other")
    expect(story.said).toStrictEqual([])
    answer(story, [model(1), model(15)])
    expect(story.heard("CommandApplied")).toHaveLength(1)
    expect(answer(story, [model(1), model(15)]).said).toStrictEqual([])
  })

  it("is refused when the advisor has not answered for an hour, and a later answer is nobody's", () => {
    const story = market().command(retrain()).after(HOUR_SEC)
    expect(story.heard("CommandRefused")).toStrictEqual([
      { _tag: "CommandRefused", commandId: "c1", reason: { rule: "advisor_silent", numbers: { waitedSec: HOUR_SEC } } }
    ])
    expect(answer(story, [model(1), model(15)]).said).toStrictEqual([])
  })

  it("is refused when a start switches the advisor off before it has answered", () => {
    const story = market().command(retrain()).control(configured([])).clock()
    expect(story.heard("CommandRefused")[0]?.reason.rule).toBe("advisor_off")
  })
})
