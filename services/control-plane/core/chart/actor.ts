/** The candles as a follower of the journal; it decides nothing. */
import { defineActor, type EventPlace } from "../../../../shared/actor/core/actor.ts"
import { dispatch, type Handlers, hearsOnly } from "../../../../shared/actor/core/handlers.ts"
import type { Price } from "../../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import {
  CHART_TIMEFRAMES,
  type ChartCandle,
  type ChartSeries,
  type ChartState,
  type ChartTimeframe,
  initialChart,
  MAX_CANDLES
} from "./state.ts"

const NAMES = Object.keys(CHART_TIMEFRAMES) as ReadonlyArray<ChartTimeframe>

const candleOf = (event: EventOf<"CandleClosed">, seq: number): ChartCandle => {
  const { timeSec, open, high, low, close, volume, trades, provenance } = event
  return { timeSec, open, high, low, close, volume, trades, provenance, seq }
}

/** The list with the candle at its time: one that is said again takes the place of the earlier one. */
const withCandle = (closed: ReadonlyArray<ChartCandle>, candle: ChartCandle): ReadonlyArray<ChartCandle> => {
  const last = closed.at(-1)
  if (last === undefined || candle.timeSec > last.timeSec) return [...closed, candle]
  const at = closed.findIndex(({ timeSec }) => timeSec >= candle.timeSec)
  const replaces = closed[at]?.timeSec === candle.timeSec ? 1 : 0
  return closed.toSpliced(at, replaces, candle)
}

const closedIn = (series: ChartSeries, candle: ChartCandle): ChartSeries => {
  const [oldest] = series.closed
  // Older than all that is kept: it would be dropped at once.
  if (series.closed.length >= MAX_CANDLES && oldest !== undefined && candle.timeSec < oldest.timeSec) return series
  const closed = withCandle(series.closed, candle)
  const { forming } = series
  return {
    closed: closed.slice(-MAX_CANDLES),
    cut: series.cut || closed.length > MAX_CANDLES,
    forming: forming !== null && forming.timeSec <= candle.timeSec ? null : forming
  }
}

const priceIn = (series: ChartSeries, intervalMin: number, last: Price, { timeMs, seq }: EventPlace): ChartSeries => {
  const width = intervalMin * 60
  const timeSec = Math.floor(timeMs / 1_000 / width) * width
  const { forming, closed } = series
  const newestClosed = closed.at(-1)
  // A price that comes late belongs to a candle that is over.
  if (newestClosed !== undefined && timeSec <= newestClosed.timeSec) return series
  if (forming === null || timeSec > forming.timeSec) {
    return { ...series, forming: { timeSec, open: last, high: last, low: last, close: last, prices: 1, seq } }
  }
  if (timeSec < forming.timeSec) return series
  const high = last > forming.high ? last : forming.high
  const low = last < forming.low ? last : forming.low
  return { ...series, forming: { ...forming, high, low, close: last, prices: forming.prices + 1, seq } }
}

const handlers: Handlers<ChartState, ChartState> = {
  CandleClosed: (state, event, { seq }) => {
    const name = NAMES.find((one) => CHART_TIMEFRAMES[one] === event.intervalMin)
    return name === undefined ? state : { ...state, [name]: closedIn(state[name], candleOf(event, seq)) }
  },
  PriceObserved: (state, { last }, place) => ({
    "1m": priceIn(state["1m"], CHART_TIMEFRAMES["1m"], last, place),
    "15m": priceIn(state["15m"], CHART_TIMEFRAMES["15m"], last, place)
  })
}

const fold = dispatch<ChartState, ChartState>(handlers, (state) => state)

/** A candle as a row: its text is a third as long as with the names of its figures. */
type Row = readonly [
  ...figures: [
    ChartCandle["timeSec"],
    ChartCandle["open"],
    ChartCandle["high"],
    ChartCandle["low"],
    ChartCandle["close"],
    ChartCandle["volume"],
    ChartCandle["trades"],
    ChartCandle["provenance"],
    ChartCandle["seq"]
  ]
]

interface WrittenSeries extends Omit<ChartSeries, "closed"> {
  readonly closed: ReadonlyArray<Row>
}

const rowOf = (c: ChartCandle): Row => [
  c.timeSec,
  c.open,
  c.high,
  c.low,
  c.close,
  c.volume,
  c.trades,
  c.provenance,
  c.seq
]

const candleIn = ([timeSec, open, high, low, close, volume, trades, provenance, seq]: Row): ChartCandle => ({
  timeSec,
  open,
  high,
  low,
  close,
  volume,
  trades,
  provenance,
  seq
})

const eachSeries = <From, To>(
  state: Readonly<Record<ChartTimeframe, From>>,
  change: (series: From) => To
): Readonly<Record<ChartTimeframe, To>> => ({ "1m": change(state["1m"]), "15m": change(state["15m"]) })

/** The fold as an actor without outputs. */
export const chartActor = defineActor<ChartState, Readonly<Record<ChartTimeframe, WrittenSeries>>>({
  name: "chart",
  version: "1",
  initial: initialChart,
  hears: hearsOnly(handlers),
  text: {
    of: (state) => eachSeries(state, (series) => ({ ...series, closed: series.closed.map(rowOf) })),
    read: (written) => eachSeries(written, (series) => ({ ...series, closed: series.closed.map(candleIn) }))
  },
  reduce: (state, event, place) => ({ state: fold(state, event, place), outputs: [] })
})
