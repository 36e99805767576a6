/** The other voices of a governed market: the governor's, and a slot's that amends. */
import { Effect } from "effect"
import { DEFAULT_SLOT_RULES } from "../../../shared/config/rules/slot.ts"
import { Price } from "../../../shared/core/decimal/decimal.ts"
import { encodeEntry } from "../../../shared/events/envelope.ts"
import type { EventOf, MarketEvent } from "../../../shared/events/event.ts"
import { Journal } from "../../../shared/journal/port.ts"
import { requestOf, type Wish } from "./slots.ts"
import { subjects } from "./watch.ts"

const BECAUSE = { rule: "test", numbers: {} }
let told = 0

/** Puts an event on any subject, as its writer would. */
export const tell = (subject: string, event: MarketEvent, timeMs = 0) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const envelope = { v: 1, epoch: 1, timeMs, writer: "test", cause: null, events: [event] } as const
    yield* Effect.orDie(journal.append(encodeEntry(subject, `told.${++told}`, envelope)))
  })

/** The market has a governor from here on. */
export const govern = tell(subjects.control, {
  _tag: "MarketConfigured",
  slots: [1],
  rules: DEFAULT_SLOT_RULES,
  governed: true
})

/** What the governor decides. */
export const asGovernor = (event: MarketEvent) => tell(subjects.out("governor"), event)

/** The governor lets slot 1's entry go. */
export const grant = (localId: number) => asGovernor({ _tag: "EntryGranted", slot: 1, localId, reason: BECAUSE })

/** The governor does not let slot 1's entry go. */
export const refuse = (localId: number) => asGovernor({ _tag: "EntryRefused", slot: 1, localId, reason: BECAUSE })

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
