/** The tables that are made from journals: `fills`, `price_history`, `bot_events`, `day_profiles`. */
import { Effect, Schema } from "effect"
import { Price, Quote, Volume } from "../../core/decimal/decimal.ts"
import { PriceText, VolumeText } from "../../events/decimalText.ts"
import type {
  BotEventRow,
  DayProfileRow,
  FillRow,
  PriceRow,
  ProjectedRow,
  ProjectionStore,
  StoreError,
  StoreTable
} from "../port.ts"
import { ask, change, lastOfEach, pieces, send } from "./call.ts"
import type { Client } from "./client.ts"

/** Rows of each table that one request of `forget` deletes: well within the time limit of a hosted statement. */
const FORGOTTEN_AT_ONCE = 10_000

const ProfileRows = Schema.Array(
  Schema.Struct({
    day: Schema.String,
    high: PriceText,
    low: PriceText,
    point_of_control: PriceText,
    value_area_high: PriceText,
    value_area_low: PriceText,
    volume_weighted_price: Schema.Finite,
    total_volume: VolumeText
  })
)
const PROFILE_COLUMNS =
  "day,high::text,low::text,point_of_control::text,value_area_high::text,value_area_low::text,volume_weighted_price,total_volume::text"

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

const profileColumns = (row: DayProfileRow) => ({
  market: row.market,
  day: row.day,
  high: Price.format(row.high),
  low: Price.format(row.low),
  point_of_control: Price.format(row.pointOfControl),
  value_area_high: Price.format(row.valueAreaHigh),
  value_area_low: Price.format(row.valueAreaLow),
  volume_weighted_price: row.volumeWeightedPrice,
  total_volume: Volume.format(row.totalVolume)
})

const profileOf = (market: string, row: (typeof ProfileRows.Type)[number]): DayProfileRow => ({
  market,
  day: row.day,
  high: row.high,
  low: row.low,
  pointOfControl: row.point_of_control,
  valueAreaHigh: row.value_area_high,
  valueAreaLow: row.value_area_low,
  volumeWeightedPrice: row.volume_weighted_price,
  totalVolume: row.total_volume
})

export const makeProjection = (client: Client): ProjectionStore => {
  const upsert = <Row>(
    table: StoreTable,
    rows: ReadonlyArray<Row>,
    keyOf: (row: Row) => string,
    onConflict: string,
    columns: (row: Row) => Record<string, unknown>
  ): Effect.Effect<void, StoreError> =>
    Effect.forEach(
      pieces(lastOfEach(rows, keyOf)),
      (piece) => send(`${table}.upsert`, () => client.from(table).upsert(piece.map(columns), { onConflict })),
      { discard: true }
    )

  return {
    fills: (rows) => upsert("fills", rows, placeOf, PLACE, fillColumns),
    prices: (rows) => upsert("price_history", rows, placeOf, PLACE, priceColumns),
    botEvents: (rows) => upsert("bot_events", rows, placeOf, PLACE, botEventColumns),
    dayProfiles: (rows) =>
      upsert("day_profiles", rows, ({ market, day }) => `${market} ${day}`, "market,day", profileColumns),

    dayProfilesBefore: (market, beforeDay, count) =>
      ask("day_profiles.before", ProfileRows, () =>
        client
          .from("day_profiles")
          .select(PROFILE_COLUMNS)
          .eq("market", market)
          .lt("day", beforeDay)
          .order("day", { ascending: false })
          .limit(count)
      ).pipe(Effect.map((rows) => rows.map((row) => profileOf(market, row)).reverse())),

    forget: Effect.fnUntraced(function* (market: string): Effect.fn.Return<number, StoreError> {
      let forgotten = 0
      for (;;) {
        const gone = yield* change("projection.forget", Schema.Int, () =>
          client.rpc("forget_market", { p_market: market, p_most: FORGOTTEN_AT_ONCE })
        )
        if (gone === 0) return forgotten
        forgotten += gone
      }
    })
  }
}
