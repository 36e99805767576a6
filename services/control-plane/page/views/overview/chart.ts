/** The candle chart, drawn by lightweight-charts: takes the plain data of `chartModel.ts` and puts it on the canvas. */
import {
  type AutoscaleInfo,
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  HistogramSeries,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  LineStyle,
  type Time,
  type UTCTimestamp
} from "lightweight-charts"
import { dateTime, timeOfDay, type Zone } from "../../kit/format.ts"
import type { Band, FillMark, Ink, Join, PriceLine, ShownBar } from "./chartModel.ts"
import { Drawing } from "./drawing.ts"

/** Everything the chart shows at one moment. */
export interface Scene {
  readonly bars: ReadonlyArray<ShownBar>
  readonly lines: ReadonlyArray<PriceLine>
  /** Prices the scale makes room for besides the bars. */
  readonly near: ReadonlyArray<number>
  readonly marks: ReadonlyArray<FillMark>
  readonly joins: ReadonlyArray<Join>
  readonly bands: ReadonlyArray<Band>
  readonly digits: number
  readonly zone: Zone
}

/** A chart on the page. */
export interface Chart {
  readonly show: (scene: Scene) => void
  /** The theme has changed: colours are read again. */
  readonly recolour: () => void
  readonly remove: () => void
}

/** Bars seen at first, at most; a young market's stand as wide as if it had so many. */
const SHOWN = 120
const FEWEST = 45
/** Room for the labels of lines beside the candles, in pixels: of the whole width, and on a narrow screen. */
const LABELS = { wide: 168, narrow: 84 }
/** Below this width, in pixels, a chart is narrow. */
const NARROW = 560
/** The price axis, about, in pixels. */
const AXIS = 70

const stamp = (time: number): UTCTimestamp => time as UTCTimestamp

/** A colour of the style sheet in force. */
const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()

const INKS: Readonly<Record<Ink, string>> = {
  buy: "chart-buy",
  sell: "chart-sell",
  vwap: "vwap",
  poc: "poc",
  range: "range",
  previous: "previous",
  quiet: "chart-quiet"
}

const optionsOf = () => ({
  layout: {
    background: { color: "transparent" },
    textColor: colour("chart-text"),
    fontSize: 11,
    // The library's logo brings a style of its own, which the page's policy refuses; the link to it stands below the chart.
    attributionLogo: false
  },
  grid: { vertLines: { color: colour("chart-grid") }, horzLines: { color: colour("chart-grid") } },
  rightPriceScale: { borderColor: colour("chart-grid"), scaleMargins: { top: 0.06, bottom: 0.16 } },
  timeScale: { borderColor: colour("chart-grid"), timeVisible: true, secondsVisible: false },
  crosshair: { mode: 0 }
})

const candleOptions = () => ({
  upColor: colour("chart-buy"),
  downColor: colour("chart-sell"),
  wickUpColor: colour("chart-buy"),
  wickDownColor: colour("chart-sell"),
  borderVisible: false
})

/** One chart with all that belongs to it; `show` changes only what differs. */
class Market implements Chart {
  readonly #chart: IChartApi
  readonly #candles: ISeriesApi<"Candlestick">
  readonly #volume: ISeriesApi<"Histogram">
  readonly #marks: ISeriesMarkersPluginApi<Time>
  readonly #drawing = new Drawing()
  readonly #lines = new Map<string, { readonly line: IPriceLine; readonly text: string }>()
  #scene: Scene | null = null
  #bars: ReadonlyArray<ShownBar> = []

  readonly #element: HTMLElement

