/**
 * A whole market in one thread: every actor that decides, the gateway's fold and the exchange's engine, every event in one order
 * and nothing that waits. Whoever opens one drives it: prices, time, silence and commands come from there. Same input, same
 * records, same hash.
 *
 * This is the entry to the folder: `openMarket` makes the market, `simulation.ts` drives it with recorded prices and incidents,
 * `watch.ts` looks after every record at what must hold.
 */
import { TIERS, type Tier } from "../../services/exchange-sim/core/engine/limits.ts"
import { feeParts } from "../../services/exchange-sim/core/engine/money.ts"
import type { MarketTrade } from "../../services/exchange-sim/core/market/process.ts"
import { governorActor } from "../../services/governor/core/actor.ts"
import type { GovernorState } from "../../services/governor/core/state.ts"
import { hear, silent } from "../../services/market-feed/core/conflate.ts"
import { gatewayFold } from "../../services/order-gateway/core/fold.ts"
import { slotActor } from "../../services/slot-actor/core/actor.ts"
import type { SlotState } from "../../services/slot-actor/core/state.ts"
import type { ActorFold } from "../../shared/actor/fold.ts"
import { Price, type Quote, type Volume } from "../../shared/core/decimal/decimal.ts"
import { changesBetween, FIRST_RULES, NEWEST_RULES } from "../../shared/core/rules/versions.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import type { KnownRules } from "../../shared/core/rules/versions.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import type { Command } from "../../shared/events/families/command.ts"
import type { GovernorRules, RebalancerRules, SlotRules } from "../../shared/events/families/control.ts"
import { governorRules } from "../../shared/config/rules/governor.ts"
import { decidersOf } from "../registry.ts"
import type { Settings } from "../settings.ts"
import type { Life } from "./life.ts"
import { OrderedJournal, SIMULATION } from "./orderedJournal.ts"
import { LivelyVenue } from "./livelyVenue.ts"
import type { Resumed } from "./resumed.ts"
import type { Venue } from "./venue.ts"
import type { VenueJournal, VenueOptions } from "./venueJournal.ts"

/** What an exchange demands of an order, and charges: percent as 0.25 for 0.25 %. */
export interface Terms extends Pick<
  SlotRules,
  "priceDecimals" | "volumeDecimals" | "minVolume" | "minCost" | "makerFeePct"
> {
  readonly takerFeePct: number
}

/** What a market begins with. */
export interface MarketOptions {
  /** As the exchange's REST names it; `XDGUSD` when left out. */
  readonly pair?: string
  readonly startMs: number
  /** Slots that trade from the start; as many again may be added by command. */
  readonly slots: number
  readonly slotRules: SlotRules
  readonly governorRules: GovernorRules
  readonly rebalancerRules: RebalancerRules
  /** The pause of the daily loss lock ends by itself at midnight UTC. */
  readonly lossLockEndsAlone?: boolean
  /** The version of the rules that its actors decide by; the newest when left out. */
  readonly rulesVersion?: number
  readonly tier: Tier
  /** On the account. */
  readonly base: Volume
  readonly quote: Quote
  /** The rules that the build folding here knows; this build's when left out. */
  readonly known?: KnownRules
  /** Candle intervals that a regime advisor fits, minutes; none when left out. */
  readonly fittedIntervals?: ReadonlyArray<number>
  /** What the exchange demands and charges; left out: what the slots' rules say, and of takers Kraken's entry tier. */
  readonly terms?: Terms
  /** Where it goes on; left out: it begins empty. Its slots, books and terms come before those named here; nobody calls `begin`. */
  readonly resumes?: Resumed
}

/** What the settings say of a market's slots and rules. The pair's volumes have eight decimals, as Kraken's have. */
export const rulesOf = (
  settings: Pick<Settings, "slots" | "slot" | "governor" | "rebalancer" | "tier">
): Pick<MarketOptions, "slots" | "slotRules" | "governorRules" | "rebalancerRules" | "tier"> => ({
  slots: settings.slots,
  slotRules: { ...settings.slot, volumeDecimals: 8 },
  governorRules: governorRules(settings),
  rebalancerRules: settings.rebalancer,
  tier: settings.tier
})

/** An open market, and what may happen to it. Times are Unix milliseconds and never go back. */
export interface InThreadMarket {
  readonly journal: OrderedJournal
  readonly venue: LivelyVenue
  /** The folds of slots 1, 2, 3, …, or of those that it resumed with. */
  readonly slots: ReadonlyArray<ActorFold<SlotState>>
  readonly governor: ActorFold<GovernorState>
  /** Writes what every market begins with: epoch, rules, terms and the account. First of all, and once. */
  readonly begin: () => void
  /**
   * The exchange trades once: resting orders trade with it. `heard` false: no feed tells the market of the price. `factor`: so many
   * times the price is what the stream says of it; the feed's own core then asks REST, which is right.
   */
  readonly trade: (trade: MarketTrade, heard: boolean, factor?: number) => void
  /** Time passes at the exchange, without a trade. */
  readonly passTime: (nowMs: number) => void
  /** A clock fact, with the age of the last price that was heard. */
  readonly tick: (nowMs: number) => void
  /** Somebody asks for something. */
  readonly command: (nowMs: number, command: Command) => void
  /** Others do something with the account, or its exchange misleads. */
  readonly life: (nowMs: number, life: Life) => void
  /** A fact of the edges, as a service would write it. */
  readonly fact: (family: "account" | "control" | "regime" | "price", nowMs: number, event: MarketEvent) => void
}

/** What a taker pays at Kraken's entry tier, percent; the market's own orders are post-only. */
export const TAKER_FEE_PCT = 0.4

