/** Prices as a line, orders as levels: data in, coordinates out. Pure. */

/**
 * @typedef {{ readonly time: number, readonly price: number }} Sample One price; `time` in seconds, ascending.
 * @typedef {{ readonly price: number, readonly label: string, readonly side: "buy" | "sell" }} Level One order.
 * @typedef {{ readonly width: number, readonly height: number, readonly right: number }} Box Pixels; `right` is kept free for labels.
 * @typedef {{ readonly y: number, readonly labelY: number, readonly label: string, readonly side: "buy" | "sell" }} Line
 * @typedef {{ readonly path: string, readonly end: { readonly x: number, readonly y: number } | null,
 *   readonly lines: ReadonlyArray<Line>, readonly beyond: number }} Chart `beyond`: levels too far away to be drawn.
 */

/** Levels farther than this from the last price are counted, not drawn: they would flatten the line. */
export const MAX_LEVEL_DISTANCE = 0.025
/** Pixels above and below the outermost price. */
const MARGIN = 10
/** A line of label text. */
const LABEL_HEIGHT = 13

/** @param {number} n */
const pixel = (n) => Math.round(n * 10) / 10

/**
 * Moves labels apart so that none covers another, in their order, inside the box as far as they fit.
 * @param {ReadonlyArray<number>} ys ascending
 * @param {number} height
 */
export const spread = (ys, height) => {
  const placed = [...ys]
  for (let i = 1; i < placed.length; i++) placed[i] = Math.max(placed[i] ?? 0, (placed[i - 1] ?? 0) + LABEL_HEIGHT)
  let limit = height - 4
  for (let i = placed.length - 1; i >= 0; i--) {
    placed[i] = Math.min(placed[i] ?? 0, limit)
    limit = (placed[i] ?? 0) - LABEL_HEIGHT
  }
  return placed
}

/**
 * @param {ReadonlyArray<Sample>} samples
 * @param {ReadonlyArray<Level>} levels
 * @param {Box} box
 * @returns {Chart}
 */
export const chart = (samples, levels, box) => {
  const last = samples.at(-1)
  const first = samples[0]
  if (last === undefined || first === undefined) return { path: "", end: null, lines: [], beyond: levels.length }
  const near = levels.filter((level) => Math.abs(level.price / last.price - 1) <= MAX_LEVEL_DISTANCE)
  const prices = [...samples.map((sample) => sample.price), ...near.map((level) => level.price)]
  const low = prices.reduce((a, b) => Math.min(a, b))
  const high = prices.reduce((a, b) => Math.max(a, b))
  const plotWidth = Math.max(1, box.width - box.right)
  const span = last.time - first.time
  /** @param {number} time */
  const x = (time) => pixel(span === 0 ? plotWidth : ((time - first.time) / span) * plotWidth)
  /** @param {number} price */
  const y = (price) =>
    pixel(high === low ? box.height / 2 : MARGIN + ((high - price) / (high - low)) * (box.height - 2 * MARGIN))
  const sorted = near.toSorted((a, b) => b.price - a.price)
  const labelYs = spread(
    sorted.map((level) => y(level.price) + 4),
    box.height
  )
  return {
    path: samples.map(({ time, price }, i) => `${i === 0 ? "M" : "L"}${x(time)} ${y(price)}`).join(""),
    end: { x: x(last.time), y: y(last.price) },
    lines: sorted.map(({ price, label, side }, i) => ({ y: y(price), labelY: labelYs[i] ?? y(price), label, side })),
    beyond: levels.length - near.length
  }
}
