/**
 * One seed's world: the market's services as they run anywhere, the exchange, the journal between them, and what goes wrong. Driven to
 * the plan's end, then healed, then looked at.
 */
import { Effect } from "effect"
import type { CandleRow } from "../../../services/exchange-sim/core/market/rows.ts"
import type { MarketProcess } from "../../../services/exchange-sim/core/market/process.ts"
import type { MarketTrade } from "../../../services/exchange-sim/core/market/process.ts"
import { feeParts } from "../../../services/exchange-sim/core/engine/money.ts"
import { DOGE_USD } from "../../../services/exchange-sim/options.ts"
import { TIERS } from "../../../services/exchange-sim/core/engine/limits.ts"
import { readSettings, type Settings } from "../../../app/settings.ts"
import { subjectsOf } from "../../../app/leaves/journal.ts"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { MarketSubjects } from "../../../shared/core/ids/subjects.ts"
import { hash2, randomNumbers } from "../../../shared/core/random.ts"
import { encodeEntry } from "../../../shared/events/envelope.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import type { Command } from "../../../shared/events/families/command.ts"
import { MarketTrades } from "../../../shared/exchange/marketTrades.ts"
import { HttpTransport } from "../../../shared/http/request.ts"
import { MarketData, Trading } from "../../../shared/exchange/port.ts"
import { VenueClock } from "../../../shared/exchange/venueClock.ts"
import { Store } from "../../../shared/store/port.ts"
import { Journal, type JournalRecord, type Snapshot, SnapshotStore } from "../../../shared/journal/port.ts"
import { marketOf } from "../plan/markets.ts"
import { type Fault, MAKER_PCT } from "../plan/fault.ts"
import type { Plan } from "../plan/plan.ts"
import { addressed } from "../../../app/leaves/exchange.ts"
import { SimulatedCandles } from "./candles/candles.ts"
import { CandleWire, fairCandles } from "./candles/candleWire.ts"
import { firstTrade, SimulatedExchange } from "./exchange.ts"
import { FORGERIES } from "./forgeries.ts"
import { fairJournal, SimulatedJournal } from "./journal.ts"
import { Moments } from "./moments.ts"
import { SimulatedProcess } from "./process.ts"
import { fairStore, SimulatedStore } from "./store.ts"
import { program, type ServiceName, SERVICES } from "./services.ts"
import { type Step, WorldTime } from "./time.ts"
import { fairWeather, Wire } from "./wire.ts"

/** A supervisor starts what has ended again after so long. */
const RESTART_MS = 1_000
/** A maker's fee and a taker's, percent. */
const FEES_PCT = { maker: MAKER_PCT, taker: 0.4 }

/** Told what happens in it. */
export interface Listener {
  /** A record that can no longer be lost. */
  readonly record: (record: JournalRecord) => void
  /** The record of this sequence is nobody's, and an operator will exclude it. `what`: how it came there. */
  readonly unread: (seq: number, what: string) => void
  /** A service has saved a snapshot. */
  readonly saved: (snapshot: Snapshot) => void
  /** A service has ended by itself. */
  readonly ended: (services: ReadonlyArray<ServiceName>, why: unknown) => void
}

/** Which services run in one process. */
interface Unit {
  readonly names: ReadonlyArray<ServiceName>
  process: SimulatedProcess | null
}

/** Everything of one seed. */
export class World {
  readonly time: WorldTime
  readonly settings: Settings
  readonly subjects: MarketSubjects
  readonly journal: SimulatedJournal
  readonly store: SimulatedStore
  readonly wire: Wire
  readonly exchange: SimulatedExchange
  readonly candles: SimulatedCandles
  private readonly candleWire: CandleWire
  private readonly moments = new Moments()
  private readonly plan: Plan
  private readonly listener: Listener
  private readonly units: ReadonlyArray<Unit>
  private readonly beganMs: number
  private readonly startMs: number
  /** The newest rules that the build knows which everybody was last started from. */
  rules: number
  private started = 0
  private asked = 0
  private forged = 0
  private readonly excluded = new Set<number>()
  private trades = true
  private healed = false
  private twins: Array<SimulatedProcess> = []

