/** Candles of a simulated exchange: the truth, what is said of it on the wire, and the services that learn from it. */
import { describe, expect, it } from "@effect/vitest"
import { Effect, type Exit, Stream } from "effect"
import { addressed } from "../../../../app/leaves/exchange.ts"
import { subjectsOf } from "../../../../app/leaves/journal.ts"
import { readSettings } from "../../../../app/settings.ts"
import { feeParts } from "../../../../services/exchange-sim/core/engine/money.ts"
import { TIERS } from "../../../../services/exchange-sim/core/engine/limits.ts"
import type { MarketTrade } from "../../../../services/exchange-sim/core/market/process.ts"
import { DOGE_USD } from "../../../../services/exchange-sim/options.ts"
import { memoryStore, memoryStoreLayer } from "../../../../services/ohlcv-ingestor/testing/memoryStore.ts"
import { httpSource } from "../../../../shared/candles/http.ts"
import type { Candle } from "../../../../shared/candles/core/candle.ts"
import { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { randomNumbers } from "../../../../shared/core/random.ts"
import { KRAKEN } from "../../../../shared/exchange/kraken/core/candleSource.ts"
import { MarketTrades } from "../../../../shared/exchange/marketTrades.ts"
import { type BarEvent, MarketData, Trading } from "../../../../shared/exchange/port.ts"
import { VenueClock } from "../../../../shared/exchange/venueClock.ts"
import { decodeRecord } from "../../../../shared/events/envelope.ts"
import { HttpTransport } from "../../../../shared/http/request.ts"
import { Journal, SnapshotStore } from "../../../../shared/journal/port.ts"
import { marketOf } from "../../plan/markets.ts"
import { SMALL_MODELS } from "../../plan/plan.ts"
import { HISTORY_MINUTES, SimulatedCandles } from "./candles.ts"
import { CandleWire } from "./candleWire.ts"
import { firstTrade, SimulatedExchange } from "../exchange.ts"
import { SimulatedJournal } from "../journal.ts"
import { SimulatedProcess } from "../process.ts"
import { LEARNING, program } from "../services.ts"
import { WorldTime } from "../time.ts"
import { Wire } from "../wire.ts"

const SEED = 11
const MINUTE_MS = 60_000
const BEGAN_MS = Date.UTC(2026, 0, 5, 10, 7)
const PRICE = Price.parse("0.15")
const FORMATS = { pair: DOGE_USD, priceDecimals: 6, volumeDecimals: 8 }
const BEGINNING = { timeMs: BEGAN_MS, price: PRICE }

const tradesOf = (minutes: number): ReadonlyArray<MarketTrade> => {
  const market = marketOf({ kind: "made", shape: "holes", seed: SEED, start: 0.15, fromMs: BEGAN_MS }, () => [])
  const trades: Array<MarketTrade> = []
  for (let step = market.step(market.initial); step !== null; step = market.step(step.next)) {
    if (step.fromMs >= BEGAN_MS + minutes * MINUTE_MS) return trades
    trades.push(...step.trades)
  }
  return trades
}

const candlesAfter = (trades: ReadonlyArray<MarketTrade>, seed = SEED): SimulatedCandles => {
  const candles = new SimulatedCandles(FORMATS, BEGINNING, seed)
  for (const trade of trades) candles.take(trade)
  return candles
}

/** By hand: what traded in each interval from the beginning on; where nothing did, the price before. */
const byHand = (trades: ReadonlyArray<MarketTrade>, intervalMs: number, untilMs: number): ReadonlyArray<Candle> => {
  const made: Array<Candle> = []
  let close = PRICE
  for (let fromMs = BEGAN_MS; fromMs + intervalMs <= untilMs; fromMs += intervalMs) {
    const within = trades.filter(({ timeMs }) => timeMs >= fromMs && timeMs < fromMs + intervalMs)
    const prices = within.map(({ price }) => price)
    const open = prices[0] ?? close
    close = prices.at(-1) ?? close
    made.push({
      timeSec: fromMs / 1_000,
      open,
      high: prices.reduce((a, b) => (b > a ? b : a), open),
      low: prices.reduce((a, b) => (b < a ? b : a), open),
      close,
      volume: within.reduce((sum, { volume }) => (sum + volume) as Volume, Volume.zero),
      trades: within.length
    })
  }
  return made
}

describe("the truth", () => {
  const trades = tradesOf(60)
  const nowMs = BEGAN_MS + 60 * MINUTE_MS

  it("is the exchange's trades, interval by interval, flat where nothing traded", () => {
    const closed = candlesAfter(trades).closed(1, nowMs)
    expect(closed.slice(HISTORY_MINUTES)).toStrictEqual(byHand(trades, MINUTE_MS, nowMs))
    expect(closed.slice(HISTORY_MINUTES).some(({ trades: count }) => count === 0)).toBe(true)
  })

  it("holds no candle that still forms", () => {
    const forming = candlesAfter(trades).closed(1, nowMs - 1)
    expect(forming.at(-1)?.timeSec).toBe((nowMs - 2 * MINUTE_MS) / 1_000)
  })

  it("begins half a day before the first trade, made up of the seed alone, and leads to the first price", () => {
    const past = candlesAfter([]).closed(1, BEGAN_MS)
    expect(past).toHaveLength(HISTORY_MINUTES)
    expect(past.at(-1)).toMatchObject({ timeSec: BEGAN_MS / 1_000 - 60, close: PRICE })
    expect(past).toStrictEqual(candlesAfter([]).closed(1, BEGAN_MS))
    expect(past).not.toStrictEqual(candlesAfter([], SEED + 1).closed(1, BEGAN_MS))
  })
})

describe("a page", () => {
  const nowMs = BEGAN_MS + 30.5 * MINUTE_MS
  const candles = candlesAfter(tradesOf(30))
  const pageOf = (query: Record<string, string>) =>
    JSON.parse(candles.page(new URLSearchParams(query), nowMs)) as {
      readonly error: ReadonlyArray<string>
      readonly result: { readonly XDGUSD: ReadonlyArray<ReadonlyArray<unknown>>; readonly last: number }
    }

  it("is Kraken's: the newest 720 bars, the last of them forming, and the last finished one to go on from", () => {
    const { error, result } = pageOf({ pair: "XDGUSD", interval: "1" })
    expect(error).toStrictEqual([])
    expect(result.XDGUSD).toHaveLength(720)
    expect(result.last).toBe(BEGAN_MS / 1_000 + 29 * 60)
    expect(result.XDGUSD.at(-1)?.[0]).toBe(BEGAN_MS / 1_000 + 30 * 60)
    expect(result.XDGUSD[0]?.map((field) => typeof field)).toStrictEqual([
      ...["number", "string", "string", "string", "string", "string", "string", "number"]
    ])
  })

  it("after a cursor has what came after it, and the forming bar", () => {
    const { result } = pageOf({ pair: "XDGUSD", interval: "1", since: String(BEGAN_MS / 1_000 + 28 * 60) })
    expect(result.XDGUSD.map(([timeSec]) => Number(timeSec) - BEGAN_MS / 1_000)).toStrictEqual([29 * 60, 30 * 60])
  })

  it("of another pair is refused in Kraken's words", () => {
    expect(pageOf({ pair: "XBTUSD", interval: "1" })).toStrictEqual({ error: ["EQuery:Unknown asset pair"] })
  })
})

const SPEED = 20
const TIMEOUT_MS = 5_000

/** Everything around the services that learn, without the world's own plan of what goes wrong. */
const worldOf = (environment: Readonly<Record<string, string>> = {}) => {
  const { settings } = readSettings({ SPEED: String(SPEED), HMM_ENABLED: "true", ...environment })
  const time = new WorldTime(BEGAN_MS)
  const nowMs = () => Math.floor(BEGAN_MS + (time.nowMs - BEGAN_MS) * SPEED)
  const fee = feeParts(0.25)
  const rules = {
    ...{ priceDecimals: 6, volumeDecimals: 8, minVolume: Volume.parse("2"), minCost: Quote.parse("0.5") },
    ...{ makerFee: fee, takerFee: fee, trading: TIERS.intermediate.trading, maxOpenOrders: 100 }
  }
  const account = { base: Volume.parse("1000"), quote: Quote.parse("300"), rules, makerPct: 0.25, takerPct: 0.4 }
  const exchange = new SimulatedExchange(account, firstTrade(BEGAN_MS, PRICE), nowMs, () => {})
  const nothing = () => {}
  const wire = new Wire(() => exchange, randomNumbers(SEED), TIMEOUT_MS, nothing)
  const candles = new SimulatedCandles(FORMATS, BEGINNING, SEED)
  const { restUrl: url } = addressed(settings)
  const candleWire = new CandleWire({ candles, url, nowMs }, wire.weather, randomNumbers(SEED + 1))
  const journal = new SimulatedJournal(time, randomNumbers(SEED + 2), true, {
    ...{ settled: nothing, saved: nothing, about: nothing }
  })
  const play = (minutes: number) => {
    for (const trade of tradesOf(minutes))
      time.at(BEGAN_MS + (trade.timeMs - BEGAN_MS) / SPEED, () => {
        exchange.trade(trade)
        candleWire.trade(trade)
        wire.tellPublic()
      })
  }
  const runMinutes = (minutes: number) => time.runUntil(time.nowMs + (minutes * MINUTE_MS) / SPEED, () => false)
  return { settings, time, nowMs, exchange, wire, candles, candleWire, journal, url, play, runMinutes }
}

type SimulatedWorld = ReturnType<typeof worldOf>

/** What comes of it in a process of its own within so many exchange minutes. */
const outcome = <A, E>(
  { time, candleWire, runMinutes }: SimulatedWorld,
  work: Effect.Effect<A, E>,
  minutes = 10
): Exit.Exit<A, E> => {
  const process = new SimulatedProcess("asking", time, SEED)
  let exit: Exit.Exit<A, E> | null = null
  const asked = work.pipe(Effect.provideService(HttpTransport, candleWire.portsFor(process).transport))
  process.start(
    Effect.map(Effect.exit(asked), (came) => void (exit = came)),
    () => {}
  )
  runMinutes(minutes)
  if (exit === null) throw new Error(`nothing came of it within ${minutes} exchange minutes`)
  return exit
}

const pageIn = (world: SimulatedWorld, intervalMin: number, url = world.url) =>
  outcome(
    world,
    httpSource(KRAKEN, {
      ...{ venue: "simulated", url, speed: SPEED, timeoutMs: TIMEOUT_MS },
      nowMs: Effect.sync(world.nowMs)
    }).fetchPage({ symbol: "XDGUSD", intervalMin, cursor: null })
  )

describe("a page that is asked for", () => {
  it.each([1, 5, 15])("is read by the real dialect, and is the newest of the truth (%i min)", (intervalMin) => {
    const world = worldOf()
    world.play(40)
    world.runMinutes(40.5)
    const truth = world.candles.closed(intervalMin, world.nowMs()).slice(-719)
    expect(pageIn(world, intervalMin)).toMatchObject({ _tag: "Success", value: { candles: truth } })
  })

  const failure = (change: (world: SimulatedWorld) => void, url?: string) => {
    const world = worldOf()
    change(world)
    const exit = pageIn(world, 1, url)
    return exit._tag === "Failure" ? JSON.stringify(exit.cause) : "it came"
  }

  it("fails as the exchange's pages do: no answer, a machine before it, half a page, its own words", () => {
    const no = failure(({ wire }) => wire.partition())
    expect(no).toContain(`no reply within ${TIMEOUT_MS} ms`)
    expect(failure(({ candleWire: { weather } }) => (weather.broken = 1))).toContain("HTTP 502")
    expect(failure(({ candleWire: { weather } }) => (weather.garbled = 1))).toContain('"advice":"retry"')
    const words = "EAPI:Rate limit exceeded"
    expect(failure(({ candleWire: { weather } }) => (weather.refused = words))).toContain('"advice":"wait"')
    expect(failure(({ wire: { weather } }) => (weather.outOfOrder = "EService:Unavailable"))).toContain("EService")
    expect(failure(() => {}, "https://api.kraken.com")).toContain("connection failed")
  })
})

describe("a stream of bars", () => {
  const heardIn = (during: (world: SimulatedWorld) => void): ReadonlyArray<BarEvent> => {
    const world = worldOf()
    const process = new SimulatedProcess("hearing", world.time, SEED)
    const heard: Array<BarEvent> = []
    const bars = world.candleWire.portsFor(process).bars(1)
    process.start(
      Stream.runForEach(bars, (event) => Effect.sync(() => void heard.push(event))),
      () => {}
    )
    world.play(20)
    during(world)
    return heard
  }
  const times = (heard: ReadonlyArray<BarEvent>) =>
    heard.flatMap((event) => (event._tag === "Bar" ? [event.bar.timeSec] : []))

  it("begins with the newest bars, says the forming one at each trade, in order, and the exchange's time", () => {
    const heard = heardIn(({ runMinutes }) => runMinutes(20))
    expect(times(heard)).toStrictEqual(times(heard).toSorted((a, b) => a - b))
    expect(times(heard)[0]).toBeLessThan(BEGAN_MS / 1_000)
    expect(heard.filter(({ _tag }) => _tag === "VenueTime").length).toBeGreaterThan(10)
    expect(heard.filter(({ _tag }) => _tag === "Bar").length).toBeGreaterThan(tradesOf(20).length)
  })

  it("that is cut says so, and begins anew with the newest bars, so that it never leaves a trade out", () => {
    const heard = heardIn(({ wire, runMinutes }) => {
      runMinutes(5)
      wire.partition()
      runMinutes(5)
      wire.heal()
      runMinutes(10)
    })
    const cut = heard.findIndex(({ _tag }) => _tag === "Disconnected")
    const before = times(heard.slice(0, cut)).at(-1) ?? 0
    const after = times(heard.slice(cut))
    expect(after[0]).toBeLessThanOrEqual(before)
    expect(after[0]).toBeLessThan(BEGAN_MS / 1_000 + 5 * 60)
  })
})

const learned = (trouble: (world: SimulatedWorld) => void) => {
  const world = worldOf(SMALL_MODELS)
  const { settings, time, wire, candleWire, journal } = world
  const store = memoryStore()
  const process = new SimulatedProcess("learning", time, SEED)
  const { transport, bars, trades } = candleWire.portsFor(process)
  const market = { settings, subjects: subjectsOf(settings), newestRules: 3 }
  let ended: unknown = null
  const work = Effect.gen(function* () {
    const { trading, data } = wire.portsFor(process, yield* VenueClock)
    return yield* program(["market-feed", ...LEARNING], market).pipe(
      Effect.provideService(Trading, trading),
      Effect.provideService(MarketData, { ...data, bars }),
      Effect.provideServiceEffect(MarketTrades, trades)
    )
  }).pipe(
    Effect.provide(memoryStoreLayer(store)),
    Effect.provideService(Journal, journal.portFor(process)),
    Effect.provideService(SnapshotStore, journal.snapshotStore),
    Effect.provide(VenueClock.layer({ speed: SPEED })),
    Effect.provideService(HttpTransport, transport)
  )
  process.start(work, (why) => (ended = why))
  world.play(30)
  trouble(world)
  const events = journal.records.flatMap((record) => decodeRecord(record).events)
  const stored = (intervalMin: number): ReadonlyArray<Candle> =>
    store
      .stored({ venue: "simulated", symbol: settings.pair, intervalMin })
      .map(({ provenance: _, ...candle }) => candle)
  return { world, stored, events, ended, steps: time.steps }
}

const ANY_WEATHER = (world: SimulatedWorld): void => {
  const { candleWire, wire, runMinutes } = world
  Object.assign(candleWire.weather, { broken: 0.2, garbled: 0.2 })
  Object.assign(wire.weather, { lostRequest: 0.1, lostReply: 0.1, slowMs: 300, late: 0.1, lateMs: 4_000 })
  runMinutes(8)
  wire.partition()
  runMinutes(6)
  wire.heal()
  candleWire.weather.refused = "EService:Busy"
  runMinutes(6)
  candleWire.weather.refused = null
  Object.assign(candleWire.weather, { broken: 0, garbled: 0 })
  Object.assign(wire.weather, { lostRequest: 0, lostReply: 0, slowMs: 0, late: 0 })
  runMinutes(20)
}

describe("the services that learn, in a simulated world", () => {
  it.each([
    ["in fair weather", ({ runMinutes }: SimulatedWorld) => runMinutes(40)],
    ["once what went wrong is over", ANY_WEATHER]
  ] as const)("store the truth and nothing else, and train on it: %s", (_, trouble) => {
    const { world, stored, events, ended } = learned(trouble)
    expect(ended).toBeNull()
    for (const intervalMin of [1, 5]) {
      const truth = new Map(world.candles.closed(intervalMin, world.nowMs()).map((candle) => [candle.timeSec, candle]))
      const kept = stored(intervalMin)
      expect(kept).toStrictEqual(kept.map(({ timeSec }) => truth.get(timeSec)))
      const [first, last] = [kept[0], kept.at(-1)].map((candle) => (candle?.timeSec ?? 0) / (intervalMin * 60))
      expect(kept).toHaveLength(1 + (last ?? 0) - (first ?? 0))
      expect((last ?? 0) + 3).toBeGreaterThan(world.nowMs() / (intervalMin * MINUTE_MS))
    }
    const trained = events.flatMap((event) => (event._tag === "RegimeModelTrained" ? [event.intervalMin] : []))
    expect(new Set(trained)).toStrictEqual(new Set([1, 5]))
    const told = events.flatMap((event) => (event._tag === "CandleClosed" ? [event] : []))
    for (const { _tag, intervalMin, provenance, ...candle } of told)
      expect(candle).toStrictEqual(
        world.candles.closed(intervalMin, world.nowMs()).find(({ timeSec }) => timeSec === candle.timeSec)
      )
    expect(new Set(told.map(({ provenance }) => provenance))).toStrictEqual(new Set(["stream", "poll"]))
  })

  it("take the same steps and write the same records each time", () => {
    const [first, again] = [learned(ANY_WEATHER), learned(ANY_WEATHER)]
    expect(again.events).toStrictEqual(first.events)
    expect(again.steps).toBe(first.steps)
  })
})
