/** One answer from two detectors: the slow one sets the direction, the fast one the timing (docs/trading-contract.md §10). */
import type { Regime } from "./labels.ts"
import type { RegimeReading } from "./regime.ts"

/** How the two got along; `fast_only` and `slow_only` where the other is not trained, `none` where neither is. */
export type Agreement = "full" | "slow_neutral" | "fast_cooling" | "conflict" | "fast_only" | "slow_only" | "none"

/** The advice of both detectors together. */
export interface Consensus {
  readonly regime: Regime
  readonly agreement: Agreement
  /** 0 to 1. */
  readonly confidence: number
  /** −1 to 1. */
  readonly biasSignal: number
}

/** What consensus looks at of a reading. */
export type Voice = Pick<RegimeReading, "trained" | "regime" | "confidence" | "biasSignal">

const FAST_WEIGHT = 0.3
const SLOW_WEIGHT = 0.7
/** What is left of the slow detector's word while the fast one has cooled down. */
const COOLING = 0.5

const neutral = (agreement: Agreement): Consensus => ({ regime: "RANGING", agreement, confidence: 0, biasSignal: 0 })

const alone = ({ regime, confidence, biasSignal }: Voice, agreement: Agreement): Consensus => ({
  regime,
  agreement,
  confidence,
  biasSignal
})

/**
 * Equal regimes speak together; a slow detector that ranges silences the fast one; a fast one that ranges halves the slow one;
 * opposite directions cancel. Two ranging detectors stay ranging whatever their biases add up to. A single trained
 * detector speaks alone and undamped.
 */
export const consensus = (fast: Voice, slow: Voice): Consensus => {
  if (!fast.trained && !slow.trained) return neutral("none")
  if (!slow.trained) return alone(fast, "fast_only")
  if (!fast.trained) return alone(slow, "slow_only")
  if (fast.regime === slow.regime) {
    return {
      regime: slow.regime,
      agreement: "full",
      confidence: Math.max(fast.confidence, slow.confidence),
      biasSignal: FAST_WEIGHT * fast.biasSignal + SLOW_WEIGHT * slow.biasSignal
    }
  }
  if (slow.regime === "RANGING") return neutral("slow_neutral")
  if (fast.regime !== "RANGING") return neutral("conflict")
  return {
    regime: slow.regime,
    agreement: "fast_cooling",
    confidence: COOLING * slow.confidence,
    biasSignal: COOLING * slow.biasSignal
  }
}
