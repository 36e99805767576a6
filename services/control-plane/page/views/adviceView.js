/** What the regime advisor says and what the rebalancer makes of it: the way from probabilities to the skew. Pure. */
import { age, dateTime, decimal, integer, percent, signed, timeOfDay, UNKNOWN } from "./format.js"
import { actionButton } from "./governorView.js"
import { h } from "../h.js"
import { card, empty, table, term } from "./parts.js"

/**
 * @import { StatusReport } from "../../core/report.ts"
 * @typedef {NonNullable<StatusReport["hmm_regime"]>} Regime
 * @typedef {NonNullable<Regime["fast"]>} Reading
 */

const SHARE_DIGITS = 2
const SIGNAL_DIGITS = 4

/**
 * How the two detectors got along, by the report's name for it.
 * @param {string} fast Timeframe of the one,
 * @param {string} slow and of the other.
 */
const agreements = (fast, slow) => ({
  full: "both timeframes agree",
  slow_neutral: `${slow} is neutral`,
  fast_cooling: `${fast} is cooling down`,
  conflict: "the timeframes contradict each other",
  fast_only: `${fast} alone speaks`,
  slow_only: `${slow} alone speaks`
})

/** Tone of a regime: as of the orders it favours. */
const TONES = { BULLISH: "buy", BEARISH: "sell", RANGING: "" }

/** @param {number | undefined} value */
const share = (value) => (value === undefined ? UNKNOWN : value.toFixed(SHARE_DIGITS))

/**
 * A number of the chain; what is none (`unknown`, `none`) is said as it is.
 * @param {number | string | undefined} value
 * @param {(value: number) => string} shown
 */
const figure = (value, shown) => (value === undefined ? UNKNOWN : typeof value === "number" ? shown(value) : value)

/** @param {number} value */
const signal = (value) => signed(value.toFixed(SIGNAL_DIGITS), SIGNAL_DIGITS)

/** @param {number} value A fraction. */
const inPercent = (value) => percent(100 * value).replace(/^\+/, "")

/**
 * One detector as a row, its reason for silence in place of the numbers; why it speaks with less than its full voice in a row of
 * its own.
 * @param {string} name Of its part, until it has spoken.
 * @param {Reading | null} reading
 */
const detectorRows = (name, reading) => [
  h(
    "tr",
    h("th", { scope: "row" }, reading?.timeframe ?? name),
    ...(reading !== null && !reading.trained
      ? [h("td", { colspan: "4", class: "silent" }, `silent: ${reading.reason ?? UNKNOWN}`)]
      : [
          h("td.n", share(reading?.probabilities.bearish)),
          h("td.n", share(reading?.probabilities.ranging)),
          h("td.n", share(reading?.probabilities.bullish)),
          h("td.n", reading === null ? UNKNOWN : signed(reading.bias_signal.toFixed(SHARE_DIGITS), SHARE_DIGITS))
        ]),
    h("td.n.age.quiet", age(reading?.age_sec ?? null))
  ),
  ...(reading?.trained === true && reading.reason !== null
    ? [h("tr", h("td", { colspan: "6", class: "why" }, reading.reason))]
    : [])
]

/** @param {Regime} regime */
const detectors = ({ fast, slow }) =>
  table(
    ["", "#bearish", "#ranging", "#bullish", "#bias", "#candles' age"],
    [...detectorRows("fast", fast), ...detectorRows("slow", slow)]
  )

/** Nothing of models that did not say. @param {number | null} separation */
const separated = (separation) => (separation === null ? [] : [`separation ${separation.toFixed(SHARE_DIGITS)}`])

/** @param {Regime["trainings"]} trainings */
const trained = (trainings) => {
  const lines = Object.entries(trainings).map(([timeframe, training]) => {
    const at = h("span.time", `${dateTime(training.at)} UTC`)
    return "error" in training
      ? h("li.warn", `${timeframe} not trained `, at, `: ${training.error}`)
      : h(
          "li",
          `${timeframe} trained `,
          at,
          `: ${[`${integer(training.candles)} candles`, ...separated(training.separation), ...training.warnings].join(", ")}`
        )
  })
  return h("ul.facts", ...(lines.length > 0 ? lines : [h("li", "Not trained yet.")]))
}

