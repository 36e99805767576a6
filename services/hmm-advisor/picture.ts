/** A picture of a labelled series as SVG text: the price coloured by its regime, and below it what the model believed. */
import type { LabelledCandle } from "./labelling.ts"
import type { Regime } from "./labels.ts"

export interface PictureInput {
  /** Shown above the picture. */
  readonly title: string
  /** What stands below the picture for a candle: its time, as people write it. */
  readonly timeText: (candle: number) => string
  /** Close of every candle, oldest first. */
  readonly closes: ArrayLike<number>
  readonly labelled: ReadonlyArray<LabelledCandle>
  /** Candles from here on were not in the training; null: all were. */
  readonly outOfSampleFrom: number | null
}

const WIDTH = 1_200
const PRICE = { top: 64, height: 290 }
const BELIEF = { top: 380, height: 120 }
const LEFT = 72
const RIGHT = 16
const HEIGHT = 540
/** More points than pixels are not seen: a long series is drawn by every n-th candle. */
const MOST_POINTS = 2 * WIDTH

/** Told apart also by people who do not see red and green apart. */
const COLOURS: Readonly<Record<Regime, string>> = { BEARISH: "#c2410c", RANGING: "#71717a", BULLISH: "#0369a1" }
const REGIME_NAMES = ["BEARISH", "RANGING", "BULLISH"] as const

/** The whole picture. Needs at least two labelled candles. */
export const regimePicture = (input: PictureInput): string => {
  const { timeText, closes, labelled, title, outOfSampleFrom } = input
  const every = Math.max(1, Math.ceil(labelled.length / MOST_POINTS))
  const points = labelled.filter((_, index) => index % every === 0 || index === labelled.length - 1)
  const first = points[0]?.candle ?? 0
  const last = points.at(-1)?.candle ?? 0
  const [low, high] = extremes(points.map(({ candle }) => closes[candle] ?? 0))
  const x = (candle: number): number => LEFT + ((candle - first) / Math.max(1, last - first)) * (WIDTH - LEFT - RIGHT)
  const y = (price: number): number => PRICE.top + (1 - (price - low) / (high - low || 1)) * PRICE.height
  const at = (candle: number) => `${round(x(candle))},${round(y(closes[candle] ?? 0))}`

  const pieces: Array<string> = []
  for (let i = 1; i < points.length; i++) {
    const [from, to] = [points[i - 1], points[i]]
    if (from === undefined || to === undefined) continue
    const run = [at(from.candle)]
    let end = i
    for (; end < points.length && points[end]?.regime === to.regime; end++) run.push(at(points[end]?.candle ?? 0))
    pieces.push(`<polyline fill="none" stroke="${COLOURS[to.regime]}" stroke-width="1.5" points="${run.join(" ")}"/>`)
    i = end - 1
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="13">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="24" font-size="16" font-weight="600">${escapeText(title)}</text>`,
    ...legend(),
    ...priceAxis(low, high, y),
    ...sampleLine(outOfSampleFrom, first, last, x),
    ...pieces,
    ...beliefs(points, x),
    ...timeAxis(points, timeText, x),
    "</svg>",
    ""
  ].join("\n")
}

/** Bearish from below, bullish from above, what is left between them ranges. */
const beliefs = (points: ReadonlyArray<LabelledCandle>, x: (candle: number) => number): ReadonlyArray<string> => {
  const { top, height } = BELIEF
  const band = (colour: string, from: (p: LabelledCandle) => number, to: (p: LabelledCandle) => number): string => {
    const upper = points.map((point) => `${round(x(point.candle))},${round(top + (1 - to(point)) * height)}`)
    const lower = points.map((point) => `${round(x(point.candle))},${round(top + (1 - from(point)) * height)}`)
    return `<polygon fill="${colour}" fill-opacity="0.75" points="${[...upper, ...lower.toReversed()].join(" ")}"/>`
  }
  return [
    band(
      COLOURS.BEARISH,
      () => 0,
      ({ probabilities }) => probabilities.bearish
    ),
    band(
      COLOURS.RANGING,
      ({ probabilities }) => probabilities.bearish,
      ({ probabilities }) => probabilities.bearish + probabilities.ranging
    ),
    band(
      COLOURS.BULLISH,
      ({ probabilities }) => probabilities.bearish + probabilities.ranging,
      () => 1
    ),
    `<text x="${LEFT - 8}" y="${top + 10}" text-anchor="end">1</text>`,
    `<text x="${LEFT - 8}" y="${top + height}" text-anchor="end">0</text>`,
    `<text x="${LEFT - 8}" y="${top + height / 2 + 4}" text-anchor="end" fill="#52525b">belief</text>`
  ]
}

const legend = (): ReadonlyArray<string> =>
  REGIME_NAMES.flatMap((name, index) => {
    const left = LEFT + index * 100
    return [
      `<rect x="${left}" y="36" width="14" height="14" rx="2" fill="${COLOURS[name]}"/>`,
      `<text x="${left + 20}" y="48">${name.toLowerCase()}</text>`
    ]
  })

const PRICE_LINES = 5

const priceAxis = (low: number, high: number, y: (price: number) => number): ReadonlyArray<string> =>
  Array.from({ length: PRICE_LINES }, (_, line) => low + ((high - low) * line) / (PRICE_LINES - 1)).flatMap((price) => [
    `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(y(price))}" y2="${round(y(price))}" stroke="#e4e4e7"/>`,
    `<text x="${LEFT - 8}" y="${round(y(price) + 4)}" text-anchor="end">${price.toPrecision(5)}</text>`
  ])

const TIME_MARKS = 6

const timeAxis = (
  points: ReadonlyArray<LabelledCandle>,
  timeText: (candle: number) => string,
  x: (candle: number) => number
): ReadonlyArray<string> =>
  Array.from({ length: TIME_MARKS }, (_, mark) => points[Math.round((mark * (points.length - 1)) / (TIME_MARKS - 1))])
    .filter((point) => point !== undefined)
    .map(({ candle }, mark) => {
      const anchor = mark === 0 ? "start" : mark === TIME_MARKS - 1 ? "end" : "middle"
      return `<text x="${round(x(candle))}" y="${BELIEF.top + BELIEF.height + 24}" text-anchor="${anchor}">${escapeText(timeText(candle))}</text>`
    })

const sampleLine = (
  from: number | null,
  first: number,
  last: number,
  x: (candle: number) => number
): ReadonlyArray<string> => {
  if (from === null || from <= first || from > last) return []
  const left = round(x(from))
  return [
    `<line x1="${left}" x2="${left}" y1="${PRICE.top}" y2="${BELIEF.top + BELIEF.height}" stroke="#18181b" stroke-dasharray="4 4"/>`,
    `<text x="${left + 6}" y="${PRICE.top + 12}" fill="#52525b">not in the training from here</text>`
  ]
}

const extremes = (values: ReadonlyArray<number>): readonly [low: number, high: number] => {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return [low, high]
}

const round = (value: number): number => Math.round(value * 10) / 10

const escapeText = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
