import { expect, it } from "vitest"
import { Quote } from "../../core/decimal/decimal.ts"
import type { CycleKind } from "../../events/families/slot.ts"
import { cycleFigures } from "./cycleFigures.ts"

const booked = (kind: CycleKind, net: string) => ({ kind, net: Quote.parse(net) })

it("a cycle is won or lost once its exit was traded: evictions and what corrects them are money, and no cycles", () => {
  const all = [
    booked("closed", "0.02"),
    booked("recovered", "-0.5"),
    booked("cut_short", "0.01"),
    booked("evicted", "-0.3"),
    booked("corrected", "0.4")
  ]
  expect(cycleFigures(all)).toStrictEqual({
    cycles: 3,
    win_rate_pct: (2 / 3) * 100,
    profit_traded: "-0.47",
    booked_at_market: "0.1",
    recoveries_evicted: 1
  })
})

it("a cycle that comes out even is not won", () => {
  expect(cycleFigures([booked("closed", "0"), booked("closed", "1")]).win_rate_pct).toBe(50)
})

it("where nothing was traded there is no rate, whatever was evicted", () => {
  expect(cycleFigures([booked("evicted", "1")])).toMatchObject({ cycles: 0, win_rate_pct: null, recoveries_evicted: 1 })
})
