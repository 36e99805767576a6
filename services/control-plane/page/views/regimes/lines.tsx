/** A few lines over time, small and without a library. */
import { type Series, pathsOf } from "./regimeModel.ts"

const WIDTH = 560
const HEIGHT = 96

/** Lines with what they are, and the scale they share. */
export const LineChart = ({ label, series }: { readonly label: string; readonly series: ReadonlyArray<Series> }) => {
  const drawn = pathsOf(series, WIDTH, HEIGHT)
  if (drawn === null) return null
  return (
    <figure class="spark">
      <svg viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`} role="img" aria-label={label} preserveAspectRatio="none">
        <line
          class="zero"
          x1="0"
          x2={WIDTH}
          y1={(drawn.high / (drawn.high - drawn.low || 1)) * HEIGHT}
          y2={(drawn.high / (drawn.high - drawn.low || 1)) * HEIGHT}
        />
        {drawn.paths.map(({ name, ink, path }) => (
          <path key={name} class={ink} d={path} />
        ))}
      </svg>
      <figcaption>
        {drawn.paths.map(({ name, ink }) => (
          <span key={name}>
            <i class={ink} aria-hidden="true" /> {name}
          </span>
        ))}
        <span class="n">{`scale ${drawn.low.toFixed(2)} to ${drawn.high.toFixed(2)}`}</span>
      </figcaption>
    </figure>
  )
}