/** What a shadow run would have changed: it moves nothing, and keeps score. @param {Regime["scorecard"]} card */
const scorecard = ({ readings, directional, hits, bias_times_move: biasTimesMove, moves }) =>
  h(
    "p.facts",
    h("b", "Shadow mode: it moves nothing and keeps score. "),
    `Of ${integer(readings)} readings ${integer(directional)} took a side, ${integer(hits)} of them the right one` +
      `${directional === 0 ? "" : ` (${Math.round((100 * hits) / directional)} %)`}; ` +
      `following them ${percent(100 * biasTimesMove)}, always up ${percent(100 * moves)}.`
  )

/** @param {Regime} regime */
const consensus = ({ available, regime, agreement, fast, slow, confidence, bias_signal: bias, age_sec: ageSec }) => {
  const spoken = available && agreement !== "none" && regime !== null
  const sentences = agreements(fast?.timeframe ?? "fast", slow?.timeframe ?? "slow")
  const agreed = sentences[/** @type {keyof typeof sentences} */ (agreement)] ?? agreement
  const leaning = bias === null ? UNKNOWN : signed(bias.toFixed(SHARE_DIGITS), SHARE_DIGITS)
  const sure = `confidence ${share(confidence ?? undefined)} · bias ${leaning}`
  return h(
    "div.verdict",
    h("p", { class: `word ${spoken ? TONES[regime] : "quiet"}` }, spoken ? regime.toLowerCase() : "no regime yet"),
    h("p.quiet", spoken ? `${agreed} · ${sure} · said ${age(ageSec)} ago` : "No model speaks: the trend decides alone.")
  )
}

/**
 * The regime, and where it comes from; nothing where nobody follows it.
 * @param {StatusReport} report
 */
export const regime = ({ hmm_regime: shown, startup }) =>
  shown !== undefined &&
  h(
    "section.card.advice",
    { "aria-label": "Regime" },
    h(
      "div.heading",
      h("h2", "Regime"),
      shown.enabled && startup !== null && actionButton("retrain", "Retrain", { class: "small" })
    ),
    ...(shown.enabled
      ? [consensus(shown), detectors(shown), trained(shown.trainings), shown.shadow && scorecard(shown.scorecard)]
      : [empty("advisor off: HMM_ENABLED=false. The trend decides alone.")])
  )

/**
 * @param {number} skew
 * @param {boolean} inEffect
 */
const favoured = (skew, inEffect) => {
  if (skew === 0) return "neither side is favoured"
  const side = skew > 0 ? "buys" : "sells"
  return inEffect ? `new ${side} are enlarged` : `${side} would be enlarged; nothing is entered now`
}

/** @param {ReadonlyArray<readonly [string, string]>} rows */
const chain = (rows) => h("dl.chain", ...rows.map(([name, value]) => term(name, "n", value)))

/**
 * The chain of numbers from the trend to the skew; nothing where nobody follows it.
 * @param {StatusReport} report
 */
export const rebalancer = ({ rebalancer: shown, trend, hmm_regime: advisor }) => {
  if (shown === undefined) return false
  const numbers = shown.reason?.numbers ?? {}
  const held = trend?.hysteresis_active === true ? `${age(trend.hysteresis_expires_in_sec)} more` : "none"
  const targetRule = String(numbers["targetRule"] ?? "").replaceAll("_", " ")
  const blend = advisor?.enabled === true ? ` (trend ${decimal(String(advisor.blend_factor), SHARE_DIGITS)})` : ""
  return card(
    ".advice",
    "Rebalancer",
    ...(shown.enabled
      ? [
          h(
            "div.verdict",
            h("p.word.n", signal(shown.skew)),
            h(
              "p.quiet",
              shown.reason === null
                ? "no look at the market yet"
                : `skew: ${favoured(shown.skew, shown.in_effect)} · at ${timeOfDay(shown.last_update_ts)}. ${shown.reason.sentence}`
            )
          ),
          chain([
            ["Trend score", figure(numbers["trendScore"], signal)],
            ["Regime's bias", figure(numbers["bias"], signal)],
            [`Blended signal${blend}`, figure(numbers["signal"], signal)],
            [`Idle target${targetRule === "" ? "" : `, ${targetRule}`}`, figure(numbers["target"], inPercent)],
            ["Idle ratio", figure(numbers["idleRatio"], inPercent)],
            ["Smoothed error", figure(numbers["smoothedError"], signal)],
            ["Velocity, per hour", figure(numbers["smoothedVelocity"], (perSec) => signal(perSec * 3_600))],
            ["Room for orders", [shown.capacity_band, ...shown.capacity_hints].join(": ")],
            ["Target held", held]
          ])
        ]
      : [empty("rebalancer off: REBALANCE_ENABLED=false. Both sides have the same size.")])
  )
}
