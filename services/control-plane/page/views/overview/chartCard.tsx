/** The chart with what may be left out of it, and what its colours mean. */
import { type Signal, useSignal } from "@preact/signals"
import { useEffect, useMemo, useRef, useState } from "preact/hooks"
import type { Status } from "../../../core/brief.ts"
import { priceDigits } from "../../app/header.tsx"
import { hrefOf } from "../../app/places.ts"
import { isDark, past, zone } from "../../app/state.ts"
import { get, useApi } from "../../kit/api.ts"
import { Choice, Empty } from "../../kit/parts.tsx"
import type { Candles, Cycles, JournalPage } from "../../kit/payloads.ts"
import type { Chart } from "./chart.ts"
import { bandsOf, barsOf, farOrders, joined, joinsOf, linesOf, marksOf, nearPrices } from "./chartModel.ts"

type Timeframe = "1m" | "15m"

/** Candles kept on the chart. */
const SHOWN = 500
/** Newer candles are asked for this often; a simulated minute may pass in half a second. */
const EVERY_MS = 2_000
/** And so many at once: more than close between two questions at the highest speed. */
const NEWEST = 30
const CYCLES_EVERY_MS = 5_000
const REGIMES_EVERY_MS = 15_000

/** The candles of a timeframe, kept up to date by asking for the newest; of the past, asked for once. */
const useCandles = (
  timeframe: Timeframe,
  before: number | null
): { candles: Candles | null; problem: string | null } => {
  const [state, setState] = useState<{ key: string; candles: Candles | null; problem: string | null }>({
    key: "",
    candles: null,
    problem: null
  })
  const key = `${timeframe} ${before ?? ""}`
  useEffect(() => {
    const leave = new AbortController()
    let kept: Candles | null = null
    let timer = 0
    const address = (limit: number): string =>
      `/api/candles?timeframe=${timeframe}&limit=${limit}${before === null ? "" : `&before=${before}`}`
    const step = async (): Promise<void> => {
      try {
        const page: Candles = await get(address(kept === null ? SHOWN : NEWEST), leave.signal)
        const together = kept === null ? page.candles : joined(kept.candles, page.candles, SHOWN)
        kept = together === null ? null : { ...page, candles: together }
        if (kept !== null) setState({ key, candles: kept, problem: null })
      } catch (error) {
        if (leave.signal.aborted) return
        setState((old) => ({ ...old, key, problem: error instanceof Error ? error.message : String(error) }))
      }
      if (before === null) timer = window.setTimeout(() => void step(), EVERY_MS)
    }
    void step()
    return () => {
      leave.abort()
      window.clearTimeout(timer)
    }
  }, [key])
  return state.key === key ? state : { candles: null, problem: null }
}

const LEGEND = [
  ["vwap", "VWAP today", false],
  ["poc", "POC today", false],
  ["range", "opening range high", false],
  ["range", "opening range low", true],
  ["previous", "previous day: high, low, value area, POC, VWAP", true]
] as const

const Legend = () => (
  <ul class="legend" aria-label="Lines of the chart">
    {LEGEND.map(([ink, text, dashed]) => (
      <li key={text}>
        <i class={`${ink} ${dashed ? "dashed" : ""}`} aria-hidden="true" />
        {text}
      </li>
    ))}
    <li>
      <i class="buy dotted" aria-hidden="true" />
      <i class="sell dotted" aria-hidden="true" />
      orders by slot and leg
    </li>
  </ul>
)

const LAYERS = ["orders", "levels", "fills", "regimes"] as const
type Layer = (typeof LAYERS)[number]

/** Draws; the library comes once the page stands. */
const useChart = () => {
  const element = useRef<HTMLDivElement>(null)
  const [chart, setChart] = useState<Chart | null>(null)
  useEffect(() => {
    let made: Chart | null = null
    let gone = false
    void import("./chart.ts").then(({ chartIn }) => {
      if (gone || element.current === null) return
      made = chartIn(element.current)
      setChart(made)
    })
    return () => {
      gone = true
      made?.remove()
    }
  }, [])
  const isNight = isDark.value
  useEffect(() => chart?.recolour(), [chart, isNight])
  return { element, chart }
}

