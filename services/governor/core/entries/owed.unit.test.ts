/** What is owed to exits for which no order stands: from when, until when, and what becomes of entries meanwhile. */
import { describe, expect, it } from "@effect/vitest"
import { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { MAX_FOLLOWED_ORDERS } from "../../../../shared/core/openOrders.ts"
import type { EventOf, MarketEvent } from "../../../../shared/events/event.ts"
import { accepted, cycle, ended, fill, GovernorStory, orphaned, request } from "../../testing/governorDriver.ts"
import { recoveriesOf } from "../orderTable.ts"
import { owedToExits } from "./funds.ts"

type Step = (story: GovernorStory) => GovernorStory

const owed = (story: GovernorStory): string => {
  const { base, quote } = owedToExits(story.state)
  return `${Volume.format(base)} DOGE ${Quote.format(quote)} USD`
}
const sellExit = (localId: number, volume = "20") => request(localId, { side: "sell", role: "exit", volume })
/** Of the cycle of a lost exit (2) a recovery (4) of 7 DOGE stands: an entry had filled although its cancel was asked for. */
const besideLost: Step = (story) =>
  lost(story)
    .order(1, late("entry", "buy", "7"))
    .slot(1, sellExit(4, "7"))
    .slot(1, orphaned(4, 1))
const replacing = (localId: number, replaces: number, volume = "20"): MarketEvent => ({
  ...sellExit(localId, volume),
  replaces
})
const rejected = (localId: number): MarketEvent => ({
  _tag: "OrderRejected",
  clientId: `k${localId}`,
  localId,
  cause: "EService:Busy"
})
const restated = (localId: number, volume: string): MarketEvent => ({
  ...{ _tag: "OrderRestated", clientId: `k${localId}`, localId },
  ...{ price: Price.parse("0.1002"), volume: Volume.parse(volume) }
})
const late = (role: "entry" | "exit", side: "buy" | "sell", volume: string): EventOf<"LateFillRecorded"> => ({
  ...{ _tag: "LateFillRecorded", clientId: "k1", localId: 1, txid: "T1", execId: "L1", role, side, cycle: 1 },
  ...{ price: Price.parse("0.1"), volume: Volume.parse(volume), cost: Quote.parse("1"), fee: Quote.zero },
  liquidity: "maker"
})
const bookedOf = (kind: "evicted" | "cut_short", localId: number, volume = "20"): MarketEvent => ({
  ...{ ...cycle("-0.1", 0), kind, localId },
  volume: Volume.parse(volume)
})
const evicted = (localId: number, volume?: string) => bookedOf("evicted", localId, volume)
const cutShort = (localId: number) => bookedOf("cut_short", localId)
const released = (volume: string, ofCycle = 1): MarketEvent => ({
  ...{ _tag: "PositionReleased", tradeId: "B", cycle: ofCycle, entryPrice: Price.parse("0.1") },
  ...{ volume: Volume.parse(volume), cost: Quote.parse("2"), fee: Quote.zero },
  reason: { rule: "slot_retires", numbers: {} }
})

const market = () => new GovernorStory().running().nextLoop()
/** A buy of 20 DOGE has filled and its exit (2) stands. */
const standing: Step = (story) =>
  story
    .slot(1, request(1))
    .order(1, accepted(1))
    .order(1, fill(1, "20"))
    .order(1, ended("OrderFilled", 1, "20"))
    .slot(1, sellExit(2))
    .order(1, accepted(2))
/** That exit was taken off the book. */
const lost: Step = (story) => standing(story).order(1, ended("OrderCancelled", 2, "0"))

describe("funds are owed to an exit", () => {
  it.each<{ when: string; by: Step; is: string }>([
    { when: "not by an entry that stands", by: (story) => story.slot(1, request(1)), is: "0 DOGE 0 USD" },
    {
      when: "by each fill of an entry",
      by: (story) => story.slot(1, request(1)).order(1, fill(1, "5")),
      is: "5 DOGE 0 USD"
    },
    {
      when: "once for its fills and its end",
      by: (story) =>
        story
          .slot(1, request(1))
          .order(1, fill(1, "5"))
          .order(1, ended("OrderFilled", 1, "20")),
      is: "20 DOGE 0 USD"
    },
    {
      when: "of a sell what buying back costs at most, with the fee",
      by: (story) => story.slot(1, request(1, { side: "sell" })).order(1, ended("OrderFilled", 1, "20")),
      is: "0 DOGE 2.005 USD"
    },
    {
      when: "by an entry that was taken off with a part filled",
      by: (story) => story.slot(1, request(1)).order(1, ended("OrderCancelled", 1, "15")),
      is: "15 DOGE 0 USD"
    },
    {
      when: "by a fill that was found after the end of its entry",
      by: (story) => story.order(1, late("entry", "buy", "15")),
      is: "15 DOGE 0 USD"
    },
    { when: "no longer once it is asked for: its order binds them", by: standing, is: "0 DOGE 0 USD" },
    {
      when: "not while nobody knows whether it was placed: its order binds them",
      by: (story) => standing(story).order(1, { _tag: "OrderUnknown", clientId: "k2", localId: 2, cause: "timed out" }),
      is: "0 DOGE 0 USD"
    },
    { when: "that was taken off the book", by: lost, is: "20 DOGE 0 USD" },
    { when: "that was refused", by: (story) => standing(story).order(1, rejected(2)), is: "20 DOGE 0 USD" },
    {
      when: "that was taken off with a part filled: the rest",
      by: (story) =>
        standing(story)
          .order(1, fill(2, "7"))
          .order(1, ended("OrderCancelled", 2, "7")),
      is: "13 DOGE 0 USD"
    },
    {
      when: "whose end says less than its fills: what they leave",
      by: (story) =>
        standing(story)
          .order(1, fill(2, "7"))
          .order(1, ended("OrderCancelled", 2, "0")),
      is: "13 DOGE 0 USD"
    },
    {
      when: "that counts as filled, for less than its position",
      by: (story) => standing(story).order(1, ended("OrderFilled", 2, "12")),
      is: "8 DOGE 0 USD"
    },
    {
      when: "not beyond its position, where more was traded",
      by: (story) => standing(story).order(1, ended("OrderFilled", 2, "25")),
      is: "0 DOGE 0 USD"
    },
    {
      when: "no longer once it is filled",
      by: (story) => standing(story).order(1, ended("OrderFilled", 2, "20")),
      is: "0 DOGE 0 USD"
    },
    {
      when: "no longer once it is asked for again",
      by: (story) => lost(story).slot(1, replacing(3, 2)),
      is: "0 DOGE 0 USD"
    },
    {
      when: "what it is asked for again without, for want of decimals",
      by: (story) => lost(story).slot(1, replacing(3, 2, "19")),
      is: "1 DOGE 0 USD"
    },
    {
      when: "and that goes with the trade's next exit",
      by: (story) =>
        lost(story)
          .slot(1, replacing(3, 2, "19"))
          .slot(1, request(4))
          .order(1, ended("OrderFilled", 4, "20"))
          .slot(1, sellExit(5, "21")),
      is: "0 DOGE 0 USD"
    },
    {
      when: "the part that somebody else has taken from it at the exchange",
      by: (story) => standing(story).order(1, restated(2, "12")),
      is: "8 DOGE 0 USD"
    },
    {
      when: "and no longer once that is given back",
      by: (story) => standing(story).order(1, restated(2, "12")).order(1, restated(2, "30")),
      is: "0 DOGE 0 USD"
    },
    {
      when: "of its position, whatever the exchange's order was made",
      by: (story) =>
        standing(story)
          .order(1, restated(2, "30"))
          .order(1, ended("OrderCancelled", 2, "0")),
      is: "20 DOGE 0 USD"
    },
    {
      when: "less what an order before it turns out to have closed",
      by: (story) => lost(story).order(1, late("exit", "sell", "6")),
      is: "14 DOGE 0 USD"
    },
    {
      when: "less what it turns out to have closed itself, though a recovery of the same cycle stands",
      by: (story) => besideLost(story).order(1, late("exit", "sell", "6")),
      is: "14 DOGE 0 USD"
    },
    {
      when: "less that, and its recovery as it was, where both wait to be asked for again",
      by: (story) =>
        besideLost(story)
          .order(1, ended("OrderCancelled", 4, "0"))
          .order(1, late("exit", "sell", "6")),
      is: "21 DOGE 0 USD"
    },
    {
      when: "of the oldest recovery less, though a younger one of its cycle stands",
      by: (story) =>
        standing(story)
          .slot(1, orphaned(2, 1))
          .order(1, late("entry", "buy", "7"))
          .slot(1, sellExit(4, "7"))
          .slot(1, orphaned(4, 2))
          .order(1, ended("OrderCancelled", 2, "0"))
          .order(1, late("exit", "sell", "6")),
      is: "14 DOGE 0 USD"
    },
    {
      when: "and not less by an eviction of its recovery, where both wait to be asked for again",
      by: (story) =>
        besideLost(story)
          .order(1, ended("OrderCancelled", 4, "0"))
          .slot(1, evicted(4, "7")),
      is: "20 DOGE 0 USD"
    },
    {
      when: "no longer by a recovery that is evicted after it has closed a part, and as it was by the other of its cycle",
      by: (story) =>
        besideLost(story)
          .slot(1, orphaned(2, 2))
          .order(1, ended("OrderCancelled", 4, "3"))
          .slot(1, evicted(4, "7")),
      is: "20 DOGE 0 USD"
    },
    {
      when: "not after the end of the order of such a recovery, though the other of its cycle stands",
      by: (story) =>
        standing(story)
          .order(1, late("entry", "buy", "7"))
          .slot(1, sellExit(4, "7"))
          .slot(1, orphaned(4, 1))
          .slot(1, orphaned(2, 2))
          .order(1, ended("OrderCancelled", 4, "3"))
          .slot(1, replacing(5, 4, "4"))
          .slot(1, evicted(5, "7"))
          .order(1, ended("OrderCancelled", 5, "0")),
      is: "0 DOGE 0 USD"
    },
    {
      when: "less that, where its slot asks for the whole before it hears of it, and the exchange does not keep that order either",
      by: (story) =>
        lost(story)
          .order(1, late("exit", "sell", "6"))
          .slot(1, replacing(3, 2))
          .order(1, ended("OrderCancelled", 3, "0")),
      is: "14 DOGE 0 USD"
    },
    {
      when: "not at all, where that was all of it",
      by: (story) =>
        lost(story)
          .order(1, late("exit", "sell", "20"))
          .slot(1, replacing(3, 2))
          .order(1, ended("OrderCancelled", 3, "0")),
      is: "0 DOGE 0 USD"
    },
    {
      when: "less both, where a second one is found while the order for too much stands",
      by: (story) =>
        lost(story)
          .order(1, late("exit", "sell", "6"))
          .slot(1, replacing(3, 2))
          .order(1, late("exit", "sell", "4"))
          .order(1, ended("OrderCancelled", 3, "0")),
      is: "10 DOGE 0 USD"
    },
    {
      when: "less that also after its own end",
      by: (story) =>
        standing(story)
          .order(1, late("exit", "sell", "6"))
          .order(1, ended("OrderCancelled", 2, "0")),
      is: "14 DOGE 0 USD"
    },
    {
      when: "what is too little for an exit of its own, although an order that is for too much still stands",
      by: (story) =>
        standing(story)
          .order(1, late("exit", "sell", "19"))
          .slot(1, cutShort(2)),
      is: "1 DOGE 0 USD"
    },
    {
      when: "and that once, after the end of that order",
      by: (story) =>
        standing(story)
          .order(1, late("exit", "sell", "19"))
          .slot(1, cutShort(2))
          .order(1, ended("OrderCancelled", 2, "0")),
      is: "1 DOGE 0 USD"
    },
    {
      when: "and that whatever that order still trades: it lies beyond the position",
      by: (story) =>
        standing(story)
          .order(1, late("exit", "sell", "19"))
          .slot(1, cutShort(2))
          .order(1, ended("OrderFilled", 2, "20")),
      is: "1 DOGE 0 USD"
    },
    {
      when: "and that no longer once the trade's next exit takes it along, even before the end of that order",
      by: (story) =>
        standing(story)
          .order(1, late("exit", "sell", "19"))
          .slot(1, cutShort(2))
          .slot(1, request(3))
          .order(1, ended("OrderFilled", 3, "20"))
          .slot(1, sellExit(4, "21"))
          .order(1, ended("OrderCancelled", 2, "0")),
      is: "0 DOGE 0 USD"
    },
    {
      when: "of a recovery that is cut short, and not of the trade's exit beside it",
      by: (story) =>
        standing(story)
          .slot(1, orphaned(2, 7))
          .order(1, late("entry", "buy", "20"))
          .slot(1, sellExit(3))
          .order(1, ended("OrderCancelled", 2, "19"))
          .slot(1, cutShort(2)),
      is: "1 DOGE 0 USD"
    },
    {
      when: "what was cut short, whatever is found of its exit afterwards",
      by: (story) =>
        standing(story)
          .order(1, ended("OrderCancelled", 2, "19"))
          .slot(1, cutShort(2))
          .order(1, late("exit", "sell", "1"))
          .slot(1, released("1", 0)),
      is: "1 DOGE 0 USD"
    },
    {
      when: "not by a late fill that closes nothing any more",
      by: (story) => story.order(1, late("exit", "sell", "6")).slot(1, released("6", 0)),
      is: "0 DOGE 0 USD"
    },
    {
      when: "by what an entry that stands has traded, whatever a replaced exit asks for that has not heard of its late fill",
      by: (story) =>
        lost(story)
          .slot(1, orphaned(2, 7))
          .slot(1, request(3))
          .order(1, fill(3, "15"))
          .order(1, late("exit", "sell", "4"))
          .slot(1, replacing(4, 2)),
      is: "15 DOGE 0 USD"
    },
    {
      when: "no longer once its recovery is evicted while it waits",
      by: (story) => lost(story).slot(1, orphaned(2, 7)).slot(1, evicted(2)),
      is: "0 DOGE 0 USD"
    },
    {
      when: "not after the end of an evicted recovery's order",
      by: (story) =>
        standing(story)
          .slot(1, orphaned(2, 7))
          .slot(1, evicted(2))
          .order(1, ended("OrderCancelled", 2, "0")),
      is: "0 DOGE 0 USD"
    },
    {
      when: "no longer once the position is given up",
      by: (story) => lost(story).slot(1, released("20")),
      is: "0 DOGE 0 USD"
    },
    {
      when: "no longer once its slot has settled",
      by: (story) =>
        lost(story)
          .command({ name: "remove_slot", slot: 1 })
          .slot(1, { _tag: "SlotSettled", reason: { rule: "nothing_left", numbers: {} } }),
      is: "0 DOGE 0 USD"
    },
    {
      when: "not of a slot that has gone, whose orders are the operator's",
      by: (story) =>
        standing(story)
          .slot(1, { _tag: "InvariantBroken", violations: ["two exits"] })
          .command({ name: "remove_slot", slot: 1 })
          .order(1, ended("OrderCancelled", 2, "0")),
      is: "0 DOGE 0 USD"
    }
  ])("$when: $is", ({ by, is }) => {
    expect(owed(by(market()))).toBe(is)
  })

  it("of more than one position by the name of each", () => {
    const story = standing(market())
      .slot(1, request(3))
      .order(1, ended("OrderFilled", 3, "30"))
    story.slot(1, sellExit(4, "30")).order(1, rejected(2)).order(1, rejected(4))
    expect(owed(story)).toBe("50 DOGE 0 USD")
    expect(owed(story.slot(1, replacing(5, 4, "30")))).toBe("20 DOGE 0 USD")
    expect(owed(story.slot(1, replacing(6, 2)))).toBe("0 DOGE 0 USD")
  })

  it("and to no more exits by name than there may be orders: the others wait for the trade's next", () => {
    const story = market()
    for (let n = 1; n <= MAX_FOLLOWED_ORDERS + 5; n++)
      story
        .order(1, late("entry", "buy", "20"))
        .slot(1, sellExit(n))
        .order(1, rejected(n))
    expect(story.state.owed?.length).toBe(MAX_FOLLOWED_ORDERS + 1)
    expect(owed(story)).toBe(`${20 * (MAX_FOLLOWED_ORDERS + 5)} DOGE 0 USD`)
  })

  it.each([1, 2])("and counted as free under version %i of the rules", (version) => {
    const story = market()
    story.rulesVersion = version
    expect(owed(lost(story))).toBe("0 DOGE 0 USD")
    expect(story.state.owed).toBeUndefined()
  })

  it("also where it becomes a recovery while it waits: it comes back as that", () => {
    const story = lost(market()).slot(1, orphaned(2, 7))
    const orphanedAtMs = story.nowMs
    story.after(30).slot(1, replacing(3, 2))
    expect(recoveriesOf(story.state)).toMatchObject([{ localId: 3, recovery: { recoveryId: 7, orphanedAtMs } }])
  })
})

describe("an entry, while funds are owed to exits", () => {
  const poor = () => lost(market()).balances("30", "100").nextLoop()

  it("is refused what they need, with the figure of it", () => {
    const story = poor().slot(2, request(1, { side: "sell" }))
    expect(story.heard("EntryRefused").map(({ reason }) => reason)).toStrictEqual([
      { rule: "entry_not_covered", numbers: { needs: "20", free: "10", currency: "DOGE", owed: "20" } }
    ])
  })

  it("is granted what they leave", () => {
    expect(poor().slot(2, request(1, { side: "sell", volume: "10" })).verdict).toBe("granted")
    expect(poor().slot(2, request(1)).verdict).toBe("granted")
  })

  it("does not see them twice once the exit is on the book again, by its order and by what the exchange holds", () => {
    const story = poor().slot(1, replacing(3, 2)).order(1, accepted(3)).balances("30", "100", { doge: "20" })
    expect(story.slot(2, request(1, { side: "sell", volume: "10" })).verdict).toBe("granted")
  })

  it("waits while the money of a fill has not been told, and is refused by what is owed of it then", () => {
    const story = market().balances("0", "3").nextLoop().slot(1, request(1)).order(1, fill(1, "20"))
    expect(story.slot(2, request(2, { side: "sell" })).verdict).toBe("deferred balances_unsettled")
    story.order(1, ended("OrderFilled", 1, "20")).balances("20", "0.995")
    expect(story.after(1).verdict).toBe("refused entry_not_covered")
  })

  it("is planned without them: the allotment names what is kept back", () => {
    const story = poor().slot(2, { _tag: "FundsWanted", what: "bootstrap", reason: { rule: "no_orders", numbers: {} } })
    const [told] = story.clock().heard("FundsAllotted")
    expect(told).toMatchObject({ base: Volume.parse("10"), owed: { base: Volume.parse("20"), quote: Quote.zero } })
  })
})
