import { describe, expect, it } from "@effect/vitest"
import { Context, Effect, Exit, Layer, Scope, Stream } from "effect"
import { type Browser, type BrowserContextOptions, chromium } from "playwright-core"
import { requireBinary } from "../../shared/testing/requires.ts"
import { configured, governor, opening, price, slots } from "./testing/examples.ts"
import { ControlPlane, controlPlaneLayer } from "./layer.ts"
import { blocks } from "./testing/blocks.ts"
import { handMoved, OPTIONS, SUBJECTS, TOKEN } from "./testing/views.ts"

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
    ...OPTIONS,
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
        expect(await page.title()).toBe("0.1422222 DOGE/USD · Kennel")
        expect((await page.locator("path.price").getAttribute("d")) ?? "").toMatch(/^M0 [\d.]+L\d/)
      })
      expect(complaints).toStrictEqual([])
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
          expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360)
          ground.push(String(await page.evaluate("getComputedStyle(document.body).backgroundColor")))
          const reached: Array<string> = []
          const name = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
          while (reached.at(-1) !== "/api/status" && reached.length < 50) {
            await page.keyboard.press("Tab")
            reached.push(String(await page.evaluate(name)))
          }
          const buttons = (await page.evaluate(
            "[...document.querySelectorAll('#app button')].map((one) => one.getAttribute('aria-label') ?? one.textContent)"
          )) as ReadonlyArray<string>
          expect([...buttons]).toEqual(expect.arrayContaining(["Pause", "Soft close oldest", "Remove wow"]))
          expect(reached).toStrictEqual([...buttons, "Last cycles, table", "/api/status"])
        })
      }
      expect(ground[0]).not.toBe(ground[1])
    })
  )

  it.live("shows what the governor allows, what it waits for, and what to do about a pause", () =>
    Effect.gen(function* () {
      const { market, url, browser } = yield* open
      yield* market.setGovernor(governor)
      const { page, complaints } = yield* visit(browser, url)
      const panel = page.getByRole("region", { name: "Governor" })
      yield* Effect.promise(async () => {
        await panel.getByText("31 of 45").waitFor()
        await panel.getByText("caution: 14 of 45 places for open orders are left.").waitFor()
        await panel.getByText("3 waiting · loop 30 s").waitFor()
        await page.getByRole("heading", { name: "such slot 2" }).waitFor()
        await page.getByText("retiring", { exact: true }).waitFor()
      })
      const sentence = "The day's realised loss of 3 USD has reached the limit of 3 USD."
      const why = { rule: "daily_loss_lock", numbers: { loss: "3", limit: "3" }, sentence } as const
      yield* market.setGovernor({
        ...governor,
        mode: "PAUSED",
        mode_reason: why,
        causes: [{ cause: "daily_loss_lock", ...why }],
        operator_needed: why,
        daily_loss_lock_active: true
      })
      yield* Effect.promise(async () => {
        await page.getByRole("status").getByText("Paused").waitFor()
        await page.getByText("then somebody must resume.").waitFor()
        await page.getByRole("button", { name: "Resume" }).waitFor()
      })
      expect(complaints).toStrictEqual([])
    })
  )

  it.live("asks for the token once, shows what an action would do, and shows success when it has come back", () =>
    Effect.gen(function* () {
      const { market, url, browser } = yield* open
      yield* market.append(configured)
      yield* market.setGovernor(governor)
      const reason = { rule: "done", numbers: { author: "page" } } as const
      yield* market.setPreview({
        answer: { _tag: "CommandApplied", commandId: "x", reason },
        effects: ["mode becomes PAUSED"]
      })
      yield* market.govern((commandId) => [
        { _tag: "ModeChanged", mode: "PAUSED", reason },
        { _tag: "CommandApplied", commandId, reason }
      ])
      const { page, complaints } = yield* visit(browser, url)
      const dialog = page.getByRole("dialog")
      yield* Effect.promise(async () => {
        await page.getByRole("button", { name: "Pause" }).click()
        await dialog.getByRole("heading", { name: "Pause the market" }).waitFor()
        expect(await page.evaluate("document.activeElement.id")).toBe("token")
        await dialog.getByLabel("Token").fill("not the token of this market")
        await page.keyboard.press("Enter")
        await dialog.getByText("That token was not accepted.").waitFor()
        await dialog.getByLabel("Token").fill(TOKEN)
        await page.keyboard.press("Enter")
        await dialog.getByText("mode becomes PAUSED").waitFor()
        expect(await dialog.innerHTML()).not.toContain(TOKEN)
        await dialog.getByRole("button", { name: "Do it" }).click()
        await dialog.getByText("Done.").waitFor()
        await dialog.getByRole("button", { name: "Close" }).click()
        await page.getByRole("region", { name: "Commands" }).getByText("by page").waitFor()
        // The tab remembers the token: the next action begins with its preview.
        await page.getByRole("button", { name: "Add slot" }).click()
        await dialog.getByText("mode becomes PAUSED").waitFor()
        await page.keyboard.press("Escape")
        await dialog.waitFor({ state: "hidden" })
      })
      const written = yield* market.journal.read({ from: 1, filter: SUBJECTS.command("*") }).pipe(Stream.runCollect)
      expect([...written]).toHaveLength(1)
      expect(complaints.filter((line) => !line.includes("401"))).toStrictEqual([])
    })
  )

  it.live("shows regime, rebalancer and candles, and retrains from there", () =>
    Effect.gen(function* () {
      const { market, url, browser } = yield* open
      yield* market.append(configured)
      yield* market.setGovernor(governor)
      yield* market.setBlocks(blocks)
      const line = "the regime models of 1m and 15m are fitted anew"
      const reason = { rule: "retrained", numbers: { author: "page", outcomes: "1m: log-likelihood 7" } } as const
      yield* market.setPreview({ answer: { _tag: "CommandApplied", commandId: "x", reason }, effects: [line] })
      yield* market.govern((commandId) => [
        { _tag: "NoticeRaised", severity: "info", reason },
        { _tag: "CommandApplied", commandId, reason }
      ])
      const { page, complaints } = yield* visit(browser, url)
      const regime = page.getByRole("region", { name: "Regime" })
      const dialog = page.getByRole("dialog")
      yield* Effect.promise(async () => {
        await regime.getByText("15m is neutral").waitFor()
        await page.getByRole("region", { name: "Rebalancer" }).getByText("+0.0604").waitFor()
        await page.getByRole("region", { name: "Candles" }).getByText("761 kept").waitFor()
        await regime.getByRole("button", { name: "Retrain" }).click()
        await dialog.getByLabel("Token").fill(TOKEN)
        await page.keyboard.press("Enter")
        await dialog.getByText(line).waitFor()
        await dialog.getByRole("button", { name: "Do it" }).click()
        await dialog.getByText("Done.").waitFor()
        await dialog.getByRole("button", { name: "Close" }).click()
      })
      yield* market.setBlocks({ ...blocks, hmm_regime: { ...blocks.hmm_regime, enabled: false } })
      yield* Effect.promise(async () => {
        await regime.getByText("advisor off: HMM_ENABLED=false").waitFor()
        expect(await regime.getByRole("button").count()).toBe(0)
      })
      expect(complaints).toStrictEqual([])
    })
  )

  it.live("keeps regime, rebalancer and candles in place while their numbers change, wide and on a phone", () =>
    Effect.gen(function* () {
      const { market, url, browser } = yield* open
      yield* market.append(configured)
      yield* market.setGovernor(governor)
      const { hmm_regime: advisor, hmm_data_pipeline: minutes } = blocks
      for (const width of [1280, 360]) {
        yield* market.setBlocks({ ...blocks, hmm_regime: { ...advisor, agreement: "none" } })
        const { page } = yield* visit(browser, url, { viewport: { width, height: 740 } })
        const places = () =>
          page.evaluate("[...document.querySelectorAll('section')].map((each) => each.getBoundingClientRect().top)")
        yield* Effect.promise(() => page.getByText("no regime yet").waitFor())
        const before = yield* Effect.promise(places)
        yield* market.setBlocks({
          ...blocks,
          hmm_regime: { ...advisor, agreement: "conflict", bias_signal: 0, confidence: 0.01, age_sec: 86_000 },
          rebalancer: { ...blocks.rebalancer, skew: -0.1 },
          trend: { ...blocks.trend, hysteresis_active: false, hysteresis_expires_in_sec: 0 },
          hmm_data_pipeline: { ...minutes, samples: 1_234, gaps: ["low_volume_coverage:90.9%"] }
        })
        yield* Effect.promise(async () => {
          await page.getByText("the timeframes contradict each other").waitFor()
          expect(await places()).toStrictEqual(before)
          expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width)
        })
      }
    })
  )

  it.live("fits its limits and its dialog on a phone", () =>
    Effect.gen(function* () {
      const { market, url, browser } = yield* open
      yield* market.append(configured)
      yield* market.setGovernor(governor)
      const { page } = yield* visit(browser, url, { viewport: { width: 360, height: 740 } })
      yield* Effect.promise(async () => {
        await page.getByRole("button", { name: "Remove wow" }).click()
        await page.getByRole("dialog").getByRole("heading", { name: "Remove slot 1" }).waitFor()
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360)
        const width = "document.querySelector('dialog').getBoundingClientRect().width"
        expect(Number(await page.evaluate(width))).toBeLessThanOrEqual(336)
      })
    })
  )
})
