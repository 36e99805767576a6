import { describe, expect, it } from "vitest"
import { reportOf } from "../../../core/report.ts"
import { blocks } from "../../../testing/blocks.ts"
import { observedAt, opening, OPTIONS, price } from "../../../testing/examples.ts"
import { gapInWords, levelsOf, noLevels, provenanceOf, windowsOf, noWindows, streamText } from "./dataModel.ts"

const bare = reportOf(observedAt([...opening, price("0.141")]), OPTIONS)
const report = { ...bare, ...blocks } as typeof bare

describe("a data window", () => {
  it("is full at its target, whatever is kept beyond", () => {
    const [minutes] = windowsOf(report)
    expect(minutes).toMatchObject({ timeframe: "1m", filled: "720 / 720", kept: "761 kept", share: 1 })
  })

  it("says what it lacks apart from its holes", () => {
    const { hmm_data_pipeline: pipeline } = report
    if (pipeline === undefined) throw new Error("the example collects candles")
    const gaps = ["insufficient_samples:3/500", "missing_candles:12 from 08:00"]
    const [window] = windowsOf({
      ...report,
      hmm_data_pipeline: { ...pipeline, samples: 3, gaps, ready_for_min_train: false, ready_for_target_window: false }
    })
    expect(window).toMatchObject({
      state: "not ready",
      lacks: ["insufficient samples 3/500"],
      holes: ["missing candles 12 from 08:00"]
    })
  })

  it("is not shown where nobody collects", () => {
    expect(windowsOf(bare)).toEqual([])
    expect(gapInWords("low_volume_coverage:89.3%")).toBe("low volume coverage 89.3 %")
  })

  it("counts where its candles came from, most first", () => {
    const by = (provenance: string) => ({ provenance })
    expect(provenanceOf([by("stream"), by("backfill"), by("backfill")])).toEqual([
      ["backfill", 2],
      ["stream", 1]
    ])
  })
})

describe("key levels", () => {
  it("that are not known have a reason", () => {
    expect(levelsOf(bare)).toEqual([])
    expect(noLevels(bare)).toContain("service market-context does not run")
  })
})

describe("what is not as it was", () => {
  const stream = {
    status: "open",
    detail: "interval_begin is after now",
    losses: 2,
    refused: 1,
    last_candle_ts: 60
  } as const

  it("of a stream is said as the past once it is open again", () => {
    expect(streamText(stream)).toBe(
      "stream open, lost 2 times, 1 messages not believed, the last: interval_begin is after now"
    )
    expect(streamText({ ...stream, status: "lost", detail: "closed by the exchange", refused: 0 })).toBe(
      "stream lost: closed by the exchange, lost 2 times"
    )
  })

  it("of windows says whether they are switched off or not heard of", () => {
    expect(noWindows({ ...bare, hmm_data_pipeline: null as never })).toContain("Nothing has been heard of candles yet")
  })
})
