/** A backtest on candles that the store has. */
import { Effect } from "effect"
import { columnsDirectory, storeIfThere } from "../../../app/leaves/store.ts"
import type { Settings } from "../../../app/settings.ts"
import { storedRecording } from "../../../services/exchange-sim/core/market/rows.ts"
import { intervalSec, timeframeName } from "../../../shared/candles/core/candle.ts"
import { StoreError, type StoreOpenError } from "../../../shared/store/port.ts"
import { storedColumns } from "../../../shared/store/columns/storedColumns.ts"
import { timeframesNamed } from "../backfill/historySource.ts"
import { failed } from "./failed.ts"

const OLDER_BUILD = "the store is of an older build, of the market that runs: restart it with this one"

/** What is missing in a server's store its migrations bring; the embedded one has its own from its start on. */
export const isOlderBuilds = (
  { supabaseUrl }: Pick<Settings, "supabaseUrl">,
  error: StoreError | StoreOpenError
): boolean => supabaseUrl === "" && error instanceof StoreError && error.advice === "missing_table"

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
  const columns = yield* Effect.provide(storedColumns(columnsDirectory(settings), series), store).pipe(
    Effect.mapError((error) => (isOlderBuilds(settings, error) ? failed(OLDER_BUILD) : error))
  )
  const stored = { ...columns, intervalMs: intervalSec(intervalMin) * 1_000 }
  if (stored.columns.length === 0) return yield* failed(`${file}: no candles of the real market; ${advice}`)
  return { file, stored, recording: storedRecording(stored.columns, intervalMin) }
})
