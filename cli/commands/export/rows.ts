/** Fills and cycles as rows, in the order of the journal. Amounts are exact decimal text; times are UTC. Pure. */
import type { Currencies } from "../../shared/currencies.ts"
import { minusBaseFee, plusBaseFee, type WithBaseFee } from "../../../shared/core/baseFee.ts"
import { minus, plus, Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { ClientId } from "../../../shared/core/ids/kinds.ts"
import type { Side } from "../../../shared/core/trading.ts"
import type { StoredRecord } from "../../../shared/events/envelope.ts"
import type { EventOf, MarketEvent } from "../../../shared/events/event.ts"

/** A cell is text, a whole number, or nothing where the journal does not say. */
export type ExportRow = Readonly<Record<string, string | number | null>>

/** The names of a fill's columns, in order. `record`: its sequence in the journal. */
export const FILL_COLUMNS = [
  ...["time", "side", "price", "volume", "cost", "fee", "currency", "fee_base", "base_currency"],
  ...["slot", "order_id", "txid", "exec_id", "liquidity", "record"]
]

/** The names of a cycle's columns, in order. */
export const CYCLE_COLUMNS = [
  ...["entry_time", "exit_time", "slot", "trade", "cycle", "kind", "entry_price", "exit_price", "volume"],
  ...["gross", "fees", "net", "currency", "record"]
]

interface Sums extends WithBaseFee {
  readonly volume: Volume
  readonly cost: Quote
  readonly fee: Quote
}

/** An order between its claim and its end. */
interface Known {
  readonly side: Side
  readonly told: Sums
}

const NOTHING: Sums = { volume: Volume.zero, cost: Quote.zero, fee: Quote.zero }

const more = (a: Sums, b: Sums): Sums => ({
  volume: plus(a.volume, b.volume),
  cost: plus(a.cost, b.cost),
  fee: plus(a.fee, b.fee),
  ...plusBaseFee(a, b)
})

const less = (a: Sums, b: Sums): Sums => ({
  volume: minus(a.volume, b.volume),
  cost: minus(a.cost, b.cost),
  fee: minus(a.fee, b.fee),
  ...minusBaseFee(a, b)
})

const time = (ms: number): string => new Date(ms).toISOString()

interface Fill extends Sums {
  readonly side: Side | null
  readonly price: Price
  readonly clientId: string
  readonly txid: string
  readonly execId: string | null
  readonly liquidity: string | null
}

/** Takes every record from the first on: the side of a fill stands in the claim of its order. Changed in place. */
export class FillRows {
  private readonly orders = new Map<ClientId, Known>()
  private readonly currencies: Currencies

  constructor(currencies: Currencies) {
    this.currencies = currencies
  }

  /** The record's fills. What an end counts and no fill has told of is a row without `exec_id`. */
  take(record: StoredRecord): ReadonlyArray<ExportRow> {
    return record.events.flatMap((event) => this.fillsOf(event).map((fill) => this.row(fill, record)))
  }

  private fillsOf(event: MarketEvent): ReadonlyArray<Fill> {
    switch (event._tag) {
      case "OrderClaimed":
        this.orders.set(event.clientId, { side: event.side, told: NOTHING })
        return []
      case "OrderRejected":
        this.orders.delete(event.clientId)
        return []
      case "FillRecorded": {
        const order = this.orders.get(event.clientId)
        if (order !== undefined) this.orders.set(event.clientId, { ...order, told: more(order.told, event) })
        return [{ ...event, side: order?.side ?? null }]
      }
      case "LateFillRecorded":
        return [event]
      case "OrderFilled":
      case "OrderCancelled":
        return this.endOf(event)
      default:
        return []
    }
  }

  private endOf(event: EventOf<"OrderFilled" | "OrderCancelled">): ReadonlyArray<Fill> {
    const order = this.orders.get(event.clientId)
    this.orders.delete(event.clientId)
    if (order === undefined) return []
    const untold = less(event, order.told)
    return untold.volume <= 0n ? [] : [{ ...event, ...untold, side: order.side, execId: null, liquidity: null }]
  }

  private row(
    { side, price, volume, cost, fee, baseFee, clientId, txid, execId, liquidity }: Fill,
    record: StoredRecord
  ): ExportRow {
    const { base, quote } = this.currencies
    return {
      time: time(record.timeMs),
      side,
      price: Price.format(price),
      volume: Volume.format(volume),
      cost: Quote.format(cost),
      fee: Quote.format(fee),
      currency: quote,
      fee_base: Volume.format(baseFee?.amount ?? Volume.zero),
      base_currency: base,
      slot: record.slot,
      order_id: clientId,
      txid,
      exec_id: execId,
      liquidity,
      record: record.seq
    }
  }
}

/** The record's cycles. */
export const cycleRowsOf = (record: StoredRecord, { quote }: Currencies): ReadonlyArray<ExportRow> =>
  record.events.flatMap((event) => {
    if (event._tag !== "CycleBooked") return []
    return [
      {
        entry_time: time(event.entryMs),
        exit_time: time(event.exitMs),
        slot: record.slot,
        trade: event.tradeId,
        cycle: event.cycle,
        kind: event.kind,
        entry_price: Price.format(event.entryPrice),
        exit_price: Price.format(event.exitPrice),
        volume: Volume.format(event.volume),
        gross: Quote.format(event.gross),
        fees: Quote.format(event.fees),
        net: Quote.format(event.net),
        currency: quote,
        record: record.seq
      }
    ]
  })

/** A line of CSV (RFC 4180). */
export const csvLine = (cells: ReadonlyArray<string | number | null>): string =>
  cells
    .map((cell) => {
      const text = String(cell ?? "")
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
    })
    .join(",")
