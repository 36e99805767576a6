import { describe, expect, it } from "@effect/vitest"
import type { EventOf } from "../../../../shared/events/event.ts"
import { GovernorStory } from "../../testing/governorDriver.ts"

type Outcome = EventOf<"BackfillAnswered">["outcomes"][number]

const market = () => new GovernorStory().running()
const backfill = (timeframe: string | null = null) => ({ name: "backfill_ohlcv", timeframe }) as const
const filled = (intervalMin: number): Outcome => ({ intervalMin, asked: true, detail: "complete: queued=719 new=3" })
const failed = (intervalMin: number): Outcome => ({ intervalMin, asked: false, detail: "error: HTTP 503" })
const answer = (story: GovernorStory, outcomes: ReadonlyArray<Outcome>, commandId = "c1") =>
  story.tell(story.subjects.candle, { _tag: "BackfillAnswered", commandId, outcomes })

const HOUR_SEC = 3_600

describe("the command to backfill", () => {
  it.each([
    { timeframe: null, intervalMin: null },
    { timeframe: "1m", intervalMin: 1 },
    { timeframe: "15m", intervalMin: 15 }
  ])("asks the ingestor for timeframe $timeframe, and is not answered before it has", ({ timeframe, intervalMin }) => {
    const story = market().command(backfill(timeframe))
    expect(story.said).toStrictEqual([{ _tag: "BackfillAsked", commandId: "c1", intervalMin }])
    expect(story.after(HOUR_SEC - 1).heard("CommandRefused")).toStrictEqual([])
  })

  it.each([
    {
      what: "applied where one window was asked for",
      outcomes: [filled(1), failed(15)],
      said: {
        _tag: "CommandApplied",
        commandId: "c1",
        reason: {
          rule: "backfilled",
          numbers: { author: "test", outcomes: "1m: complete: queued=719 new=3; 15m: error: HTTP 503" }
        }
      }
    },
    {
      what: "refused where none could be",
      outcomes: [failed(1)],
      said: {
        _tag: "CommandRefused",
        commandId: "c1",
        reason: { rule: "no_backfill", numbers: { outcomes: "1m: error: HTTP 503" } }
      }
    }
  ] as const)("is $what, with what came of each", ({ outcomes, said }) => {
    const story = answer(market().command(backfill()), outcomes)
    expect(story.said).toStrictEqual([said])
    // The next one is free to ask.
    expect(story.command(backfill()).heard("BackfillAsked")).toHaveLength(1)
  })

  it("is refused for a timeframe that no window has, by whoever knows first", () => {
    const none = market().command(backfill("7m"))
    const expected = (timeframe: string) => ({ rule: "no_window", numbers: { timeframe } })
    expect(none.heard("CommandRefused")[0]?.reason).toStrictEqual(expected("7m"))
    const story = answer(market().command(backfill("4h")), [])
    expect(story.heard("CommandRefused")[0]?.reason).toStrictEqual(expected("4h"))
  })

  it("is refused while another one waits, and is not answered by the answer to another one", () => {
    const story = market().command(backfill()).command(backfill("1m"))
    expect(story.said).toStrictEqual([
      { _tag: "CommandRefused", commandId: "c2", reason: { rule: "backfilling_already", numbers: { commandId: "c1" } } }
    ])
    expect(answer(story, [filled(1)], "c2").said).toStrictEqual([])
  })

  it("is refused when the ingestor has not answered for an hour, and a later answer is nobody's", () => {
    const story = market().command(backfill()).after(HOUR_SEC)
    expect(story.heard("CommandRefused")[0]?.reason).toStrictEqual({
      rule: "ingestor_silent",
      numbers: { waitedSec: HOUR_SEC }
    })
    expect(answer(story, [filled(1)]).said).toStrictEqual([])
  })
})

describe("a history job that fails", () => {
  const failed = {
    _tag: "HistoryJobFailed",
    source: "kraken",
    symbol: "ETHUSD",
    intervalMin: 60,
    detail: "unknown asset pair"
  } as const
  const told = (version?: number) => {
    const story = new GovernorStory(version).running()
    return story.tell(story.subjects.candle, failed).heard("NoticeRaised")
  }

  it("is told with symbol, timeframe and what the source said", () => {
    expect(told().map(({ severity, reason }) => [severity, reason])).toStrictEqual([
      [
        "warning",
        {
          rule: "history_job_failed",
          numbers: { source: "kraken", symbol: "ETHUSD", timeframe: "1h", detail: "unknown asset pair" }
        }
      ]
    ])
  })

  it.each([1, 2])("was not told under rules %i", (version) => {
    expect(told(version)).toStrictEqual([])
  })
})
