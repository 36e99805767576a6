/** What lightweight-charts does not draw itself: regimes as bands behind the candles, cycles as lines from entry to exit. */
import type {
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesPrimitive,
  SeriesAttachedParameter,
  UTCTimestamp
} from "lightweight-charts"
import type { Band, Join } from "./chartModel.ts"

/** Colours by what they stand for. */
export type Colours = Readonly<Record<"gain" | "loss" | Band["regime"], string>>

type Target = Parameters<IPrimitivePaneRenderer["draw"]>[0]
type Attached = SeriesAttachedParameter

/** How far a coordinate may lie outside and still be worth a line, in CSS pixels. */
const MARGIN = 4_000

const drawBands = (target: Target, attached: Attached, bands: ReadonlyArray<Band>, colours: Colours): void => {
  target.useMediaCoordinateSpace(({ context, mediaSize }) => {
    const scale = attached.chart.timeScale()
    const range = scale.getVisibleRange()
    if (range === null) return
    const [first, last] = [Number(range.from), Number(range.to)]
    const xOf = (time: number): number => {
      if (time <= first) return 0
      const index = scale.timeToIndex(time as UTCTimestamp, true)
      return (index === null ? null : scale.logicalToCoordinate(index as never)) ?? mediaSize.width
    }
    for (const { from, to, regime } of bands) {
      if (to < first || from > last) continue
      context.fillStyle = colours[regime]
      const left = xOf(from)
      context.fillRect(left, 0, xOf(to) - left, mediaSize.height)
    }
  })
}

const drawJoins = (target: Target, attached: Attached, joins: ReadonlyArray<Join>, colours: Colours): void => {
  target.useMediaCoordinateSpace(({ context }) => {
    const scale = attached.chart.timeScale()
    context.lineWidth = 1.25
    for (const { from, to, gain, traded } of joins) {
      const [x1, x2] = [
        scale.timeToCoordinate(from.time as UTCTimestamp),
        scale.timeToCoordinate(to.time as UTCTimestamp)
      ]
      const [y1, y2] = [attached.series.priceToCoordinate(from.price), attached.series.priceToCoordinate(to.price)]
      if (x1 === null || x2 === null || y1 === null || y2 === null || Math.abs(x1) > MARGIN) continue
      context.strokeStyle = gain ? colours.gain : colours.loss
      context.setLineDash(traded ? [] : [3, 3])
      context.beginPath()
      context.moveTo(x1, y1)
      context.lineTo(x2, y2)
      context.stroke()
    }
    context.setLineDash([])
  })
}

/** One primitive of the candles' series. */
export class Drawing implements ISeriesPrimitive {
  #attached: Attached | null = null
  #joins: ReadonlyArray<Join> = []
  #bands: ReadonlyArray<Band> = []
  #colours: Colours | null = null
  readonly #views: ReadonlyArray<IPrimitivePaneView>

  constructor() {
    const view = (zOrder: "bottom" | "top", draw: (target: Target, attached: Attached, colours: Colours) => void) => ({
      zOrder: () => zOrder,
      renderer: (): IPrimitivePaneRenderer => ({
        draw: (target) => {
          if (this.#attached !== null && this.#colours !== null) draw(target, this.#attached, this.#colours)
        }
      })
    })
    this.#views = [
      view("bottom", (target, attached, colours) => drawBands(target, attached, this.#bands, colours)),
      view("top", (target, attached, colours) => drawJoins(target, attached, this.#joins, colours))
    ]
  }

  attached(parameters: Attached): void {
    this.#attached = parameters
  }

  detached(): void {
    this.#attached = null
  }

  paneViews(): ReadonlyArray<IPrimitivePaneView> {
    return this.#views
  }

  /** Draws these from now on. */
  show(joins: ReadonlyArray<Join>, bands: ReadonlyArray<Band>, colours: Colours): void {
    this.#joins = joins
    this.#bands = bands
    this.#colours = colours
    this.#attached?.requestUpdate()
  }
}
