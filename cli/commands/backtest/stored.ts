/** A backtest on candles that the store has. */
import { Effect } from "effect"
import { columnsDirectory, storeIfThere } from "../../../app/leaves/store.ts"
import type { Settings } from "../../../app/settings.ts"
import { storedRecording } from "../../../services/exchange-sim/core/market/rows.ts"
import { timeframeName } from "../../../shared/candles/core/candle.ts"
import { storedColumns } from "../../../shared/store/columns/storedColumns.ts"
import { timeframesNamed } from "../backfill/historySource.ts"
import { failed } from "./failed.ts"

/** The pair's candles of one length, of the real market: what the simulated one made says nothing about any other. */
export const playStored = Effect.fnUntraced(function* (settings: Settings, timeframe: string) {
  const [intervalMin, another] = yield* timeframesNamed(timeframe)
  if (intervalMin === undefined || another !== undefined)
    return yield* failed(`--stored ${timeframe}: name one timeframe, as 1m`)
  const series = { venue: "real", symbol: settings.pair, intervalMin } as const
  const file = `${settings.pair} ${timeframeName(intervalMin)} of the store`
  const store = storeIfThere(settings)
  const advice = `fetch some: kennel backfill --symbol ${settings.pair} --timeframe ${timeframeName(intervalMin)}`
  if (store === null) return yield* failed(`there is no store in ${settings.dataDir}; ${advice}`)
  const stored = yield* Effect.provide(storedColumns(columnsDirectory(settings), series), store)
  if (stored.columns.length === 0) return yield* failed(`${file}: no candles of the real market; ${advice}`)
  return { file, stored, recording: storedRecording(stored.columns, intervalMin) }
})
