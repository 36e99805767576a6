/**
 * A backtest beside `kennel up` on the same recording: what one process makes of it with its exchange, wire, journal and store, and
 * what the rules alone make of it, to the last unit.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Stream } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { backtestOptionsOf } from "../../app/backtest/options.ts"
import type { BacktestResult } from "../../app/backtest/result.ts"
import { backtest } from "../../app/backtest/run.ts"
import { readSettings } from "../../app/settings.ts"
import { Price, Volume } from "../../shared/core/decimal/decimal.ts"
import { decodeRecord, type StoredRecord } from "../../shared/events/envelope.ts"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import { Journal } from "../../shared/journal/port.ts"
import { freePort } from "../../shared/testing/freePort.ts"
import { candlesOf } from "../data/recording.ts"
import { type Kennel, startKennel, until } from "../testing/processes.ts"

const MINUTE_MS = 60_000
/** Two lively hours of the month, in which exits become recoveries; twenty minutes of them are missing. */
const FROM = 9_600
const rows = [...candlesOf().slice(FROM, FROM + 50), ...candlesOf().slice(FROM + 70, FROM + 120)]
const fromMs = rows[0]?.timeMs ?? 0
const untilMs = (rows.at(-1)?.timeMs ?? 0) + MINUTE_MS

const SETTINGS = { SLOTS: "2", CLOCK_INTERVAL_SEC: "15", SPEED: "600" }

let directory = ""
let kennel: Kennel | null = null
let recorded: ReadonlyArray<StoredRecord> = []
let tested: BacktestResult

/** What `kennel up` has written by the end of the recording. */
const runUp = async (): Promise<ReadonlyArray<StoredRecord>> => {
  const file = join(directory, "candles.csv")
  const lines = rows.map(({ timeMs, open, high, low, close, volume }) =>
    [timeMs, ...[open, high, low, close].map(Price.format), Volume.format(volume)].join(",")
  )
  writeFileSync(file, ["open_time_ms,open,high,low,close,volume", ...lines].join("\n"))
  const data = join(directory, "data")
  const place = { DATA_DIR: data, PORT: String(await freePort()) }
  const running = startKennel(["up", "--market", `recorded:${file}`], { ...SETTINGS, ...place })
  kennel = running
  const ended = async () => (running.output().includes("recording ended at") ? true : null)
  await until("the recording has ended", ended, 300, running.output)
  expect(await running.end("SIGTERM"), running.output()).toBe(0)
  return Effect.runPromise(
    Effect.flatMap(Journal, (journal) => Stream.runCollect(journal.read({ from: 1 }))).pipe(
      Effect.map((records) => [...records].map(decodeRecord)),
      Effect.provide(EmbeddedJournal.layerReadOnly({ directory: join(data, "journal") }))
    )
  )
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "kennel-beside-"))
  recorded = await runUp()
  const { settings } = readSettings(SETTINGS)
  const recording = { kind: "candles", rows, intervalMs: MINUTE_MS } as const
  tested = backtest({ ...backtestOptionsOf(settings), recording, way: "likely", fromMs, untilMs })
}, 360_000)
afterAll(async () => {
  await kennel?.end("SIGKILL")
  rmSync(directory, { recursive: true, force: true })
})

/** In the order of time. Of one moment the order is left open: slots ask for their orders side by side there, one by one here. */
const inTime = <A extends { readonly slot: number }>(found: ReadonlyArray<A>, timeMs: (one: A) => number) =>
  found.toSorted((a, b) => timeMs(a) - timeMs(b) || a.slot - b.slot)

const eventsOf = () =>
  recorded.flatMap(({ events, slot, timeMs }) => events.map((event) => ({ event, slot: slot ?? 0, timeMs })))

describe("a backtest beside the running market on the same recording", () => {
  it("books the same cycles: entries, exits, volumes, fees and profit to the last unit, each at its millisecond", () => {
    const cycles = eventsOf().flatMap(({ event, slot }) => (event._tag === "CycleBooked" ? [{ ...event, slot }] : []))
    const end = ({ exitMs }: { readonly exitMs: number }): number => exitMs
    expect(new Set(cycles.map(({ kind }) => kind))).toEqual(new Set(["closed", "recovered"]))
    expect(cycles.length).toBeGreaterThan(15)
    expect(inTime(cycles, end)).toStrictEqual(inTime(tested.cycles, end))
  })

  it("has the same fills, and the same money left", () => {
    const fills = eventsOf().flatMap(({ event, slot, timeMs }) => {
      if (event._tag !== "FillRecorded") return []
      const { price, volume, cost, fee, liquidity } = event
      return [{ timeMs, slot, price, volume, cost, fee, liquidity }]
    })
    const there = tested.fills.map(({ side: _side, ...fill }) => fill)
    const at = ({ timeMs }: { readonly timeMs: number }): number => timeMs
    expect(inTime(fills, at)).toStrictEqual(inTime(there, at))
    const left = eventsOf().findLast(({ event }) => event._tag === "BalancesObserved")?.event
    expect(left).toMatchObject({ base: { total: tested.base }, quote: { total: tested.quote } })
  })

  it("hears each trade's price at its time, and asks for the price where nothing trades", () => {
    const times = eventsOf().flatMap(({ event, timeMs }) => (event._tag === "PriceObserved" ? [timeMs] : []))
    const asked = times.filter(
      (timeMs) => timeMs >= (rows[49]?.timeMs ?? 0) + MINUTE_MS && timeMs < (rows[50]?.timeMs ?? 0)
    )
    expect(asked.length).toBeGreaterThan(0)
    expect(times.length - asked.length).toBe(tested.trades)
    expect(Object.keys(tested.modes)).toEqual(["STARTING", "RUNNING"])
  })
})
