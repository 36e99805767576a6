import { describe, expect, it } from "@effect/vitest"
import { FEATURES, featureRows } from "./core/features.ts"
import { lastRows } from "./core/hmm/linear/rows.ts"
import { isRefusal } from "./core/training/refusal.ts"
import { scalingOf } from "./core/training/scaling.ts"
import { candles } from "./testing/rows.ts"
import { SHARED_SETTINGS } from "../../shared/config/shared.ts"
import { readTable } from "../../shared/config/table.ts"
import { advisorOptions } from "./options.ts"
import { ADVISOR_SETTINGS } from "./settings.ts"

const SEED = 20_264
const LONG = 734

describe("the advisor's options", () => {
  it.each(["10", "50", "400"])(
    "read enough candles for %s rows to be what they were in training, to a hundredth of a deviation",
    (HMM_INFERENCE_WINDOW) => {
      const { values } = readTable({ ...SHARED_SETTINGS, ...ADVISOR_SETTINGS }, { HMM_INFERENCE_WINDOW })
      const { recentCandles, inference } = advisorOptions(values)
      const { closes, volumes } = candles(SEED, LONG)
      const training = featureRows({ closes, volumes })
      const recent = featureRows({ closes: closes.slice(-recentCandles), volumes: volumes.slice(-recentCandles) })
      if (isRefusal(training) || isRefusal(recent)) throw new Error("refused")
      const scaling = scalingOf(training)
      if (isRefusal(scaling)) throw new Error("refused")
      const known = lastRows(training, inference.inferenceWindow)
      const read = lastRows(recent, inference.inferenceWindow)
      expect(read.count).toBe(known.count)
      read.values.forEach((value, at) => {
        const deviation = scaling.deviation[at % FEATURES.length] ?? 1
        expect(Math.abs(value - (known.values[at] ?? 0)) / deviation).toBeLessThan(0.01)
      })
    }
  )
})
