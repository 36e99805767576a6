import { describe, expect, it } from "vitest"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import { checkInvariants, haltingViolations, isBootstrapPending, isMinSizeWait } from "./invariants.ts"
import { said, SlotDriver } from "../testing/slotDriver.ts"
import { slotView } from "./view.ts"
import { phaseOf, type SlotBook, type SlotOrder } from "./state.ts"

type Kind = "sell entry" | "buy entry" | "sell exit" | "buy exit"

const base = new SlotDriver().ready()
base.price("0.1")
const entry = base.find("sell", "entry")
if (entry.role !== "entry") throw new Error("a slot begins with entries")

const order = (kind: Kind, index: number): SlotOrder => {
  const [side, role] = kind.split(" ") as ["buy" | "sell", "entry" | "exit"]
  const fields = { ...entry, localId: index + 1, side }
  if (role === "entry") return fields
  const none = { closedVolume: Volume.zero, closedCost: Quote.zero, closedFee: Quote.zero }
  return {
    ...fields,
    role,
    rejections: 0,
    position: { price: Price.parse("0.1"), cost: Quote.parse("5"), fee: Quote.zero, filledAtMs: 1, ...none }
  }
}

const book = (kinds: ReadonlyArray<Kind>, change: Partial<SlotBook> = {}): SlotBook => ({
  ...base.state.book,
  orders: kinds.map(order),
  ...change
})

const long = { onlySide: "long" } as const
const short = { onlySide: "short" } as const

describe("the structure of a phase", () => {
  it.each<[ReadonlyArray<Kind>, Partial<SlotBook>, string, "sound" | "broken"]>([
    [["sell entry", "buy entry"], {}, "S0", "sound"],
    [["buy entry"], long, "S0", "sound"],
    [["sell entry"], short, "S0", "sound"],
    [["buy entry"], {}, "S0", "broken"],
    [["sell entry"], long, "S0", "broken"],
    [["buy entry"], short, "S0", "broken"],
    [[], {}, "S0", "broken"],
    [["sell entry", "sell entry"], {}, "S0", "broken"],
    [["buy exit", "buy entry"], {}, "S1a", "sound"],
    [["buy exit"], short, "S1a", "sound"],
    [["buy exit"], {}, "S1a", "broken"],
    [["buy exit"], long, "S1a", "broken"],
    [["buy exit", "sell entry"], {}, "S1a", "broken"],
    [["buy exit", "buy exit", "buy entry"], {}, "S1a", "broken"],
    [["sell exit", "sell entry"], {}, "S1b", "sound"],
    [["sell exit"], long, "S1b", "sound"],
    [["sell exit"], short, "S1b", "broken"],
    [["sell exit", "buy entry"], {}, "S1b", "broken"],
    [["sell exit", "buy exit"], {}, "S2", "sound"],
    [["sell exit", "buy exit", "buy entry"], {}, "S2", "broken"],
    [["sell exit", "sell exit", "buy exit"], {}, "S2", "broken"]
  ])("%j with %j is %s and %s", (kinds, flags, phase, verdict) => {
    const subject = book(kinds, flags)
    expect(phaseOf(subject.orders)).toBe(phase)
    expect(checkInvariants(subject)).toHaveLength(verdict === "sound" ? 0 : 1)
  })
})

describe("every other rule", () => {
  const sound = book(["buy exit", "buy entry"])
  const [exit, entry] = sound.orders as [SlotOrder, SlotOrder]
  it.each<[string, SlotBook]>([
    ["two orders have the same local id", { ...sound, orders: [exit, { ...entry, localId: exit.localId }] }],
    [
      "cycles must be at least 1, are A 0 and B 1",
      { ...sound, trades: { ...sound.trades, A: { ...sound.trades.A, cycle: 0 } } }
    ],
    [
      "exit 1 has no entry price",
      { ...sound, orders: [{ ...exit, position: { ...exit.position, price: 0n } } as SlotOrder, entry] }
    ],
    ["order 2 has no volume", { ...sound, orders: [exit, { ...entry, volume: Volume.zero }] }],
    ["S1a has a time of entering S2", { ...sound, s2EnteredAtMs: 1 }]
  ])("%s", (violation, broken) => {
    expect(checkInvariants(sound)).toEqual([])
    expect(checkInvariants(broken)).toEqual([violation])
  })

  it("is named, when several are broken at once", () => {
    expect(checkInvariants({ ...book(["buy exit"]), s2EnteredAtMs: 1 })).toHaveLength(2)
  })
})