  constructor(element: HTMLElement) {
    this.#element = element
    this.#chart = createChart(element, { autoSize: true, ...optionsOf() })
    this.#candles = this.#chart.addSeries(CandlestickSeries, {
      ...candleOptions(),
      priceLineVisible: true,
      autoscaleInfoProvider: (original: () => AutoscaleInfo | null) => this.#withOrders(original())
    })
    this.#volume = this.#chart.addSeries(HistogramSeries, {
      priceScaleId: "volume",
      priceFormat: { type: "volume" },
      lastValueVisible: false,
      priceLineVisible: false
    })
    this.#chart.priceScale("volume").applyOptions({ scaleMargins: { top: 0.88, bottom: 0 } })
    this.#marks = createSeriesMarkers(this.#candles, [])
    this.#candles.attachPrimitive(this.#drawing)
  }

  /** The scale's range with room for orders near the market. */
  #withOrders(found: AutoscaleInfo | null): AutoscaleInfo | null {
    const near = this.#scene?.near ?? []
    if (found === null || found.priceRange === null || near.length === 0) return found
    const { minValue, maxValue } = found.priceRange
    return { ...found, priceRange: { minValue: Math.min(minValue, ...near), maxValue: Math.max(maxValue, ...near) } }
  }

  show(scene: Scene): void {
    const isFirst = this.#bars.length === 0 && scene.bars.length > 0
    this.#scene = scene
    this.#setTimes(scene)
    this.#setBars(scene.bars)
    this.#setLines(scene.lines)
    this.#marks.setMarkers(
      scene.marks.map(({ time, side, text }) => ({
        time: stamp(time),
        position: side === "buy" ? "belowBar" : "aboveBar",
        shape: side === "buy" ? "arrowUp" : "arrowDown",
        color: colour(INKS[side]),
        size: 0.8,
        text: scene.marks.length > 40 ? "" : text
      }))
    )
    this.#drawing.show(scene, {
      ...(Object.fromEntries(Object.entries(INKS).map(([ink, name]) => [ink, colour(name)])) as Record<Ink, string>),
      ground: colour("card"),
      words: colour("text"),
      gain: colour("chart-buy"),
      loss: colour("chart-sell"),
      BULLISH: colour("band-bull"),
      BEARISH: colour("band-bear"),
      RANGING: colour("band-range")
    })
    if (isFirst) this.#look(scene.bars.length)
  }

  /** The newest bars, with room for labels beside them. */
  #look(bars: number): void {
    const scale = this.#chart.timeScale()
    const width = this.#element.clientWidth - AXIS
    const labels = width < NARROW ? LABELS.narrow : LABELS.wide
    const seen = Math.max(FEWEST, Math.min(SHOWN, bars))
    const right = (labels * seen) / Math.max(1, width - labels)
    scale.applyOptions({ rightOffset: right })
    scale.setVisibleLogicalRange({ from: bars - seen, to: bars - 1 + right })
  }

  #setTimes({ digits, zone }: Scene): void {
    this.#candles.applyOptions({ priceFormat: { type: "price", precision: digits, minMove: 10 ** -digits } })
    this.#chart.applyOptions({
      localization: { timeFormatter: (time: Time) => dateTime(Number(time), zone) },
      timeScale: {
        tickMarkFormatter: (time: Time, kind: number) =>
          kind < 3 ? dateTime(Number(time), zone).slice(5, 10) : timeOfDay(Number(time), zone).slice(0, 5)
      }
    })
  }

  #setBars(bars: ReadonlyArray<ShownBar>): void {
    if (bars === this.#bars) return
    this.#bars = bars
    this.#candles.setData(
      bars.map(({ time, open, high, low, close }) => ({ time: stamp(time), open, high, low, close }))
    )
    this.#volume.setData(
      bars.flatMap(({ time, volume }) =>
        volume === null ? [] : [{ time: stamp(time), value: volume, color: colour("chart-volume") }]
      )
    )
  }

  #setLines(lines: ReadonlyArray<PriceLine>): void {
    const wanted = new Set(lines.map(({ id }) => id))
    for (const [id, { line }] of this.#lines) {
      if (wanted.has(id)) continue
      this.#candles.removePriceLine(line)
      this.#lines.delete(id)
    }
    for (const { id, price, ink, dashed, kind } of lines) {
      const text = `${price} ${ink}`
      const known = this.#lines.get(id)
      if (known?.text === text) continue
      const options = {
        price,
        color: colour(INKS[ink]),
        lineWidth: 1 as const,
        lineStyle:
          kind === "order"
            ? dashed
              ? LineStyle.SparseDotted
              : LineStyle.Dotted
            : dashed
              ? LineStyle.Dashed
              : LineStyle.Solid,
        axisLabelVisible: false
      } as const
      known?.line.applyOptions(options)
      this.#lines.set(id, { text, line: known?.line ?? this.#candles.createPriceLine(options) })
    }
  }

  recolour(): void {
    this.#chart.applyOptions(optionsOf())
    this.#candles.applyOptions(candleOptions())
    const scene = this.#scene
    this.#bars = []
    for (const { line } of this.#lines.values()) this.#candles.removePriceLine(line)
    this.#lines.clear()
    if (scene !== null) this.show(scene)
  }

  remove(): void {
    this.#chart.remove()
  }
}

/** Puts a chart into an element, whose size it follows. */
export const chartIn = (element: HTMLElement): Chart => new Market(element)
