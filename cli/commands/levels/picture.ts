/** A volume profile as SVG text: volume by price, the value area and the point of control marked. Pure. */
import { Price, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { VolumeProfile } from "../../../services/market-context/core/profile/volumeProfile.ts"

const WIDTH = 900
const HEIGHT = 640
const TOP = 48
const LEFT = 110
const RIGHT = 150
/** Told apart also by people who do not see red and green apart. */
const COLOURS = { area: "#0369a1", outside: "#a1a1aa", control: "#c2410c", text: "#27272a" } as const
/** Rows that are drawn at most; more are thinner than a pixel and drawn together. */
const MAX_ROWS = HEIGHT - TOP - 24

/** A level's name and the price at which its line is drawn. */
const linesOf = (profile: VolumeProfile): ReadonlyArray<readonly [string, number]> => [
  ["POC", Price.toNumber(profile.pointOfControl)],
  ["VAH", Price.toNumber(profile.valueAreaHigh)],
  ["VAL", Price.toNumber(profile.valueAreaLow)],
  ["VWAP", profile.volumeWeightedPrice]
]

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")

/** The picture. `tickSize` is the height of a bin. */
export const profilePicture = (title: string, profile: VolumeProfile, tickSize: Price): string => {
  const bottom = Price.toNumber(profile.levels[0]!.price)
  const tick = Price.toNumber(tickSize)
  const top = Price.toNumber(profile.levels.at(-1)!.price) + tick
  const rows = Math.min(MAX_ROWS, Math.max(1, Math.round((top - bottom) / tick)))
  const rowHeight = (HEIGHT - TOP - 24) / rows
  const yOf = (price: number): number => TOP + ((top - price) / (top - bottom)) * (HEIGHT - TOP - 24)
  const volumes = new Float64Array(rows)
  for (const { price, volume } of profile.levels) {
    const row = Math.min(rows - 1, Math.floor(((Price.toNumber(price) + tick / 2 - bottom) / (top - bottom)) * rows))
    volumes[row]! += Volume.toNumber(volume)
  }
  const most = Math.max(...volumes)
  const [low, high] = [Price.toNumber(profile.valueAreaLow), Price.toNumber(profile.valueAreaHigh) + tick]
  const bars = Array.from(volumes, (volume, row) => {
    if (volume === 0) return ""
    const middle = bottom + ((row + 0.5) / rows) * (top - bottom)
    const colour = middle >= low && middle < high ? COLOURS.area : COLOURS.outside
    const y = TOP + (rows - 1 - row) * rowHeight
    const width = (volume / most) * (WIDTH - LEFT - RIGHT)
    return `<rect x="${LEFT}" y="${y.toFixed(2)}" width="${width.toFixed(2)}" height="${Math.max(0.5, rowHeight * 0.9).toFixed(2)}" fill="${colour}"/>`
  })
  const lines = linesOf(profile).map(([name, price]) => {
    const y = yOf(name === "VWAP" ? price : price + tick / 2).toFixed(2)
    const colour = name === "POC" ? COLOURS.control : COLOURS.text
    return (
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}" stroke="${colour}" stroke-dasharray="${name === "POC" ? "none" : "4 3"}"/>` +
      `<text x="${WIDTH - RIGHT + (name === "VWAP" ? -6 : 6)}" y="${y}" fill="${colour}" ` +
      // Inside, and above its line: it is often next to the POC.
      `${name === "VWAP" ? 'text-anchor="end" dy="-4"' : 'dominant-baseline="middle"'}>${name} ${price.toPrecision(7)}</text>`
    )
  })
  const edges = [bottom, top].map(
    (price) =>
      `<text x="${LEFT - 6}" y="${yOf(price).toFixed(2)}" text-anchor="end" dominant-baseline="middle" fill="${COLOURS.text}">${price.toPrecision(6)}</text>`
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="13">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="24" font-size="16" fill="${COLOURS.text}">${escaped(title)}</text>`,
    ...bars.filter((bar) => bar !== ""),
    ...lines,
    ...edges,
    "</svg>",
    ""
  ].join("\n")
}
