import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { observedAt, OPTIONS } from "../../../services/control-plane/testing/examples.ts"
import { reportOf } from "../../../services/control-plane/core/report.ts"
import { Report, screenOf } from "./screen.ts"

/** As it comes over the wire. */
const report = Schema.decodeUnknownSync(Report)(JSON.parse(JSON.stringify(reportOf(observedAt([]), OPTIONS))))

describe("the screen of a market", () => {
  it("names mode, price, account, books, the day's losses and every slot", () => {
    const text = screenOf({
      ...report,
      mode: "PAUSED",
      mode_reason: "Paused by an operator.",
      market: { ...report.market, price: "0.15", price_age_sec: 3, venue_time: 1_795_280_589 },
      account: { base_total: "10000", quote_total: "2000" },
      total_profit: "1.5",
      total_round_trips: 12,
      total_fees: "0.2",
      daily_realized_loss_utc: "0.4",
      slots: [
        {
          slot_id: 1,
          alias: "shiba",
          phase: "S1a",
          total_profit: "1.5",
          total_round_trips: 12,
          orders: [{ side: "buy", price: "0.1488", status: "open" }],
          recovery_orders: []
        }
      ]
    }).join("\n")
    expect(text).toMatch(/^mode +PAUSED: Paused by an operator\.$/m)
    expect(text).toMatch(/^price +0\.15 USD\/DOGE, 3 s old by its clock$/m)
    expect(text).toMatch(/^account +10000 DOGE, 2000 USD$/m)
    expect(text).toMatch(/^booked +1\.5 USD in 12 cycles, fees 0\.2 USD$/m)
    expect(text).toMatch(/^lost today \(UTC\) +0\.4 of 3 USD$/m)
    expect(text).toMatch(/^1 shiba +S1a +buy 0\.1488 +0 +12 +1\.5$/m)
  })

  it("says of what is not known yet that it is not known", () => {
    const text = screenOf({
      ...report,
      market: { ...report.market, price: null, price_age_sec: null },
      account: null
    }).join("\n")
    expect(text).toMatch(/^price +not known yet USD\/DOGE$/m)
    expect(text).toMatch(/^account +not known yet$/m)
  })
})
