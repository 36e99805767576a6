import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Stream } from "effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { slotActor } from "../../services/slot-actor/core/actor.ts"
import type { SlotState } from "../../services/slot-actor/core/state.ts"
import { slotsNamedUpTo } from "../../shared/actor/control/slotsNamed.ts"
import { ActorFold } from "../../shared/actor/fold.ts"
import { Quote } from "../../shared/core/decimal/decimal.ts"
import { originOf } from "../../shared/core/ids/clientId.ts"
import { decodeRecord } from "../../shared/events/envelope.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import { Journal } from "../../shared/journal/port.ts"
import { auditAtRest, type Books, fetchBooks } from "../testing/audit.ts"
import { freePort } from "../../shared/testing/freePort.ts"
import { type Kennel, startKennel, until } from "../testing/processes.ts"

const subjects = marketSubjects("XDGUSD")

interface StatusOrder {
  readonly txid: string | null
  readonly status: string
  readonly price: string
}
interface Status {
  readonly mode: string
  readonly total_round_trips: number
  readonly total_fees: string
  readonly total_profit: string
  readonly account: { base_total: string; base_hold: string; quote_total: string; quote_hold: string }
  readonly journal: { readonly epoch: number }
  readonly slots: ReadonlyArray<{
    readonly slot_id: number
    readonly phase: string
    readonly total_round_trips: number
    readonly orders: ReadonlyArray<StatusOrder>
    readonly recovery_orders: ReadonlyArray<StatusOrder>
  }>
}

let directory = ""
let pagePort = 0
let exchangePort = 0
let kennel: Kennel | null = null

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "kennel-up-"))
  pagePort = await freePort()
  exchangePort = await freePort()
})
afterEach(async () => {
  await kennel?.end("SIGKILL")
  kennel = null
  await rm(directory, { recursive: true, force: true })
})

/** Ten simulated minutes a second, so that cycles complete in seconds; no recovery is ever evicted. */
const up = (args: ReadonlyArray<string> = [], env: Readonly<Record<string, string>> = {}): Kennel => {
  kennel = startKennel(["up", ...args], {
    DATA_DIR: directory,
    PORT: String(pagePort),
    SIM_PORT: String(exchangePort),
    SIM_ADMIN: "true",
    SPEED: "600",
    MAX_RECOVERY_SLOTS: "100",
    ...env
  })
  return kennel
}

const status = async (): Promise<Status> => {
  const response = await fetch(`http://127.0.0.1:${pagePort}/api/status`)
  return (await response.json()) as Status
}

/** The status once this number of cycles is complete. */
const afterCycles = (count: number): Promise<Status> =>
  until(
    `${count} cycles`,
    async () => {
      const now = await status()
      return now.total_round_trips >= count ? now : null
    },
    60,
    () => kennel?.output() ?? ""
  )

const readMarket = Effect.gen(function* () {
  const journal = yield* Journal
  const slots = yield* slotsNamedUpTo(subjects, yield* journal.head)
  const folds = slots.map((slot) => new ActorFold(slotActor(slot), subjects))
  const stored = yield* Stream.runCollect(journal.read({ from: 1, filter: subjects.everything }))
  const records = stored.map(decodeRecord)
  for (const [index, record] of records.entries()) {
    for (const fold of folds) fold.apply(record, stored[index]?.data ?? new Uint8Array())
  }
  return { records, states: folds.map((fold) => fold.state) }
})

const market = () =>
  Effect.runPromise(
    readMarket.pipe(Effect.provide(EmbeddedJournal.layerReadOnly({ directory: join(directory, "journal") })))
  )

/**
 * Profit from the exchange's cash alone: what our ended orders brought in, less what open positions have brought in or
 * taken out so far. Holds to the last unit while nothing is evicted.
 */
