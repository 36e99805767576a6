/**
 * A night of DOGE with everything that others do to an account, and that an exchange gets wrong, at random: orders doubled, halved,
 * moved and taken off by hand, deposits, withdrawals and trades by hand, fees in the other currency, reports and lists that are behind, a stream that is silent,
 * terms that change, refusals without end; ticks, prices and keys that are wrong at the edge. No crash, books equal to the last unit, nothing silent.
 */
import { describe, expect, it } from "@effect/vitest"
import { stormyNight } from "./stormyNight.ts"
import { simulate } from "../../app/inProcess/simulation.ts"

const HOURS = 12
const SEEDS = [1, 2, 3, 4, 5, 6]

const night = (seed: number) => {
  const notices: Record<string, number> = {}
  const result = simulate({
    ...stormyNight(seed, HOURS),
    watch: ({ events }) => {
      for (const event of events) {
        if (event._tag === "NoticeRaised") notices[event.reason.rule] = (notices[event.reason.rule] ?? 0) + 1
        if (event._tag === "PositionReleased") notices[event.reason.rule] = (notices[event.reason.rule] ?? 0) + 1
      }
    }
  })
  return { ...result, notices }
}

type Night = ReturnType<typeof night>

describe("a night of the market with all faults at random", () => {
  const nights = SEEDS.map((seed) => ({ seed, result: night(seed) }))

  it.each(nights)("no crash, books equal, every rule kept (seed $seed)", ({ result }) => {
    expect(result.problems).toStrictEqual([])
    expect(result.venue.told ? [] : ["something is unheard still"]).toStrictEqual([])
    expect(result.events["FillRecorded"] ?? 0).toBeGreaterThan(50)
    // A change is told each time, and so is a fill that came too late.
    expect(result.notices["order_changed"] ?? 0).toBe(result.events["OrderRestated"] ?? 0)
    expect(result.notices["late_fill_found"] ?? 0).toBe(result.events["LateFillRecorded"] ?? 0)
  })

  it("nothing silent: each of what happened is a fact, and told", () => {
    const seen = (of: (result: Night) => Readonly<Record<string, number>>) =>
      Object.keys(Object.assign({}, ...nights.map(({ result }) => of(result))))
    expect(seen(({ events }) => events)).toEqual(
      expect.arrayContaining([
        "OrderRestated",
        "LateFillRecorded",
        "OrderRejected",
        "OrderCancelled",
        "PositionReleased"
      ])
    )
    expect(seen(({ notices }) => notices).toSorted()).toEqual(
      expect.arrayContaining([
        "fee_in_base",
        "filled_beyond_position",
        "late_fill_found",
        "money_moved",
        "order_changed",
        "orders_refused",
        "report_behind_fills",
        "terms_changed"
      ])
    )
    expect(seen(({ modes }) => modes)).toEqual(
      expect.arrayContaining(["PAUSED orders_refused", "PAUSED pair_closed", "RUNNING resumed"])
    )
  })
})
