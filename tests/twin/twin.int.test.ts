/** The paper twin beside two markets: one whose exchange fills as the twin's does, and one whose exchange fills by little and little. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Deferred, Effect } from "effect"
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest"
import { rulesOf } from "../../app/inProcess/market.ts"
import { simulate } from "../../app/inProcess/simulation.ts"
import { readSettings } from "../../app/settings.ts"
import { keepReport, reportLine } from "../../app/twin/report.ts"
import { runTwin } from "../../app/twin/twin.ts"
import type { TwinReport } from "../../app/twin/twinDay.ts"
import type { MarketProcess, MarketTrade } from "../../services/exchange-sim/core/market/process.ts"
import { recordedMarket } from "../../services/exchange-sim/core/market/recorded.ts"
import { Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { Journal, type SnapshotStore } from "../../shared/journal/port.ts"
import { candlesOf, riseAndFall } from "../data/recording.ts"
import { journalOf, SUBJECTS } from "../journals/corpus.ts"
import { Recorder } from "../journals/recorder.ts"

const HOUR_MS = 3_600_000
const rows = candlesOf()
const midnightMs = riseAndFall(rows, 2)

/** One of so many trades is made: an hour is enough with a hundred. */
const THINNED = 10

const thinned = ({ initial, step }: MarketProcess, change: (trade: MarketTrade) => MarketTrade): MarketProcess => ({
  initial,
  step: (state) => {
    const made = step(state)
    return made && { ...made, trades: made.trades.filter((_trade, at) => at % THINNED === 0).map(change) }
  }
})

/** Trades of a market from `hours` before midnight to `until` after it, on an exchange at which each trade is `change`d. */
const traded = (hours: number, until: number, change: (trade: MarketTrade) => MarketTrade) => {
  const { settings } = readSettings({ SLOTS: "2", MIN_VOLUME: "2" })
  const startMs = midnightMs - hours * HOUR_MS
  const recorder = new Recorder()
  const recording = { kind: "candles", rows: rows.filter(({ timeMs }) => timeMs >= startMs) } as const
  const { problems } = simulate({
    market: thinned(recordedMarket(recording, settings.slot.priceDecimals), change),
    startMs,
    untilMs: midnightMs + until * HOUR_MS,
    ...rulesOf(settings),
    base: Volume.parse("2000"),
    quote: Quote.parse("600"),
    incidents: [],
    clockMs: 120_000,
    watch: recorder.take
  })
  expect(problems).toStrictEqual([])
  return recorder.records
}

const forbidden = () => Effect.die(new Error("the twin writes into the market's journal"))

/** The twin's reports on a market that has been: it begins as soon as it can, as on every day but its first. */
const twinOf = (records: ReturnType<typeof traded>, days: number) =>
  Effect.gen(function* () {
    const reports: Array<TwinReport> = []
    const done = yield* Deferred.make<void>()
    const told = (report: TwinReport) =>
      Effect.suspend(() => (reports.push(report) < days ? Effect.void : Deferred.succeed(done, undefined)))
    const journal = yield* Journal
    const only = { ...journal, head: Effect.succeed(records.length), append: forbidden, appendAll: forbidden }
    yield* Effect.raceFirst(
      runTwin({ pair: "XDGUSD", subjects: SUBJECTS, tier: "starter", beginAt: 1, told }).pipe(
        Effect.provideService(Journal, Journal.of(only))
      ),
      Deferred.await(done)
    )
    return reports
  }).pipe(Effect.provide(journalOf(records)), Effect.runPromise)

let root = ""
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "kennel-twin-"))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe("the paper twin", () => {
  it("of an exchange that fills as it does is never off: each order of each day, the account to its last unit", async () => {
    const [first, second, ...more] = await twinOf(
      traded(3, 24.1, (trade) => ({ ...trade, volume: Volume.parse("100000") })),
      2
    )
    expect(first?.apart).toMatchObject({ onlyRecorded: 0, onlySimulated: 0, first: null })
    expect(first?.apart.both).toBeGreaterThan(5)
    expect(first?.paper).toStrictEqual(first?.market)
    expect(second?.paper).toStrictEqual(second?.market)
    expect(second?.apart).toMatchObject({ onlyRecorded: 0, onlySimulated: 0, first: null })
    expect(second?.apart.both).toBeGreaterThan(20)
    expect((second?.fromMs ?? 0) - midnightMs).toBeLessThan(600_000)
    expect(more).toStrictEqual([])
  }, 60_000)

  it("of an exchange that fills by little and little says of each order how much too early and how much too often it filled", async () => {
    const [report] = await twinOf(
      traded(6, 0.1, (trade) => ({ ...trade, volume: Volume.parse("0.7") })),
      1
    )
    if (report === undefined) throw new Error("no report")
    const { apart, market, paper } = report
    expect(apart.first).not.toBe(null)
    expect(apart.laterSec?.median).toBeLessThan(0)
    expect(paper.filled).toBeGreaterThan(market.filled)
    expect(apart.orders).toHaveLength(apart.both + apart.onlyRecorded + apart.onlySimulated)
    expect(reportLine(report)).toMatch(
      /^paper twin 20\d\d-\d\d-\d\d: orders filled \d+ in both, \d+ in the market only, [1-9]\d* on paper only/
    )

    const file = keepReport(root, report)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(file, "utf8"))).toStrictEqual(JSON.parse(JSON.stringify(report)))
  }, 60_000)

  it("needs a journal and snapshots to read: nothing that it is given can place an order", () => {
    type Needs<T> = T extends Effect.Effect<unknown, unknown, infer R> ? R : never
    expectTypeOf<Needs<ReturnType<typeof runTwin>>>().toEqualTypeOf<Journal | SnapshotStore>()
  })

  it("keeps a quarter of days", () => {
    const [day] = readdirSync(root)
    const report = JSON.parse(readFileSync(join(root, day ?? ""), "utf8")) as TwinReport
    for (let n = 10; n < 110; n++)
      keepReport(join(root, "many"), {
        ...report,
        day: `2026-0${(n % 9) + 1}-${String(Math.floor(n / 9) + 1).padStart(2, "0")}`
      })
    expect(readdirSync(join(root, "many"))).toHaveLength(90)
  })
})
