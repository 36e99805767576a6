/**
 * A week of DOGE at speed in which the exchange's edge says nonsense: ticks of a hundredth and a hundredfold, a price of 0, a key
 * that is refused for a while, beside all that happens to the simulated month. No bad price reaches a slot, nothing breaks.
 */
import { describe, expect, it } from "@effect/vitest"
import { recordedMarket } from "../../services/exchange-sim/core/market/recorded.ts"
import { readSettings } from "../../app/settings.ts"
import { edgeIncidents } from "../../app/inProcess/edgeIncidents.ts"
import { incidents } from "../../app/inProcess/incidents.ts"
import { rulesOf } from "../../app/inProcess/market.ts"
import { simulate } from "../../app/inProcess/simulation.ts"
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { monthToPlay } from "../data/recording.ts"

const SEED = 7
const DAYS = 7
const DAY_MS = 86_400_000
/** No step of the recording between two ticks, nor from its lowest to its highest price, is as large as the smallest bad factor. */
const SANE = { least: Price.parse("0.01"), most: Price.parse("5") }

describe(`a market whose exchange says nonsense at its edge (seed ${SEED})`, () => {
  it("keeps every rule and every unit of money, goes by no such price, and says what was wrong", () => {
    const rows = monthToPlay()
    const { settings } = readSettings({ SLOTS: "4", MIN_VOLUME: "2" })
    const startMs = rows[0]?.timeMs ?? 0
    const wrong: Array<string> = []
    let told = 0
    let last = Price.zero
    const happen = [...incidents(SEED, startMs, DAYS), ...edgeIncidents(SEED, startMs, DAYS)]
    const { problems, modes, events } = simulate({
      market: recordedMarket({ kind: "candles", rows }, settings.slot.priceDecimals),
      startMs,
      untilMs: startMs + DAYS * DAY_MS,
      ...rulesOf(settings),
      base: Volume.parse("2000"),
      quote: Quote.parse("600"),
      incidents: happen.toSorted((a, b) => a.atMs - b.atMs),
      clockMs: 15_000,
      watch: ({ seq, events: said }) => {
        for (const event of said) {
          if (event._tag === "NoticeRaised" && event.reason.rule === "fact_not_believed") told++
          if (event._tag === "PriceObserved" && event.last > 0n) {
            if (last > 0n && (event.last > last * 2n || event.last * 2n < last)) wrong.push(`record ${seq}: price`)
            last = event.last
          }
          if (event._tag !== "OrderRequested" && event._tag !== "AmendRequested") continue
          if (event.price < SANE.least || event.price > SANE.most)
            wrong.push(`record ${seq}: ${Price.format(event.price)}`)
        }
      }
    })
    expect(problems).toStrictEqual([])
    expect(wrong).toStrictEqual([])
    expect(told).toBe(DAYS)
    expect(modes["PAUSED access_refused"] ?? 0).toBeGreaterThan(0)
    expect(events["CycleBooked"] ?? 0).toBeGreaterThan(100)
  }, 120_000)
})
