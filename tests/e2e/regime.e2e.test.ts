import { createHash } from "node:crypto"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { featureRows } from "../../services/hmm-advisor/core/features.ts"
import { isRefusal } from "../../services/hmm-advisor/core/training/refusal.ts"
import { candles } from "../../services/hmm-advisor/testing/rows.ts"
import { canonicalBytes } from "../../services/hmm-advisor/core/training/train.ts"
import { startKennel } from "../testing/processes.ts"

const SEED = 20_265
const COUNT = 400
const START = 1_620_000_000

/** As CSV, to eight digits, with a hole of ten minutes before the candle `holeAt`. */
const { text, closes, volumes } = (() => {
  const made = candles(SEED, COUNT)
  const closes = made.closes.map((close) => Number(close.toFixed(8)))
  const volumes = made.volumes.map((volume) => Number(volume.toFixed(8)))
  const lines = Array.from(closes, (close, i) => {
    const time = START + (i + (i < 200 ? 0 : 10)) * 60
    return `${time},${close},${close},${close},${close},${volumes[i]}`
  })
  return { text: ["time,open,high,low,close,volume", ...lines, ""].join("\n"), closes, volumes }
})()

describe("kennel regime", () => {
  let folder = ""
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kennel-regime-"))
    await writeFile(join(folder, "candles.csv"), text)
  })
  afterAll(() => rm(folder, { recursive: true }))

  const regime = async (command: string, ...args: ReadonlyArray<string>) => {
    const process = startKennel(["regime", command, join(folder, "candles.csv"), ...args], { DATA_DIR: folder })
    return { code: await process.ended, output: process.output() }
  }

  it("fit shows the states, the holes, and the data under the hash that the advisor records", async () => {
    const { code, output } = await regime("fit", "--train", "300")
    expect(code).toBe(0)
    expect(output).toMatch(/warning: holes in the candles: 1;/)
    expect(output).toMatch(/trained on the first 300: 286 rows/)
    const rows = featureRows({ closes: closes.slice(0, 300), volumes: volumes.slice(0, 300) })
    if (isRefusal(rows)) throw new Error(rows.detail)
    expect(output).toContain(createHash("sha256").update(canonicalBytes(rows)).digest("hex"))
    for (const label of ["BEARISH", "RANGING", "BULLISH"]) expect(output).toMatch(new RegExp(`^${label} .*%`, "m"))
  })

  it("fit says of a price that stands that its states tell no direction, and of a state whose end was not seen just that", async () => {
    const still = Array.from(volumes, (volume, i) => `${START + i * 60},0.2,0.2,0.2,0.2,${volume}`)
    await writeFile(join(folder, "still.csv"), ["time,open,high,low,close,volume", ...still, ""].join("\n"))
    const fitted = startKennel(["regime", "fit", join(folder, "still.csv")], { DATA_DIR: folder })
    expect(await fitted.ended).toBe(0)
    expect(fitted.output()).toContain(
      "weak model: neighbouring states have equal EMA spreads and tell no direction; ranging, bias 0"
    )
    expect(fitted.output()).toMatch(/candles it lasts[\s\S]* no end seen /)
    const labelled = startKennel(["regime", "label", join(folder, "still.csv")], { DATA_DIR: folder })
    expect(await labelled.ended).toBe(0)
    const lines = labelled
      .output()
      .split("\n")
      .filter((line) => /^\d/.test(line))
    expect(lines.length).toBe(COUNT - 14)
    expect(lines.filter((line) => !line.includes(",RANGING,") || !line.includes(",0.000000,0.000000,true"))).toEqual([])
  })

  it("label gives every candle after the warm-up a line, and says which the model had seen", async () => {
    const { code, output } = await regime("label", "--train", "300")
    expect(code).toBe(0)
    const lines = output.split("\n").filter((line) => /^\d/.test(line))
    expect(lines.length).toBe(COUNT - 14)
    expect(lines.filter((line) => line.endsWith(",true")).length).toBe(300 - 14)
  })

  it("plot writes a picture with the time of both ends", async () => {
    const out = join(folder, "a.svg")
    const { code } = await regime("plot", "--out", out)
    expect(code).toBe(0)
    const picture = await readFile(out, "utf8")
    expect(picture).toMatch(/^<svg /)
    expect(picture).toContain("2021-05-03 00:14")
    expect(picture).toContain("2021-05-03 06:49")
  })

  it.each([
    { train: "0", says: "--train must be at least 1, is 0" },
    { train: "-5", says: "--train must be at least 1, is -5" },
    { train: "14", says: "too-few-rows: features need more than 14 candles, there are 14" }
  ])("refuses to train on the first $train candles", async ({ train, says }) => {
    const { code, output } = await regime("fit", `--train=${train}`)
    expect(code).toBe(1)
    expect(output).toContain(says)
  })
})