  constructor(plan: Plan, month: () => ReadonlyArray<CandleRow>, listener: Listener) {
    const { settings, problems } = readSettings(plan.environment)
    if (problems.length > 0) throw new Error(`seed ${plan.seed}: ${problems.join("; ")}`)
    this.plan = plan
    this.listener = listener
    this.settings = settings
    this.subjects = subjectsOf(settings)
    this.rules = plan.rules
    this.beganMs = plan.market.fromMs
    this.startMs = plan.market.fromMs
    this.time = new WorldTime(this.beganMs)
    const random = (n: number) => randomNumbers(hash2(plan.seed, n))
    this.journal = new SimulatedJournal(this.time, random(1), plan.duplicatesFirst, {
      settled: listener.record,
      saved: listener.saved,
      about: (entry) => this.moments.about(entry)
    })
    this.store = new SimulatedStore(this.time, random(3))
    this.wire = new Wire(
      () => this.exchange,
      random(2),
      settings.requestTimeoutSec * 1_000,
      (operation) => this.moments.seen("request", operation)
    )
    const market = marketOf(plan.market, month)
    this.exchange = new SimulatedExchange(
      foundingOf(plan, settings),
      firstTrade(this.startMs, firstPrice(market)),
      () => this.nowVenueMs,
      (event) => {
        if ("clientId" in event && event.clientId !== null) this.moments.seen("exchange", event._tag)
        this.wire.tellPrivate(event)
      }
    )
    const { priceDecimals } = settings.slot
    this.candles = new SimulatedCandles(
      { pair: DOGE_USD, priceDecimals, volumeDecimals: 8 },
      { timeMs: this.startMs, price: firstPrice(market) },
      hash2(plan.seed, 4)
    )
    this.candleWire = new CandleWire(
      { candles: this.candles, url: addressed(settings).restUrl, nowMs: () => this.exchange.nowMs },
      this.wire.weather,
      random(5)
    )
    const services = [...SERVICES, ...plan.beside]
    this.units = (plan.apart ? services.map((name) => [name]) : [services]).map((names) => ({
      names,
      process: null
    }))
    this.playMarket(market)
  }

  /** Starts everything; what goes wrong is on its way. */
  begin(): void {
    for (const unit of this.units) this.start(unit)
    for (const { atMs, fault } of this.plan.faults) this.time.at(this.beganMs + atMs, () => this.happen(fault))
  }

  /** Exchange time of a moment of the wall. */
  venueMs(wallMs: number): number {
    return this.startMs + (wallMs - this.beganMs) * this.plan.speed
  }

  /** Exchange time now, whole milliseconds. */
  private get nowVenueMs(): number {
    return Math.floor(this.venueMs(this.time.nowMs))
  }

  /** So long since the beginning. */
  runUntil(sinceMs: number, stop: () => boolean): void {
    this.time.runUntil(this.beganMs + sinceMs, stop)
  }

  /** From here on nobody trades. */
  stopTrading(): void {
    this.trades = false
  }

  /** Nothing is wrong any more, and an operator has everything as it should be. */
  heal(): void {
    this.healed = true
    Object.assign(this.wire.weather, { ...fairWeather(), partitioned: this.wire.weather.partitioned })
    this.wire.heal()
    this.wire.reconnect()
    this.moments.forget()
    this.wire.undecide()
    Object.assign(this.journal.weather, { awayUntilMs: 0, ...fairJournal() })
    Object.assign(this.candleWire.weather, fairCandles())
    Object.assign(this.store.weather, { awayUntilMs: 0, ...fairStore() })
    for (const twin of this.twins) twin.kill()
    this.twins = []
    for (const { process } of this.units) process?.wake()
    const { priceDecimals, volumeDecimals, minVolume } = foundingOf(this.plan, this.settings).rules
    const terms = { priceDecimals, volumeDecimals, minVolume }
    this.exchange.live({ _tag: "Terms", rules: terms, status: "online", makerPct: FEES_PCT.maker })
    this.exchange.live({ _tag: "Refusing", words: null })
    this.exchange.live({ _tag: "Rounded", units: 0 })
    this.exchange.live({ _tag: "FeesIn", currency: "quote" })
    this.excludeAgain()
  }

  /** Somebody asks for something: it is in the journal once that answers. */
  command(command: Command): void {
    const commandId = `simulated-${++this.asked}`
    this.write(this.subjects.command(commandId), commandId, {
      _tag: "CommandIssued",
      commandId,
      author: "simulation",
      command,
      preview: []
    })
  }

