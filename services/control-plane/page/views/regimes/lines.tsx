/** A few series over time, small and without a library: lines that share a scale, or shares of one whole as areas. */
import { At, Empty } from "../../kit/parts.tsx"
import { type Series, pathsOf, stackOf } from "./regimeModel.ts"

const WIDTH = 560
const HEIGHT = 110

/** Series with their newest values, the ends of the scale, and when they begin and end. */
export const Plot = ({
  label,
  series,
  as = "lines",
  show,
  withZero = true
}: {
  /** What it shows, also for those who do not see it. */
  readonly label: string
  /** Null: they have not come yet. */
  readonly series: ReadonlyArray<Series> | null
  readonly as?: "lines" | "shares"
  /** How a value reads. */
  readonly show: (value: number) => string
  readonly withZero?: boolean
}) => {
  if (series === null) return <Empty>{`${label}: reading the journal …`}</Empty>
  const drawn = as === "lines" ? pathsOf(series, WIDTH, HEIGHT, withZero) : stackOf(series, WIDTH, HEIGHT)
  if (drawn === null)
    return <Empty>{`${label}: fewer than two readings among the last 20,000 records, nothing to draw.`}</Empty>
  const { low, high, from, to, paths } = drawn
  const zero = low < 0 && high > 0 ? (high / (high - low)) * HEIGHT : null
  return (
    <figure class="plot">
      <figcaption>
        <span class="title">{label}</span>
        {paths.map(({ name, ink, points }) => {
          const newest = points.at(-1)
          return (
            <span key={name} class="key">
              <i class={ink} aria-hidden="true" /> {name}{" "}
              <b class="n">{newest === undefined ? "–" : show(newest.value)}</b>
            </span>
          )
        })}
      </figcaption>
      <div class="drawing">
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${label} over time`} preserveAspectRatio="none">
          {zero === null ? null : <line class="zero" x1="0" x2={WIDTH} y1={zero} y2={zero} />}
          {paths.map(({ name, ink, path }) => (
            <path key={name} class={`${ink} ${as === "shares" ? "area" : ""}`} d={path} />
          ))}
        </svg>
        <span class="high n">{show(high)}</span>
        <span class="low n">{show(low)}</span>
      </div>
      <p class="ends">
        <At sec={from} day />
        <At sec={to} day />
      </p>
    </figure>
  )
}
