/** `kennel regime fit|label|plot <candles.csv>`: the regime model on recorded candles, for a quant. Trades nothing. */
import { createHash } from "node:crypto"
import { writeFile } from "node:fs/promises"
import { basename } from "node:path"
import { Console, Effect, Option, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { readRecording } from "../../../services/exchange-sim/core/market/rows.ts"
import {
  type FeatureCandles,
  FEATURES,
  featureRows,
  WARM_UP_CANDLES
} from "../../../services/hmm-advisor/core/features.ts"
import { DEFAULT_FIT } from "../../../services/hmm-advisor/core/hmm/fit.ts"
import { labelCandles, type LabelledCandle, stateTable } from "../../../services/hmm-advisor/core/labelling.ts"
import { regimePicture } from "./picture.ts"
import { isRefusal, type Refusal } from "../../../services/hmm-advisor/core/training/refusal.ts"
import { canonicalBytes, train, type TrainedModel } from "../../../services/hmm-advisor/core/training/train.ts"
import type { Settings } from "../../../app/settings.ts"
import { Price, Volume } from "../../../shared/core/decimal/decimal.ts"
import { loadSettings } from "../../shared/settings.ts"
import { readText } from "../../../shared/files/textFile.ts"

/** The candles cannot be used, or the model refused them: nothing was written. */
class RegimeFailed extends Schema.TaggedError<RegimeFailed>()("RegimeFailed", { detail: Schema.String }) {
  override get message(): string {
    return `regime: ${this.detail}`
  }
}

interface Series extends FeatureCandles {
  readonly file: string
  /** Unix seconds. */
  readonly times: Float64Array
}

const readSeries = (file: string): Effect.Effect<Series, RegimeFailed> =>
  Effect.tryPromise({
    try: async () => {
      const recording = readRecording(file, await readText(file))
      if (recording.kind !== "candles") throw new Error("holds trades; name a file of candles")
      const { rows } = recording
      return {
        file,
        times: Float64Array.from(rows, ({ timeMs }) => timeMs / 1_000),
        closes: Float64Array.from(rows, ({ close }) => Price.toNumber(close)),
        volumes: Float64Array.from(rows, ({ volume }) => Volume.toNumber(volume))
      }
    },
    catch: (error) => {
      const text = error instanceof Error ? error.message : String(error)
      return new RegimeFailed({ detail: text.startsWith(file) ? text : `${file}: ${text}` })
    }
  })

const given = <A extends object>(result: A | Refusal): Effect.Effect<A, RegimeFailed> =>
  isRefusal(result)
    ? Effect.fail(new RegimeFailed({ detail: `${result.reason}: ${result.detail}` }))
    : Effect.succeed(result)

interface Labelled {
  readonly series: Series
  readonly trained: TrainedModel
  readonly labelled: ReadonlyArray<LabelledCandle>
  /** Candles the model was trained on, from the first on. */
  readonly trainedOn: number
  /** Of their features: the same as in the advisor's own record of a training on these candles. */
  readonly dataHash: string
}

/** Times further apart than the two nearest. */
const holesIn = (times: Float64Array): number => {
  const steps = times.subarray(1).map((time, i) => time - (times[i] ?? 0))
  const interval = steps.reduce((least, step) => Math.min(least, step), Number.POSITIVE_INFINITY)
  return steps.filter((step) => step > interval).length
}

/** Trains on the first `trainCount` candles, or all, and labels every candle. */
const analyse = Effect.fnUntraced(function* (
  file: string,
  trainCount: Option.Option<number>,
  settings: Settings
): Effect.fn.Return<Labelled, RegimeFailed> {
  const series = yield* readSeries(file)
  const holes = holesIn(series.times)
  if (holes > 0)
    yield* Console.error(`regime: warning: holes in the candles: ${holes}; what follows one counts as the next candle`)
  if (Option.exists(trainCount, (count) => count < 1)) {
    return yield* new RegimeFailed({ detail: `--train must be at least 1, is ${Option.getOrNull(trainCount)}` })
  }
  const trainedOn = Math.min(
    series.closes.length,
    Option.getOrElse(trainCount, () => series.closes.length)
  )
  const rows = yield* given(
    featureRows({ closes: series.closes.subarray(0, trainedOn), volumes: series.volumes.subarray(0, trainedOn) })
  )
  const { hmmStates: states, hmmCovarianceType: covarianceType, hmmIterations: maxIterations } = settings
  const trained = yield* given(
    train(rows, { ...DEFAULT_FIT, maxIterations, states, covarianceType, minimumRows: 1 }, null)
  )
  const labelled = yield* given(
    labelCandles(trained, series, {
      confidenceThreshold: settings.hmmConfidenceThreshold,
      biasGain: settings.hmmBiasGain
    })
  )
  const dataHash = createHash("sha256").update(canonicalBytes(rows)).digest("hex")
  return { series, trained, labelled, trainedOn, dataHash }
})

const iso = (seconds: number | undefined): string => new Date((seconds ?? 0) * 1_000).toISOString().slice(0, 16)

const report = ({ series, trained, labelled, trainedOn, dataHash }: Labelled): string => {
  const { closes, times, file } = series
  const states = stateTable(trained, labelled)
  const pad = (text: string, width: number) => text.padStart(width)
  const line = (cells: ReadonlyArray<string>) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(10) : pad(cell, 20))).join("")
  const { transition, states: count } = trained.model
  return [
    `${file}: ${closes.length} candles, ${iso(times[0])} to ${iso(times.at(-1))} UTC`,
    `trained on the first ${trainedOn}: ${trained.rowCount} rows, start "${trained.start}", ${trained.iterations} iterations, ` +
      `log-likelihood ${trained.logLikelihood.toFixed(2)}, separation ${trained.separation.toFixed(2)}`,
    `data ${dataHash}`,
    ...(trained.warnings.length > 0 ? [`warnings: ${trained.warnings.join(", ")}`] : []),
    "",
    line(["state", "share of candles", "candles it lasts", ...FEATURES]),
    ...states.map(({ label, share, duration, means }) =>
      line([
        label,
        `${(share * 100).toFixed(1)} %`,
        duration.toFixed(1),
        ...FEATURES.map((feature) => means[feature].toPrecision(4))
      ])
    ),
    "",
    line(["from \\ to", ...states.map(({ label }) => label)]),
    ...states.map(({ label }, from) =>
      line([label, ...states.map((_, to) => (transition[from * count + to] ?? 0).toFixed(4))])
    )
  ].join("\n")
}