  private happen(fault: Fault): void {
    // What was aimed may be due later than everything is healed.
    if (this.healed) return
    switch (fault.kind) {
      case "crash":
        return this.crash(
          this.units.filter(({ names }) => fault.services.some((name) => names.includes(name))),
          fault.downMs
        )
      case "stop":
        for (const unit of fault.service === "all" ? this.units : [this.unitOf(fault.service)])
          this.stop(unit, fault.downMs)
        return
      case "power": {
        for (const twin of this.twins) twin.kill()
        this.crash(this.units, fault.downMs)
        this.journal.losePower()
        return
      }
      case "stall":
        this.unitOf(fault.service).process?.stall(fault.forMs)
        return
      case "twin": {
        const twin = this.run([fault.service], () => {})
        this.twins.push(twin)
        return this.later(fault.forMs, () => twin.kill())
      }
      case "partition":
        this.wire.partition()
        return this.later(fault.forMs, () => this.wire.heal())
      case "reconnect":
        return this.wire.reconnect()
      case "wire":
        return this.spell(this.wire.weather, fairWeather(), fault)
      case "request":
        return this.wire.decide(fault.fate)
      case "trade":
        if (this.trades) this.exchange.tradeWith(fault.nth, fault.share)
        return
      case "aimed":
        return this.moments.await(fault.at, fault.nth, () => {
          for (const [afterMs, aimed] of fault.faults) {
            if (afterMs === 0) this.happen(aimed)
            else this.later(afterMs, () => this.happen(aimed))
          }
        })
      case "journal":
        return this.spell(this.journal.weather, fairJournal(), fault)
      case "away":
        return this.takeAway(this.journal.weather, fault.forMs)
      case "store":
        return this.spell(this.store.weather, fairStore(), fault)
      case "storeAway":
        return this.takeAway(this.store.weather, fault.forMs)
      case "candles":
        return this.spell(this.candleWire.weather, fairCandles(), fault)
      case "snapshots":
        return this.journal.troubleSnapshots(fault.are)
      case "clock":
        if (fault.service === "journal") this.journal.skewMs += fault.byMs
        else if (this.unitOf(fault.service).process !== null) this.skew(fault.service, fault.byMs)
        return
      case "life":
        return this.exchange.live(fault.life)
      case "command":
        return this.command(fault.command)
      case "wick":
        return this.wick(fault.pct)
      case "upgrade":
        if (fault.rules <= this.rules) return
        this.rules = fault.rules
        for (const unit of this.units) this.stop(unit, RESTART_MS)
        return
      case "forged":
        return this.forge(fault)
    }
  }

  /** Some of a weather is otherwise for so long, and then as where nothing is wrong. */
  private spell<Weather extends object>(
    weather: Weather,
    fair: Partial<Weather>,
    { change, forMs }: { readonly change: Partial<Weather>; readonly forMs: number }
  ): void {
    Object.assign(weather, change)
    this.later(forMs, () => void Object.assign(weather, changedOf(fair, change)))
  }

  private takeAway(weather: { awayUntilMs: number }, forMs: number): void {
    weather.awayUntilMs = Math.max(weather.awayUntilMs, this.time.nowMs + forMs)
  }

  private skew(service: ServiceName, byMs: number): void {
    const { process } = this.unitOf(service)
    if (process !== null) process.skewMs += byMs
  }

  private unitOf(service: ServiceName): Unit {
    const unit = this.units.find(({ names }) => names.includes(service))
    if (unit === undefined) throw new Error(`no process runs ${service}`)
    return unit
  }

  private later(ms: number, step: Step): void {
    this.time.at(this.time.nowMs + ms, step)
  }

  private crash(units: ReadonlyArray<Unit>, downMs: number): void {
    for (const unit of units) {
      const { process } = unit
      process?.kill()
      this.later(downMs, () => {
        if (unit.process === process) this.start(unit)
      })
    }
  }

  /** As an operator stops it: what it has to bring home it does. */
  private stop(unit: Unit, downMs: number): void {
    const { process } = unit
    process?.stop(() =>
      this.later(downMs, () => {
        if (unit.process === process) this.start(unit)
      })
    )
  }

  private start(unit: Unit): void {
    unit.process = this.run(unit.names, (why, process) => {
      this.listener.ended(unit.names, why)
      this.later(RESTART_MS, () => {
        if (unit.process === process) this.start(unit)
      })
    })
  }

  private run(
    names: ReadonlyArray<ServiceName>,
    ended: (why: unknown, process: SimulatedProcess) => void
  ): SimulatedProcess {
    const { settings, subjects, rules, wire, candleWire, journal, store } = this
    const process = new SimulatedProcess(names.join("+"), this.time, hash2(this.plan.seed, 1_000 + ++this.started))
    const work = Effect.gen(function* () {
      const clock = yield* VenueClock
      const { trading, data } = wire.portsFor(process, clock)
      const { transport, bars, trades } = candleWire.portsFor(process)
      return yield* program(names, { settings, subjects, newestRules: rules }).pipe(
        Effect.provideService(Trading, trading),
        Effect.provideService(MarketData, { ...data, bars }),
        Effect.provideServiceEffect(MarketTrades, trades),
        Effect.provideService(HttpTransport, transport)
      )
    }).pipe(
      Effect.provideService(Journal, journal.portFor(process)),
      Effect.provideService(SnapshotStore, journal.snapshotStore),
      Effect.provideService(Store, store.portFor(process)),
      Effect.provide(VenueClock.layer({ speed: this.plan.speed }))
    )
    process.start(work, (why) => ended(why, process))
    return process
  }

