/** The recorded regimes of a journal held against its candles: what is read for it, and from where. */
import { Effect, type Layer, Result, Stream } from "effect"
import { storeIfThere } from "../../../app/leaves/store.ts"
import { subjectsOf } from "../../../app/leaves/journal.ts"
import type { Settings } from "../../../app/settings.ts"
import { emptyHistory, type History, tell, untoldRanges } from "../../../services/hmm-advisor/core/proof/history.ts"
import { beginProof, type Proof, prove } from "../../../services/hmm-advisor/core/proof/proof.ts"
import { newestReadSec, madeMsOf } from "../../../services/hmm-advisor/core/proof/readings.ts"
import { advisorOptions } from "../../../services/hmm-advisor/options.ts"
import { decoded } from "../../../shared/actor/control/decode.ts"
import { sha256 } from "../../../shared/actor/hash.ts"
import { intervalSec } from "../../../shared/candles/core/candle.ts"
import { venueOf } from "../../../shared/config/shared.ts"
import type { StoredRecord } from "../../../shared/events/envelope.ts"
import { Journal } from "../../../shared/journal/port.ts"
import { type CandleSeries, Store, type StoreOpenError } from "../../../shared/store/port.ts"
import { bar, clearLine, showLine } from "../../shared/terminal.ts"

/** First and last candle that recorded facts of one timeframe looked at, starts in Unix seconds. */
interface Needed {
  fromSec: number
  toSec: number
}

/** What came of it. */
export interface Recomputed extends Proof {
  /** Candles that the store gave. */
  readonly storedCandles: number
  /** Why the store gave none although some were wanted; null where nothing was wanted, or all could be asked for. */
  readonly storeAway: string | null
}

/** How many facts differ. */
export const differencesIn = ({ trainings, regimes }: Recomputed): number => trainings.differ + regimes.differ

/** The records of a subject pattern up to the newest, decoded; what does not decode is for `journal verify` to name. */
const recordsOf = (filter: string, head: number) =>
  Stream.unwrap(
    Effect.map(Journal, ({ read }) =>
      decoded(read({ from: 1, filter }).pipe(Stream.takeWhile(({ seq }) => seq <= head)))
    )
  )

/** Every closed candle the journal tells. */
const toldCandles = Effect.fnUntraced(function* (settings: Settings, head: number) {
  const histories = new Map<number, History>()
  const candles = recordsOf(subjectsOf(settings).closedCandle("*"), head)
  yield* Stream.runForEach(candles, ({ seq, events }) =>
    Effect.sync(() => {
      for (const event of events) {
        if (event._tag !== "CandleClosed") continue
        const history = histories.get(event.intervalMin) ?? emptyHistory(event.intervalMin)
        histories.set(event.intervalMin, history)
        tell(history, seq, event)
      }
    })
  )
  return histories
})

/** Which candles the recorded facts looked at. */
const neededCandles = Effect.fnUntraced(function* (settings: Settings, head: number, recentCandles: number) {
  const needed = new Map<number, Needed>()
  const need = (intervalMin: number, fromSec: number, toSec: number): void => {
    const before = needed.get(intervalMin) ?? { fromSec, toSec }
    needed.set(intervalMin, {
      fromSec: Math.min(before.fromSec, fromSec),
      toSec: Math.max(before.toSec, toSec)
    })
  }
  const look = ({ timeMs, events }: StoredRecord): void => {
    for (const event of events) {
      if (event._tag === "RegimeModelTrained") need(event.intervalMin, event.fromSec, event.toSec)
      if (event._tag !== "RegimeObserved") continue
      const readings = [event.fast, event.slow]
      const madeMs = madeMsOf(timeMs, readings)
      for (const reading of readings) {
        const toSec = madeMs === null ? null : newestReadSec(reading, madeMs)
        const step = intervalSec(reading.intervalMin)
        if (toSec !== null) need(reading.intervalMin, toSec - (recentCandles - 1) * step, toSec)
      }
    }
  }
  yield* Stream.runForEach(recordsOf(subjectsOf(settings).regime, head), (record) => Effect.sync(() => look(record)))
  return needed
})

/** Asks the store for what the journal does not tell; answers with how many candles it had. */
const fillFromStore = Effect.fnUntraced(function* (
  market: Pick<CandleSeries, "venue" | "symbol">,
  wanted: ReadonlyArray<{ readonly history: History; readonly fromSec: number; readonly toSec: number }>
) {
  const { candles } = yield* Store
  let count = 0
  for (const { history, fromSec, toSec } of wanted) {
    const stored = yield* candles.between({ ...market, intervalMin: history.intervalMin }, fromSec, toSec)
    for (const candle of stored) history.stored.set(candle.timeSec, candle)
    count += stored.length
  }
  return count
})

/** Recomputes every regime and training of the journal at hand, in its order. Reads only. `store`: not that of the settings. */
export const recomputeRegimes = Effect.fn("recomputeRegimes")(function* (
  settings: Settings,
  store: Layer.Layer<Store, StoreOpenError> | null = storeIfThere(settings)
) {
  const { head: headOf } = yield* Journal
  const head = yield* headOf
  const { recentCandles, inference } = advisorOptions(settings)
  yield* showLine("regimes: reading the journal's candles")
  const histories = yield* toldCandles(settings, head)
  const needed = yield* neededCandles(settings, head, recentCandles)
  const wanted = [...needed].flatMap(([intervalMin, { fromSec, toSec }]) => {
    const history = histories.get(intervalMin) ?? emptyHistory(intervalMin)
    histories.set(intervalMin, history)
    return untoldRanges(history, fromSec, toSec).map((range) => ({ history, ...range }))
  })
  const asked =
    wanted.length === 0
      ? Result.succeed(0)
      : store === null
        ? Result.fail({ message: "there is no store in the data directory" })
        : yield* Effect.result(
            Effect.provide(fillFromStore({ venue: venueOf(settings), symbol: settings.pair }, wanted), store)
          )
  const proof = beginProof(histories, { ...inference, recentCandles }, sha256)
  yield* Stream.runForEach(recordsOf(subjectsOf(settings).regime, head), (record) =>
    Effect.andThen(
      showLine(`regimes: ${bar(record.seq / head)}  record ${record.seq} of ${head}`),
      Effect.sync(() => prove(proof, record))
    )
  )
  yield* clearLine
  const answer: Recomputed = {
    ...proof,
    first: proof.first,
    storedCandles: Result.isSuccess(asked) ? asked.success : 0,
    storeAway: Result.isFailure(asked) ? asked.failure.message : null
  }
  return answer
})
