/**
 * How long from a tick to the decision it causes, and to the order in the exchange adapter's hands? Every tick moves the
 * price by 2 %, so that each one makes the slot replace an entry: the expensive path, not the idle one.
 *
 * The first measurement is one slot alone, told by hand what a governor says. The second is the market as it runs: slot,
 * governor and gateway, each in its own runtime; the exchange is a stand-in that answers at once, so that Kennel and its
 * journal are what is measured. It is held against the bare chain of four journal hops, each appended and read back and
 * nothing else: price, decision, then the old order's end and beside it the new one's grant, and the claim. That the grant is
 * a fifth record, written and read while the cancel is on its way, is part of what is measured and not of the baseline. It
 * says nothing of networks or of the exchange's own time.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Deferred, Effect, Layer, References, Stream } from "effect"
import { governorService } from "../services/governor/service.ts"
import { orderGateway } from "../services/order-gateway/service.ts"
import { configureMarket, slotService } from "../services/slot-actor/service.ts"
import { Quote, Volume } from "../shared/core/decimal/decimal.ts"
import { encodeEntry } from "../shared/events/envelope.ts"
import type { MarketEvent } from "../shared/events/event.ts"
import { marketSubjects } from "../shared/core/ids/subjects.ts"
import { type LimitOrder, MarketData, type OrderReport, Trading } from "../shared/exchange/port.ts"
import { VenueClock } from "../shared/exchange/venueClock.ts"
import { EmbeddedJournal } from "../shared/journal/embedded/embedded.ts"
import { MemoryJournal } from "../shared/journal/memory.ts"
import { Journal } from "../shared/journal/port.ts"
import {
  accountFacts,
  cancelled,
  generousRules,
  jumpingPrice,
  marketRuns,
  plentyAllotted,
  restlessRules
} from "../tests/testing/tradingSlot.ts"
import { type BenchResult, type Cost, type Figures, figuresOf, stopwatch } from "./result.ts"

const subjects = marketSubjects("BENCH")
const START_MS = 1_700_000_000_000
const append = (subject: string, id: string, timeMs: number, events: readonly [MarketEvent, ...Array<MarketEvent>]) =>
  Effect.flatMap(Journal, (journal) =>
    journal.append(encodeEntry(subject, id, { epoch: 1, timeMs, writer: "bench", cause: null, events }))
  )

/** An exchange that accepts and cancels at once; `onPlace` is when an order reaches it. */
const instantExchange = (onPlace: () => void): typeof Trading.Service => {
  const orders = new Map<string, OrderReport>()
  const report = (txid: string, order: LimitOrder, status: OrderReport["status"]): OrderReport => ({
    txid,
    clientId: order.clientId,
    side: order.side,
    price: order.price,
    volume: order.volume,
    status,
    openedMs: START_MS,
    filledVolume: Volume.zero,
    cost: Quote.zero,
    fee: Quote.zero,
    reason: null
  })
  return Trading.of({
    constraints: Effect.succeed({
      priceDecimals: 7,
      volumeDecimals: 8,
      minVolume: restlessRules.minVolume,
      minCost: restlessRules.minCost,
      status: "online"
    }),
    fees: Effect.succeed({ makerPct: 0.25, takerPct: 0.4 }),
    balances: Effect.succeed({
      base: { total: Volume.parse("100000"), hold: Volume.zero },
      quote: { total: Quote.parse("100000"), hold: Quote.zero }
    }),
    amend: () => Effect.void,
    place: (order) =>
      Effect.sync(() => {
        const txid = `O${orders.size + 1}`
        orders.set(txid, report(txid, order, "open"))
        onPlace()
        return { txid }
      }),
    cancel: (txid) =>
      Effect.sync(() => {
        const order = orders.get(txid)
        if (order !== undefined) orders.set(txid, { ...order, status: "canceled" })
      }),
    openOrders: Effect.sync(() => [...orders.values()].filter(({ status }) => status === "open")),
    findByClientId: (clientId) =>
      Effect.sync(() => [...orders.values()].filter((order) => order.clientId === clientId)),
    orders: (txids) => Effect.sync(() => txids.flatMap((txid) => orders.get(txid) ?? [])),
    fills: () => Effect.succeed([]),
    executions: Stream.never
  })
}

