import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Layer, Scope } from "effect"
import { type Browser, type BrowserContextOptions, chromium } from "playwright-core"
import { requireBinary } from "../../shared/testing/requires.ts"
import { opening, price, slots } from "./examples.ts"
import { ControlPlane, controlPlaneLayer } from "./layer.ts"
import { handMoved } from "./testViews.ts"

const CHROMIUM = requireBinary("chromium")

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync"
]

const browser = Effect.acquireRelease(
  Effect.promise(() => chromium.launch({ executablePath: CHROMIUM ?? "", args: ARGUMENTS })),
  (launched) => Effect.promise(() => launched.close())
)

/** A served market with a fresh price, two slots and two cycles, and a browser. */
const open = Effect.gen(function* () {
  const market = yield* handMoved(opening)
  const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
  const layer = controlPlaneLayer({
    port: 0,
    pair: "DOGE/USD",
    trading: "paper",
    simulator: { market: "walk", speed: 1 },
    stalePriceMaxAgeSec: 600,
    silentAfterSec: 600
  }).pipe(Layer.provide(market.views))
  const { url } = Context.get(yield* Layer.buildWithScope(layer, scope), ControlPlane)
  yield* market.setSlots(slots)
  yield* market.append(price("0.1411111", "0.1411", "0.1412"))
  return { market, url, browser: yield* browser, stop: Scope.close(scope, Exit.void) }
})

/** Opens the page; what the browser complains of (broken policy, failed script) is collected. */
const visit = (from: Browser, url: string, options: BrowserContextOptions = {}) =>
  Effect.promise(async () => {
    const page = await (await from.newContext(options)).newPage()
    const complaints: Array<string> = []
    page.on("console", (message) => complaints.push(message.text()))
    page.on("pageerror", (error) => complaints.push(String(error)))
    await page.goto(url)
    await page.getByText("0.1411111").first().waitFor()
    return { page, complaints }
  })

describe.skipIf(CHROMIUM === null)("the page in a browser", () => {
  it.live("shows price, slots, orders and cycles, and follows the market without complaint", () =>
    Effect.gen(function* () {
      const { market, url, browser } = yield* open
      const { page, complaints } = yield* visit(browser, url)
      yield* Effect.promise(async () => {
        await page.getByText("PAPER").waitFor()
        await page.getByRole("status").getByText("Running").waitFor()
        await page.getByRole("heading", { name: "Slot 1" }).waitFor()
        await page.getByText("outcome unknown").waitFor()
        await page.getByRole("region", { name: "Last cycles" }).getByText("+0.0099").waitFor()
      })
      yield* market.append(price("0.1422222", "0.1422", "0.1423"))
      yield* Effect.promise(async () => {
        await page.getByText("0.1422222").first().waitFor()
        assert.strictEqual(await page.title(), "0.1422222 DOGE/USD · Kennel")
        assert.match((await page.locator("path.price").getAttribute("d")) ?? "", /^M0 [\d.]+L\d/)
      })
      assert.deepStrictEqual(complaints, [])
    })
  )

  it.live("says so when the market halts, and when the server goes away", () =>
    Effect.gen(function* () {
      const { market, url, browser, stop } = yield* open
      const { page } = yield* visit(browser, url)
      yield* market.append({ _tag: "FaultRaised", actor: "slot-1", seq: 5, problem: "cannot fold" })
      yield* Effect.promise(() => page.getByText("fault in slot-1 at record 5: cannot fold").waitFor())
      yield* stop
      yield* Effect.promise(() => page.getByRole("heading", { name: "Connection lost" }).waitFor())
    })
  )

  it.live("fits a phone, in light and dark, and is reached by keyboard", () =>
    Effect.gen(function* () {
      const { url, browser } = yield* open
      const ground: Array<string> = []
      for (const colorScheme of ["light", "dark"] as const) {
        const { page } = yield* visit(browser, url, { colorScheme, viewport: { width: 360, height: 740 } })
        yield* Effect.promise(async () => {
          assert.strictEqual(await page.evaluate("document.documentElement.scrollWidth"), 360)
          ground.push(String(await page.evaluate("getComputedStyle(document.body).backgroundColor")))
          await page.keyboard.press("Tab")
          assert.strictEqual(
            await page.evaluate("document.activeElement.getAttribute('aria-label')"),
            "Last cycles, table"
          )
          await page.keyboard.press("Tab")
          assert.strictEqual(await page.evaluate("document.activeElement.textContent"), "/api/status")
        })
      }
      assert.notStrictEqual(ground[0], ground[1])
    })
  )
})
