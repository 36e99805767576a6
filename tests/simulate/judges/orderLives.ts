/**
 * The life of every order by the journal's facts alone: claimed before it is sent, ended once and with no less than its fills, each
 * fill booked once.
 */
import type { StoredRecord } from "../../../shared/events/envelope.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"

/** What the journal has said of one order, by its client id. */
export interface Life {
  stage: "claimed" | "unknown" | "open" | "ended" | "rejected"
  txid: string | null
  /** What was traded, by the end's own sums and the fills that came after it, or else by the fills so far. */
  volume: bigint
  cost: bigint
}

/** Lists round volumes. */
const ROUNDING = 10n

/** Facts about orders, in the journal's order. */
export class OrderLives {
  readonly byClientId = new Map<string, Life>()
  /** Where each fill was booked. */
  readonly fills = new Map<string, number>()
  private readonly problem: (text: string) => void

  constructor(problem: (text: string) => void) {
    this.problem = problem
  }

  take(record: StoredRecord): void {
    if (record.family !== "order") return
    for (const event of record.events) this.look(record.seq, event)
  }

  private look(seq: number, event: MarketEvent): void {
    if (!("clientId" in event) || event.clientId === null) return
    const { clientId } = event
    const life = this.byClientId.get(clientId)
    const at = (text: string): void => this.problem(`record ${seq}, order ${clientId}: ${text}`)
    switch (event._tag) {
      case "OrderClaimed":
        if (life !== undefined) at("claimed a second time")
        this.byClientId.set(clientId, { stage: "claimed", txid: null, volume: 0n, cost: 0n })
        return
      case "OrderUnknown":
        if (life === undefined) at("unknown before its claim")
        else if (life.stage === "claimed") life.stage = "unknown"
        return
      case "OrderAccepted":
        if (life === undefined) return at("accepted before its claim")
        if (life.stage === "rejected") at("accepted after it was rejected")
        if (life.txid !== null && life.txid !== event.txid)
          at(`stands twice at the exchange: ${life.txid}, ${event.txid}`)
        life.txid = event.txid
        if (life.stage !== "ended") life.stage = "open"
        return
      case "OrderRejected":
        if (life?.stage === "open") at("rejected while it stands")
        this.byClientId.set(clientId, { ...(life ?? { txid: null, volume: 0n, cost: 0n }), stage: "rejected" })
        return
      case "FillRecorded":
      case "LateFillRecorded":
        if (this.fills.has(event.execId))
          at(`fill ${event.execId} booked twice, first by record ${this.fills.get(event.execId)}`)
        this.fills.set(event.execId, seq)
        if (life === undefined) return at("filled before its claim")
        life.volume += event.volume
        life.cost += event.cost
        return
      case "OrderFilled":
      case "OrderCancelled":
        if (life === undefined) return at("ended before its claim")
        if (life.stage === "ended") at("ended twice")
        if (event.volume + ROUNDING < life.volume)
          at(`ends with ${event.volume} traded, and its fills have proved ${life.volume}`)
        life.stage = "ended"
        life.volume = event.volume
        life.cost = event.cost
        return
      default:
        return
    }
  }
}