describe("what does not halt", () => {
  it.each<[ReadonlyArray<Kind>, Partial<SlotBook>, boolean]>([
    [[], {}, true],
    [["buy entry"], {}, true],
    [["buy entry"], long, true],
    [["buy entry"], short, false],
    [["sell entry"], short, true],
    [["sell entry"], long, false],
    [["sell entry", "sell entry"], {}, false],
    [["buy exit"], {}, false]
  ])("%j with %j is a pending bootstrap: %s", (kinds, flags, pending) => {
    expect(isBootstrapPending(book(kinds, flags))).toBe(pending)
  })

  it("a size below the exchange's minimum, as long as nothing is open", () => {
    const { terms } = base.state
    if (terms === null) throw new Error("no terms")
    const poor = { ...base.state, terms: { ...terms, orderSizeUsd: 1.29 } }
    expect(isMinSizeWait({ ...poor, book: book(["sell entry", "sell entry"]) })).toBe(true)
    expect(isMinSizeWait({ ...poor, terms: { ...terms, orderSizeUsd: 1.31 } })).toBe(false)
    const twins = book(["sell entry", "sell entry"])
    expect(isMinSizeWait({ ...poor, book: twins, terms: { ...terms, orderSizeUsd: 13 * 0.1 } })).toBe(false)
    expect(isMinSizeWait({ ...poor, book: book(["sell exit", "sell exit"]) })).toBe(false)
  })
})

describe("a broken slot", () => {
  it("says beside the breach what led to it", () => {
    const slot = new SlotDriver().trading()
    slot.fill(2)
    expect(said(slot.fill(1, { volume: "0" }))).toEqual(["buy exit A 0@0.09898 entry_fill_exit", "InvariantBroken"])
    expect(slot.state.book.halted).toEqual(["order 4 has no volume"])
  })

  it("says what is broken, and acts no more", () => {
    const slot = new SlotDriver().ready()
    slot.price("0.1")
    slot.take()
    slot.state = { ...slot.state, book: book(["sell exit", "buy entry", "buy entry"]) }
    const outputs = slot.rejected(99)
    expect(outputs).toEqual([{ _tag: "InvariantBroken", violations: haltingViolations(slot.state) }])
    expect(slot.state.book.halted).toHaveLength(1)
    expect(said(slot.price("0.2"))).toEqual([])
    expect(said(slot.fill(1))).toEqual([])
    expect(said(slot.clock(10_000))).toEqual([])
    expect(slot.state.marketPrice).toBe(0.2)
  })
})

describe("a slot that breaks several rules at once", () => {
  it("names them all, and keeps what it knows of the market", () => {
    const slot = new SlotDriver().trading()
    const broken = slot.fill(1, { volume: "0", price: "0" })
    expect(broken.at(-1)).toEqual({
      _tag: "InvariantBroken",
      violations: ["exit 3 has no entry price", "order 3 has no volume"]
    })
    expect(slotView(1, slot.state)).toMatchObject({ state: "active", market_price: 0.1, now: slot.nowMs / 1000 })
  })
})

describe("a slot without rules", () => {
  it("only listens, whatever the governor and the exchange have said", () => {
    const slot = new SlotDriver({ allots: "by hand" })
    slot.constraints()
    slot.life("active")
    slot.mode("RUNNING")
    expect([...slot.price("0.1"), ...slot.clock(1), ...slot.allot("1000", "1000")]).toEqual([])
    slot.targets({})
    expect(slotView(1, slot.state)).toMatchObject({ market_price: 0.1, price_age_sec: 0, profit_pct_runtime: 0 })
  })
})
