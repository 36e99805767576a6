import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Option, Stream } from "effect"
import { governorActor } from "../../services/governor/core/actor.ts"
import { configureMarket } from "../../services/slot-actor/service.ts"
import { slotActor } from "../../services/slot-actor/core/actor.ts"
import { configure, raiseEpoch } from "../../shared/actor/control.ts"
import { retryAppend } from "../../shared/retry.ts"
import { runActors } from "../../shared/actor/runtime.ts"
import { verifyJournal } from "../../shared/actor/verify.ts"
import { ofAnyKind } from "../../shared/actor/core/actor.ts"
import { decodeRecord, encodeEntry } from "../../shared/events/envelope.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { NatsJournal } from "../../shared/journal/nats/nats.ts"
import { natsServerFound, startNatsServer } from "../../shared/journal/nats/testing/testServer.ts"
import { Journal } from "../../shared/journal/port.ts"
import { accountFacts, cancelled, generousRules, jumpingPrice, restlessRules } from "../testing/tradingSlot.ts"

const subjects = marketSubjects("XDGUSD")
const TICKS = 300
const actors = [ofAnyKind(slotActor(1)), ofAnyKind(governorActor)]

const put = (subject: string, id: string, timeMs: number, events: readonly [MarketEvent, ...Array<MarketEvent>]) =>
  Effect.flatMap(Journal, (journal) =>
    retryAppend(journal.append(encodeEntry(subject, id, { epoch: 1, timeMs, writer: "test", cause: null, events })))
  )

/** Returns once an actor has said something that fits. */
const hasSaid = (actor: string, fits: (event: MarketEvent) => boolean) =>
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

describe.skipIf(!natsServerFound())("two replicas of a market on NATS", () => {
  it.live(
    "publish every decision exactly once, with the server killed in between",
    () =>
      Effect.gen(function* () {
        const server = yield* Effect.acquireRelease(
          Effect.promise(() => startNatsServer()),
          (running) => Effect.promise(() => running.dispose())
        )
        const connection = () =>
          NatsJournal.layer({ url: server.url, stream: "KENNEL_XDGUSD", subjects: [subjects.everything] })
        const replica = runActors({ host: "replica", subjects, actors, publish: true }).pipe(
          Effect.provide(connection())
        )
        yield* Effect.gen(function* () {
          yield* raiseEpoch({
            subjects,
            service: "test",
            reason: "start",
            timeMs: 0,
            watchesOrders: true,
            fitsModels: true
          })
          yield* configure(subjects, "governor", {
            _tag: "GovernorConfigured",
            rules: generousRules,
            fittedIntervals: []
          })
          yield* configureMarket({ subjects, slots: [1], rules: restlessRules })
          yield* put(subjects.account, "facts", 1_000_000, accountFacts)
          const replicas = [yield* Effect.forkChild(replica), yield* Effect.forkChild(replica)]
          yield* hasSaid("governor", ({ _tag }) => _tag === "SlotsSet")
          yield* put(subjects.price, "price.0", 1_000_000, [jumpingPrice(0)])
          yield* hasSaid("slot-1", ({ _tag }) => _tag === "FundsWanted")
          yield* put(subjects.clock, "clock", 1_000_000, [{ _tag: "ClockTicked", priceAgeSec: 0 }])
          yield* hasSaid("governor", ({ _tag }) => _tag === "EntryGranted")
          let last = 0
          for (let n = 1; n <= TICKS; n++) {
            const { seq } = yield* put(subjects.price, `price.${n}`, 1_000_000 + n * 1_000, [jumpingPrice(n)])
            if (n === 100 || n === 200) {
              yield* Effect.promise(() => server.kill())
              yield* Effect.promise(() => server.restart())
            }
            const { events } = yield* decisionOn(seq)
            for (const event of events) {
              if (event._tag === "OrderRequested") last = event.localId
              if (event._tag !== "CancelRequested") continue
              yield* put(subjects.order(1), `gone.${event.localId}`, 1_000_000, [cancelled(event.localId)])
            }
          }
          yield* hasSaid("governor", (event) => event._tag === "EntryGranted" && event.localId === last)
          for (const running of replicas) yield* Fiber.interrupt(running)

          const journal = yield* Journal
          for (const actor of ["slot-1", "governor"]) {
            const outputs = yield* Stream.runCollect(journal.read({ from: 1, filter: subjects.out(actor) }))
            expect(new Set(outputs.map(({ id }) => id)).size).toBe(outputs.length)
            expect(outputs.length).toBeGreaterThanOrEqual(TICKS)
          }
          const verification = yield* verifyJournal({ subjects, actors })
          expect(verification.divergences).toStrictEqual([])
          expect(verification.actors.map(({ unwritten }) => unwritten)).toStrictEqual([0, 0])
        }).pipe(Effect.provide(Layer.fresh(connection())))
      }).pipe(Effect.scoped),
    60_000
  )
})
