/** One answer from two detectors: fifteen minutes set the direction, one minute the timing (docs/trading-contract.md §10). */
import type { Regime } from "./labels.ts"
import type { RegimeReading } from "./regime.ts"

/** How the two got along; `1m_only` and `15m_only` where the other is not trained, `none` where neither is. */
export type Agreement = "full" | "15m_neutral" | "1m_cooling" | "conflict" | "1m_only" | "15m_only" | "none"

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

const ONE_MINUTE_WEIGHT = 0.3
const FIFTEEN_MINUTE_WEIGHT = 0.7
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
 * Equal regimes speak together; a ranging fifteen minutes silences the minute; a ranging minute halves the fifteen;
 * opposite directions cancel. Two ranging detectors stay ranging whatever their biases add up to. A single trained
 * detector speaks alone and undamped.
 */
export const consensus = (oneMinute: Voice, fifteenMinute: Voice): Consensus => {
  if (!oneMinute.trained && !fifteenMinute.trained) return neutral("none")
  if (!fifteenMinute.trained) return alone(oneMinute, "1m_only")
  if (!oneMinute.trained) return alone(fifteenMinute, "15m_only")
  if (oneMinute.regime === fifteenMinute.regime) {
    return {
      regime: fifteenMinute.regime,
      agreement: "full",
      confidence: Math.max(oneMinute.confidence, fifteenMinute.confidence),
      biasSignal: ONE_MINUTE_WEIGHT * oneMinute.biasSignal + FIFTEEN_MINUTE_WEIGHT * fifteenMinute.biasSignal
    }
  }
  if (fifteenMinute.regime === "RANGING") return neutral("15m_neutral")
  if (oneMinute.regime !== "RANGING") return neutral("conflict")
  return {
    regime: fifteenMinute.regime,
    agreement: "1m_cooling",
    confidence: COOLING * fifteenMinute.confidence,
    biasSignal: COOLING * fifteenMinute.biasSignal
  }
}
