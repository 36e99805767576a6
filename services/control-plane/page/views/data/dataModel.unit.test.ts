import { describe, expect, it } from "vitest"
import { reportOf } from "../../../core/report.ts"
import { blocks } from "../../../testing/blocks.ts"
import { observedAt, opening, OPTIONS, price } from "../../../testing/examples.ts"
import { gapInWords, levelsOf, noLevels, provenanceOf, windowsOf } from "./dataModel.ts"

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