/** The gateway asks it for the time only. */
const silentMarket = MarketData.of({
  events: Stream.never,
  bars: () => Stream.never,
  ticker: Effect.succeed(jumpingPrice(0)),
  time: Effect.succeed(START_MS)
})

const slot = { subjects, slots: [1], rules: restlessRules }
const governor = { subjects, rules: generousRules, fittedIntervals: [] }

/** Returns once `count` records of the subject, from sequence `from` on, contain this text. */
const awaitText = (subject: string, text: string, { from = 1, count = 1 } = {}) =>
  Effect.flatMap(Journal, (journal) =>
    journal.tail({ from, filter: subject }).pipe(
      Stream.filter((record) => new TextDecoder().decode(record.data).includes(text)),
      Stream.take(count),
      Stream.runDrain
    )
  )

/** What passes from each tick's append until the slot's decision stands in the journal. */
const tickToIntent = (ticks: number) =>
  Effect.gen(function* () {
    yield* append(subjects.account, "opening", START_MS, accountFacts)
    let awaited = yield* Deferred.make<ReadonlyArray<number>>()
    yield* configureMarket(slot)
    yield* append(subjects.out("governor"), "runs", START_MS, marketRuns)
    yield* Effect.forkScoped(slotService(slot))
    yield* append(subjects.price, "price.first", START_MS, [jumpingPrice(1)])
    yield* awaitText(subjects.out("slot-1"), "FundsWanted")
    yield* append(subjects.out("governor"), "funds", START_MS, [plentyAllotted])
    yield* awaitText(subjects.out("slot-1"), "OrderRequested")
    const journal = yield* Journal
    const decisions = journal.tail({ from: (yield* journal.head) + 1, filter: subjects.out("slot-1") })
    yield* decisions.pipe(
      Stream.runForEach((record) => {
        const { events } = JSON.parse(new TextDecoder().decode(record.data)) as {
          events: Array<{ _tag: string; localId: number }>
        }
        const asked = events.filter(({ _tag }) => _tag === "CancelRequested").map(({ localId }) => localId)
        return Deferred.succeed(awaited, asked)
      }),
      Effect.forkScoped
    )
    const costs: Array<Cost> = []
    for (let n = 0; n < ticks; n++) {
      awaited = yield* Deferred.make<ReadonlyArray<number>>()
      const took = stopwatch()
      yield* append(subjects.price, `price.${n}`, START_MS + n * 1_000, [jumpingPrice(n)])
      const asked = yield* Deferred.await(awaited)
      costs.push(took())
      for (const localId of asked) {
        yield* append(subjects.order(1), `gone.${localId}`, START_MS + n * 1_000, [cancelled(localId)])
      }
    }
    return costs
  }).pipe(Effect.scoped, Effect.provide(MemoryJournal.layer()))

/** What passes from each tick's append until an order is in the adapter's hands, and of the bare hops in between. */
export const tickToExchange = (ticks: number, directory: string) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const bareJournal = yield* Layer.build(EmbeddedJournal.layer({ directory: join(directory, "bare") }))
    let placed = yield* Deferred.make<void>()
    const trading = instantExchange(() => Deferred.doneUnsafe(placed, Effect.void))
    const gateway = orderGateway({
      subjects,
      deadlineMs: 10_000,
      leastDeadlineWallMs: 0,
      reconcileIntervalMs: 3_600_000,
      fillWindowMs: 1
    })
    yield* configureMarket(slot)
    yield* Effect.forkScoped(slotService(slot))
    yield* Effect.forkScoped(governorService(governor))
    yield* gateway.pipe(
      Effect.provideService(Trading, trading),
      Effect.provideService(MarketData, silentMarket),
      Effect.forkScoped
    )
    yield* awaitText(subjects.account, "AccountReconciled")
    yield* awaitText(subjects.out("governor"), "SlotsSet")
    // The start: the slot asks for funds, the governor allots at the next fact that is no slot's, and both entries stand.
    yield* append(subjects.price, "price.first", START_MS, [jumpingPrice(1)])
    yield* awaitText(subjects.out("slot-1"), "FundsWanted")
    yield* append(subjects.clock, "clock", START_MS, [{ _tag: "ClockTicked", priceAgeSec: 0 }])
    yield* awaitText(subjects.order(1), "OrderAccepted", { count: 2 })
    const ours: Array<Cost> = []
    const bare: Array<Cost> = []
    for (let n = 0; n < ticks; n++) {
      placed = yield* Deferred.make<void>()
      const took = stopwatch()
      yield* append(subjects.price, `price.${n}`, START_MS + n * 1_000, [jumpingPrice(n)])
      yield* Deferred.await(placed)
      ours.push(took())
      // The lane is at rest again when the acceptance stands in the journal.
      yield* awaitText(subjects.order(1), "OrderAccepted", { from: yield* journal.head })
      bare.push(yield* Effect.provideContext(bareChain(n, 4), bareJournal))
    }
    return { ours, bare }
  }).pipe(
    Effect.scoped,
    Effect.provide(
      Layer.merge(EmbeddedJournal.layer({ directory: join(directory, "journal") }), VenueClock.layer({ speed: 1 }))
    )
  )

