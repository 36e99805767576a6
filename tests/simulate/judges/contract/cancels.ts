/** Nobody takes off an order that its slot has not asked to: what the exchange was asked to cancel, by slots' wishes and by answers to drift. */
import type { StoredRecord } from "../../../../shared/events/envelope.ts"
import type { SimulatedExchange } from "../../world/exchange.ts"

/** In the exchange's words: its client has asked for it. */
const ASKED_FOR = "User requested"

/** Cancels that were asked for. */
export class Cancels {
  private readonly wanted = new Set<string>()
  private readonly names = new Map<string, string>()
  private readonly adrift = new Set<string>()
  /** Of which a slot was told that they were cancelled so: it had them, and they were not adrift. */
  private readonly told = new Set<string>()

  take({ slot, events }: StoredRecord): void {
    for (const event of events) {
      if (event._tag === "CancelRequested") this.wanted.add(`${slot}.${event.localId}`)
      else if (event._tag === "OrderClaimed") this.names.set(event.clientId, `${slot}.${event.localId}`)
      else if (event._tag === "OrderCancelled" && event.cause === ASKED_FOR) this.told.add(event.clientId)
      else if (event._tag === "DriftReconciled") for (const { txid } of event.cancelled) this.adrift.add(txid)
    }
  }

  /** Orders of slots that were cancelled although nobody had asked. */
  unasked({ desk }: SimulatedExchange): ReadonlyArray<string> {
    return [...desk.books.orders.values()].flatMap(({ txid, clientId, status, reason }) => {
      if (clientId === null || status !== "canceled" || reason !== ASKED_FOR) return []
      if (this.adrift.has(txid) && !this.told.has(clientId)) return []
      const name = this.names.get(clientId)
      return name !== undefined && !this.wanted.has(name)
        ? [`order ${clientId} was taken off, and its slot has not asked`]
        : []
    })
  }
}