  /** Trades come at their moments, for as long as there are any. */
  private playMarket(market: MarketProcess): void {
    const { speed } = this.plan
    const wallOf = (venueMs: number): number => this.beganMs + (venueMs - this.startMs) / speed
    let step = market.step(market.initial)
    let at = 0
    const next = (): void => {
      while (step !== null && at >= step.trades.length) {
        step = market.step(step.next)
        at = 0
      }
      const trade = step?.trades[at++]
      if (trade === undefined) return
      this.time.at(wallOf(trade.timeMs), () => {
        if (!this.trades) return
        this.trade(trade)
        this.wire.tellPublic()
        next()
      })
    }
    next()
  }

  private trade(trade: MarketTrade): void {
    this.exchange.trade(trade)
    this.candleWire.trade(trade)
  }

  private wick(pct: number): void {
    if (!this.trades) return
    const { last, nowMs } = this.exchange
    const touched = Price.fromNumber(Price.toNumber(last.price) * (1 + pct / 100), 6)
    const volume = Volume.parse("100000")
    for (const price of [touched, last.price])
      this.trade({ timeMs: nowMs, price, volume, takerSide: price > last.price ? "buy" : "sell" })
    this.wire.tellPublic()
  }

  private write(subject: string, id: string, event: MarketEvent): void {
    this.journal.force(
      encodeEntry(subject, id, {
        epoch: 1,
        timeMs: this.nowVenueMs,
        writer: "control-plane",
        cause: null,
        events: [event]
      })
    )
  }

  /** A record that nobody of the market has written, or may read; an operator excludes it when it has been found. */
  private forge({ record, excludedAfterMs }: Extract<Fault, { kind: "forged" }>): void {
    const id = `forged-${++this.forged}`
    const seq = this.journal.records.length + 1
    const timeMs = Math.floor(this.venueMs(this.time.nowMs))
    this.listener.unread(seq, record)
    this.journal.force(FORGERIES[record]({ subjects: this.subjects, id, timeMs, price: this.exchange.last.price, seq }))
    this.later(excludedAfterMs, () => {
      this.exclude(seq)
      this.excluded.add(seq)
    })
  }

  private exclude(seq: number): void {
    const event: MarketEvent = { _tag: "RecordSkipped", actor: "*", seq, author: "operator", reason: "forged" }
    this.journal.force(
      encodeEntry(this.subjects.control("operator"), `skip-${this.journal.records.length + 1}`, {
        ...{ epoch: 1, timeMs: 0, writer: "operator", cause: null },
        events: [event]
      })
    )
  }

  /** Some services tell of a forgery when it has been excluded already: the operator says it to them as well. */
  private excludeAgain(): void {
    const faults = this.journal.records.filter(({ data }) => Buffer.from(data).includes('"FaultRaised"'))
    for (const seq of this.excluded)
      if (faults.some(({ data }) => Buffer.from(data).includes(`"seq":${seq},`))) this.exclude(seq)
  }
}

/** What was fair of what is changed. */
const changedOf = <A extends object>(fair: A, change: object): Partial<A> =>
  Object.fromEntries(Object.entries(fair).filter(([name]) => name in change)) as Partial<A>

/** The account, and the exchange's terms, as the settings know them. */
const foundingOf = ({ base, quote }: Plan, { slot, tier }: Settings) => ({
  base: Volume.parse(base),
  quote: Quote.parse(quote),
  makerPct: FEES_PCT.maker,
  takerPct: FEES_PCT.taker,
  rules: {
    priceDecimals: slot.priceDecimals,
    volumeDecimals: 8,
    minVolume: slot.minVolume,
    minCost: slot.minCost,
    makerFee: feeParts(FEES_PCT.maker),
    takerFee: feeParts(FEES_PCT.taker),
    trading: TIERS[tier].trading,
    maxOpenOrders: TIERS[tier].openOrders
  }
})

const firstPrice = (market: MarketProcess): Price => {
  for (let step = market.step(market.initial); step !== null; step = market.step(step.next)) {
    const [first] = step.trades
    if (first !== undefined) return first.price
  }
  throw new Error("a market without a trade")
}
