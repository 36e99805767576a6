import { afterAll, beforeAll } from "vitest"
import { describe, expect, it } from "@effect/vitest"
import axe from "axe-core"
import { Context, Effect, Exit, Layer, Scope, Stream } from "effect"
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core"
import { requireBinary } from "../../shared/testing/requires.ts"
import { configured, governor, opening, price, slots } from "./testing/examples.ts"
import { ControlPlane, controlPlaneLayer, type ControlPlaneOptions } from "./layer.ts"
import { VIEWS } from "./page/app/places.ts"
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

/** Nine views are looked through one by one; a bound on a hang, on a busy machine too. */
const AXE_PATIENCE_MS = 180_000

let launched: Browser | null = null
beforeAll(async () => {
  if (CHROMIUM !== null) launched = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS })
})
afterAll(() => launched?.close())

/** A served market with a fresh price, two slots and two cycles. */
const open = Effect.fn("open")(function* (options: Partial<ControlPlaneOptions> = {}) {
  const market = yield* handMoved(opening)
  const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
  const layer = controlPlaneLayer({
    ...OPTIONS,
    simulator: { market: "walk", speed: 1 },
    stalePriceMaxAgeSec: 600,
    silentAfterSec: 600,
    ...options
  }).pipe(Layer.provide(market.views))
  const { url } = Context.get(yield* Layer.buildWithScope(layer, scope), ControlPlane)
  yield* market.setSlots(slots)
  yield* market.append(price("0.1411111", "0.1411", "0.1412"))
  return { market, url, stop: Scope.close(scope, Exit.void) }
})

/** What a browser says of every answer that is no success, an expected one too. */
const isOfNetwork = (line: string): boolean => line.startsWith("Failed to load resource")

/** Opens the page; what the browser complains of (broken policy, failed script) is collected. */
const visit = (url: string, options: BrowserContextOptions = {}) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const context = await (launched as Browser).newContext(options)
      const page = await context.newPage()
      const complaints: Array<string> = []
      page.on("console", (message) => {
        if (!isOfNetwork(message.text())) complaints.push(message.text())
      })
      page.on("pageerror", (error) => complaints.push(String(error)))
      await page.goto(url)
      await page.getByText("0.1411111").first().waitFor()
      return { context, page, complaints }
    }),
    ({ context }) => Effect.promise(() => context.close())
  )

/** What axe finds, as lines. */
const findings = async (page: Page): Promise<ReadonlyArray<string>> => {
  const script = "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)"
  const found = (await page.evaluate(script)) as ReadonlyArray<{
    readonly id: string
    readonly nodes: ReadonlyArray<{ readonly html: string }>
  }>
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}

const goTo = (page: Page, view: string) => page.evaluate(`location.hash = ${JSON.stringify(view)}`)

