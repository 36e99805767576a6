/** Records among a slot's orders that are no facts: the gateway halts on what it cannot read, whatever it is at, and writes above what is excluded. */
import { describe, expect, it } from "@effect/vitest"
import { Cause, Effect, Exit } from "effect"
import { encodeEntry } from "../../shared/events/envelope.ts"
import { messageOf } from "../../shared/core/messageOf.ts"
import { Journal, type JournalEntry } from "../../shared/journal/port.ts"
import { onMarket } from "./testing/market.ts"
import { tags } from "./testing/slots.ts"
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
