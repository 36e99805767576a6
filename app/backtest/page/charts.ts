/** Charts as SVG: lines over time, marks on them, a histogram. Pure text; colours are the style's. */

/** Width of a chart's own units, and of one that has half the page; the page stretches them. */
const WIDTH = 1_000
const NARROW = 480
const LEFT = 56
const RIGHT_ROOM = 8
const TOP = 8
const BOTTOM_ROOM = 22

/** Points drawn of a line: more than a screen is wide says nothing. */
export const MOST_POINTS = 1_200

/** A line over the chart's times. */
export interface Line {
  readonly name: string
  /** Of the style: `own`, `held`, `bought`, `grid`, `dim`. */
  readonly look: string
  readonly values: ReadonlyArray<number>
}

/** A mark at a time and a value. */
export interface Mark {
  readonly timeMs: number
  readonly value: number
  readonly look: "good" | "bad"
}

/** What a chart over time shows. Every line has a value for each time. */
export interface TimeChart {
  readonly times: ReadonlyArray<number>
  readonly lines: ReadonlyArray<Line>
  readonly marks?: ReadonlyArray<Mark>
  readonly height: number
  readonly unit: string
  readonly decimals: number
  /** It has half of the page. */
  readonly narrow?: boolean
  /** Fills the room between the first line and 0: a fall. */
  readonly fills?: boolean
}

/** Every `n`th point, and the last. */
export const thinned = <A>(points: ReadonlyArray<A>, most: number = MOST_POINTS): ReadonlyArray<A> => {
  const step = Math.ceil(points.length / most)
  return step <= 1 ? points : points.filter((_, at) => at % step === 0 || at === points.length - 1)
}

/** A round step that makes about four of a span. */
const stepOf = (span: number): number => {
  const rough = span / 4 || 1
  const power = 10 ** Math.floor(Math.log10(rough))
  return power * ([1, 2, 5, 10].find((part) => part * power >= rough) ?? 10)
}

const num = (value: number): string => value.toFixed(1)

/** A chart with its readings, in a box that the page's script makes answer to the pointer. */
export const timeChart = ({ times, lines, marks = [], height, unit, decimals, narrow, fills }: TimeChart): string => {
  const width = narrow === true ? NARROW : WIDTH
  const right = width - RIGHT_ROOM
  const dates = narrow === true ? 2 : 6
  const values = [...lines.flatMap((line) => line.values), ...marks.map(({ value }) => value), ...(fills ? [0] : [])]
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const span = high - low || Math.abs(high) || 1
  const [from, to] = [low - span * 0.03, fills === true ? high : high + span * 0.03]
  const [first = 0, last = first + 1] = [times[0], times.at(-1)]
  const bottom = height - BOTTOM_ROOM
  const x = (timeMs: number): number => LEFT + ((timeMs - first) / Math.max(1, last - first)) * (right - LEFT)
  const y = (value: number): number => bottom - ((value - from) / (to - from)) * (bottom - TOP)
  const trace = (line: Line): string =>
    line.values.map((value, at) => `${at === 0 ? "M" : "L"}${num(x(times[at] ?? first))} ${num(y(value))}`).join("")
  const step = stepOf(to - from)
  const rules = Array.from({ length: 12 }, (_, at) => (Math.ceil(from / step) + at) * step).filter(
    (value) => value <= to
  )
  const ground = lines[0] === undefined || fills !== true ? "" : fallOf(trace(lines[0]), x(first), x(last), y(0))
  const days = Array.from({ length: dates + 1 }, (_, at) => first + ((last - first) * at) / dates)
  const points = {
    times,
    unit,
    series: lines.map((line) => [line.name, line.values.map((value) => value.toFixed(decimals))])
  }
  return `<div data-points="${escaped(JSON.stringify(points))}">
<svg viewBox="0 0 ${width} ${height}" data-left="${LEFT}" data-right="${right}" data-width="${width}" role="img">
${rules.map((value) => `<line class="rule" x1="${LEFT}" x2="${right}" y1="${num(y(value))}" y2="${num(y(value))}"/><text x="${LEFT - 8}" y="${num(y(value) + 4)}" text-anchor="end">${shortNumber(value, step)}</text>`).join("")}
${days.map((ms, at) => `<text x="${num(x(ms))}" y="${height - 4}" text-anchor="${at === 0 ? "start" : at === dates ? "end" : "middle"}">${dayText(ms, last - first)}</text>`).join("")}
${ground}${[...lines]
    .reverse()
    .map((line) => `<path class="${line.look}" d="${trace(line)}"/>`)
    .join("")}
${marks.map(({ timeMs, value, look }) => `<circle class="${look}" cx="${num(x(timeMs))}" cy="${num(y(value))}" r="2.2"/>`).join("")}
<line class="cursor" y1="${TOP}" y2="${bottom}"/></svg><div class="read"></div></div>`
}

const fallOf = (trace: string, from: number, to: number, zero: number): string =>
  `<path class="fall" d="${trace}L${num(to)} ${num(zero)}L${num(from)} ${num(zero)}Z"/>`

const shortNumber = (value: number, step: number): string =>
  value.toFixed(Math.max(0, Math.min(6, -Math.floor(Math.log10(step) + 1e-9))))

const TWO_DAYS_MS = 172_800_000
const dayText = (ms: number, spanMs: number): string => {
  const text = new Date(ms).toISOString()
  return spanMs < TWO_DAYS_MS ? text.slice(11, 16) : text.slice(0, 10)
}

const BARS = 31

/** How often which net was booked; losses and gains apart. */
export const histogram = (values: ReadonlyArray<number>, unit: string): string => {
  const height = 220
  const sorted = [...values].sort((a, b) => a - b)
  const reach = Math.max(1e-9, Math.abs(sorted[0] ?? 0), Math.abs(sorted.at(-1) ?? 0))
  const counts = Array.from({ length: BARS }, () => 0)
  for (const value of values) {
    const bar = Math.min(BARS - 1, Math.floor(((value + reach) / (2 * reach)) * BARS))
    counts[bar] = (counts[bar] ?? 0) + 1
  }
  const most = Math.max(1, ...counts)
  const [width, bottom] = [500, height - BOTTOM_ROOM]
  const wide = width / BARS
  const bars = counts.map((count, at) => {
    const tall = count === 0 ? 0 : Math.max(1.5, (count / most) * (bottom - TOP))
    const middle = ((at + 0.5) / BARS) * 2 * reach - reach
    return `<rect class="${middle < 0 ? "bad" : "good"}" x="${num(at * wide + 1)}" width="${num(wide - 2)}" y="${num(bottom - tall)}" height="${num(tall)}" rx="1.5"><title>${count} around ${middle.toFixed(3)} ${unit}</title></rect>`
  })
  return `<svg viewBox="0 0 ${width} ${height}" role="img">${bars.join("")}<line class="rule" x1="0" x2="${width}" y1="${bottom}" y2="${bottom}"/>
<text x="0" y="${height - 4}">−${reach.toFixed(2)} ${unit}</text><text x="${width / 2}" y="${height - 4}" text-anchor="middle">0</text>
<text x="${width}" y="${height - 4}" text-anchor="end">${reach.toFixed(2)} ${unit}</text></svg>`
}

/** Text as it may stand in the page, in attributes too. */
export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")
