/** An archive becomes the files of its days, and a day is shown from them. */
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, it } from "vitest"

const directory = mkdtempSync(join(tmpdir(), "kennel-import-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const kennel = (...args: ReadonlyArray<string>) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["cli/main.ts", ...args], {
    cwd: join(import.meta.dirname, "../../.."),
    env: { ...process.env, DATA_DIR: directory, PROFILE_TICK_SIZE: "0.01" },
    encoding: "utf8"
  })
  return { status, stdout, stderr }
}

/** Two days in microseconds; one trade stands twice. */
const ARCHIVE = [
  "10,0.20,5,1,1,1735732800000000,true",
  "11,0.21,7,2,2,1735732800500000,false",
  "11,0.21,7,2,2,1735732800500000,false",
  "12,0.22,1,3,3,1735775999999999,true",
  "13,0.30,9,4,4,1735776000000000,true"
].join("\n")

it("of two days becomes two days' files, each trade once, and a day is shown and drawn from its own", () => {
  const file = join(directory, "aggTrades.csv")
  writeFileSync(file, ARCHIVE)
  const imported = kennel("levels", "import", file, "--symbol", "TESTUSD")
  expect([imported.status, imported.stderr]).toStrictEqual([0, ""])
  expect(imported.stdout).toMatch(/2025-01-01: 3 trades, not the whole day\n2025-01-02: 1 trades, not the whole day\n/)
  expect(imported.stdout).toMatch(/Binance aggTrades, times in microseconds \(16 digits\); 2 days/)

  const svg = join(directory, "day.svg")
  const shown = kennel("levels", "--date", "2025-01-01", "--symbol", "TESTUSD", "--json", "--plot", svg)
  expect(shown.status).toBe(0)
  expect(JSON.parse(shown.stdout)).toMatchObject({
    poc: "0.21",
    high: "0.22",
    low: "0.2",
    volume: "13",
    source: "profile_cache"
  })
  expect(readFileSync(svg, "utf8")).toMatch(/^<svg /)
  expect(kennel("levels", "import", file, "--symbol", "TESTUSD").stdout).toMatch(
    /2025-01-01: has files already; left alone/
  )
})

it("that goes back in time, or is none, is refused by name, and nothing is kept of the day it stops in", () => {
  const file = join(directory, "back.csv")
  writeFileSync(file, `${ARCHIVE}\n14,0.2,1,5,5,1735732800000000,true`)
  const refused = kennel("levels", "import", file, "--symbol", "BACKUSD")
  expect(refused.status).toBe(1)
  expect(refused.stderr).toMatch(/back\.csv: a trade of 2025-01-01 comes after 2025-01-02; sort the file by time/)
  expect(existsSync(join(directory, "history/BACKUSD_2025-01-02_profile.parquet"))).toBe(false)
  expect(kennel("levels", "import", join(directory, "none.csv")).stderr).toMatch(/none\.csv: no such file/)
})
