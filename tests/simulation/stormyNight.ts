/** A night on recorded prices in which everything goes wrong at random: the slots' own faults, the edge's, and life beside the bot. */
import { edgeIncidents } from "../../app/inProcess/edgeIncidents.ts"
import { incidents } from "../../app/inProcess/incidents.ts"
import { lifeIncidents } from "../../app/inProcess/lifeIncidents.ts"
import { rulesOf } from "../../app/inProcess/market.ts"
import type { simulate } from "../../app/inProcess/simulation.ts"
import { readSettings } from "../../app/settings.ts"
import { recordedMarket } from "../../services/exchange-sim/core/market/recorded.ts"
import { Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { monthToPlay } from "../data/recording.ts"

/** The night that begins `seed` days into the recording; incidents are drawn from the seed too. */
export const stormyNight = (seed: number, hours: number) => {
  const month = monthToPlay()
  const { settings } = readSettings({ SLOTS: "4", MIN_VOLUME: "2" })
  const startMs = (month[0]?.timeMs ?? 0) + seed * 86_400_000
  const rows = month.filter(({ timeMs }) => timeMs >= startMs)
  const { slotRules, ...rest } = rulesOf(settings)
  return {
    market: recordedMarket({ kind: "candles", rows }, settings.slot.priceDecimals),
    startMs,
    untilMs: startMs + hours * 3_600_000,
    slotRules,
    ...rest,
    base: Volume.parse("2000"),
    quote: Quote.parse("600"),
    incidents: [
      ...incidents(seed, startMs, 1),
      ...edgeIncidents(seed, startMs, 1),
      ...lifeIncidents(seed, { startMs, hours, rules: slotRules, makerPct: slotRules.makerFeePct })
    ].toSorted((a, b) => a.atMs - b.atMs),
    clockMs: 15_000
  } satisfies Parameters<typeof simulate>[0]
}