/** A market in which nothing has happened yet: whoever watches its journal begins before `begin`. */
export const openMarket = (options: MarketOptions): InThreadMarket => {
  const journal = new OrderedJournal(marketSubjects(options.pair ?? "XDGUSD"), options.known)
  const { subjects } = journal
  const { resumes } = options
  const numbers = resumes?.slots ?? Array.from({ length: 2 * options.slots }, (_, n) => n + 1)
  const slots = numbers.map((slot) => journal.add(slotActor(slot)))
  const governor = journal.add(governorActor)
  for (const actor of decidersOf([])) if (actor.name !== governorActor.name) journal.add(actor)
  const gateway = journal.add(resumes === undefined ? gatewayFold : { ...gatewayFold, initial: resumes.gateway })
  const venue = new LivelyVenue(journal, () => gateway.state, venueOptions(options))
  if (resumes !== undefined) journal.resume(resumes.seq, resumes.states)

  let feed = silent
  let commands = 0
  return {
    journal,
    venue,
    slots,
    governor,
    begin: () => writeOpening(options, journal, venue),
    trade: (trade, heard, factor = 1) => {
      const { price: last, timeMs } = trade
      venue.trade(trade)
      venue.work()
      if (!heard) return
      const truth = { last, bid: last, ask: last }
      const said = factor === 1 ? last : Price.fromNumber(Price.toNumber(last) * factor)
      feed = hear(feed, { ...truth, last: said }, timeMs)
      if (feed.doubted !== null) feed = hear(feed, truth, timeMs, "answer")
      if (feed.heard === null || feed.heardMs !== timeMs) return
      journal.append(subjects.price, timeMs, { _tag: "PriceObserved", ...feed.heard })
      venue.work()
    },
    passTime: (nowMs) => venue.passTime(nowMs),
    tick: (nowMs) => {
      const priceAgeSec = feed.heardMs === null ? null : (nowMs - feed.heardMs) / 1_000
      journal.append(subjects.clock, nowMs, { _tag: "ClockTicked", priceAgeSec })
      venue.work()
    },
    command: (nowMs, command) => {
      const commandId = `simulated-${++commands}`
      const asked = { _tag: "CommandIssued", commandId, author: "simulation", command, preview: [] } as const
      journal.append(subjects.command(commandId), nowMs, asked)
      venue.work()
    },
    life: (nowMs, life) => {
      venue.live(life, nowMs)
      venue.work()
    },
    fact: (family, nowMs, event) => {
      journal.append(family === "control" ? subjects.control(SIMULATION) : subjects[family], nowMs, event)
      venue.work()
    }
  }
}

/** What the exchange demands and charges. */
export const termsOf = ({ terms, slotRules }: Pick<MarketOptions, "terms" | "slotRules">): Terms =>
  terms ?? { ...slotRules, takerFeePct: TAKER_FEE_PCT }

/** What the options say of the exchange: its rules, its fees, and the account's money, and where it goes on. */
export const venueOptions = (options: MarketOptions): VenueOptions => {
  const { tier, base, quote, startMs, resumes } = options
  const { makerFeePct, takerFeePct, priceDecimals, volumeDecimals, minVolume, minCost } = termsOf(options)
  return {
    base,
    quote,
    startMs,
    ...(resumes === undefined ? {} : { earlier: resumes.exchange, last: resumes.last }),
    rules: resumes?.rules ?? {
      ...{ priceDecimals, volumeDecimals, minVolume, minCost },
      makerFee: feeParts(makerFeePct),
      takerFee: feeParts(takerFeePct),
      trading: TIERS[tier].trading,
      maxOpenOrders: TIERS[tier].openOrders
    }
  }
}

/** The facts every market begins with: what it is, its rules, its terms and the account. */
export const writeOpening = (options: MarketOptions, journal: VenueJournal, venue: Venue): void => {
  const { startMs, slotRules, governorRules, rulesVersion = NEWEST_RULES } = options
  const { subjects } = journal
  const account = (event: MarketEvent, timeMs: number): void => journal.append(subjects.account, timeMs, event)

  if (rulesVersion !== FIRST_RULES) {
    const versions = { from: FIRST_RULES, to: rulesVersion, changes: changesBetween(FIRST_RULES, rulesVersion) }
    journal.append(subjects.control(SIMULATION), 0, {
      _tag: "RulesAdopted",
      ...versions,
      service: "kennel up",
      adoptedMs: startMs
    })
  }
  journal.append(subjects.control(SIMULATION), 0, {
    _tag: "EpochRaised",
    epoch: 1,
    service: "kennel up",
    reason: "start",
    watchesOrders: true,
    fitsModels: true
  })
  journal.append(subjects.control(SIMULATION), 0, {
    _tag: "GovernorConfigured",
    rules: governorRules,
    fittedIntervals: [...(options.fittedIntervals ?? [])],
    ...(options.lossLockEndsAlone === true ? { lossLockEndsAlone: true } : {})
  })
  journal.append(subjects.control(SIMULATION), 0, { _tag: "RebalancerConfigured", rules: options.rebalancerRules })
  journal.append(subjects.control(SIMULATION), 0, {
    _tag: "MarketConfigured",
    slots: Array.from({ length: options.slots }, (_, n) => n + 1),
    rules: slotRules
  })
  const { priceDecimals, volumeDecimals, minVolume, minCost, makerFeePct, takerFeePct } = termsOf(options)
  account({ _tag: "ConstraintsObserved", priceDecimals, volumeDecimals, minVolume, minCost, status: "online" }, startMs)
  account({ _tag: "FeesObserved", makerPct: makerFeePct, takerPct: takerFeePct }, startMs)
  account(venue.balances(), startMs)
  account({ _tag: "AccountReconciled", openOrders: 0, missed: 0, foreignOrders: 0, windowStartMs: startMs }, startMs)
}