/** Appends and reads back `hops` records of the size of a decision, one after the other, in a journal of its own. */
const bareChain = Effect.fnUntraced(function* (n: number, hops: number) {
  const journal = yield* Journal
  const data = new Uint8Array(400).fill(120)
  const took = stopwatch()
  for (let hop = 0; hop < hops; hop++) {
    const { seq } = yield* journal.append({ subject: "bare.chain", id: `bare.${n}.${hop}`, data })
    yield* Stream.runHead(journal.tail({ from: seq, filter: "bare.chain" }))
  }
  return took()
})

/** Microseconds of one way. */
const micros = (ms: number): number => ms * 1_000

/** One figure a round: what so many of its ways stay below. Beside it the CPU time of all ways, in the mean. */
const percentiles = (rounds: ReadonlyArray<ReadonlyArray<Cost>>, share: number): Figures => ({
  ...figuresOf(rounds.flat(), micros),
  samples: rounds.map((ways) => {
    const sorted = ways.map(({ wallMs }) => micros(wallMs)).sort((a, b) => a - b)
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  })
})

/** The first ticks warm the code; they are not counted. */
const WARM_UP = 0.2

const steady = (ways: ReadonlyArray<Cost>): ReadonlyArray<Cost> => ways.slice(Math.ceil(ways.length * WARM_UP))

/** Standard output belongs to the results: what the services log below an error is left out. */
const run = <A, E>(measurement: Effect.Effect<A, E>): Promise<A> =>
  Effect.runPromise(Effect.provideService(measurement, References.MinimumLogLevel, "Error"))

export const hotPathBench = async ({ quick }: { readonly quick: boolean }): Promise<Array<BenchResult>> => {
  const intents: Array<ReadonlyArray<Cost>> = []
  const ours: Array<ReadonlyArray<Cost>> = []
  const bare: Array<ReadonlyArray<Cost>> = []
  for (let round = 0; round < (quick ? 1 : 5); round++) {
    intents.push(steady(await run(tickToIntent(quick ? 100 : 3_000))))
    const directory = await mkdtemp(join(tmpdir(), "kennel-bench-"))
    try {
      const ways = await run(tickToExchange(quick ? 20 : 200, directory))
      ours.push(steady(ways.ours))
      bare.push(steady(ways.bare))
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  }
  const chain = (share: number) => ({ name: "four bare hops", ...percentiles(bare, share) })
  return [
    {
      name: "tick → intent in process, p50",
      unit: "µs",
      ...percentiles(intents, 0.5),
      note: "memory journal; goal p99 ≤ 200 µs"
    },
    { name: "tick → intent in process, p99", unit: "µs", ...percentiles(intents, 0.99) },
    {
      name: "tick → order at the adapter, p50",
      unit: "µs",
      ...percentiles(ours, 0.5),
      baseline: chain(0.5),
      note: "embedded journal, fsync before every acknowledgement"
    },
    { name: "tick → order at the adapter, p99", unit: "µs", ...percentiles(ours, 0.99), baseline: chain(0.99) }
  ]
}