const profitByCash = (books: Books, states: ReadonlyArray<SlotState>): Quote => {
  let profit = 0n
  for (const order of books.orders) {
    if (order.status === "open" || originOf(order.clientId ?? "") === null) continue
    const cost = Quote.parse(order.cost)
    profit += (order.side === "sell" ? cost : -cost) - Quote.parse(order.fee)
  }
  for (const { book } of states) {
    const exits = [...book.orders, ...book.recoveries.map((recovery) => recovery.order)]
    const open = exits.flatMap((order) => (order.role === "exit" ? [{ trade: order.tradeId, ...order.position }] : []))
    const left = (["A", "B"] as const).map((trade) => ({ trade, ...book.residual[trade] }))
    for (const { trade, cost, fee } of [...open, ...left]) profit += (trade === "A" ? -cost : cost) + fee
  }
  return profit as Quote
}

describe("kennel up", { timeout: 150_000 }, () => {
  it("trades on paper, and its status agrees with the exchange's own books to the last unit", async () => {
    up()
    await afterCycles(3)
    let problems: ReadonlyArray<string> = []
    // Journal, status and books are three readings of something that moves: compared until they were read at one moment.
    await until(
      "status, journal and books read at one moment agree",
      async () => {
        const before = await fetchBooks(`http://127.0.0.1:${exchangePort}`)
        const { records, states } = await market()
        const now = await status()
        const books = await fetchBooks(`http://127.0.0.1:${exchangePort}`)
        if (before.trades.length !== books.trades.length || before.orders.length !== books.orders.length) return null
        const { base, quote } = books.balances
        const orders = now.slots.flatMap((slot) => [...slot.orders, ...slot.recovery_orders])
        const open = books.orders.filter((order) => order.status === "open")
        const fees = books.orders
          .filter((order) => order.status !== "open")
          .reduce((sum, { fee }) => sum + Quote.parse(fee), 0n)
        const figures = {
          account: [now.account.base_total, now.account.base_hold, now.account.quote_total, now.account.quote_hold],
          open: orders.map(({ txid, price }) => `${txid} ${price}`).sort(),
          fees: now.total_fees,
          profit: now.total_profit
        }
        const expected = {
          account: [base.total, base.hold, quote.total, quote.hold],
          open: open.map(({ txid, price }) => `${txid} ${price}`).sort(),
          fees: Quote.format(fees as Quote),
          profit: Quote.format(profitByCash(books, states))
        }
        problems = [...auditAtRest(books, records)]
        if (JSON.stringify(figures) !== JSON.stringify(expected)) {
          problems = [...problems, `status ${JSON.stringify(figures)}`, `books  ${JSON.stringify(expected)}`]
        }
        return problems.length === 0 ? true : null
      },
      60,
      () => problems.join("\n")
    )
  })

  it("stops on Ctrl-C, and goes on from where it stood after that and after a kill", async () => {
    const first = up()
    const before = await afterCycles(1)
    expect(await first.end("SIGINT"), first.output()).toBe(0)
    const second = up()
    const afterStop = await afterCycles(before.total_round_trips)
    expect(afterStop.journal.epoch).toBeGreaterThan(before.journal.epoch)
    await second.end("SIGKILL")
    up()
    await afterCycles(afterStop.total_round_trips)
    await until(
      "the audit finds nothing",
      async () => {
        const { records } = await market()
        return auditAtRest(await fetchBooks(`http://127.0.0.1:${exchangePort}`), records).length === 0 ? true : null
      },
      60
    )
  })

  it("trades on recorded prices", async () => {
    const candles = ["open_time_ms,open,high,low,close,volume"]
    // Two days of minutes that swing by 3 % every hour around 0.30, as a zigzag: plain to check by eye.
    for (let minute = 0; minute < 2_880; minute++) {
      const at = (m: number): number => 0.3 * (1 + 0.015 * (1 - Math.abs((m % 60) / 30 - 1) * 2))
      const [open, close] = [at(minute), at(minute + 1)]
      const row = [open, Math.max(open, close) * 1.0005, Math.min(open, close) * 0.9995, close].map((price) =>
        price.toFixed(5)
      )
      candles.push([1_618_951_260_000 + minute * 60_000, ...row, "500000"].join(","))
    }
    const { writeFile } = await import("node:fs/promises")
    const file = join(directory, "zigzag.csv")
    await writeFile(file, `${candles.join("\n")}\n`)
    up(["--market", `recorded:${file}`])
    const now = await afterCycles(2)
    expect(now.mode).toBe("RUNNING")
  })
})