describe.skipIf(CHROMIUM === null)("the page in a browser", () => {
  it.live("shows price, mode, orders and money, and follows the market without complaint", () =>
    Effect.gen(function* () {
      const { market, url } = yield* open()
      const { page, complaints } = yield* visit(url)
      yield* Effect.promise(async () => {
        await page.getByText("PAPER").waitFor()
        await page.getByRole("status").getByText("Running").waitFor()
        await page.getByRole("region", { name: "Realised" }).waitFor()
        await page.locator(".chart canvas").first().waitFor()
      })
      yield* market.append(price("0.1422222", "0.1422", "0.1423"))
      yield* Effect.promise(async () => {
        await page.getByText("0.1422222").first().waitFor()
        expect(await page.title()).toBe("0.1422222 DOGE/USD · Kennel")
        await goTo(page, "slots/1")
        await page.getByRole("table").first().waitFor()
        await page.getByText("outcome unknown").first().waitFor()
        await page.getByText("The trade rests until").first().waitFor()
      })
      expect(complaints).toStrictEqual([])
    })
  )

  it.live.each([
    ["light", 1280],
    ["dark", 360]
  ] as const)(
    "is without findings of axe in every view, and fits: %s, %i wide",
    ([colorScheme, width]) =>
      Effect.gen(function* () {
        const { market, url } = yield* open()
        yield* market.append(configured)
        yield* market.setGovernor(governor)
        yield* market.setBlocks(blocks)
        const { page, complaints } = yield* visit(url, { colorScheme, viewport: { width, height: 800 } })
        yield* Effect.promise(async () => {
          await page.evaluate(axe.source)
          const ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
          expect(ground).toBe({ light: "rgb(245, 244, 240)", dark: "rgb(18, 21, 24)" }[colorScheme])
          for (const { id, name } of VIEWS) {
            await goTo(page, id)
            await page.getByRole("main", { name }).waitFor()
            await page.getByText("Loading …").waitFor({ state: "detached" })
            expect(await findings(page), id).toEqual([])
            expect(await page.evaluate("document.documentElement.scrollWidth"), id).toBe(width)
            expect(complaints, id).toEqual([])
          }
        })
      }),
    AXE_PATIENCE_MS
  )

  it.live("says so when the price grows old, when the market halts, and when the server goes away", () =>
    Effect.gen(function* () {
      const { market, url, stop } = yield* open({ stalePriceMaxAgeSec: 2 })
      const { page } = yield* visit(url)
      yield* Effect.promise(() => page.getByRole("status").getByText("Price is stale").waitFor())
      yield* market.append({ _tag: "FaultRaised", actor: "slot-1", seq: 5, problem: "cannot fold" })
      yield* Effect.promise(() => page.getByText("fault told of slot-1 at record 5: cannot fold").first().waitFor())
      yield* stop
      yield* Effect.promise(async () => {
        await page.getByRole("heading", { name: "Connection lost" }).waitFor()
        const enabled = page.locator("button[data-action]:not([aria-disabled])")
        expect(await enabled.count()).toBe(0)
        await page.locator("button[data-action]").first().click({ force: true })
        expect(await page.locator("dialog[open]").count()).toBe(0)
      })
    })
  )

  it.live("is used by keyboard alone: a key for each view, and every control in the order of focus", () =>
    Effect.gen(function* () {
      const { url } = yield* open()
      const { page } = yield* visit(url)
      yield* Effect.promise(async () => {
        for (const { key, name } of VIEWS) {
          await page.keyboard.press(key)
          await page.getByRole("main", { name }).waitFor()
        }
        await page.keyboard.press("1")
        await page.getByRole("region", { name: "Actions" }).waitFor()
        const focused = "document.activeElement.getAttribute('data-action') ?? document.activeElement.textContent"
        const reached: Array<string> = []
        while (!reached.includes("retrain") && reached.length < 80) {
          await page.keyboard.press("Tab")
          reached.push(String(await page.evaluate(focused)))
        }
        expect(reached[0]).toBe("Skip to content")
        expect(reached).toEqual(expect.arrayContaining(["pause", "add_slot", "set_entry_pct", "retrain"]))
      })
    })
  )

  it.live("asks for the token once, shows what an action would do, and shows success when it has come back", () =>
    Effect.gen(function* () {
      const { market, url } = yield* open()
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
      const { page, complaints } = yield* visit(url, { viewport: { width: 360, height: 740 } })
      const dialog = page.getByRole("dialog")
      yield* Effect.promise(async () => {
        await page.getByRole("button", { name: "Pause", exact: true }).click()
        await dialog.getByRole("heading", { name: "Pause the market" }).waitFor()
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
        // The tab remembers the token; what a person may fill in is asked for before the preview.
        await page.getByRole("button", { name: "Set the entry distance" }).click()
        await dialog.getByLabel("A distance in percent").fill("0.3")
        expect(Number(await page.evaluate("document.documentElement.scrollWidth"))).toBe(360)
        await page.keyboard.press("Enter")
        await dialog.getByText("mode becomes PAUSED").waitFor()
        await page.keyboard.press("Escape")
        await dialog.waitFor({ state: "hidden" })
      })
      const written = yield* market.journal.read({ from: 1, filter: SUBJECTS.command("*") }).pipe(Stream.runCollect)
      expect([...written]).toHaveLength(1)
      expect(complaints).toStrictEqual([])
    })
  )
})
