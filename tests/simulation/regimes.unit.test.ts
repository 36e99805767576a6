/**
 * Regimes on a month of DOGE, end to end: candles become regimes, regimes move the idle target, the target becomes a skew, and
 * the skew the sizes of the orders that the exchange gets. Half-way the advisor dies, and trading goes on by the trend alone.
 */
import { beforeAll, describe, expect, it } from "@effect/vitest"
import { advisorOptions } from "../../services/hmm-advisor/options.ts"
import { recordedMarket } from "../../services/exchange-sim/core/market/recorded.ts"
import type { CandleRow } from "../../services/exchange-sim/core/market/rows.ts"
import { governorRules } from "../../shared/config/rules/governor.ts"
import { readSettings } from "../../app/settings.ts"
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import type { StoredRecord } from "../../shared/events/envelope.ts"
import type { EventOf, MarketEvent } from "../../shared/events/event.ts"
import { incidents } from "../../app/inProcess/incidents.ts"
import { monthToPlay, riseAndFall } from "../data/recording.ts"
import { recordedAdvisor } from "../../app/backtest/recordedAdvisor.ts"
import { simulate, type SimulationResult } from "../../app/inProcess/simulation.ts"

const SEED = 7
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

const ROWS = monthToPlay()
const DAYS = 8
/** A rise by a third or more, then a fall by nearly a third. */
const START_MS = riseAndFall(ROWS, DAYS)
const END_MS = START_MS + DAYS * DAY_MS
const HALF_TIME_MS = START_MS + (DAYS / 2) * DAY_MS

const { settings } = readSettings({ SLOTS: "4", MIN_VOLUME: "2", HMM_ENABLED: "true" })
const GOVERNOR = governorRules(settings)
const REBALANCER = settings.rebalancer
const ADVISOR = advisorOptions(settings)

const LAST_ANSWER_MS = HALF_TIME_MS - ADVISOR.answerEveryMs

type Tag = MarketEvent["_tag"]

/** What a run is asked about afterwards. */
const KEPT: ReadonlySet<Tag> = new Set<Tag>([
  "RegimeModelTrained",
  "RegimeTrainingRefused",
  "RegimeObserved",
  "SkewDecided",
  "SizingSet",
  "OrderRequested",
  "CycleBooked"
])

interface Kept<Event extends MarketEvent = MarketEvent> {
  readonly record: StoredRecord
  readonly event: Event
}

interface Story {
  readonly result: SimulationResult
  /** In the journal's order. */
  readonly kept: ReadonlyArray<Kept>
  /** Of the journal up to each answer of the advisor, by the time of the answer. */
  readonly digests: ReadonlyMap<number, string>
}

/** The market on these candles. The advisor, if there is one, says nothing more from half-time on. */
const run = (rows: ReadonlyArray<CandleRow>, { advised = true, untilMs = END_MS } = {}): Story => {
  const kept: Array<Kept> = []
  const digests = new Map<number, string>()
  const advisor = recordedAdvisor(rows, ADVISOR).facts
  const played = rows.filter(({ timeMs }) => timeMs >= START_MS)
  const result = simulate({
    market: recordedMarket({ kind: "candles", rows: played }, settings.slot.priceDecimals),
    startMs: START_MS,
    untilMs,
    slots: settings.slots,
    slotRules: { ...settings.slot, volumeDecimals: 8 },
    governorRules: GOVERNOR,
    rebalancerRules: REBALANCER,
    tier: settings.tier,
    base: Volume.parse("2000"),
    quote: Quote.parse("600"),
    incidents: incidents(SEED, START_MS, DAYS),
    clockMs: 15_000,
    advice: (nowMs) => (advised && nowMs < HALF_TIME_MS ? advisor(nowMs) : []),
    watch: (record, journal) => {
      for (const event of record.events) {
        if (KEPT.has(event._tag)) kept.push({ record, event })
        if (event._tag === "RegimeObserved") digests.set(record.timeMs, journal.digest())
      }
    }
  })
  return { result, kept, digests }
}

const all = <T extends Tag>({ kept }: Story, tag: T): ReadonlyArray<Kept<EventOf<T>>> =>
  kept.filter((one): one is Kept<EventOf<T>> => one.event._tag === tag)

