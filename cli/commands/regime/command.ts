/** `kennel regime fit|label|plot <candles.csv>`: the regime model on recorded candles, for a quant. Trades nothing; nor does `verify`. */
import { createHash } from "node:crypto"
import { writeFile } from "node:fs/promises"
import { basename } from "node:path"
import { Clock, Console, Effect, Option, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import {
  type FeatureCandles,
  FEATURES,
  featureRows,
  WARM_UP_CANDLES
} from "../../../services/hmm-advisor/core/features.ts"
import { labelCandles, type LabelledCandle, stateTable } from "../../../services/hmm-advisor/core/labelling.ts"
import { weaknessOf } from "../../../services/hmm-advisor/core/regime.ts"
import { FULL_VOICE } from "../../../services/hmm-advisor/core/separation.ts"
import { regimePicture } from "./picture.ts"
import { isRefusal, type Refusal } from "../../../services/hmm-advisor/core/training/refusal.ts"
import {
  canonicalBytes,
  DEFAULT_TRAINING,
  train,
  type TrainedModel
} from "../../../services/hmm-advisor/core/training/train.ts"
import { attempt, readCandleFile } from "../../../shared/candles/candleFile.ts"
import { leftOutText } from "../../../shared/candles/core/file/leftOut.ts"
import { settle } from "../../../shared/candles/core/file/settle.ts"
import { slackMs } from "../../../shared/candles/core/file/spacing.ts"
import type { Settings } from "../../../app/settings.ts"
import { Price, Volume } from "../../../shared/core/decimal/decimal.ts"
import { progressOf } from "../../shared/progress.ts"
import { clearLine } from "../../shared/terminal.ts"
import { loadSettings } from "../../shared/settings.ts"
import { verifyCommand } from "./verify.ts"
import { messageOf } from "../../../shared/core/messageOf.ts"

/** The candles cannot be used, or the model refused them: nothing was written. */
class RegimeFailed extends Schema.TaggedError<RegimeFailed>()("RegimeFailed", { detail: Schema.String }) {
  override get message(): string {
    return `regime: ${this.detail}`
  }
}

interface Series extends FeatureCandles {
  readonly file: string
  /** Length of a candle. */
  readonly intervalSec: number
  /** Unix seconds. */
  readonly times: Float64Array
}

const readSeries = (file: string): Effect.Effect<Series, RegimeFailed> =>
  Effect.gen(function* () {
    const nowSec = Math.floor((yield* Clock.currentTimeMillis) / 1_000)
    const found = yield* readCandleFile(file, { nowSec })
    if (found.kind !== "candles")
      return yield* new RegimeFailed({ detail: `${file}: holds trades; name a file of candles` })
    const settled = yield* attempt(file, () => settle(found, { namedSec: null, nowSec }))
    for (const left of settled.leftOut) yield* Console.error(`regime: warning: ${file}: ${leftOutText(left)}`)
    for (const remark of settled.remarks) yield* Console.error(`regime: ${file}: ${remark}`)
    const { length, at, intervalMs } = settled
    const [times, closes, volumes] = [new Float64Array(length), new Float64Array(length), new Float64Array(length)]
    for (let place = 0; place < length; place++) {
      const { timeMs, close, volume } = at(place)
      times[place] = timeMs / 1_000
      closes[place] = Price.toNumber(close)
      volumes[place] = Volume.toNumber(volume)
    }
    return { file, intervalSec: intervalMs / 1_000, times, closes, volumes }
  }).pipe(
    Effect.scoped,
    Effect.catchTag("CandleFileRefused", ({ message }) => Effect.fail(new RegimeFailed({ detail: message })))
  )

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
  /** Whether the bias of a weak model was scaled down. */
  readonly damped: boolean
}

/** Distances longer than a candle; a day on which summer time ends has 25 hours and is none. */
const holesIn = ({ times, intervalSec }: Series): number => {
  const longest = intervalSec + slackMs(intervalSec * 1_000) / 1_000
  return times.subarray(1).filter((time, i) => time - (times[i] ?? 0) > longest).length
}

/** Trains on the first `trainCount` candles, or all, and labels every candle. */
const analyse = Effect.fnUntraced(function* (
  file: string,
  trainCount: Option.Option<number>,
  settings: Settings
): Effect.fn.Return<Labelled, RegimeFailed> {
  const series = yield* readSeries(file)
  const holes = holesIn(series)
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
  const tell = yield* progressOf("fit")
  const trained = yield* given(
    train(rows, { ...DEFAULT_TRAINING, maxIterations, states, covarianceType, minimumRows: 1 }, null, tell)
  ).pipe(Effect.ensuring(clearLine))
  const labelled = yield* given(
    labelCandles(trained, series, {
      confidenceThreshold: settings.hmmConfidenceThreshold,
      biasGain: settings.hmmBiasGain,
      dampWeakModels: settings.hmmDampWeakModels
    })
  )
  const dataHash = createHash("sha256").update(canonicalBytes(rows)).digest("hex")
  return { series, trained, labelled, trainedOn, dataHash, damped: settings.hmmDampWeakModels }
})

const iso = (seconds: number | undefined): string => new Date((seconds ?? 0) * 1_000).toISOString().slice(0, 16)

const report = ({ series, trained, labelled, trainedOn, dataHash, damped }: Labelled): string => {
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
    ...(damped && trained.separation < FULL_VOICE ? [weaknessOf(trained.separation)] : []),
    "",
    line(["state", "share of candles", "candles it lasts", ...FEATURES]),
    ...states.map(({ label, share, duration, means }) =>
      line([
        label,
        `${(share * 100).toFixed(1)} %`,
        duration?.toFixed(1) ?? "no end seen",
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
      catch: (error) => new RegimeFailed({ detail: `${out}: ${messageOf(error)}` })
    })
    yield* Console.log(`${out}: ${labelled.length} candles`)
  })
).pipe(Command.withDescription("Draw the price coloured by its regime, and what the model believed, as SVG"))

export const regimeCommand = Command.make("regime").pipe(
  Command.withSubcommands([fitCommand, labelCommand, plotCommand, verifyCommand])
)
