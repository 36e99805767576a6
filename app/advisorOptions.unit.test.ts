import { assert, describe, it } from "@effect/vitest"
import { FEATURES, featureRows } from "../services/hmm-advisor/core/features.ts"
import { lastRows } from "../services/hmm-advisor/core/hmm/rows.ts"
import { isRefusal } from "../services/hmm-advisor/core/training/refusal.ts"
import { scalingOf } from "../services/hmm-advisor/core/training/scaling.ts"
import { candles } from "../services/hmm-advisor/testing/rows.ts"
import { readSettings } from "./settings.ts"
import { advisorOptions } from "./advisorOptions.ts"

const SEED = 20_264
const LONG = 734

describe("the advisor's options", () => {
  it.each(["10", "50", "400"])(
    "read enough candles for %s rows to be what they were in training, to a hundredth of a deviation",
    (HMM_INFERENCE_WINDOW) => {
      const { settings } = readSettings({ HMM_INFERENCE_WINDOW })
      const { recentCandles, inference } = advisorOptions(settings)
      const { closes, volumes } = candles(SEED, LONG)
      const training = featureRows({ closes, volumes })
      const recent = featureRows({ closes: closes.slice(-recentCandles), volumes: volumes.slice(-recentCandles) })
      if (isRefusal(training) || isRefusal(recent)) throw new Error("refused")
      const scaling = scalingOf(training)
      if (isRefusal(scaling)) throw new Error("refused")
      const known = lastRows(training, inference.inferenceWindow)
      const read = lastRows(recent, inference.inferenceWindow)
      assert.strictEqual(read.count, known.count)
      read.values.forEach((value, at) => {
        const deviation = scaling.deviation[at % FEATURES.length] ?? 1
        assert.isBelow(Math.abs(value - (known.values[at] ?? 0)) / deviation, 0.01)
      })
    }
  )
})
