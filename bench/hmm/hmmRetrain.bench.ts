/**
 * For how long does a retraining hold up the event loop of the process that trades? The whole advisor, asked to retrain: 720 + 720
 * candles out of an embedded store, features, fits of all starts in the worker, facts encoded and folded, one answer. Beside it the
 * same with the fits made where the event loop is. The candles are those of the repository's month.
 *
 * A probe looks at every turn of the loop and takes the longest while a retraining runs: what any other work would have waited,
 * by the thread's own processor time and by the wall's, where a busy machine counts too. It says nothing of the journal's disk.
 */
import { Effect, Layer, Stream } from "effect"
import { advisorOptions } from "../../services/hmm-advisor/options.ts"
import { aggregate, type Candle as Minute } from "../../services/exchange-sim/core/market/candles.ts"
import type { CandleRow } from "../../services/exchange-sim/core/market/rows.ts"
import type { Detector } from "../../services/hmm-advisor/core/advice.ts"
import { isRefusal } from "../../services/hmm-advisor/core/training/refusal.ts"
import { newestStretch } from "../../services/hmm-advisor/core/series.ts"
import { advisorService, type AdvisorOptions, type DetectorOptions } from "../../services/hmm-advisor/service.ts"
import { canonicalBytes, train, type TrainedModel } from "../../services/hmm-advisor/core/training/train.ts"
import { outcomeOf, trainingTask } from "../../services/hmm-advisor/core/training/training.ts"
import { decode } from "../../shared/actor/control/decode.ts"
import { sha256 } from "../../shared/actor/hash.ts"
import type { Candle } from "../../shared/candles/core/candle.ts"
import { readSettings } from "../../app/settings.ts"
import { Price } from "../../shared/core/decimal/decimal.ts"
import { encodeEntry } from "../../shared/events/envelope.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { MemoryJournal } from "../../shared/journal/memory.ts"
import { Journal } from "../../shared/journal/port.ts"
import { EmbeddedStore } from "../../shared/store/embedded/store.ts"
import { Store } from "../../shared/store/port.ts"
import { candlesOf } from "../../tests/data/recording.ts"
import type { BenchResult } from "../result.ts"

const CANDLES = 720
const WARM_UP = 3
const subjects = marketSubjects("BENCH")
const options: Omit<AdvisorOptions, "subjects" | "epoch"> = {
  ...advisorOptions(readSettings({}).settings),
  market: { venue: "real", symbol: "BENCH" }
}
const detectors = [options.fast, options.slow]

/** Goal: no turn longer than 10 ms. */
export const hmmRetrainBench = async ({ quick }: { readonly quick: boolean }): Promise<Array<BenchResult>> =>
  Effect.runPromise(
    Effect.scoped(measure(quick ? 3 : 100)).pipe(
      Effect.provide(Layer.merge(MemoryJournal.layer(), EmbeddedStore.layer({ directory: null })))
    )
  )

const measure = Effect.fnUntraced(function* (runs: number) {
  const minutes = candlesOf().map(minuteOf)
  const nowMs = (minutes.at(-1)?.timeMs ?? 0) + 60_000
  const { candles } = yield* Store
  for (const { intervalMin } of detectors) {
    const shown = aggregate(minutes, intervalMin * 60_000, nowMs, CANDLES + 1).slice(0, -1)
    yield* candles.upsert({ ...options.market, intervalMin }, shown.map(asStored), "import")
  }
  const price = Price.parse("0.3")
  yield* put(subjects.price, { _tag: "PriceObserved", last: price, bid: price, ask: price }, nowMs)

  let asked = 0
  const retrain = Effect.suspend(() =>
    put(
      subjects.out("governor"),
      { _tag: "RetrainAsked", commandId: `bench-${++asked}`, intervals: detectors.map((each) => each.intervalMin) },
      nowMs
    )
  ).pipe(Effect.flatMap(answerAfter))
  let models: ReadonlyArray<Detector["model"]> = []
  const retrainHere = Effect.map(
    Effect.forEach(detectors, (detector, at) => trainHere(detector, models[at]?.trained ?? null)),
    (outcomes) => void (models = outcomes.map(({ model }) => model))
  )

  // The start has a worker to make, and nothing has been compiled yet.
  const start = Effect.forkScoped(
    advisorService({ ...options, subjects, epoch: 1, newestPage: () => Effect.succeed([]) })
  )
  const first = yield* longestTurns(Effect.andThen(start, answerAfter(0)))
  yield* retrainHere
  const [there, here]: [Array<Turn>, Array<Turn>] = [[], []]
  // Both by turns, each with the model of its last training as a start; the first rounds warm both and are not counted.
  for (let round = -WARM_UP; round < runs; round++) {
    const turns = [yield* longestTurns(retrain), yield* longestTurns(retrainHere)] as const
    if (round < 0) continue
    there.push(turns[0])
    here.push(turns[1])
  }
  const spoken = yield* newestModels
  if (spoken.join(" ") !== models.map((model) => parametersOf(model)).join(" ")) {
    return yield* Effect.die(new Error("retrain: the worker's models are not those of the same fits here"))
  }
  const resultOf = (what: string, of: (turn: Turn) => number): BenchResult => {
    const samples = there.map(of)
    const p99 = samples.toSorted((a, b) => a - b)[Math.floor(samples.length * 0.99)] ?? Number.NaN
    return {
      name: `retrain ${CANDLES} + ${CANDLES}: longest turn of the event loop, ${what}`,
      unit: "ms",
      samples,
      baseline: { name: "fits on the main thread", samples: here.map(of) },
      note: `p99 ${p99.toFixed(2)} of ${runs}; the first training after a start ${of(first).toFixed(2)}`,
      checksum: sha256(spoken.join(" "))
    }
  }
  return [resultOf("our own work", ({ workMs }) => workMs), resultOf("wall", ({ wallMs }) => wallMs)]
})

