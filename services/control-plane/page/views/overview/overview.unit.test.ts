import { describe, expect, it } from "vitest"
import type { Status } from "../../../core/brief.ts"
import { reportOf } from "../../../core/report.ts"
import { configured, governor, observedAt, opening, OPTIONS, price, slots } from "../../../testing/examples.ts"
import type { Candle, Cycle, JournalLine, PnlPeriod } from "../../kit/payloads.ts"
import { bandsOf, barsOf, farOrders, joined, joinsOf, linesOf, marksOf, nearPrices } from "./chartModel.ts"
import { notDone, tilesOf, whyOf } from "./modeModel.ts"
import { barsOf as pnlBars, realised, worth } from "./moneyModel.ts"

const report = reportOf(
  observedAt([...opening, configured, price("0.141")], { slots, startHead: 6, governor }),
  OPTIONS
)
const candle = (time: number, close = "0.142"): Candle => ({
  time,
  open: "0.141",
  high: "0.143",
  low: "0.140",
  close,
  volume: "12.5",
  trades: 3,
  provenance: "stream",
  seq: time
})
const cycle = (fields: Partial<Cycle> = {}): Cycle => ({
  seq: 40,
  booked_at: 130,
  slot_id: 1,
  kind: "closed",
  trade_id: "A",
  cycle: 1,
  entry_price: "0.142",
  exit_price: "0.141",
  volume: "13",
  gross: "0.013",
  fees: "0.01",
  net: "0.003",
  entry_at: 61.5,
  exit_at: 130,
  from_recovery: false,
  rule: "done",
  sentence: "",
  entry: null,
  exit: null,
  ...fields
})

/** Unit and number stand on one line by a space that does not break. */
const plain = (text: string) => text.replaceAll("\u00a0", " ")

describe("lines of the chart", () => {
  it("name each open order by slot and leg, its role and its distance", () => {
    const labels = linesOf(report).map(({ label }) => plain(label))
    expect(labels).toContain("1A entry +0.20 %")
    expect(labels).toContain("2B recovery 1 +6.52 %")
  })

  it("show key levels in the colours and dashes people know them by", () => {
    const profile = { poc: "0.14", vah: "0.15", val: "0.13", vwap: "0.141", high: "0.16", low: "0.12" }
    const levels = {
      today: profile,
      previous_day: profile,
      opening_range: { high: "0.145", low: "0.139" }
    } as unknown as NonNullable<Status["levels"]>
    const drawn = linesOf({ ...report, slots: [], levels }).map(({ label, ink, dashed }) => [label, ink, dashed])
    expect(drawn).toEqual([
      ["VWAP", "vwap", false],
      ["POC", "poc", false],
      ["OR High", "range", false],
      ["OR Low", "range", true],
      ["VWAPprev", "previous", true],
      ["PDH", "previous", true],
      ["PDL", "previous", true],
      ["VAHprev", "previous", true],
      ["VALprev", "previous", true],
      ["POCprev", "previous", true]
    ])
  })

  it("make room for orders near the market only, and count the others", () => {
    const all = report.slots.flatMap((slot) => [...slot.orders, ...slot.recovery_orders])
    expect(farOrders(report)).toBe(1)
    expect(nearPrices(report)).toHaveLength(all.length - 1)
  })
})

describe("candles", () => {
  it("end with the one that is forming, whose volume nobody knows, unless it has closed in the meantime", () => {
    const forming = { time: 120, open: "0.142", high: "0.142", low: "0.141", close: "0.1415", prices: 2, seq: 9 }
    expect(barsOf({ candles: [candle(60)], forming }).at(-1)).toMatchObject({ time: 120, close: 0.1415, volume: null })
    expect(barsOf({ candles: [candle(60), candle(120)], forming })).toHaveLength(2)
  })

  it("grow by a newer page; one that does not reach back to them asks for everything again", () => {
    const kept = [candle(60), candle(120)]
    expect(joined(kept, [candle(120, "0.15"), candle(180)], 3)?.map(({ time, close }) => [time, close])).toEqual([
      [60, "0.142"],
      [120, "0.15"],
      [180, "0.142"]
    ])
    expect(joined(kept, [candle(120), candle(180)], 2)?.map(({ time }) => time)).toEqual([120, 180])
    expect(joined(kept, [candle(240)], 3)).toBeNull()
    expect(joined(kept, [], 3)).toBe(kept)
  })
})

describe("fills", () => {
  it("stand at the candle they fall into, each leg with its own sides, joined from entry to exit", () => {
    expect(marksOf([cycle()], 60)).toEqual([
      { time: 60, side: "sell", text: "1A1" },
      { time: 120, side: "buy", text: "1A1" }
    ])
    expect(marksOf([cycle({ trade_id: "B" })], 60).map(({ side }) => side)).toEqual(["buy", "sell"])
    expect(joinsOf([cycle()], 60)).toEqual([
      { from: { time: 60, price: 0.142 }, to: { time: 120, price: 0.141 }, gain: true, traded: true }
    ])
  })

  it("of one side at one candle share a mark, and those from before the first candle have none", () => {
    const both = [cycle(), cycle({ slot_id: 2 })]
    expect(marksOf(both, 60).map(({ text }) => text)).toEqual(["×2", "×2"])
    expect(marksOf(both, 60, 120).map(({ time }) => time)).toEqual([120])
  })

  it("of an evicted recovery have no exit: none was traded", () => {
    expect(marksOf([cycle({ kind: "evicted", net: "-0.05" })], 60)).toHaveLength(1)
    expect(joinsOf([cycle({ kind: "evicted", net: "-0.05" })], 60)[0]).toMatchObject({ gain: false, traded: false })
  })
})

