/** Every amendment that a slot asks for is answered at most once: a second answer would be taken for that of the next one. */
import type { StoredRecord } from "../../../shared/events/envelope.ts"

interface Asked {
  wanted: number
  answered: number
}

/** Amendments of every order, by slot and local id. */
export class Amendments {
  private readonly orders = new Map<string, Asked>()
  private readonly problem: (text: string) => void

  constructor(problem: (text: string) => void) {
    this.problem = problem
  }

  take({ seq, slot, events }: StoredRecord): void {
    for (const event of events) {
      if (event._tag === "AmendRequested") this.of(slot, event.localId).wanted++
      else if (event._tag === "OrderAmended" || event._tag === "AmendRefused") {
        const order = this.of(slot, event.localId)
        if (++order.answered > order.wanted)
          this.problem(
            `record ${seq}, slot ${slot}, order ${event.localId}: ${order.answered} answers to ${order.wanted} amendments`
          )
      }
    }
  }

  private of(slot: number | null, localId: number): Asked {
    const key = `${slot}.${localId}`
    const known = this.orders.get(key)
    if (known !== undefined) return known
    const order = { wanted: 0, answered: 0 }
    this.orders.set(key, order)
    return order
  }
}
