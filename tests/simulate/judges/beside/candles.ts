/** Candles and what is learnt from them, held to the exchange's own trades. */
import { sha256 } from "../../../../shared/actor/hash.ts"
import { isRefusal } from "../../../../services/hmm-advisor/core/training/refusal.ts"
import { newestStretch } from "../../../../services/hmm-advisor/core/series.ts"
import { canonicalBytes } from "../../../../services/hmm-advisor/core/training/train.ts"
import { featureRows } from "../../../../services/hmm-advisor/core/features.ts"
import type { Candle } from "../../../../shared/candles/core/candle.ts"
import type { StoredRecord } from "../../../../shared/events/envelope.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import type { SimulatedCandles } from "../../world/candles/candles.ts"
import { sameCandle, type Tables } from "../../../../shared/store/testing/memory/tables.ts"

/** What two doubles' sums may differ by. */
const ROUNDED = 1e-9

/** Told candles, models and regimes. */
export class Learnt {
  private readonly problem: (text: string) => void
  private readonly candles: () => SimulatedCandles
  private readonly nowMs: () => number
  private readonly timesAreTrue: boolean
  private readonly models = new Set<string>()
  /** By minutes, the starts of the candles that were told, Unix seconds. */
  private readonly told = new Map<number, Set<number>>()
  /** When the last regime was told, exchange time; 0: never. */
  toldMs = 0

  /** `candles`: the truth. `nowMs`: the exchange's clock. `timesAreTrue`: no clock lies; where one does a candle may end early. */
  constructor(
    problem: (text: string) => void,
    candles: () => SimulatedCandles,
    { nowMs, timesAreTrue }: { readonly nowMs: () => number; readonly timesAreTrue: boolean }
  ) {
    this.timesAreTrue = timesAreTrue
    this.problem = problem
    this.candles = candles
    this.nowMs = nowMs
  }

  take({ seq, timeMs, events }: StoredRecord): void {
    for (const event of events) {
      if (event._tag === "CandleClosed") this.closed(seq, event)
      else if (event._tag === "RegimeModelTrained") this.trained(seq, event)
      else if (event._tag === "RegimeObserved") {
        this.toldMs = Math.max(this.toldMs, timeMs)
        this.reading(seq, event.fast)
        this.reading(seq, event.slow)
      }
    }
  }

  /** Candles between the first that was told and those that end by `toSec` of which nobody was told. */
  untold(toSec: number): ReadonlyArray<string> {
    return [...this.told].flatMap(([intervalMin, starts]) => {
      const first = Math.min(...starts)
      const due = this.truthOf(intervalMin).filter(
        ({ timeSec }) => timeSec >= first && timeSec + intervalMin * 60 <= toSec
      )
      const missing = due.filter(({ timeSec }) => !starts.has(timeSec))
      return missing.length === 0
        ? []
        : [`${missing.length} candles of ${intervalMin}m were never told, the first is that of ${missing[0]?.timeSec}`]
    })
  }

  private closed(seq: number, told: EventOf<"CandleClosed">): void {
    const starts = this.told.get(told.intervalMin) ?? new Set()
    this.told.set(told.intervalMin, starts.add(told.timeSec))
    if (!this.timesAreTrue) return
    const truth = this.truthOf(told.intervalMin).find(({ timeSec }) => timeSec === told.timeSec)
    if (truth === undefined || !sameCandle(truth, told))
      this.problem(`record ${seq}: the candle of ${told.timeSec} (${told.intervalMin}m) is not what was traded in it`)
  }

  private trained(
    seq: number,
    { intervalMin, dataHash, fromSec, toSec, candles }: EventOf<"RegimeModelTrained">
  ): void {
    this.models.add(dataHash)
    if (!this.timesAreTrue) return
    const window = this.truthOf(intervalMin).filter(({ timeSec }) => timeSec >= fromSec && timeSec <= toSec)
    const rows = featureRows(newestStretch(window, intervalMin))
    const say = (text: string): void => this.problem(`record ${seq}: the model of ${intervalMin}m candles ${text}`)
    if (window.length !== candles) say(`counts ${candles} from ${fromSec} to ${toSec}, and there were ${window.length}`)
    else if (isRefusal(rows) || sha256(canonicalBytes(rows)) !== dataHash) say("was fitted to others than were traded")
  }

  private reading(
    seq: number,
    { intervalMin, trained, model, probabilities, ageSec }: EventOf<"RegimeObserved">["fast"]
  ): void {
    const say = (text: string): void => this.problem(`record ${seq}: the regime of ${intervalMin}m candles ${text}`)
    if (trained && (model === null || !this.models.has(model))) say("is told by a model that nobody has fitted")
    const sum = probabilities.bearish + probabilities.ranging + probabilities.bullish
    if (Math.abs(sum - 1) > ROUNDED) say(`is told with chances that add up to ${sum}`)
    if (this.timesAreTrue && ageSec !== null && ageSec < 0) say(`is told of a candle that ends in ${-ageSec} s`)
  }

  private truthOf(intervalMin: number): ReadonlyArray<Candle> {
    return this.candles().closed(intervalMin, this.nowMs())
  }
}

/** Kept candles that are not what was traded, and holes among them, once all has been healed for a while. `toSec`: from then on nothing is held against anyone. */
export const candlesDiffer = (
  tables: Tables,
  truth: SimulatedCandles,
  { nowMs, toSec }: { readonly nowMs: number; readonly toSec: number }
): ReadonlyArray<string> =>
  tables.coverageOfAll.flatMap(({ venue, symbol, intervalMin }) => {
    const kept = tables.between({ venue, symbol, intervalMin }, 0, toSec)
    const first = kept[0]?.timeSec ?? 0
    const closed = truth.closed(intervalMin, nowMs)
    const due = closed.filter(({ timeSec }) => timeSec >= first && timeSec + intervalMin * 60 <= toSec)
    const byTime = new Map(kept.map((candle) => [candle.timeSec, candle]))
    const missing = due.filter(({ timeSec }) => !byTime.has(timeSec))
    const others = due.filter((candle) => {
      const known = byTime.get(candle.timeSec)
      return known !== undefined && !sameCandle(candle, known)
    })
    return [
      ...(missing.length === 0
        ? []
        : [`${missing.length} candles of ${intervalMin}m are missing from ${missing[0]?.timeSec} on`]),
      ...(others.length === 0
        ? []
        : [`the candle of ${others[0]?.timeSec} (${intervalMin}m) is kept otherwise than it was traded`])
    ]
  })
