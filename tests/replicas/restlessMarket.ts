/** A market of one slot that wants another price at every tick, for replicas to decide on. */
import { Effect, Option, Stream } from "effect"
import { governorActor } from "../../services/governor/core/actor.ts"
import { slotActor } from "../../services/slot-actor/core/actor.ts"
import { configureMarket } from "../../services/slot-actor/service.ts"
import { ofAnyKind } from "../../shared/actor/core/actor.ts"
import { configure, raiseEpoch } from "../../shared/actor/control/control.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { decodeRecord, encodeEntry } from "../../shared/events/envelope.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import { NatsJournal } from "../../shared/journal/nats/nats.ts"
import { type NatsServer, startNatsServer } from "../../shared/journal/nats/testing/testServer.ts"
import { Journal } from "../../shared/journal/port.ts"
import { retryAppend } from "../../shared/retry.ts"
import { accountFacts, cancelled, generousRules, jumpingPrice, restlessRules } from "../testing/tradingSlot.ts"

export const subjects = marketSubjects("XDGUSD")
export const actors = [ofAnyKind(slotActor(1)), ofAnyKind(governorActor)]

/** A server of the test's own, gone with the scope. */
export const server = Effect.acquireRelease(
  Effect.promise(() => startNatsServer()),
  (running) => Effect.promise(() => running.dispose())
)

/** A connection of its own to the market's journal. */
export const connection = ({ url }: NatsServer) =>
  NatsJournal.layer({ url, stream: "KENNEL_XDGUSD", subjects: [subjects.everything] })

const put = (subject: string, id: string, timeMs: number, events: readonly [MarketEvent, ...Array<MarketEvent>]) =>
  Effect.flatMap(Journal, (journal) =>
    retryAppend(journal.append(encodeEntry(subject, id, { epoch: 1, timeMs, writer: "test", cause: null, events })))
  )

/** Returns once an actor has said something that fits. */
export const hasSaid = (actor: string, fits: (event: MarketEvent) => boolean) =>
  Effect.flatMap(Journal, (journal) =>
    journal.tail({ from: 1, filter: subjects.out(actor) }).pipe(
      Stream.filter((record) => decodeRecord(record).events.some(fits)),
      Stream.runHead
    )
  )

/** What the slot has decided about the record at `cause`, once it stands in the journal. */
const decisionOn = (cause: number) =>
  Effect.flatMap(Journal, (journal) =>
    journal.tail({ from: cause + 1, filter: subjects.out("slot-1") }).pipe(
      Stream.map(decodeRecord),
      Stream.filter((record) => record.cause === cause),
      Stream.runHead,
      Effect.map(Option.getOrThrow)
    )
  )

/** What every market begins with, before anybody decides. */
export const begin = Effect.gen(function* () {
  yield* raiseEpoch({
    subjects,
    service: "test",
    reason: "start",
    timeMs: 0,
    watchesOrders: true,
    fitsModels: true
  })
  yield* configure(subjects, "governor", { _tag: "GovernorConfigured", rules: generousRules, fittedIntervals: [] })
  yield* configureMarket({ subjects, slots: [1], rules: restlessRules })
  yield* put(subjects.account, "facts", 1_000_000, accountFacts)
})

/** The first price and the first entry: from here on every tick is decided on. */
export const firstEntry = Effect.gen(function* () {
  yield* hasSaid("governor", ({ _tag }) => _tag === "SlotsSet")
  yield* put(subjects.price, "price.0", 1_000_000, [jumpingPrice(0)])
  yield* hasSaid("slot-1", ({ _tag }) => _tag === "FundsWanted")
  yield* put(subjects.clock, "clock", 1_000_000, [{ _tag: "ClockTicked", priceAgeSec: 0 }])
  yield* hasSaid("governor", ({ _tag }) => _tag === "EntryGranted")
})

/** Tick `n`, and then what the slot decided on it; returns the order it asked for, if it asked for one. */
export const tick = Effect.fnUntraced(function* <E, R>(n: number, before: Effect.Effect<void, E, R>) {
  const { seq } = yield* put(subjects.price, `price.${n}`, 1_000_000 + n * 1_000, [jumpingPrice(n)])
  yield* before
  const { events } = yield* decisionOn(seq)
  let asked: number | null = null
  for (const event of events) {
    if (event._tag === "OrderRequested") asked = event.localId
    if (event._tag !== "CancelRequested") continue
    yield* put(subjects.order(1), `gone.${event.localId}`, 1_000_000, [cancelled(event.localId)])
  }
  return asked
})

/** What an actor has written, in order. */
export const outputsOf = (actor: string) =>
  Effect.flatMap(Journal, (journal) => Stream.runCollect(journal.read({ from: 1, filter: subjects.out(actor) })))
