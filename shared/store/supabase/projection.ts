/** The tables that are made from journals: `fills`, `price_history`, `bot_events`. */
import { Effect, Schema } from "effect"
import { Price, Quote, Volume } from "../../core/decimal/decimal.ts"
import type { ProjectionStore, StoreError, StoreTable } from "../port.ts"
import type { BotEventRow, FillRow, PriceRow, ProjectedRow } from "../projected.ts"
import { change, lastOfEach, pieces, send } from "./call.ts"
import type { Client } from "./client.ts"

/** Rows of each table that one request of `forget` deletes: well within the time limit of a hosted statement. */
const FORGOTTEN_AT_ONCE = 10_000

const placeOf = ({ market, eventId }: ProjectedRow): string => `${market} ${eventId}`
const PLACE = "market,event_id"

const fillColumns = (row: FillRow) => ({
  market: row.market,
  event_id: row.eventId,
  time: row.timeSec,
  slot_id: row.slot,
  local_id: row.localId,
  client_id: row.clientId,
  txid: row.txid,
  exec_id: row.execId,
  side: row.side,
  price: Price.format(row.price),
  volume: Volume.format(row.volume),
  cost: Quote.format(row.cost),
  fee: Quote.format(row.fee),
  liquidity: row.liquidity
})

const priceColumns = (row: PriceRow) => ({
  market: row.market,
  event_id: row.eventId,
  time: row.timeSec,
  last: Price.format(row.last),
  bid: Price.format(row.bid),
  ask: Price.format(row.ask)
})

const botEventColumns = (row: BotEventRow) => ({
  market: row.market,
  event_id: row.eventId,
  timestamp: row.timeSec,
  slot_id: row.slot,
  event_type: row.eventType,
  from_state: row.fromState,
  to_state: row.toState,
  details: row.details
})

/** Asks for deletions until none is left; how many there were. */
const untilNone = Effect.fnUntraced(function* (
  call: string,
  request: Parameters<typeof send>[1]
): Effect.fn.Return<number, StoreError> {
  let forgotten = 0
  for (;;) {
    const gone = yield* change(call, Schema.Int, request)
    if (gone === 0) return forgotten
    forgotten += gone
  }
})

export const makeProjection = (client: Client): ProjectionStore => {
  const upsert = <Row extends ProjectedRow>(
    table: StoreTable,
    rows: ReadonlyArray<Row>,
    columns: (row: Row) => Record<string, unknown>
  ): Effect.Effect<void, StoreError> =>
    Effect.forEach(
      pieces(lastOfEach(rows, placeOf)),
      (piece) => send(`${table}.upsert`, () => client.from(table).upsert(piece.map(columns), { onConflict: PLACE })),
      { discard: true }
    )

  return {
    fills: (rows) => upsert("fills", rows, fillColumns),
    prices: (rows) => upsert("price_history", rows, priceColumns),
    botEvents: (rows) => upsert("bot_events", rows, botEventColumns),
    forget: (market) =>
      untilNone("projection.forget", () =>
        client.rpc("forget_market", { p_market: market, p_most: FORGOTTEN_AT_ONCE })
      ),
    forgetOlder: (market, { fillsSec, pricesSec, botEventsSec }) =>
      untilNone("projection.forgetOlder", () =>
        client.rpc("forget_projected", {
          p_market: market,
          p_fills: fillsSec,
          p_prices: pricesSec,
          p_events: botEventsSec,
          p_most: FORGOTTEN_AT_ONCE
        })
      )
  }
}
