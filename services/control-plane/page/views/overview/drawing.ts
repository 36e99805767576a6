/** What lightweight-charts does not draw itself: regimes as bands behind the candles, cycles as lines from entry to exit. */
import type {
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesPrimitive,
  SeriesAttachedParameter,
  UTCTimestamp
} from "lightweight-charts"
import type { Band, Ink, Join, PriceLine } from "./chartModel.ts"
import { LABEL_HEIGHT, labelsOf } from "./labels.ts"

/** Colours by what they stand for; `ground` is behind labels, `words` are those of levels, whose own colours are not legible on every ground. */
export type Colours = Readonly<Record<"gain" | "loss" | "ground" | "words" | Band["regime"] | Ink, string>>

/** What is drawn. */
export interface Drawn {
  readonly joins: ReadonlyArray<Join>
  readonly bands: ReadonlyArray<Band>
  readonly lines: ReadonlyArray<PriceLine>
}

/** Below this width of the pane, in CSS pixels, labels are short. */
const NARROW = 480
const FONT = "11px system-ui, sans-serif"
/** Between a label and its line's end, and inside it. */
const GAP = 12
const PADDING = 5

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
    context.globalAlpha = 0.6
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
    context.globalAlpha = 1
  })
}

/** Labels at the right edge, each with a stroke to the lines it speaks for. */
const drawLabels = (target: Target, attached: Attached, lines: ReadonlyArray<PriceLine>, colours: Colours): void => {
  target.useMediaCoordinateSpace(({ context, mediaSize }) => {
    const yOf = (price: number): number | null => attached.series.priceToCoordinate(price)
    context.font = FONT
    context.textBaseline = "middle"
    context.lineWidth = 1
    for (const { text, ink, kind, from, to, y } of labelsOf(lines, yOf, mediaSize.height, mediaSize.width < NARROW)) {
      const width = context.measureText(text).width + 2 * PADDING
      const left = mediaSize.width - width - GAP
      context.strokeStyle = colours[ink]
      for (const end of from === to ? [from] : [from, to]) {
        context.beginPath()
        context.moveTo(mediaSize.width, end)
        context.lineTo(mediaSize.width - GAP / 2, end)
        context.lineTo(mediaSize.width - GAP, y)
        context.stroke()
      }
      context.fillStyle = colours.ground
      context.fillRect(left, y - LABEL_HEIGHT / 2 + 0.5, width, LABEL_HEIGHT - 1)
      context.fillStyle = colours[ink]
      context.fillRect(left + width - 2, y - LABEL_HEIGHT / 2 + 0.5, 2, LABEL_HEIGHT - 1)
      if (kind === "level") context.fillStyle = colours.words
      context.fillText(text, left + PADDING - 1, y + 0.5)
    }
  })
}

/** One primitive of the candles' series. */
export class Drawing implements ISeriesPrimitive {
  #attached: Attached | null = null
  #drawn: Drawn = { joins: [], bands: [], lines: [] }
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
      view("bottom", (target, attached, colours) => drawBands(target, attached, this.#drawn.bands, colours)),
      view("top", (target, attached, colours) => {
        drawJoins(target, attached, this.#drawn.joins, colours)
        drawLabels(target, attached, this.#drawn.lines, colours)
      })
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

  /** Draws this from now on. */
  show(drawn: Drawn, colours: Colours): void {
    this.#drawn = drawn
    this.#colours = colours
    this.#attached?.requestUpdate()
  }
}