const csv = ({ series, labelled, trainedOn }: Labelled): string =>
  [
    "time,close,regime,bearish,ranging,bullish,confidence,bias,trained_on",
    ...labelled.map(({ candle, regime, probabilities: { bearish, ranging, bullish }, confidence, biasSignal }) =>
      [
        series.times[candle],
        series.closes[candle],
        regime,
        ...[bearish, ranging, bullish, confidence, biasSignal].map((value) => value.toFixed(6)),
        candle < trainedOn
      ].join(",")
    )
  ].join("\n")

const arguments_ = {
  file: Argument.String("candles.csv").pipe(
    Argument.withDescription("Candles as CSV, packed or not; layouts as for the recorded market")
  ),
  train: Flag.Int("train").pipe(
    Flag.withDescription("Train on this number of candles from the first on; the rest is labelled unseen"),
    Flag.optional
  )
}

const fitCommand = Command.make(
  "fit",
  {
    ...arguments_,
    json: Flag.Boolean("json").pipe(Flag.withDescription("The model as JSON"), Flag.withDefault(false))
  },
  Effect.fn(function* ({ file, train: count, json }) {
    const result = yield* analyse(file, count, yield* loadSettings())
    yield* Console.log(json ? JSON.stringify({ dataHash: result.dataHash, ...result.trained }) : report(result))
  })
).pipe(Command.withDescription("Train a model and print its states"))

const labelCommand = Command.make(
  "label",
  arguments_,
  Effect.fn(function* ({ file, train: count }) {
    yield* Console.log(csv(yield* analyse(file, count, yield* loadSettings())))
  })
).pipe(
  Command.withDescription(
    `Print every candle's regime as CSV; the first ${WARM_UP_CANDLES} have none, their indicators settle`
  )
)

const plotCommand = Command.make(
  "plot",
  {
    ...arguments_,
    out: Flag.String("out").pipe(Flag.withDescription("Where the SVG goes"), Flag.withDefault("regimes.svg"))
  },
  Effect.fn(function* ({ file, train: count, out }) {
    const { series, labelled, trainedOn, trained } = yield* analyse(file, count, yield* loadSettings())
    const whole = trainedOn === series.closes.length
    const picture = regimePicture({
      title: `${basename(file)} · ${trained.model.states} states, trained on ${trainedOn} of ${series.closes.length} candles, separation ${trained.separation.toFixed(2)}`,
      timeText: (candle) => iso(series.times[candle]).replace("T", " "),
      closes: series.closes,
      labelled,
      outOfSampleFrom: whole ? null : trainedOn
    })
    yield* Effect.tryPromise({
      try: () => writeFile(out, picture),
      catch: (error) =>
        new RegimeFailed({ detail: `${out}: ${error instanceof Error ? error.message : String(error)}` })
    })
    yield* Console.log(`${out}: ${labelled.length} candles`)
  })
).pipe(Command.withDescription("Draw the price coloured by its regime, and what the model believed, as SVG"))

export const regimeCommand = Command.make("regime").pipe(
  Command.withDescription("Fit the regime model to recorded candles, label and draw them"),
  Command.withSubcommands([fitCommand, labelCommand, plotCommand])
)
