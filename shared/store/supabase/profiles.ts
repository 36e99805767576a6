/** Table `day_profiles`. */
import { Effect, Schema } from "effect"
import { Price, Volume } from "../../core/decimal/decimal.ts"
import { PriceText, VolumeText } from "../../schema/decimalText.ts"
import type { DayProfileRow } from "../dayProfile.ts"
import type { ProfileStore } from "../port.ts"
import { ask, send } from "./call.ts"
import type { Client } from "./client.ts"

const Rows = Schema.Array(
  Schema.Struct({
    high: PriceText,
    low: PriceText,
    point_of_control: PriceText,
    value_area_high: PriceText,
    value_area_low: PriceText,
    volume_weighted_price: Schema.Finite,
    total_volume: VolumeText
  })
)
/** Decimals as text: JSON numbers would be rounded to doubles on the way. */
const COLUMNS =
  "high::text,low::text,point_of_control::text,value_area_high::text,value_area_low::text,volume_weighted_price,total_volume::text"

/** The store of day profiles over PostgREST. */
export const makeProfiles = (client: Client): ProfileStore => ({
  upsert: (row) =>
    send(`profiles.upsert ${row.market} ${row.day}`, () =>
      client.from("day_profiles").upsert(
        [
          {
            market: row.market,
            day: row.day,
            high: Price.format(row.high),
            low: Price.format(row.low),
            point_of_control: Price.format(row.pointOfControl),
            value_area_high: Price.format(row.valueAreaHigh),
            value_area_low: Price.format(row.valueAreaLow),
            volume_weighted_price: row.volumeWeightedPrice,
            total_volume: Volume.format(row.totalVolume)
          }
        ],
        { onConflict: "market,day" }
      )
    ).pipe(Effect.asVoid),
  ofDay: (market, day) =>
    ask(`profiles.ofDay ${market} ${day}`, Rows, () =>
      client.from("day_profiles").select(COLUMNS).eq("market", market).eq("day", day)
    ).pipe(
      Effect.map(([row]): DayProfileRow | null =>
        row === undefined
          ? null
          : {
              market,
              day,
              high: row.high,
              low: row.low,
              pointOfControl: row.point_of_control,
              valueAreaHigh: row.value_area_high,
              valueAreaLow: row.value_area_low,
              volumeWeightedPrice: row.volume_weighted_price,
              totalVolume: row.total_volume
            }
      )
    )
})