interface Turn {
  /** By the clock on the wall: also what the machine did in between. */
  readonly wallMs: number
  /** The thread's own work; some kernels count it in steps of 4 ms. */
  readonly workMs: number
}

const workedMs = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

/** Runs the work and says what the event loop's longest turns took meanwhile. */
const longestTurns = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<Turn, E, R> =>
  Effect.suspend(() => {
    let longest: Turn = { wallMs: 0, workMs: 0 }
    let before: Turn = { wallMs: performance.now(), workMs: workedMs() }
    let running = true
    const look = () => {
      const now = { wallMs: performance.now(), workMs: workedMs() }
      longest = {
        wallMs: Math.max(longest.wallMs, now.wallMs - before.wallMs),
        workMs: Math.max(longest.workMs, now.workMs - before.workMs)
      }
      before = now
    }
    const turn = () => {
      look()
      if (running) setImmediate(turn)
    }
    setImmediate(turn)
    return Effect.map(work, () => {
      running = false
      look()
      return longest
    })
  })

let written = 0
/** Appends the event as its writer would; gives the record's sequence. */
const put = (subject: string, event: MarketEvent, timeMs: number) =>
  Effect.flatMap(Journal, (journal) => {
    const envelope = { epoch: 1, timeMs, writer: "bench", cause: null, events: [event] } as const
    return Effect.map(journal.append(encodeEntry(subject, `bench.${written++}`, envelope)), ({ seq }) => seq)
  })

/** Waits for the advisor's next word on the regime: the last thing it does in a retraining. */
const answerAfter = (seq: number) =>
  Effect.flatMap(Journal, (journal) =>
    journal.tail({ from: seq + 1, filter: subjects.regime }).pipe(
      Stream.mapEffect(decode),
      Stream.filter(({ events }) => events.some(({ _tag }) => _tag === "RegimeObserved")),
      Stream.runHead
    )
  )

/** What the advisor does for one timeframe, with the fit made here: what it would hold up without its worker. */
const trainHere = Effect.fnUntraced(function* (
  { intervalMin, trainingCandles, minimumRows }: DetectorOptions,
  previous: TrainedModel | null
) {
  const { candles } = yield* Store
  const newest = yield* candles.newest({ ...options.market, intervalMin }, trainingCandles)
  const task = trainingTask(intervalMin, newestStretch(newest, intervalMin), { ...options.training, minimumRows })
  if (isRefusal(task)) return yield* Effect.die(new Error(`retrain: ${task.reason}: ${task.detail}`))
  const outcome = outcomeOf(task, train(task.rows, task.settings, previous), sha256(canonicalBytes(task.rows)))
  encodeEntry(subjects.regime, "here", {
    epoch: 1,
    timeMs: 0,
    writer: "bench",
    cause: null,
    events: [outcome.fact]
  })
  return outcome
})

const parametersOf = (model: Detector["model"] | undefined): string =>
  model == null ? "" : JSON.stringify({ model: model.trained.model, scaling: model.trained.scaling })

/** The parameters of the last model of each timeframe, as the facts have them. */
const newestModels = Effect.gen(function* () {
  const journal = yield* Journal
  const records = yield* journal
    .read({ from: 1, filter: subjects.regime })
    .pipe(Stream.mapEffect(decode), Stream.runCollect)
  const facts = records.flatMap(({ events }) => events)
  return detectors.map(({ intervalMin }) => {
    const last = facts.findLast((fact) => fact._tag === "RegimeModelTrained" && fact.intervalMin === intervalMin)
    return last?._tag === "RegimeModelTrained" ? last.parameters : ""
  })
})

const minuteOf = (row: CandleRow): Minute => ({ ...row, turnover: 0n, count: 1 })

const asStored = ({ timeMs, open, high, low, close, volume, count }: Minute): Candle => ({
  timeSec: timeMs / 1_000,
  open,
  high,
  low,
  close,
  volume,
  trades: count
})