describe("a first start, with nothing set but its place", { timeout: 150_000 }, () => {
  // The market of the default seed says nothing for its first thirteen minutes: a price that the exchange confirms grows no older.
  it("completes its first cycles before anything has paused it", async () => {
    kennel = startKennel(["up"], { DATA_DIR: directory, PORT: String(pagePort) })
    await afterCycles(3)
    const { records } = await market()
    const events = records.flatMap((record) => record.events)
    const modes = events.flatMap((event) => (event._tag === "ModeChanged" ? [event.mode] : []))
    expect(modes).toStrictEqual(["STARTING", "RUNNING"])
    const prices = records.filter(({ events: [event] }) => event._tag === "PriceObserved").map(({ timeMs }) => timeMs)
    const silences = prices.slice(1).map((timeMs, i) => (timeMs - (prices[i] ?? 0)) / 1_000)
    expect(Math.max(...silences)).toBeLessThan(180)
    expect(kennel.output()).not.toMatch(/TRADING DISABLED: price/)
  })
})

describe("a start that cannot be", () => {
  const failure = async (args: ReadonlyArray<string>, env: Readonly<Record<string, string>>): Promise<string> => {
    const failing = up(args, env)
    expect(await failing.ended).toBe(1)
    return failing.output()
  }

  it("names every wrong setting", async () => {
    const output = await failure([], { PORT: "web", ENTRY_PCT: "-1" })
    expect(output).toMatch(/kennel: wrong setting: PORT=web: is not a whole number/)
    expect(output).toMatch(/kennel: wrong setting: ENTRY_PCT=-1: is outside/)
  })

  it("names the port that is taken, and the setting", async () => {
    up()
    await afterCycles(0)
    const other = await mkdtemp(join(tmpdir(), "kennel-other-"))
    try {
      const taken = startKennel(["up"], { DATA_DIR: other, PORT: String(pagePort) })
      expect(await taken.ended).toBe(1)
      expect(taken.output()).toMatch(new RegExp(`kennel: .*${pagePort}.*PORT`))
    } finally {
      await rm(other, { recursive: true, force: true })
    }
  })

  it("says which process holds the data directory", async () => {
    const holder = up()
    await afterCycles(0)
    const second = startKennel(["up"], { DATA_DIR: directory, PORT: String(await freePort()) })
    expect(await second.ended).toBe(1)
    expect(second.output()).toMatch(new RegExp(`kennel: .*${holder.child.pid}`))
  })

  it.each([
    ["a market that does not exist", ["--market", "casino"], {}, /casino/],
    ["a recording that is not there", ["--market", "recorded:/nowhere/prices.csv"], {}, /\/nowhere\/prices\.csv/],
    ["a data directory that cannot be made", [], { DATA_DIR: "/dev/null/kennel" }, /\/dev\/null\/kennel/],
    ["a NATS server that does not answer", [], { NATS_URL: "nats://127.0.0.1:1" }, /nats:\/\/127\.0\.0\.1:1/]
  ] as const)("%s: one clear line", async (_name, args, env, line) => {
    const output = await failure(args, env)
    expect(output).toMatch(line)
    expect(output).toMatch(/^kennel: /m)
    expect(output, "a stack trace is not an answer").not.toMatch(/^\s+at /m)
  })

  it("a service on its own says that it needs NATS", async () => {
    kennel = startKennel(["service", "market-feed"], {})
    expect(await kennel.ended).toBe(1)
    expect(kennel.output()).toMatch(/kennel: service market-feed needs NATS_URL/)
  })
})
