/**
 * A market for tests of its edges: the real exchange simulator, the real Kraken adapter and real journals in one process.
 * The test plays slots and governor: it appends their requests and grants by hand and reads the facts that come back.
 */
import { Context, Deferred, Effect, Fiber, Layer, Logger, Redacted, Schema, Scope, Stream } from "effect"
import { Fault } from "../../../services/exchange-sim/faults/faults.ts"
import { ExchangeSim, exchangeSimLayer } from "../../../services/exchange-sim/layer.ts"
import { EXCHANGE_SIM_DEFAULTS, type ExchangeSimOptions } from "../../../services/exchange-sim/options.ts"
import { type MarketFeedError, type MarketFeedOptions, marketFeed } from "../../../services/market-feed/service.ts"
import { type OrderGatewayError, orderGateway } from "../../../services/order-gateway/service.ts"
import { raiseEpoch } from "../../../shared/actor/control/control.ts"
import { encodeEntry } from "../../../shared/events/envelope.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { KrakenMarketData, KrakenTrading } from "../../../shared/exchange/kraken/layer.ts"
import type { MarketData, Trading } from "../../../shared/exchange/port.ts"
import { VenueClock } from "../../../shared/exchange/venueClock.ts"
import { type AppendFault, MemoryJournal } from "../../../shared/journal/memory.ts"
import { Journal, type JournalEntry, type SnapshotStore } from "../../../shared/journal/port.ts"
import { auditAlways, auditAtRest, type Books, fetchBooks } from "../../testing/audit.ts"
import { cancelOf, grantOf, requestOf, type Wish } from "./slots.ts"
import { swinging, writeTape } from "./tape.ts"
import { subjects, type Watch, watchJournal } from "./watch.ts"

/**
 * Exchange seconds in one of the wall. The exchange takes deadlines up to a minute ahead of its own time: at this speed one near that
 * is five seconds of the wall, longer than a busy machine takes from a claim to its order. At six times the speed orders that no
 * test meant to be late were turned away.
 */
const SPEED = 10
/** From claim to deadline, exchange time. */
const DEADLINE_MS = 50_000
/** Wall time that a reply may take in a test where one never comes: longer than a busy machine takes for those that do, and shorter than the deadline. */
export const IMPATIENT_MS = 2_000
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** No test uses this slot. */
const SLOT_APART = 99

/** The ways in which a call that changes an order can end without an answer to go by. */
export const unanswered = (method: string): ReadonlyArray<readonly [what: string, fault: Fault]> => [
  ["carried out and not answered", { kind: "reply-lost", method, times: 1 }],
  ["not carried out and not answered", { kind: "no-reply", method, times: 1 }],
  ["answered as busy", { kind: "error", error: "EService:Busy", method, times: 1 }],
  ["above the rate limit", { kind: "error", error: "EOrder:Rate limit exceeded", method, times: 1 }]
]

const encodeFaults = Schema.encodeSync(Schema.Array(Fault))

export interface Setup {
  /** Default: a market that stands still at the base price. */
  readonly tape?: string
  /** In force before anything starts. */
  readonly faults?: ReadonlyArray<Fault>
  readonly exchange?: Partial<ExchangeSimOptions>
  /** Wall time that a reply may take; default ten seconds. */
  readonly requestTimeoutMs?: number
  /** Wall time that a deadline leaves at least; default none. */
  readonly leastDeadlineWallMs?: number
  /** Exchange time between two comparisons; default a minute. */
  readonly reconcileIntervalMs?: number
  /** What goes wrong with appends to the market's journal. */
  readonly journalFault?: (entry: JournalEntry) => AppendFault | null
}

/** A service that runs. */
export interface Running {
  /** Stops it where it is: it hears no reply, and writes nothing more. */
  readonly stop: Effect.Effect<void>
}

