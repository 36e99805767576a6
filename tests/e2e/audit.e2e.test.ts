/** `kennel audit` and `kennel doctor` as a person runs them, beside a market that trades. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
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
    // Balances that are ahead of the fill that led to them are a difference for a moment.
    const running = await until(
      "an audit between two fills",
      async () => {
        const audit = await kennel(["audit"])
        return audit.code === 0 ? audit : null
      },
      60
    )
    expect(running.output).toMatch(/^sum +0 +0$/m)
    expect(running.output).toMatch(/^opening balances and our trades explain what the account held/m)
    expect(running.output).toMatch(/^\d+ transactions, 0 differences$/m)
    await up.end("SIGKILL")
    market = null
    const { code, output } = await kennel(["audit", join(directory, "journal"), "--json"])
    expect(code, output).toBe(0)
    const lines = output.split("\n").filter((line) => line !== "")
    const transactions = lines.map((line) => JSON.parse(line) as Line)
    expect(transactions.map(({ event }) => event)).toContain("CycleBooked")
    let [base, quote] = [0n, 0n]
    for (const { commodity, amount } of transactions.flatMap(({ postings }) => postings)) {
      if (commodity === "base") base += Volume.parse(amount)
      else quote += Quote.parse(amount)
    }
    expect([base, quote]).toStrictEqual([0n, 0n])
    const moved = await kennel(["audit", "--moved-quote=-5"])
    expect(moved.code).toBe(1)
    expect(moved.output).toMatch(/^account: 5 quote explained by neither opening balances nor our trades: /m)
    expect(moved.output).toMatch(/transactions, 1 differences$/m)
    expect(moved.output).toMatch(/^kennel: 1 differences between the ledger and what it must agree with$/m)
    const table = await kennel(["audit", "--lines"])
    expect(table.output).toMatch(/^\d+\.\d+ +OrderFilled +trading:1 +-?[\d.]+ (base|quote)$/m)
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
    expect(code).toBe(1)
    expect(output).toMatch(/kennel: .*nothing: holds no journal/)
  })
})

describe("kennel doctor", { timeout: 60_000 }, () => {
  it("finds nothing to mend beforehand, a line each", async () => {
    const { code, output } = await kennel(["doctor"])
    expect(code, output).toBe(0)
    expect(output).toMatch(/^ok +settings /m)
    expect(output).toMatch(/^ok +journal +none yet/m)
  })

  it("fails with the name of every wrong setting", async () => {
    const { code, output } = await kennel(["doctor"], { PROFIT_PCT: "much", SLOTS: "0" })
    expect(code).toBe(1)
    expect(output).toMatch(/^fail +settings +PROFIT_PCT=much: .* → correct it/m)
    expect(output).toMatch(/^fail +settings +SLOTS=0: .* → correct it/m)
  })

  it("fails before real money at an exchange it does not reach, warns of a tier nobody set, and prints no key", async () => {
    const env = {
      LIVE: "true",
      KRAKEN_API_KEY: "hunter2",
      KRAKEN_API_SECRET: "aHVudGVyMw==",
      KRAKEN_REST_URL: `http://127.0.0.1:${exchangePort}`
    }
    const doctor = await kennel(["doctor", "--json"], env)
    expect(doctor.code).toBe(1)
    const findings = doctor.output
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as { level: string; what: string })
    expect(findings.map(({ level, what }) => `${level} ${what}`)).toContain("fail exchange")
    expect(findings.map(({ level, what }) => `${level} ${what}`)).toContain("warn tier")
    expect(doctor.output).not.toMatch(/hunter|aHVudGVyMw/)
  })
})
