/**
 * Does the factory floor keep up with a screen? A hundred machines in Chromium: the time between frames, and the script that each takes. On a
 * machine without a graphics card the first says how fast Chromium paints there; the second is what the page itself costs, and what a frame
 * has room for is 16.7 ms.
 */
import { chromium } from "playwright-core"
import { Effect, References } from "effect"
import { quantileSorted } from "simple-statistics"
import { loadAssets } from "../../services/control-plane/http/assets.ts"
import { requireBinary } from "../../shared/testing/requires.ts"
import type { BenchResult, BenchSize } from "../result.ts"
import { shownMarket } from "./shownMarket.ts"

const sizes = (quick: boolean) => (quick ? { slots: 5, seconds: 1 } : { slots: 100, seconds: 10 })

/** In the page: notes when each frame begins and how long its script takes. */
const WATCH_FRAMES = `
  const own = window.requestAnimationFrame.bind(window)
  window.frames_ = []
  window.requestAnimationFrame = (draw) => own((ms) => {
    const from = performance.now()
    draw(ms)
    window.frames_.push([ms, performance.now() - from])
  })`

/** `quick` only shows that it still runs. Without Chromium, or a built page, there is nothing to measure. */
export const framesBench = async ({ quick }: BenchSize): Promise<Array<BenchResult>> => {
  const { slots, seconds } = sizes(quick)
  const executablePath = requireBinary("chromium")
  if (executablePath === null || loadAssets() === null) return []
  const frames = await Effect.gen(function* () {
    const { url, move } = yield* shownMarket(slots)
    yield* move.pipe(Effect.andThen(Effect.sleep(250)), Effect.forever, Effect.forkScoped)
    return yield* Effect.promise(async () => {
      const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] })
      try {
        const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } })
        await page.addInitScript({ content: WATCH_FRAMES })
        await page.goto(`${url}factory`)
        await page.getByRole("img", { name: `A factory floor of ${slots} machines` }).waitFor()
        await page.evaluate("frames_.length = 0")
        await page.waitForTimeout(seconds * 1_000)
        return await page.evaluate<ReadonlyArray<readonly [number, number]>>("frames_")
      } finally {
        await browser.close()
      }
    })
  }).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "Error"), Effect.runPromise)
  const apart = frames.slice(1).map(([at], index) => at - (frames[index]?.[0] ?? at))
  const script = frames.map(([, took]) => took)
  const at = (samples: ReadonlyArray<number>, share: number): number =>
    quantileSorted(
      samples.toSorted((a, b) => a - b),
      share
    )
  const row = (name: string, samples: ReadonlyArray<number>, share: number): BenchResult => ({
    name: `factory of ${slots} machines, ${name}, p${share * 100}`,
    unit: "ms",
    samples: [at(samples, share)],
    baseline: { name: "a frame at 60 a second", samples: [1_000 / 60] }
  })
  return [
    row("between frames", apart, 0.5),
    row("between frames", apart, 0.99),
    row("script of a frame", script, 0.5),
    { ...row("script of a frame", script, 0.99), note: `${frames.length} frames in ${seconds} s` }
  ]
}
