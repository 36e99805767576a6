/** Records among a slot's orders that are no facts: the gateway halts on what it cannot read, whatever it is at, and writes above what is excluded. */
import { describe, expect, it } from "@effect/vitest"
import { Cause, Effect, Exit } from "effect"
import { encodeEntry } from "../../shared/events/envelope.ts"
import { messageOf } from "../../shared/core/messageOf.ts"
import { Journal, type JournalEntry } from "../../shared/journal/port.ts"
import { Price, Volume } from "../../shared/core/decimal/decimal.ts"
import { clientIdOf } from "../../shared/core/ids/clientId.ts"
import { client } from "../../services/exchange-sim/testing/sim.ts"
import { onMarket } from "./testing/market.ts"
import { tags } from "./testing/slots.ts"
import { START_MS } from "./testing/tape.ts"
import { subjects } from "./testing/watch.ts"

const append = (entry: JournalEntry) => Effect.flatMap(Journal, (journal) => Effect.orDie(journal.append(entry)))

/** A fact of an order that nobody has asked for, as an operator would exclude it. */
const stray = append(
  encodeEntry(subjects.order(1), "stray", {
    ...{ epoch: 1, timeMs: 0, writer: "order-gateway", cause: null },
    events: [{ _tag: "OrderUnknown", clientId: "stray", localId: 77, cause: "written by hand" }]
  })
)

const garbage = append({ subject: subjects.order(1), id: "garbage", data: new TextEncoder().encode("{") })

const passOver = (seq: number) =>
  append(
    encodeEntry(subjects.control("operator"), `skip.${seq}`, {
      ...{ epoch: 1, timeMs: 0, writer: "operator", cause: null },
      events: [{ _tag: "RecordSkipped", actor: "*", seq, author: "operator", reason: "nobody asked for it" }]
    })
  )

describe("a record among a slot's orders that is no fact", () => {
  it.live("is passed over where an operator has excluded it, and the slot's next facts stand above it", () =>
    onMarket({}, (market) =>
      Effect.gen(function* () {
        yield* passOver((yield* stray).seq)
        yield* market.startGateway
        yield* market.request(1, 1)
        expect(tags(yield* market.story(1, 1, "OrderAccepted"))).toStrictEqual(["OrderClaimed", "OrderAccepted"])
      })
    )
  )

  it.live("ends, where nobody can read it, a gateway that still waits for the exchange to answer its start", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(
        onMarket(
          { faults: [{ kind: "error", error: "EService:Busy", method: "AssetPairs", times: 1_000 }] },
          (market) =>
            Effect.gen(function* () {
              yield* market.startGateway
              yield* market.event("ExchangeErrorsObserved", 0)
              yield* garbage
              return yield* Effect.never
            })
        )
      )
      expect(Exit.isFailure(exit) ? messageOf(Cause.squash(exit.cause)) : "it runs").toMatch(
        /^order-gateway halted: record \d+ on .*order\.slot-1 does not decode/
      )
    })
  )
})

describe("a claim that no fold takes", () => {
  it.live(
    "and that an operator has excluded is of an order that may have been sent: it is looked up, and not sent again",
    () =>
      onMarket({}, (market) =>
        Effect.gen(function* () {
          yield* market.enter
          yield* market.request(1, 1, { price: "0.15", volume: "60" })
          const records = yield* market.records
          const request = records.find(({ subject }) => subject === subjects.out("slot-1"))
          const raised = records.find(({ events }) => events[0]._tag === "EpochRaised")
          const epoch = raised?.epoch ?? 0
          const clientId = clientIdOf({ epoch, slot: 1, seq: request?.seq ?? 0, index: 0 })
          const claim = yield* append(
            encodeEntry(subjects.order(1), "claim", {
              ...{ epoch, timeMs: request?.timeMs ?? 0, writer: "order-gateway", cause: null },
              events: [
                {
                  ...{ _tag: "OrderClaimed", clientId, localId: 1, side: "buy", postOnly: true, deadlineMs: 0 },
                  price: Price.parse("0.15"),
                  volume: Volume.parse("60")
                }
              ]
            })
          )
          const hand = client(market.urls)
          yield* Effect.promise(() => hand.txidOf(hand.add("buy", "60", "0.15", { cl_ord_id: clientId })))
          yield* passOver(claim.seq)
          yield* market.startGateway
          const before = yield* market.story(1, 1, "OrderAccepted")
          expect(tags(before)).toStrictEqual(["OrderClaimed", "OrderClaimed", "OrderAccepted"])
          expect((yield* market.books).orders).toHaveLength(1)
        })
      )
  )

  it.live("because its time is far from the market's ends the gateway before anything is sent", () =>
    Effect.gen(function* () {
      let sent = -1
      const exit = yield* Effect.exit(
        onMarket({}, (market) =>
          Effect.gen(function* () {
            yield* Effect.addFinalizer(() => Effect.map(market.books, ({ orders }) => void (sent = orders.length)))
            const hoursAgoMs = START_MS - 10 * 3_600_000
            yield* append(
              encodeEntry(subjects.control("market-feed"), "feed", {
                ...{ epoch: 1, timeMs: 0, writer: "market-feed", cause: null },
                events: [
                  {
                    ...{ _tag: "EpochRaised", epoch: 1, service: "market-feed", reason: "start", speed: 10 },
                    ...{ watchesOrders: false, fitsModels: false }
                  }
                ]
              })
            )
            yield* append(
              encodeEntry(subjects.clock, "long-ago", {
                ...{ epoch: 1, timeMs: hoursAgoMs, writer: "market-feed", cause: null },
                events: [{ _tag: "ClockTicked", priceAgeSec: null }]
              })
            )
            yield* market.startGateway
            yield* market.request(1, 1)
            return yield* Effect.never
          }).pipe(Effect.scoped)
        )
      )
      expect(Exit.isFailure(exit) ? messageOf(Cause.squash(exit.cause)) : "it runs").toMatch(
        /^slot 1: record \d+, a fact of this order-gateway, is not believed/
      )
      expect(sent).toBe(0)
    })
  )
})
