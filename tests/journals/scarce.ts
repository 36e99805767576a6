/**
 * Too little money: slots that can pay for one order of the smallest size, for a part of one, for none; a target that does not
 * earn its fees; terms of the exchange that change under them.
 */
import { Effect } from "effect"
import { readSettings } from "../../app/settings.ts"
import { Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { Stage } from "./stage.ts"

const { settings } = readSettings({
  SLOTS: "4",
  ENTRY_PCT: "0.3",
  PROFIT_PCT: "0.4",
  VOLATILITY_AUTO_PROFIT: "false",
  S1_ORPHAN_AFTER_SEC: "600",
  S2_ORPHAN_AFTER_SEC: "600"
})

/** The exchange's terms from here on: least volume, least cost, decimals of volumes. */
const terms = (stage: Stage, minVolume: string, minCost: string, volumeDecimals: number): void =>
  stage.market.fact("account", stage.nowMs, {
    _tag: "ConstraintsObserved",
    priceDecimals: stage.slotRules.priceDecimals,
    volumeDecimals,
    minVolume: Volume.parse(minVolume),
    minCost: Quote.parse(minCost),
    status: "online"
  })

const fees = (stage: Stage, makerPct: number): void =>
  stage.market.fact("account", stage.nowMs, { _tag: "FeesObserved", makerPct, takerPct: 0.4 })

/** Records it. */
export const scarce = Effect.sync(() => {
  const stage = new Stage({ settings, seed: 9, base: Volume.parse("71"), quote: Quote.parse("0.4") })
  stage.begin()
  stage.trade(60)
  terms(stage, "13", "0.5", 0)
  stage.ask({ name: "resume" })
  stage.trade(60)
  fees(stage, 0.16)
  stage.ask({ name: "set_profit_pct", pct: 0.3 })
  stage.trade(30)
  terms(stage, "20", "1.2", 8)
  stage.ask({ name: "soft_close_next" })
  stage.ask({ name: "soft_close_next" })
  stage.trade(60)
  stage.ask({ name: "remove_slots", count: 2 })
  stage.ask({ name: "set_profit_pct", pct: 0.9 })
  stage.trade(60)
  terms(stage, "8", "0.5", 8)
  fees(stage, 0.25)
  stage.ask({ name: "add_slot", count: 2 })
  stage.trade(90)
  return stage.recorder.records
})
