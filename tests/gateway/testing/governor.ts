/** The other voices of a market: the governor's, and a slot's that amends. */
import { Effect } from "effect"
import { Price } from "../../../shared/core/decimal/decimal.ts"
import { encodeEntry } from "../../../shared/events/envelope.ts"
import type { EventOf, MarketEvent } from "../../../shared/events/event.ts"
import { Journal } from "../../../shared/journal/port.ts"
import { grantOf, requestOf, type Wish } from "./slots.ts"
import { subjects } from "./watch.ts"

const BECAUSE = { rule: "configured", numbers: {} } as const
let told = 0

/** Puts an event on any subject, as its writer would. */
export const tell = (subject: string, event: MarketEvent, timeMs = 0) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const envelope = { epoch: 1, timeMs, writer: "test", cause: null, events: [event] } as const
    yield* Effect.orDie(journal.append(encodeEntry(subject, `told.${++told}`, envelope)))
  })

/** What the governor decides. */
export const asGovernor = (event: MarketEvent) => tell(subjects.out("governor"), event)

/** The governor lets slot 1's entry go. */
export const grant = (localId: number) => asGovernor(grantOf(1, localId))

/** The governor does not let slot 1's entry go. */
export const refuse = (localId: number) =>
  asGovernor({ _tag: "EntryRefused", slot: 1, localId, askAgain: "later", reason: BECAUSE })

/** The request of an exit: 100 units to sell, unless told otherwise. */
export const exitOf = (localId: number, wish: Wish): EventOf<"OrderRequested"> => {
  const request = requestOf(localId, { side: "sell", ...wish })
  if (request._tag !== "OrderRequested") throw new Error("no request")
  return { ...request, role: "exit" }
}

/** The wish to move an order. */
export const amendmentOf = (localId: number, price: string): EventOf<"AmendRequested"> => ({
  _tag: "AmendRequested",
  localId,
  recoveryId: 1,
  price: Price.parse(price),
  reason: BECAUSE
})
