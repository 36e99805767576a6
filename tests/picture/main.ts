/**
 * Makes the picture in the README: `npm run picture` starts a market of its own, waits until there is something to see, and takes the first
 * view. `npm run picture -- <address>` takes that of a market that runs already.
 */
import { mkdtemp, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { chromium } from "playwright-core"
import { freePort } from "../../shared/testing/freePort.ts"
import { requireBinary } from "../../shared/testing/requires.ts"
import { startKennel, until } from "../testing/processes.ts"

const PICTURE = join(import.meta.dirname, "../../docs/dashboard.png")
/** A picture is fetched by everybody who reads the README. */
const MOST_BYTES = 200_000
/** Enough cycles that the chart has fills to join. */
const CYCLES = 20
const PATIENCE_SEC = 300

const take = async (url: string): Promise<number> => {
  const browser = await chromium.launch({ executablePath: requireBinary("chromium") ?? "", args: ["--no-sandbox"] })
  try {
    const page = await browser.newPage({ colorScheme: "dark", viewport: { width: 1440, height: 820 } })
    await page.goto(url)
    await page.getByRole("img", { name: /^Candles of 1m, \d{2,}/ }).waitFor()
    await page.getByRole("region", { name: "Profit and loss" }).waitFor()
    await page.screenshot({ path: PICTURE })
  } finally {
    await browser.close()
  }
  return (await stat(PICTURE)).size
}

const ofItsOwn = async (): Promise<number> => {
  const directory = await mkdtemp(join(tmpdir(), "kennel-picture-"))
  const port = await freePort()
  const kennel = startKennel(["up"], { DATA_DIR: directory, PORT: String(port), SPEED: "600", HMM_ENABLED: "true" })
  const url = `http://127.0.0.1:${port}/`
  try {
    await until(
      `${CYCLES} cycles are complete`,
      async () => {
        const status = (await (await fetch(`${url}api/status`)).json()) as { readonly total_round_trips: number }
        return status.total_round_trips >= CYCLES ? status : null
      },
      PATIENCE_SEC,
      kennel.output
    )
    return await take(url)
  } finally {
    await kennel.end("SIGTERM")
    await rm(directory, { recursive: true, force: true })
  }
}

const [given] = process.argv.slice(2)
const bytes = given === undefined ? await ofItsOwn() : await take(given)
if (bytes > MOST_BYTES) throw new Error(`${PICTURE} has ${bytes} bytes, at most ${MOST_BYTES}: take a smaller view`)
console.log(`docs/dashboard.png: ${bytes} bytes`)