describe("regime bands", () => {
  const said = (at: number, regime: string, agreement = "full") =>
    ({ at, seq: at, events: [{ _tag: "RegimeObserved", consensus: { regime, agreement } }] }) as unknown as JournalLine

  it("last until another regime is said, whatever the order of the records", () => {
    expect(bandsOf([said(180, "RANGING"), said(120, "BULLISH"), said(60, "BULLISH")], 200)).toEqual([
      { from: 60, to: 180, regime: "BULLISH" },
      { from: 180, to: 200, regime: "RANGING" }
    ])
  })

  it("are none while no model speaks", () => {
    expect(bandsOf([said(60, "RANGING", "none"), said(120, "BEARISH")], 200)).toEqual([
      { from: 120, to: 200, regime: "BEARISH" }
    ])
  })
})

describe("money", () => {
  it("keeps what was traded apart from what was only booked", () => {
    const money = { ...report.money, traded_cycles: 3, evicted_cycles: 2, evicted_profit: "-5.43" }
    const rows = realised({ ...report, money }).map(({ name, value }) => `${name}: ${value}`)
    expect(rows.slice(0, 2).join(" ")).toMatch(/^Booked, all together: .* Traded · 3 cycles: /)
    expect(rows).toContain("Booked, not traded · 2 evicted: −5.4300")
    expect(realised(report).some(({ name }) => name.startsWith("Booked, not traded"))).toBe(false)
  })

  it("compares with holding only once the account is known", () => {
    expect(worth({ ...report, money: { ...report.money, account: null } })).toEqual([])
    const account = { ...held, against_holding: "-5.43" }
    const rows = worth({ ...report, money: { ...report.money, account } })
    expect(rows.find(({ name }) => name === "Against buy and hold")).toMatchObject({ value: "−5.4300", tone: "loss" })
  })

  it("draws periods against the largest of them", () => {
    const sums = (period: string, amount: string) => ({ period, realised: amount }) as PnlPeriod
    expect(pnlBars([sums("a", "9"), sums("b", "2"), sums("c", "-4")], 2).map(({ height }) => height)).toEqual([0.5, -1])
    expect(pnlBars([sums("a", "0")], 2)[0]?.height).toBe(0)
  })
})

const nothing = { base: "0", quote: "0", at_market: "0" }
const held = {
  value: "3726.80",
  opening_base: "10000",
  opening_quote: "2000",
  holding_value: "3732.23",
  against_holding: "0",
  unexplained: nothing
}

describe("the governor's limits", () => {
  const tile = (name: string, fields: Partial<Status> = {}) =>
    tilesOf({ ...report, ...fields }).find((each) => each.name === name)

  it("stand beside what is used of them", () => {
    expect(tile("Entries this loop")).toMatchObject({ value: "1 of 2", note: "3 waiting · loop 30 s" })
    expect(tile("Open orders")).toMatchObject({
      value: "31 of 45",
      note: "caution: 14 of 45 places for open orders are left.",
      tone: "caution"
    })
    expect(tile("Lost today, UTC")).toMatchObject({
      value: "0.41 of 3.00",
      note: "USD, losing cycles only; gains 0.00"
    })
    const { value, note } = tile("Profit target") ?? { value: "", note: "" }
    expect([plain(value), plain(note)]).toEqual(["1.00 %", "two maker fees 0.50 %"])
    expect(tile("Recoveries")).toMatchObject({ value: "1", note: "4 soft closed so far" })
  })

  it("let nothing in while paused", () => {
    expect(tile("Entries this loop", { mode: "PAUSED" })).toMatchObject({
      value: "none",
      note: "while paused · 3 waiting"
    })
  })

  it.each([
    [null, "0.41", null],
    ["3.005", "0.41 of 3.01", 0.41 / 3.005]
  ])("with a loss limit of %s show %s", (limit, value, used) => {
    const shown = tile("Lost today, UTC", { daily_loss: { ...report.daily_loss, limit } })
    expect(shown?.value).toBe(value)
    expect(shown?.used ?? null).toBe(used)
  })

  it("say when the lock is closed, and for which day", () => {
    const locked = tile("Lost today, UTC", {
      daily_loss: { ...report.daily_loss, locked: true },
      daily_loss_lock_utc_day: "2026-11-20",
      daily_loss_lock_active: true
    })
    expect(locked).toMatchObject({ note: expect.stringContaining("locked, day 2026-11-20"), tone: "stop" })
  })
})

describe("why", () => {
  it("is said of every mode but a market that runs and waits for nothing", () => {
    expect(whyOf({ ...report, mode: "RUNNING", waiting_for: [] })).toBeNull()
    expect(whyOf({ ...report, mode: "RUNNING", waiting_for: ["price: none heard"] })).toBe("price: none heard")
    expect(whyOf({ ...report, mode: "PAUSED", mode_causes: ["The price is old.", "The lock is closed."] })).toBe(
      "The price is old. The lock is closed."
    )
    expect(whyOf({ ...report, mode: "HALTED", mode_causes: [], mode_reason: "slot 1 halted" })).toBe("slot 1 halted")
  })

  it("of what slots do not do is told once, with the slots it holds for", () => {
    const [first, second] = report.slots
    if (first === undefined || second === undefined) throw new Error("the example has two slots")
    const refused = { "entry A": "The trade rests.", "entry B": "The trade rests." } as typeof first.refusals
    const told = notDone({
      ...report,
      slots: [
        { ...first, refusals: refused },
        { ...second, refusals: refused }
      ]
    })
    expect(told).toEqual([{ sentence: "The trade rests.", slots: [1, 2] }])
  })
})