const before = ({ record }: Kept): boolean => record.timeMs < HALF_TIME_MS
const after = (one: Kept): boolean => !before(one)
const numbersOf = ({ event }: Kept<EventOf<"SkewDecided">>) => event.reason.numbers
const targetOf = (skew: Kept<EventOf<"SkewDecided">>): number => Number(numbersOf(skew)["target"])

/** An entry as ordered, beside what docs/trading-contract.md §6 wants of it. */
interface SizedEntry {
  readonly event: EventOf<"OrderRequested">
  readonly skew: number
  /** The slot's base and layers, from the journal: what it had earned, the layers in force, the price it looked at. */
  readonly plainUsd: number
  readonly favoured: boolean
}

const sizedEntries = (story: Story): ReadonlyArray<SizedEntry> => {
  const cycles = all(story, "CycleBooked")
  const sizings = all(story, "SizingSet")
  return all(story, "OrderRequested").flatMap(({ record, event }) => {
    if (event.role !== "entry") return []
    // A slot knows what stood in the journal before the record that it answers, and of its own what it said before.
    const told = sizings.findLast(({ record: { seq } }) => seq <= (record.cause ?? 0))?.event
    const earned = cycles
      .filter((cycle) => cycle.record.subject === record.subject && cycle.record.seq < record.seq)
      .reduce((sum, cycle) => sum + Quote.toNumber(cycle.event.net), 0)
    const orderSize = Quote.toNumber(settings.slot.orderSize)
    const perLayer = settings.governor.layerDogePerOrder * Number(event.reason.numbers["marketPrice"])
    const plainUsd = Math.max(orderSize, orderSize + earned) + (told?.effectiveLayers ?? 0) * perLayer
    const skew = told?.skew ?? 0
    return [{ event, skew, plainUsd, favoured: event.tradeId === "B" ? skew > 0 : skew < 0 }]
  })
}

/**
 * A recording until this moment, another market from then on: each later price on the other side of the one that was traded at
 * that moment. That price and that minute's volume stay, so that the first trade of the minute is the same in both.
 */
const otherFuture = (rows: ReadonlyArray<CandleRow>, fromMs: number): ReadonlyArray<CandleRow> => {
  const pivot = rows.find(({ timeMs }) => timeMs === fromMs)?.open
  if (pivot === undefined) throw new Error("the recording has no candle at the moment to change it at")
  const turned = (price: Price): Price => ((pivot * pivot) / price) as Price
  return rows.map((row) =>
    row.timeMs < fromMs
      ? row
      : {
          timeMs: row.timeMs,
          open: turned(row.open),
          high: turned(row.low),
          low: turned(row.high),
          close: turned(row.close),
          volume: row.timeMs === fromMs ? row.volume : ((row.volume * 2n) as Volume)
        }
  )
}

