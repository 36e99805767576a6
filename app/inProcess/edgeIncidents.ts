/** What a real exchange's edge does to a market, seeded: figures that no market has, and access that is refused for a while. */
import { Price } from "../../shared/core/decimal/decimal.ts"
import { DAY_MS } from "../../shared/core/time/utcDay.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import { chance, type Incident } from "./incidents.ts"

/** How far off a tick of the stream is. */
const FACTORS = [0.01, 0.1, 10, 100]
const BAD_TICKS_A_DAY = 4
const REFUSED_MS = 5 * 60_000

const refusal = (consecutive: number): MarketEvent => ({
  _tag: "ExchangeErrorsObserved",
  consecutive,
  operation: consecutive === 0 ? "" : "BalanceEx",
  detail: consecutive === 0 ? "" : "EAPI:Invalid key",
  ...(consecutive === 0 ? {} : { help: "compare the key" })
})

/** Each day: ticks of a hundredth to a hundredfold for 1 to 60 s, a price of 0 as an older build wrote it, and a refused key. */
export const edgeIncidents = (seed: number, startMs: number, days: number): ReadonlyArray<Incident> => {
  const random = chance(seed ^ 0x0edbe)
  return Array.from({ length: days }, (_, day) => startMs + day * DAY_MS).flatMap(
    (midnightMs): ReadonlyArray<Incident> => {
      const at = () => midnightMs + Math.floor(random() * (DAY_MS - REFUSED_MS))
      const badTicks = Array.from({ length: BAD_TICKS_A_DAY }, (): Incident => {
        const factor = FACTORS[Math.floor(random() * FACTORS.length)] ?? 10
        return { atMs: at(), what: { _tag: "BadTicks", factor, forMs: 1_000 + Math.floor(random() * 59_000) } }
      })
      const nothing: MarketEvent = { _tag: "PriceObserved", last: Price.zero, bid: Price.zero, ask: Price.zero }
      const refusedMs = at()
      return [
        ...badTicks,
        { atMs: at(), what: { _tag: "Fact", family: "price", event: nothing } },
        { atMs: refusedMs, what: { _tag: "Fact", family: "account", event: refusal(1) } },
        { atMs: refusedMs + REFUSED_MS, what: { _tag: "Fact", family: "account", event: refusal(0) } }
      ]
    }
  )
}
