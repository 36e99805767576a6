/** What the candle ingestor says: closed candles of the traded pair, and what came of asking for more of them. */
import { Schema } from "effect"
import { PriceText, VolumeText } from "../../schema/decimalText.ts"

/**
 * A candle of the pair is over, as the store holds it. One that the exchange corrects is said again: the later one counts. The
 * history from before the journal's first candle stands in the store alone.
 */
export const CandleClosed = Schema.TaggedStruct("CandleClosed", {
  intervalMin: Schema.Int,
  /** Its start, Unix seconds of the exchange. */
  timeSec: Schema.Int,
  open: PriceText,
  high: PriceText,
  low: PriceText,
  close: PriceText,
  /** Of base currency; 0 where nothing traded. */
  volume: VolumeText,
  trades: Schema.Int,
  /** What brought it. */
  provenance: Schema.Literals(["stream", "poll", "backfill", "import"])
})

/** The answer to the governor's `BackfillAsked`, once every window asked for has been. */
export const BackfillAnswered = Schema.TaggedStruct("BackfillAnswered", {
  commandId: Schema.NonEmptyString,
  /** By window, in the order in which they were asked for; empty: there is none of that timeframe. */
  outcomes: Schema.Array(
    Schema.Struct({
      intervalMin: Schema.Int,
      /** False: the source did not answer, or the store. */
      asked: Schema.Boolean,
      /** What came of it, for people. */
      detail: Schema.String
    })
  )
})

/** A history job failed for good: it is not tried again before the next round. */
export const HistoryJobFailed = Schema.TaggedStruct("HistoryJobFailed", {
  source: Schema.NonEmptyString,
  symbol: Schema.NonEmptyString,
  intervalMin: Schema.Int,
  /** In the words of the source. */
  detail: Schema.String
})

/** Anything the candle ingestor says. */
export const CandleEvent = Schema.Union([CandleClosed, BackfillAnswered, HistoryJobFailed])
