/** `/api/candles`. */
import { Schema } from "effect"
import { Decimal, Sequence, Standing, UnixSeconds } from "./common.ts"

const Figures = { time: UnixSeconds, open: Decimal, high: Decimal, low: Decimal, close: Decimal }

/** The payload. */
export const Candles = Schema.Struct({
  ...Standing,
  timeframe: Schema.Literals(["1m", "15m"]),
  interval_sec: Schema.Int,
  candles: Schema.Array(
    Schema.Struct({
      ...Figures,
      volume: Decimal,
      trades: Schema.Int,
      provenance: Schema.Literals(["stream", "poll", "backfill", "import"]),
      seq: Sequence
    })
  ),
  forming: Schema.NullOr(Schema.Struct({ ...Figures, prices: Schema.Int, seq: Sequence })),
  more: Schema.Boolean,
  cut: Schema.Boolean
}).annotate({ identifier: "Candles" })