/** Everything a test does to the market. */
export interface Market extends Watch {
  readonly urls: Urls
  /** Starts a gateway with an adapter of its own, as a process would; its failure fails the test. */
  readonly startGateway: Effect.Effect<Running>
  /** A process that handles orders takes up the market, and is not heard of again. */
  readonly enter: Effect.Effect<void>
  /** Two gateways on one adapter: an API key has one, and two would fight over its nonces. */
  readonly startTwoGateways: Effect.Effect<Running>
  /** As the gateway; unless told otherwise it never asks for a price that has come before. */
  readonly startFeed: (options?: Partial<MarketFeedOptions>) => Effect.Effect<Running>
  /** The slot asks for entries, all in one record; their local ids count up from `localId`. They wait for their grants. */
  readonly ask: (slot: number, localId: number, ...wishes: ReadonlyArray<Wish>) => Effect.Effect<void>
  /** As `ask`, and the governor grants them all. */
  readonly request: (slot: number, localId: number, ...wishes: ReadonlyArray<Wish>) => Effect.Effect<void>
  readonly cancel: (slot: number, localId: number) => Effect.Effect<void>
  /** The slot says all this in one record. */
  readonly say: (slot: number, event: MarketEvent, ...more: ReadonlyArray<MarketEvent>) => Effect.Effect<void>
  /** Returns when the gateway listens to the private stream: an order of a slot apart has filled, as only it tells. */
  readonly streamStands: Effect.Effect<void>
  readonly books: Effect.Effect<Books>
  /** The exchange's books as soon as they fit. */
  readonly booksWhen: (fits: (books: Books) => boolean) => Effect.Effect<Books>
  /** Puts faults in force. */
  readonly fault: (...faults: ReadonlyArray<Fault>) => Effect.Effect<void>
  readonly clearFaults: Effect.Effect<void>
  /** Waits until journal and books agree in everything, to the last unit. */
  readonly agreement: Effect.Effect<void>
  /** What is wrong now that may never be. */
  readonly audit: Effect.Effect<ReadonlyArray<string>>
}

type Urls = Context.Service.Shape<typeof ExchangeSim>
type ServiceError = OrderGatewayError | MarketFeedError
type MarketServices = Journal | SnapshotStore | ExchangeSim
type Service = Effect.Effect<never, ServiceError, MarketServices | MarketData | Trading | VenueClock>

/** Runs a test on a market of its own. */
export const onMarket = <E>(setup: Setup, test: (market: Market) => Effect.Effect<void, E, MarketServices>) =>
  Effect.gen(function* () {
    const tape = yield* Effect.acquireRelease(
      Effect.sync(() => writeTape(setup.tape ?? swinging())),
      ({ remove }) => Effect.sync(remove)
    )
    const exchangeJournal = yield* Layer.build(MemoryJournal.layer())
    const exchange = yield* Layer.build(
      exchangeSimLayer({
        admin: true,
        market: `recorded:${tape.path}`,
        speed: SPEED,
        faults: setup.faults ?? [],
        ...setup.exchange
      }).pipe(Layer.provide(Layer.succeedContext(exchangeJournal)))
    )
    const { journalFault } = setup
    const marketJournal = MemoryJournal.layer(journalFault === undefined ? {} : { fault: journalFault })
    const services = Context.merge(yield* Layer.build(marketJournal), exchange)
    const failed = yield* Deferred.make<never, ServiceError>()
    const scope = yield* Scope.Scope
    const start: Start = (...running) =>
      Effect.raceAllFirst(running).pipe(
        Effect.provide(adapters(setup, Context.get(services, ExchangeSim))),
        Effect.provideContext(services),
        Effect.tapError((error) => Deferred.fail(failed, error)),
        Effect.forkIn(scope),
        Effect.map((fiber) => ({ stop: Fiber.interrupt(fiber) }))
      )
    const market = makeMarket(setup, services, Context.get(exchangeJournal, Journal), start)
    return yield* Effect.raceFirst(Effect.provideContext(test(market), services), Effect.orDie(Deferred.await(failed)))
  }).pipe(Effect.scoped, Effect.provide(Logger.layer([])))

type Start = (...running: ReadonlyArray<Service>) => Effect.Effect<Running>

