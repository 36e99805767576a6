/** The structure of many pairs: what each is, how many are what, and what has changed. Pure; changed in place. */
import { timeframeName } from "../../../../shared/candles/core/candle.ts"
import { STRUCTURE_REGIMES, type StructureRegime } from "../../../../shared/core/marketContext.ts"
import type { Assessment, BiasVerdict } from "./assess.ts"

/** A pair's regime on a timeframe that is now another. */
export interface RegimeChange {
  readonly symbol: string
  readonly timeframe: string
  readonly from: StructureRegime
  readonly to: StructureRegime
  /** Start of the candle that brought it, Unix seconds. */
  readonly at_sec: number
}

/** Changes that are shown. */
const MAX_CHANGES = 20

/** Every pair's assessments; of their candles nothing is kept. */
export class Universe {
  private readonly regimes = new Map<string, Map<number, Assessment>>()
  private readonly biases = new Map<string, BiasVerdict>()
  private newest: ReadonlyArray<RegimeChange> = []

  /** Start of the newest candle a series was assessed with; null: it was not. */
  newestOf(symbol: string, intervalMin: number): number | null {
    return this.regimes.get(symbol)?.get(intervalMin)?.at_sec ?? null
  }

  /** Whether a series was assessed. */
  has(symbol: string, intervalMin: number): boolean {
    return this.regimes.get(symbol)?.has(intervalMin) === true
  }

  /** Takes in what a series is now. */
  set(symbol: string, intervalMin: number, assessment: Assessment): void {
    const series = this.regimes.get(symbol) ?? new Map<number, Assessment>()
    this.regimes.set(symbol, series)
    const before = series.get(intervalMin)
    series.set(intervalMin, assessment)
    if (before === undefined || before.regime === assessment.regime || assessment.at_sec === null) return
    const change = { symbol, timeframe: timeframeName(intervalMin), from: before.regime, to: assessment.regime }
    this.newest = [{ ...change, at_sec: assessment.at_sec }, ...this.newest].slice(0, MAX_CHANGES)
  }

  setBias(symbol: string, verdict: BiasVerdict): void {
    this.biases.set(symbol, verdict)
  }

  /** Forgets pairs that are no longer watched. */
  keepOnly(symbols: ReadonlySet<string>): void {
    for (const symbol of this.regimes.keys()) {
      if (symbols.has(symbol)) continue
      this.regimes.delete(symbol)
      this.biases.delete(symbol)
    }
  }

  /** A pair's regimes by timeframe, with their evidence, and its bias. */
  of(symbol: string) {
    const series = this.regimes.get(symbol) ?? new Map<number, Assessment>()
    return {
      symbol,
      bias: this.biases.get(symbol)?.bias ?? "unknown",
      /** What the bias was compared with; null where no daily candles are looked at. */
      bias_evidence: this.biases.get(symbol) ?? null,
      timeframes: Object.fromEntries([...series].map(([intervalMin, held]) => [timeframeName(intervalMin), held]))
    }
  }

  /** How many pairs are what, by timeframe. */
  distribution(timeframes: ReadonlyArray<number>): Readonly<Record<string, Readonly<Record<StructureRegime, number>>>> {
    return Object.fromEntries(
      timeframes.map((intervalMin) => {
        const counts = Object.fromEntries(STRUCTURE_REGIMES.map((regime) => [regime, 0])) as Record<
          StructureRegime,
          number
        >
        for (const series of this.regimes.values()) {
          const held = series.get(intervalMin)
          if (held !== undefined) counts[held.regime]++
        }
        return [timeframeName(intervalMin), counts]
      })
    )
  }

  /** Pairs that were assessed, in alphabetical order. */
  get symbols(): ReadonlyArray<string> {
    return [...this.regimes.keys()].toSorted()
  }

  /** The newest changes, newest first. */
  get changes(): ReadonlyArray<RegimeChange> {
    return this.newest
  }
}

/** What `GET /structure` answers: the traded pair with its evidence, and how many pairs are what. */
export interface StructureView {
  readonly pair: ReturnType<Universe["of"]>
  readonly symbols: number
  readonly distribution: Readonly<Record<string, Readonly<Record<StructureRegime, number>>>>
  readonly changes: ReadonlyArray<RegimeChange>
  /** What goes wrong now; null: nothing. */
  readonly trouble: string | null
}

/** What is shown of a universe. */
export const structureView = (
  universe: Universe,
  { pair, timeframes }: { readonly pair: string; readonly timeframes: ReadonlyArray<number> },
  trouble: string | null
): StructureView => ({
  pair: universe.of(pair),
  symbols: universe.symbols.length,
  distribution: universe.distribution(timeframes),
  changes: universe.changes,
  trouble
})
