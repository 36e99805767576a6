/** The account's private stream, turned into order facts as it comes. */
import { Effect, Stream } from "effect"
import { makeQuarantine } from "../../shared/actor/quarantine.ts"
import type { MarketSubjects } from "../../shared/core/ids/subjects.ts"
import { type ExecutionEvent, Trading } from "../../shared/exchange/port.ts"
import { acceptedFacts, fillFacts } from "./core/facts.ts"
import { lateFillFacts } from "./core/lateFills.ts"
import { findLive } from "./core/state.ts"
import type { Asking, OrderFacts } from "./factWriter.ts"
import { writeEnd } from "./lookup.ts"

/** What the rest of the gateway is told of the stream. */
export interface StreamSignals {
  /** The stream stands anew: what it may have missed is to be reconciled. */
  readonly restarted: Effect.Effect<void>
  /** Money has moved, or is held by a new order: balances are to be read. */
  readonly moved: Effect.Effect<void>
}

/** Follows the stream for ever. Events of orders that are not
 * alive in the journal are passed over, but for a fill that the end of its order did not count. */
export const followExecutions = Effect.fn("followExecutions")(function* (
  facts: OrderFacts,
  subjects: MarketSubjects,
  signals: StreamSignals
): Asking {
  const trading = yield* Trading
  const quarantine = makeQuarantine((event) => facts.note(subjects.quarantine, event))

  const handle = Effect.fnUntraced(function* (event: ExecutionEvent) {
    switch (event._tag) {
      case "Snapshot":
        return yield* signals.restarted
      case "Disconnected":
        return yield* event.refused === undefined
          ? Effect.logInfo(`order-gateway: private stream lost: ${event.detail}`)
          : Effect.logWarning(`order-gateway: private stream refused: ${event.refused.message}`)
      case "Malformed":
        return yield* quarantine.put(event.error)
      case "Accepted": {
        const live = findLive(facts.state(), event.clientId, event.txid)
        if (live === null) return
        yield* facts.write(live.slot, live.order.localId, (order) => acceptedFacts(order, event.txid))
        return yield* signals.moved
      }
      case "Filled": {
        const { fill, clientId } = event
        const live = findLive(facts.state(), clientId, fill.txid)
        const ended = facts.state().ended.find(({ txid }) => txid === fill.txid)
        if (live !== null) yield* facts.write(live.slot, live.order.localId, (order) => fillFacts(order, fill))
        else if (ended === undefined) return
        else if (!(yield* facts.writeLate(ended.slot, ended.localId, (order) => lateFillFacts(order, [fill])))) return
        return yield* signals.moved
      }
      case "Ended": {
        const live = findLive(facts.state(), event.clientId, event.txid)
        if (live === null) return
        yield* writeEnd(facts, live.slot, live.order.localId, event.txid)
        return yield* signals.moved
      }
    }
  })

  yield* Effect.raceFirst(Stream.runForEach(trading.executions, handle), quarantine.writing)
})
