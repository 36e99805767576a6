/** A recording that begins anew where it ends. */
import type { MarketProcess } from "./process.ts"

/**
 * The process again and again, each round later by `spanMs`, the recording's own length. From the last price it goes on with the
 * first one: nothing is made up between them, so that a recording which ends far from where it began makes a jump at the seam.
 * The round stands behind the state of the process itself, so that an exchange which was opened without it goes on where it stood.
 */
export const looped = (once: MarketProcess, spanMs: number): MarketProcess => {
  const place = once.initial.length
  return {
    initial: [...once.initial, 0],
    step: (state) => {
      const round = state[place] ?? 0
      const played = once.step(state.slice(0, place))
      const [step, turn] = played === null ? [once.step(once.initial), round + 1] : [played, round]
      if (step === null) return null
      const laterMs = turn * spanMs
      return {
        fromMs: step.fromMs + laterMs,
        untilMs: step.untilMs + laterMs,
        trades: step.trades.map((trade) => ({ ...trade, timeMs: trade.timeMs + laterMs })),
        next: [...step.next, turn]
      }
    }
  }
}