const makeMarket = (
  setup: Setup,
  services: Context.Context<MarketServices>,
  exchangeJournal: Context.Service.Shape<typeof Journal>,
  start: Start
): Market => {
  const journal = Context.get(services, Journal)
  const urls = Context.get(services, ExchangeSim)
  const watch = watchJournal(journal)
  const enter = raiseEpoch({
    subjects,
    service: "test",
    reason: "start",
    timeMs: 0,
    watchesOrders: true,
    fitsModels: true
  }).pipe(Effect.orDie, Effect.provideContext(services))
  const gateway = orderGateway({
    subjects,
    deadlineMs: DEADLINE_MS,
    leastDeadlineWallMs: setup.leastDeadlineWallMs ?? 0,
    reconcileIntervalMs: setup.reconcileIntervalMs ?? MINUTE_MS,
    fillWindowMs: DAY_MS
  })

  let said = 0
  const sayAs = (actor: string, event: MarketEvent, ...more: ReadonlyArray<MarketEvent>) => {
    const envelope = { epoch: 1, timeMs: 0, writer: "test", cause: null, events: [event, ...more] } as const
    const entry = encodeEntry(subjects.out(actor), `said.${++said}`, envelope)
    return Effect.orDie(Effect.asVoid(journal.append(entry)))
  }
  const say: Market["say"] = (slot, event, ...more) => sayAs(`slot-${slot}`, event, ...more)
  const ask: Market["ask"] = (slot, localId, wish = {}, ...more) =>
    say(slot, requestOf(localId, wish), ...more.map((other, index) => requestOf(localId + 1 + index, other)))
  const request: Market["request"] = (slot, localId, ...wishes) => {
    const others = wishes.slice(1).map((_wish, index) => grantOf(slot, localId + 1 + index))
    return Effect.andThen(ask(slot, localId, ...wishes), sayAs("governor", grantOf(slot, localId), ...others))
  }

  const books = Effect.promise(() => fetchBooks(urls.restUrl))
  const faults = (init: RequestInit) =>
    Effect.promise(async () => {
      const response = await fetch(`${urls.restUrl}/admin/faults`, init)
      if (!response.ok) throw new Error(await response.text())
    })

  return {
    ...watch,
    urls,
    enter: Effect.asVoid(enter),
    startGateway: Effect.andThen(enter, start(gateway)),
    startTwoGateways: Effect.andThen(Effect.andThen(enter, enter), start(gateway, gateway)),
    startFeed: (given = {}) =>
      Effect.flatMap(enter, (epoch) => {
        const options = { priceFactsPerSec: 20, clockIntervalMs: 5_000, staleAfterMs: DAY_MS }
        return start(marketFeed({ subjects, epoch, ...options, ...given }))
      }),
    ask,
    request,
    cancel: (slot, localId) => say(slot, cancelOf(localId)),
    say,
    streamStands: Effect.andThen(
      request(SLOT_APART, 1, { price: "0.25", volume: "10", postOnly: false }),
      Effect.asVoid(watch.story(SLOT_APART, 1, "OrderFilled"))
    ),
    books,
    booksWhen: (fits) =>
      watch.patiently(
        () => "the exchange's books",
        Effect.gen(function* () {
          while (true) {
            const seenSeq = yield* exchangeJournal.head
            const now = yield* books
            if (fits(now)) return now
            yield* Stream.runHead(exchangeJournal.tail({ from: seenSeq + 1 }))
          }
        })
      ),
    fault: (...put) => faults({ method: "POST", body: JSON.stringify(encodeFaults(put)) }),
    clearFaults: faults({ method: "DELETE" }),
    agreement: watch.untilNothing(Effect.zipWith(books, watch.records, auditAtRest)),
    audit: Effect.zipWith(books, watch.records, auditAlways)
  }
}

/** Our end of the wire. */
const adapters = (setup: Setup, { restUrl, wsPublicUrl, wsPrivateUrl }: Urls) => {
  const { apiKey, apiSecret, tier } = EXCHANGE_SIM_DEFAULTS
  const speed = setup.exchange?.speed ?? SPEED
  const options = { restUrl, wsPublicUrl, requestTimeoutMs: setup.requestTimeoutMs ?? 10_000, speed }
  const keys = { apiKey: Redacted.make(apiKey), apiSecret: Redacted.make(apiSecret), tier }
  return Layer.merge(KrakenMarketData.layer(options), KrakenTrading.layer({ ...options, wsPrivateUrl, ...keys })).pipe(
    Layer.provideMerge(VenueClock.layer({ speed, stopsUnheardAfterMs: 15_000 }))
  )
}
