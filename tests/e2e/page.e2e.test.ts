/** The page on a running market, in a real browser: one market and one browser for all of it. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { freePort } from "../../shared/testing/freePort.ts"
import { requireBinary } from "../../shared/testing/requires.ts"
import { type Kennel, startKennel, until } from "../testing/processes.ts"
import { layWire, type Wire } from "../testing/wire.ts"

const CHROMIUM = requireBinary("chromium")

/** A bound on a hang. */
const PATIENCE_SEC = 60
/** A start on a busy machine, and its first cycle. */
const START_MS = 180_000

interface Status {
  readonly mode: string
  readonly total_round_trips: number
  readonly market: { readonly last_event_seq: number; readonly price: string | null }
}

let directory = ""
let url = ""
let kennel: Kennel | null = null
let wire: Wire | null = null
let browser: Browser | null = null
let context: BrowserContext

const status = async (): Promise<Status> => (await (await fetch(`${url}/api/status`)).json()) as Status

beforeAll(async () => {
  if (CHROMIUM === null) return
  directory = await mkdtemp(join(tmpdir(), "kennel-page-"))
  const port = await freePort()
  wire = await layWire(port)
  url = `http://127.0.0.1:${wire.port}`
  kennel = startKennel(["up"], { DATA_DIR: directory, PORT: String(port), SPEED: "300" })
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] })
  context = await browser.newContext()
  await until(
    "a cycle is complete",
    async () => {
      const now = await status().catch(() => null)
      return now !== null && now.total_round_trips > 0 ? now : null
    },
    START_MS / 1_000
  )
}, START_MS)
afterAll(async () => {
  await browser?.close()
  wire?.close()
  await kennel?.end("SIGKILL")
  if (directory !== "") await rm(directory, { recursive: true, force: true })
})

const open = async (place: string): Promise<Page> => {
  const page = await context.newPage()
  await page.goto(`${url}/#${place}`)
  return page
}

/** The record a page stands at. */
const recordOf = async (page: Page): Promise<number> =>
  Number((await page.locator("header a[href^='#journal/']").first().innerText()).replaceAll(/\D/g, ""))

describe.skipIf(CHROMIUM === null)("the page of a running market", () => {
  it("shows the whole market as it was at a record, to the digit, and comes back to now", async () => {
    const recorded = await status()
    const { last_event_seq: seq, price } = recorded.market
    const page = await open(`time/${seq}`)
    await page.getByRole("heading", { name: `As it was at record ${seq}` }).waitFor()
    const last = page.locator("header .last")
    expect(Number(await last.innerText())).toBe(Number(price))
    await page.evaluate("location.hash = 'overview'")
    await page.getByRole("region", { name: "Realised" }).waitFor()
    expect(await recordOf(page)).toBe(seq)
    expect(await page.locator("button[data-action]:not([aria-disabled])").count()).toBe(0)
    await page.getByRole("button", { name: "Back to now" }).first().click()
    await page.getByRole("heading", { name: `As it was at record ${seq}` }).waitFor({ state: "detached" })
    await until("the page has gone on", async () => ((await recordOf(page)) > seq ? true : null), PATIENCE_SEC)
    await page.close()
  })

  it("says the same in two tabs, and goes on after a cut with what happened in between", async () => {
    const pages = [await open("overview"), await open("overview")]
    const [one, other] = pages as [Page, Page]
    await until(
      "both stand at one record",
      async () => {
        const [a, b] = await Promise.all([recordOf(one), recordOf(other)])
        return a === b && a > 0 ? a : null
      },
      PATIENCE_SEC
    )
    const before = await recordOf(one)
    wire?.cut()
    await one.getByText("disconnected").waitFor()
    wire?.mend()
    await one.getByText("connected", { exact: true }).waitFor()
    await until("it has gone on", async () => ((await recordOf(one)) > before ? true : null), PATIENCE_SEC)
    await Promise.all(pages.map((page) => page.close()))
  })

  it("follows the journal, each record once, and leads from a record to its cause", async () => {
    const page = await open("journal")
    const rows = page.locator(".lines .seq")
    await rows.nth(5).waitFor()
    const first = await rows.first().innerText()
    await until(
      "a newer record stands on top",
      async () => ((await rows.first().innerText()) === first ? null : true),
      PATIENCE_SEC
    )
    const seen = (await rows.allInnerTexts()).map((text) => Number(text.replaceAll(/\D/g, "")))
    expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => b - a))
    const cause = page.locator(".cause").first()
    const to = Number((await cause.innerText()).replaceAll(/\D/g, ""))
    await cause.click()
    await page.getByRole("heading", { name: `Record ${to.toLocaleString("en")}`, exact: true }).waitFor()
    await page.close()
  })

  it("shows candles, every setting, and a machine for each slot", async () => {
    const page = await open("overview")
    await page.getByRole("img", { name: /^Candles of 1m, [1-9]/ }).waitFor()
    await page.evaluate("location.hash = 'config'")
    await page.getByText("ENTRY_PCT", { exact: true }).waitFor()
    await page.goto(`${url}/factory`)
    await page.getByRole("img", { name: /floor of [1-9]\d* machines/ }).waitFor()
    await page.close()
  })
})