describe(`regimes on a month of DOGE (seed ${SEED})`, () => {
  let advised: Story
  let unadvised: Story

  beforeAll(() => {
    advised = run(ROWS)
    unadvised = run(ROWS, { advised: false })
  }, 240_000)

  it("keep every rule of the market after every record, advised or not", () => {
    expect(advised.result.problems).toStrictEqual([])
    expect(unadvised.result.problems).toStrictEqual([])
  })

  it("come of two models, fitted each day to the newest 720 candles that were closed by then", () => {
    const trainings = all(advised, "RegimeModelTrained")
    expect(all(advised, "RegimeTrainingRefused")).toHaveLength(0)
    expect(
      trainings.map(({ record, event }) => [(record.timeMs - START_MS) / DAY_MS, event.intervalMin, event.candles])
    ).toStrictEqual(
      [0, 1, 2, 3].flatMap((day) => [
        [day, 1, 720],
        [day, 15, 720]
      ])
    )
    for (const { record, event } of trainings) {
      expect((event.toSec + event.intervalMin * 60) * 1_000).toBe(record.timeMs)
    }
  })

  it("are spoken of at every interval by both detectors: each regime is there, and most of them lean", () => {
    const answers = all(advised, "RegimeObserved")
    expect(answers).toHaveLength((HALF_TIME_MS - START_MS) / ADVISOR.answerEveryMs)
    expect(answers.every(({ event }) => event.fast.trained && event.slow.trained)).toBe(true)
    const often = (regime: string) => answers.filter(({ event }) => event.consensus.regime === regime).length
    for (const regime of ["BEARISH", "RANGING", "BULLISH"])
      expect(often(regime), regime).toBeGreaterThan(answers.length / 10)
    const biases = answers.map(({ event }) => event.consensus.biasSignal)
    expect(biases.filter((bias) => bias > 0.1).length).toBeGreaterThan(answers.length / 10)
    expect(biases.filter((bias) => bias < -0.1).length).toBeGreaterThan(answers.length / 10)
  })

  it("move the idle target: each look takes the last answer, half and half with the trend, down in a rise, up in a fall", () => {
    const answers = all(advised, "RegimeObserved")
    const looks = all(advised, "SkewDecided").filter(before).slice(1)
    expect(looks.length).toBeGreaterThan(1_000)
    for (const look of looks) {
      const { bias, signal, trendScore, rawTarget, target } = numbersOf(look)
      const answer = answers.findLast(({ record: { seq } }) => seq < (look.record.cause ?? 0))?.event
      expect(bias).toBe(answer?.consensus.biasSignal)
      expect(Math.abs(Number(signal) - (0.5 * Number(trendScore) + 0.5 * Number(bias)))).toBeLessThanOrEqual(1e-12)
      expect(Math.abs(Number(rawTarget) - (0.4 - 5 * Number(signal)))).toBeLessThanOrEqual(1e-12)
      expect(Number(target) >= 0.15 && Number(target) <= 0.6).toBe(true)
    }
    const targets = looks.map(targetOf)
    expect(Math.min(...targets)).toBeLessThan(0.2)
    expect(Math.max(...targets)).toBeGreaterThan(0.55)
    expect(new Set(targets).size).toBeGreaterThan(looks.length / 2)
  })

  it("change what would have been decided without them", () => {
    const [with_, without] = [advised, unadvised].map((story) => all(story, "SkewDecided").filter(before))
    expect(without?.every((look) => numbersOf(look)["bias"] === "none")).toBe(true)
    expect(with_?.length).toBe(without?.length)
    const apart = with_?.filter((look, at) => Math.abs(targetOf(look) - targetOf(without?.[at] ?? look)) > 0.05) ?? []
    expect(apart.length).toBeGreaterThan((with_?.length ?? 0) / 4)
  })

  it("skew towards buying while more than the target lies idle, towards selling while less does", () => {
    const looks = all(advised, "SkewDecided")
    for (const look of looks) {
      const { idleRatio, target, error, smoothedError, wanted } = numbersOf(look)
      expect(Math.abs(Number(error) - (Number(idleRatio) - Number(target)))).toBeLessThanOrEqual(1e-12)
      if (look.event.reason.rule === "neutral_band") expect(wanted).toBe(0)
      else expect(Math.sign(Number(wanted))).toBe(Math.sign(Number(smoothedError)))
    }
    const skews = looks.map(({ event }) => event.skew)
    expect(Math.max(...skews)).toBeGreaterThan(0.1)
    expect(Math.min(...skews)).toBeLessThan(-0.1)
    expect(skews.every((skew) => Math.abs(skew) <= REBALANCER.maxSkew)).toBe(true)
    expect(skews.some((skew) => skew === 0)).toBe(true)
  })

  it("reach the slots: the governor tells each new skew and what it multiplies by", () => {
    const skews = all(advised, "SkewDecided")
    const sizings = all(advised, "SizingSet").filter(({ event }) => event.reason.rule === "skew")
    const changes = skews.filter(({ event }, at) => event.skew !== (skews[at - 1]?.event.skew ?? 0))
    expect(sizings.map(({ event }) => event.skew)).toStrictEqual(changes.map(({ event }) => event.skew))
    for (const { event } of sizings) {
      const { maxSizeMultiplier, skewSensitivity } = GOVERNOR
      const multiplier = Math.min(maxSizeMultiplier, 1 + Math.abs(event.skew) * skewSensitivity)
      expect(event.favouredMultiplier).toBe(multiplier)
    }
  })

  it("enlarge the favoured side's entries by just that, buys for a positive skew and sells for a negative one, no others", () => {
    const entries = sizedEntries(advised)
    for (const { event, skew, plainUsd, favoured } of entries) {
      // The account is rich enough that no size is cut to what is free.
      const sizeUsd = favoured ? plainUsd * (1 + Math.abs(skew)) : plainUsd
      expect(Math.abs(Volume.toNumber(event.volume) * Price.toNumber(event.price) - sizeUsd)).toBeLessThanOrEqual(1e-7)
    }
    const enlarged = (side: string) => entries.filter(({ event, favoured }) => favoured && event.side === side)
    expect(enlarged("buy").every(({ skew }) => skew > 0)).toBe(true)
    expect(enlarged("sell").every(({ skew }) => skew < 0)).toBe(true)
    for (const side of ["buy", "sell"]) {
      expect(enlarged(side).length, side).toBeGreaterThan(100)
      expect(Math.max(...enlarged(side).map(({ skew }) => Math.abs(skew))), side).toBeGreaterThan(0.1)
    }
    expect(entries.filter(({ skew, favoured }) => skew !== 0 && !favoured).length).toBeGreaterThan(100)
  })

  it("are missed by nobody once the advisor is dead: cycles are booked each day, and skews decided at each look", () => {
    const last = advised.kept.findLast(({ event }) => event._tag.startsWith("Regime"))
    expect(last?.record.timeMs).toBe(LAST_ANSWER_MS)
    const cycles = all(advised, "CycleBooked").filter(after)
    for (let dayMs = HALF_TIME_MS; dayMs < END_MS; dayMs += DAY_MS) {
      const inDay = cycles.filter(({ record: { timeMs } }) => timeMs >= dayMs && timeMs < dayMs + DAY_MS)
      expect(inDay.length, new Date(dayMs).toISOString()).toBeGreaterThan(50)
    }
    const looks = all(advised, "SkewDecided").filter(after)
    expect(looks.length).toBeGreaterThanOrEqual(
      Math.floor(((DAYS / 2) * DAY_MS) / (REBALANCER.intervalSec * 1_000)) - 1
    )
    expect(new Set(looks.map(targetOf)).size).toBeGreaterThan(looks.length / 2)
    expect(looks.some(({ event }) => event.skew > 0.1) && looks.some(({ event }) => event.skew < -0.1)).toBe(true)
  })

  it("count for as long as they are fresh; then the trend is alone, and in the end it is as if there had been no advisor", () => {
    for (const look of all(advised, "SkewDecided").filter(after)) {
      const { bias, signal, trendScore, regimeAgeSec } = numbersOf(look)
      const ageSec = (look.record.timeMs - LAST_ANSWER_MS) / 1_000
      expect(regimeAgeSec).toBe(ageSec)
      expect(bias === "none", `${ageSec} s`).toBe(ageSec > REBALANCER.regimeMaxAgeSec)
      if (bias === "none") expect(signal).toBe(trendScore)
    }
    const lastDay = (story: Story) =>
      all(story, "SkewDecided").flatMap((look) => (look.record.timeMs >= END_MS - DAY_MS ? [targetOf(look)] : []))
    expect(lastDay(advised)).toStrictEqual(lastDay(unadvised))
  })

  it("owe nothing to the future: with another one the journal is the same up to the answer of that moment, and no further", () => {
    const momentMs = LAST_ANSWER_MS - ADVISOR.answerEveryMs
    const other = run(otherFuture(ROWS, momentMs), { untilMs: HALF_TIME_MS + MINUTE_MS })
    expect(other.result.problems).toStrictEqual([])
    expect(advised.digests.get(momentMs)).toBeDefined()
    expect(other.digests.get(momentMs)).toBe(advised.digests.get(momentMs))
    expect(other.digests.get(LAST_ANSWER_MS)).toBeDefined()
    expect(other.digests.get(LAST_ANSWER_MS)).not.toBe(advised.digests.get(LAST_ANSWER_MS))
  }, 240_000)

  it("are the same again in the same journal from the same seed", () => {
    expect(run(ROWS).result.digest).toBe(advised.result.digest)
    expect(unadvised.result.digest).not.toBe(advised.result.digest)
  }, 240_000)
})