/** What is left out, and how long a candle is. */
const Tools = ({
  layers,
  timeframe
}: {
  readonly layers: Signal<ReadonlySet<Layer>>
  readonly timeframe: Signal<Timeframe>
}) => {
  const toggle = (layer: Layer): void => {
    const next = new Set(layers.value)
    if (!next.delete(layer)) next.add(layer)
    layers.value = next
  }
  return (
    <div class="tools">
      <fieldset class="layers">
        <legend class="hidden">Shown on the chart</legend>
        {LAYERS.map((layer) => (
          <label key={layer}>
            <input type="checkbox" checked={layers.value.has(layer)} onChange={() => toggle(layer)} />
            <span>{layer}</span>
          </label>
        ))}
      </fieldset>
      <Choice
        label="Timeframe"
        value={timeframe.value}
        options={[
          ["1m", "1m"],
          ["15m", "15m"]
        ]}
        onChange={(value) => (timeframe.value = value)}
      />
    </div>
  )
}

/** The chart of the market. */
export const ChartCard = ({ shown }: { readonly shown: Status }) => {
  const timeframe = useSignal<Timeframe>("1m")
  const layers = useSignal<ReadonlySet<Layer>>(new Set(LAYERS))
  const then = past.value === null ? null : Math.floor(shown.market.venue_time ?? 0) + 1
  const before = past.value === null ? "" : `&before=${past.value.seq + 1}`
  const { candles, problem } = useCandles(timeframe.value, then)
  const cycles = useApi<Cycles>(`/api/cycles?limit=200${before}`, past.value === null ? CYCLES_EVERY_MS : 0)
  const regimes = useApi<JournalPage>(
    `/api/journal?type=RegimeObserved&limit=500${before}`,
    past.value === null ? REGIMES_EVERY_MS : 0
  )
  const { element, chart } = useChart()
  const interval = candles?.interval_sec ?? 60
  const bars = useMemo(() => (candles === null ? [] : barsOf(candles)), [candles])
  const has = layers.value
  useEffect(() => {
    const booked = cycles.data?.cycles ?? []
    chart?.show({
      bars,
      lines: linesOf(shown).filter(({ kind }) => has.has(kind === "order" ? "orders" : "levels")),
      near: has.has("orders") ? nearPrices(shown) : [],
      marks: has.has("fills") ? marksOf(booked, interval, bars[0]?.time) : [],
      joins: has.has("fills") ? joinsOf(booked, interval) : [],
      bands: has.has("regimes") ? bandsOf(regimes.data?.records ?? [], shown.market.venue_time ?? 0) : [],
      digits: priceDigits(shown),
      zone: zone.value
    })
  }, [chart, bars, shown, cycles.data, regimes.data, has, zone.value])
  const far = farOrders(shown)
  return (
    <section class="card market" aria-label="Market">
      <div class="heading">
        <h2>{shown.market.pair}</h2>
        <Tools layers={layers} timeframe={timeframe} />
      </div>
      <div
        class="chart"
        ref={element}
        role="img"
        aria-label={`Candles of ${timeframe.value}, ${bars.length} of them, with open orders and key levels; the same as tables under Slots and Data`}
      />
      {problem === null ? null : <Empty>No candles: {problem}</Empty>}
      <Legend />
      <p class="quiet small-print">
        {far > 0 ? (
          <>
            <a href={hrefOf("slots")}>{`${far} ${far === 1 ? "order" : "orders"}`}</a> farther away than the scale makes
            room for.{" "}
          </>
        ) : null}
        Drawn with <a href="https://www.tradingview.com/">TradingView Lightweight Charts™</a>.
      </p>
    </section>
  )
}
