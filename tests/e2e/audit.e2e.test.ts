/** `kennel audit` and `kennel doctor` as a person runs them, beside a market that trades. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { freePort } from "../../shared/testing/freePort.ts"
import { type Kennel, startKennel, until } from "../testing/processes.ts"

let directory = ""
let pagePort = 0
let exchangePort = 0
let market: Kennel | null = null

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "kennel-audit-"))
  pagePort = await freePort()
  exchangePort = await freePort()
})
afterEach(async () => {
  await market?.end("SIGKILL")
  market = null
  await rm(directory, { recursive: true, force: true })
})

const settings = (): Readonly<Record<string, string>> => ({
  DATA_DIR: directory,
  PORT: String(pagePort),
  SIM_PORT: String(exchangePort),
  SPEED: "600"
})

/** A command beside the market, to its end. */
const kennel = async (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) => {
  const command = startKennel(args, { ...settings(), ...env })
  return { code: await command.ended, output: command.output() }
}

/** Starts a market and waits until it has completed this number of cycles. */
const afterCycles = async (count: number): Promise<Kennel> => {
  const up = startKennel(["up"], settings())
  market = up
  await until(
    `${count} cycles`,
    async () => {
      const status = await (await fetch(`http://127.0.0.1:${pagePort}/api/status`)).json()
      return (status as { total_round_trips: number }).total_round_trips >= count ? true : null
    },
    60,
    () => up.output()
  )
  return up
}

interface Line {
  readonly seq: number
  readonly event: string
  readonly postings: ReadonlyArray<{ account: string; commodity: "base" | "quote"; amount: string }>
}

describe("kennel audit", { timeout: 150_000 }, () => {
  it("finds no difference in a market that trades, nor in its journal after a kill", async () => {
    const up = await afterCycles(3)
    const running = await kennel(["audit"])
    assert.strictEqual(running.code, 0, running.output)
    assert.match(running.output, /^sum +0 +0$/m)
    assert.match(running.output, /^\d+ transactions, 0 differences$/m)
    await up.end("SIGKILL")
    market = null
    const { code, output } = await kennel(["audit", join(directory, "journal"), "--json"])
    assert.strictEqual(code, 0, output)
    const lines = output.split("\n").filter((line) => line !== "")
    const transactions = lines.map((line) => JSON.parse(line) as Line)
    assert.include(
      transactions.map(({ event }) => event),
      "CycleBooked"
    )
    let [base, quote] = [0n, 0n]
    for (const { commodity, amount } of transactions.flatMap(({ postings }) => postings)) {
      if (commodity === "base") base += Volume.parse(amount)
      else quote += Quote.parse(amount)
    }
    assert.deepStrictEqual([base, quote], [0n, 0n])
    const table = await kennel(["audit", "--lines"])
    assert.match(table.output, /^\d+\.\d+ +OrderFilled +trading:1 +-?[\d.]+ (base|quote)$/m)
  })

  it("agrees with the exchange's own trade history", async () => {
    await afterCycles(2)
    // A trade on its way into the journal is a difference for a moment: asked again until none is on its way.
    await until(
      "ledger and exchange agree",
      async () => {
        const { code, output } = await kennel(["audit", "--exchange"])
        return code === 0 && /, 0 differences$/m.test(output) ? true : null
      },
      60
    )
  })

  it("says where there is no journal", async () => {
    const { code, output } = await kennel(["audit", join(directory, "nothing")])
    assert.strictEqual(code, 1)
    assert.match(output, /kennel: .*nothing: holds no journal/)
  })
})

describe("kennel doctor", { timeout: 60_000 }, () => {
  it("finds nothing to mend beforehand, a line each", async () => {
    const { code, output } = await kennel(["doctor"])
    assert.strictEqual(code, 0, output)
    assert.match(output, /^ok +settings /m)
    assert.match(output, /^ok +journal +none yet/m)
  })

  it("fails with the name of every wrong setting", async () => {
    const { code, output } = await kennel(["doctor"], { PROFIT_PCT: "much", SLOTS: "0" })
    assert.strictEqual(code, 1)
    assert.match(output, /^fail +settings +PROFIT_PCT=much: .* → correct it/m)
    assert.match(output, /^fail +settings +SLOTS=0: .* → correct it/m)
  })

  it("fails before real money at an exchange it does not reach, warns of a tier nobody set, and prints no key", async () => {
    const env = {
      LIVE: "true",
      KRAKEN_API_KEY: "hunter2",
      KRAKEN_API_SECRET: "aHVudGVyMw==",
      KRAKEN_REST_URL: `http://127.0.0.1:${exchangePort}`
    }
    const doctor = await kennel(["doctor", "--json"], env)
    assert.strictEqual(doctor.code, 1)
    const findings = doctor.output
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as { level: string; what: string })
    assert.deepInclude(
      findings.map(({ level, what }) => `${level} ${what}`),
      "fail exchange"
    )
    assert.deepInclude(
      findings.map(({ level, what }) => `${level} ${what}`),
      "warn tier"
    )
    assert.notMatch(doctor.output, /hunter|aHVudGVyMw/)
  })
})
