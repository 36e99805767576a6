/** A picture of a labelled series as SVG text: the price coloured by its regime, and below it what the model believed. */
import { mean } from "simple-statistics"
import type { LabelledCandle } from "../../../services/hmm-advisor/core/labelling.ts"
import type { Regime } from "../../../services/hmm-advisor/core/labels.ts"

/** What the picture shows. */
export interface PictureInput {
  /** Shown above the picture. */
  readonly title: string
  /** What stands below the picture for a candle: its time in UTC, as people write it. */
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
const LEFT = 88
const RIGHT = 16
const HEIGHT = 540
/** One place per pixel; where there are more candles than places, several share one. */
const PLACES = WIDTH - LEFT - RIGHT
/** A price that multiplied by this is drawn on a logarithmic scale: on a plain one its early moves would be a flat line. */
const LOGARITHMIC_FROM = 5

/** Told apart also by people who do not see red and green apart. */
const COLOURS: Readonly<Record<Regime, string>> = { BEARISH: "#c2410c", RANGING: "#71717a", BULLISH: "#0369a1" }
const REGIME_NAMES = ["BEARISH", "RANGING", "BULLISH"] as const

/** What stands at one place of the picture: a candle, or several together. */
interface Place {
  readonly middle: number
  /** Of the closes the first extreme and the other one, so that no spike is lost; one entry where there is one candle. */
  readonly candles: ReadonlyArray<number>
  /** Over the candles; coloured by the largest. */
  readonly probabilities: LabelledCandle["probabilities"]
  readonly regime: Regime
}

const placeOf = (labelled: ReadonlyArray<LabelledCandle>, closes: ArrayLike<number>): Place => {
  const meanOf = (name: keyof Place["probabilities"]): number =>
    mean(labelled.map(({ probabilities }) => probabilities[name]))
  const probabilities = { bearish: meanOf("bearish"), ranging: meanOf("ranging"), bullish: meanOf("bullish") }
  const candles = labelled.map(({ candle }) => candle)
  const byClose = candles.toSorted((a, b) => (closes[a] ?? 0) - (closes[b] ?? 0))
  const extremes = new Set([byClose[0] ?? 0, byClose.at(-1) ?? 0])
  const { bearish, ranging, bullish } = probabilities
  return {
    middle: ((candles[0] ?? 0) + (candles.at(-1) ?? 0)) / 2,
    candles: [...extremes].sort((a, b) => a - b),
    probabilities,
    regime: bearish >= ranging && bearish >= bullish ? "BEARISH" : ranging >= bullish ? "RANGING" : "BULLISH"
  }
}

/** The whole picture. Needs at least two labelled candles. */
export const regimePicture = (input: PictureInput): string => {
  const { timeText, closes, labelled, title, outOfSampleFrom } = input
  const each = Math.max(1, Math.ceil(labelled.length / PLACES))
  const places = Array.from({ length: Math.ceil(labelled.length / each) }, (_, place) =>
    placeOf(labelled.slice(place * each, (place + 1) * each), closes)
  )
  const first = labelled[0]?.candle ?? 0
  const last = labelled.at(-1)?.candle ?? 0
  const [low, high] = extremes(labelled.map(({ candle }) => closes[candle] ?? 0))
  const scale = high > LOGARITHMIC_FROM * low ? Math.log : (price: number) => price
  const x = (candle: number): number => LEFT + ((candle - first) / Math.max(1, last - first)) * (WIDTH - LEFT - RIGHT)
  const y = (price: number): number =>
    PRICE.top + (1 - (scale(price) - scale(low)) / (scale(high) - scale(low) || 1)) * PRICE.height
  const at = (candle: number) => `${round(x(candle))},${round(y(closes[candle] ?? 0))}`

  const pieces: Array<string> = []
  for (let i = 0; i < places.length;) {
    const regime = places[i]?.regime ?? "RANGING"
    const run = i === 0 ? [] : [at(places[i - 1]?.candles.at(-1) ?? 0)]
    for (; i < places.length && places[i]?.regime === regime; i++) run.push(...(places[i]?.candles ?? []).map(at))
    pieces.push(`<polyline fill="none" stroke="${COLOURS[regime]}" stroke-width="1.5" points="${run.join(" ")}"/>`)
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="13">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="24" font-size="16" font-weight="600">${escapeText(title)}</text>`,
    ...legend(),
    ...priceAxis(scale === Math.log ? roundPowers(low, high) : roundFigures(low, high), y),
    ...sampleLine(outOfSampleFrom, first, last, x),
    ...pieces,
    ...beliefs(places, x),
    ...timeAxis(labelled, timeText, x),
    "</svg>",
    ""
  ].join("\n")
}

/** Bearish from below, bullish from above, what is left between them ranges. */
const beliefs = (places: ReadonlyArray<Place>, x: (candle: number) => number): ReadonlyArray<string> => {
  const { top, height } = BELIEF
  const band = (colour: string, from: (place: Place) => number, to: (place: Place) => number): string => {
    const upper = places.map((place) => `${round(x(place.middle))},${round(top + (1 - to(place)) * height)}`)
    const lower = places.map((place) => `${round(x(place.middle))},${round(top + (1 - from(place)) * height)}`)
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

/** Lines wanted at most; rounder figures make them fewer. */
const PRICE_LINES = 8
/** Of more powers of ten than these, no parts are shown. */
const POWERS_WITH_PARTS = 4

/** Round prices in steps of 1, 2 or 5. */
const roundFigures = (low: number, high: number): ReadonlyArray<number> => {
  if (high <= low) return [low]
  const rough = (high - low) / PRICE_LINES
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10)
  const from = Math.ceil(low / step)
  return Array.from({ length: Math.floor(high / step) - from + 1 }, (_, line) => (from + line) * step)
}

/** 1, 2 and 5 times the powers of ten; the powers alone where those are many. */
const roundPowers = (low: number, high: number): ReadonlyArray<number> => {
  const from = Math.floor(Math.log10(low))
  const powers = Array.from({ length: Math.ceil(Math.log10(high)) - from + 1 }, (_, line) => 10 ** (from + line))
  const factors = powers.length > POWERS_WITH_PARTS ? [1] : [1, 2, 5]
  return powers
    .flatMap((power) => factors.map((factor) => factor * power))
    .filter((price) => price >= low && price <= high)
}

const priceAxis = (prices: ReadonlyArray<number>, y: (price: number) => number): ReadonlyArray<string> => [
  `<text x="${LEFT - 8}" y="${PRICE.top - 16}" text-anchor="end" fill="#52525b">close</text>`,
  ...prices.flatMap((price) => [
    `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(y(price))}" y2="${round(y(price))}" stroke="#e4e4e7"/>`,
    `<text x="${LEFT - 8}" y="${round(y(price) + 4)}" text-anchor="end">${Number(price.toPrecision(6))}</text>`
  ])
]

const TIME_MARKS = 6
const TIMES_AT = BELIEF.top + BELIEF.height + 24

const timeAxis = (
  labelled: ReadonlyArray<LabelledCandle>,
  timeText: (candle: number) => string,
  x: (candle: number) => number
): ReadonlyArray<string> => [
  `<text x="${LEFT - 8}" y="${TIMES_AT}" text-anchor="end" fill="#52525b">UTC</text>`,
  ...Array.from(
    { length: TIME_MARKS },
    (_, mark) => labelled[Math.round((mark * (labelled.length - 1)) / (TIME_MARKS - 1))]
  )
    .filter((point) => point !== undefined)
    .map(({ candle }, mark) => {
      const anchor = mark === 0 ? "start" : mark === TIME_MARKS - 1 ? "end" : "middle"
      return `<text x="${round(x(candle))}" y="${TIMES_AT}" text-anchor="${anchor}">${escapeText(timeText(candle))}</text>`
    })
]

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
    `<text x="${left + 6}" y="${BELIEF.top - 8}" fill="#52525b">not in the training from here</text>`
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
