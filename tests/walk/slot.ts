/** Why a slot does something, or does not. */
import { SlotDriver } from "../../services/slot-actor/testing/slotDriver.ts"
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import type { SLOT_RULES } from "../../shared/core/rules/slot.ts"
import { reason } from "../../shared/core/rules/rules.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import { reasonsOf, type Told, type Walk } from "./told.ts"

type Rules = Parameters<SlotDriver["trading"]>[0]

/** Told by a slot to which this has happened last; the market stands at 0.1, entries 1 % from it, orders of 5 USD. */
const slot = (when: string, story: () => SlotDriver, says: string): Told => ({
  when,
  by: () => reasonsOf(story().outputs),
  says
})
const trading = (rules?: Rules): SlotDriver => new SlotDriver().trading(rules)
const byHand = (rules?: Rules): SlotDriver => new SlotDriver({ allots: "by hand" }).trading(rules)
const after = (from: SlotDriver, ...steps: ReadonlyArray<(slot: SlotDriver) => unknown>): SlotDriver => {
  for (const step of steps) step(from)
  return from
}
/** Begins with what is free. */
const begins = (doge: string, usd: string, rules: Rules = {}): SlotDriver =>
  after(new SlotDriver().ready(rules, doge, usd), (one) => one.price("0.1"))
const waitsForFunds = (): SlotDriver => new SlotDriver({ allots: "by hand" }).ready()

const late = (
  localId: number,
  side: "buy" | "sell",
  role: "entry" | "exit",
  price: string,
  volume: string
): MarketEvent => ({
  _tag: "LateFillRecorded",
  ...{ clientId: `k${localId}`, localId, txid: `TX-${localId}`, execId: `L-${localId}`, side, role, cycle: 1 },
  ...{ price: Price.parse(price), volume: Volume.parse(volume), fee: Quote.zero, liquidity: "maker" },
  cost: Quote.parse(String(Math.round(Number(price) * Number(volume) * 1e9) / 1e9))
})
/** Its sell has filled and its exit (3) has become recovery 1. */
const recovering = (rules: Rules = {}): SlotDriver =>
  after(
    trading({ refreshPct: 50, ...rules }),
    (one) => one.fill(1),
    (one) => one.accept(3),
    (one) => one.price("0.102"),
    (one) => one.clock(600)
  )
/** A second exit has waited too, where one recovery is allowed: the first makes room. */
const evicting = (): SlotDriver =>
  after(
    recovering({ maxRecoverySlots: 1 }),
    (one) => one.fill(one.find("sell", "entry").localId),
    (one) => one.price("0.106"),
    (one) => one.clock(600)
  )
/** Its first sell was asked back, another has taken its place; the first fills all the same. */
const replaced = (): SlotDriver =>
  after(
    trading(),
    (one) => one.price("0.11"),
    (one) => one.take()
  )
/** An exit that waits to be asked for again. */
const lostExit = (): SlotDriver =>
  after(
    trading({ refreshPct: 50 }),
    (one) => one.fill(2),
    (one) => one.accept(3),
    (one) => one.rejected(3)
  )
const manyCancels = (): SlotDriver => {
  const one = trading({ maxConsecutiveRefreshes: 100 })
  for (let n = 0; n < 20; n++) one.price(n % 2 === 0 ? "0.11" : "0.1", 5)
  return one
}
const retiring = (): SlotDriver =>
  after(
    byHand(),
    (one) => one.fill(2),
    (one) => one.accept(3),
    (one) => one.life("retiring"),
    (one) => one.clock(1),
    (one) => one.cancelled(1),
    (one) => one.cancelled(3),
    (one) => one.clock(1)
  )
const refusedMove = (): SlotDriver =>
  after(
    new SlotDriver({ allots: "by hand" }).withRecovery(),
    (one) => one.softClose(1),
    (one) => one.send({ _tag: "AmendRefused", clientId: "k3", localId: 3, cause: "EOrder:Insufficient funds" })
  )
const flagged = (onlySide: "long" | "short", entry: number, exit: number): SlotDriver => {
  const one = after(trading(), (at) => at.fill(entry))
  one.state = { ...one.state, book: { ...one.state.book, onlySide } }
  return after(one, (at) => at.fill(exit))
}

/** Texts of a slot. */
export const SLOT: Walk<keyof typeof SLOT_RULES> = {
  bootstrap_A: [
    slot("it begins with both currencies", () => begins("1000", "1000"), "The slot has no order: its first sell.")
  ],
  bootstrap_B: [
    slot("it begins with both currencies", () => begins("1000", "1000"), "The slot has no order: its first buy.")
  ],
  reseed_A: [
    slot(
      "there are no USD",
      () => begins("100", "0"),
      "USD are missing for a buy: the slot begins with a sell of twice the smallest order."
    )
  ],
  reseed_B: [
    slot(
      "there are no DOGE",
      () => begins("0", "100"),
      "DOGE are missing for a sell: the slot begins with a buy of twice the smallest order."
    )
  ],
  degraded_A: [
    slot(
      "there is one smallest sell",
      () => begins("14", "0"),
      "The money reaches for a single sell, the smallest order."
    )
  ],
  degraded_B: [
    slot(
      "there is one smallest buy",
      () => begins("0", "1.4"),
      "The money reaches for a single buy, the smallest order."
    )
  ],
  auto_repair: [
    slot(
      "the other currency has come",
      () =>
        after(
          begins("0", "100"),
          (one) => one.accept(1),
          (one) => one.balances("1000", "100"),
          (one) => one.clock(31)
        ),
      "The missing side can be traded again."
    )
  ],
  refresh_entry: [
    slot(
      "the market runs away",
      () => after(trading(), (one) => one.price("0.11")),
      "It takes the place of an entry that the market had left behind."
    )
  ],
  cycle_complete: [
    slot(
      "an exit fills",
      () =>
        after(
          trading(),
          (one) => one.fill(1),
          (one) => one.fill(3)
        ),
      "The cycle before is complete: the next one begins."
    )
  ],
  orphan_A: [
    slot("an exit of A has waited", () => recovering(), "The exit before waits as a recovery: trade A goes on.")
  ],
  orphan_B: [
    slot(
      "an exit of B has waited",
      () => {
        const one = trading({ refreshPct: 50 })
        return after(
          one,
          () => one.fill(2),
          () => one.accept(3),
          () => one.price("0.098"),
          () => one.clock(600)
        )
      },
      "The exit before waits as a recovery: trade B goes on."
    )
  ],
  entry_fill_exit: [
    slot(
      "an entry fills",
      () => after(trading(), (one) => one.fill(1)),
      "The entry was filled at 0.101: this closes it, with a profit target of 2 %."
    )
  ],
  late_fill_exit: [
    slot(
      "an entry fills late, and its successor had too",
      () =>
        after(
          replaced(),
          (one) => one.fill(3),
          (one) => one.fill(1)
        ),
      "An entry was filled although its cancel was asked for: this closes it."
    )
  ],
  exit_replaced: [
    slot(
      "an exit was refused",
      () => after(lostExit(), (one) => one.clock(31)),
      "The exchange no longer has exit 3: it is placed again."
    )
  ],
  recovery_replaced: [
    slot(
      "a recovery that could not be moved is off the book",
      () => after(refusedMove(), (one) => one.cancelled(3)),
      "Recovery order 3 was taken off to be moved: it is placed next to the market."
    )
  ],
  stale_entry: [
    slot(
      "the market runs away",
      () => after(trading(), (one) => one.price("0.11")),
      "It stands 8.18182 % from the market, more than 3 %."
    )
  ],
  recovery_cap_evict_priority: [
    slot(
      "another exit has waited, and one recovery is allowed",
      evicting,
      "1 recovery stands, of 1 allowed: this one makes room."
    )
  ],
  superseded_by_late_fill: [
    slot(
      "an entry fills late",
      () => after(replaced(), (one) => one.fill(1)),
      "Entry 1 of the same trade was filled although its cancel was asked for."
    )
  ],
  slot_retires: [slot("it is to go", retiring, "The slot is retiring.")],
  filled_before: [
    slot(
      "an exit that was taken off turns out to be filled",
      () =>
        after(
          lostExit(),
          (one) => one.clock(31),
          (one) => one.accept(4),
          (one) => one.send(late(3, "sell", "exit", "0.101", "51"))
        ),
      "An order before 4 has closed so much of its position late that this one is for too much."
    )
  ],
  amend_refused: [
    slot(
      "the exchange refuses a move",
      refusedMove,
      "The exchange does not move it (EOrder:Insufficient funds): it is taken off and placed anew."
    )
  ],
  recovery_moves: [
    slot(
      "somebody closes a recovery",
      () => after(new SlotDriver().withRecovery(), (one) => one.softClose(1)),
      "The recovery moves from 0.101 next to the market, which is at 0.098."
    )
  ],
  s1_timeout: [
    slot(
      "an exit has waited ten minutes",
      () => recovering(),
      "It has waited 10 min, and the market, at 0.102, has moved away from it."
    )
  ],
  s2_timeout: [
    slot(
      "both exits have waited",
      () => {
        const one = trading({ refreshPct: 50 })
        return after(
          one,
          () => one.fill(1),
          () => one.fill(2),
          () => one.accept(3),
          () => one.accept(4),
          () => one.clock(1),
          () => one.clock(900)
        )
      },
      "Both exits have waited 15 min, and this one is the farther from the market: the sell stands 1 % away, the buy 1.02 %."
    )
  ],
  late_fill: [
    slot(
      "an entry fills late, and its successor had too",
      () =>
        after(
          replaced(),
          (one) => one.fill(3),
          (one) => one.fill(1)
        ),
      "Order 1 was filled late, and its trade has an exit already."
    )
  ],
  exit_filled: [
    slot(
      "an exit fills",
      () =>
        after(
          trading(),
          (one) => one.fill(1),
          (one) => one.fill(3)
        ),
      "Exit 3 is filled."
    )
  ],
  recovery_filled: [slot("a recovery fills", () => after(recovering(), (one) => one.fill(3)), "Recovery 1 is filled.")],
  recovery_evicted: [
    slot("a recovery makes room", evicting, "Recovery 1 made room for another: it counts as closed at 0.106.")
  ],
  late_fill_correction: [
    slot(
      "it fills after all",
      () => after(evicting(), (one) => one.fill(3, { price: "0.09898", volume: "49" })),
      "Order 3 was evicted and filled after all: this is the difference."
    )
  ],
  exit_cut_short: [
    slot(
      "an exit ends but for a rest",
      () =>
        after(
          trading(),
          (one) => one.fill(1),
          (one) => one.cancelled(3, { price: "0.09898", volume: "40" })
        ),
      "Exit 3 ended with 10 DOGE unfilled."
    ),
    slot(
      "a retiring slot's exit is taken off in part filled",
      () =>
        after(
          byHand(),
          (one) => one.fill(1),
          (one) => one.accept(3),
          (one) => one.life("retiring"),
          (one) => one.clock(1),
          (one) => one.cancelled(2),
          (one) => one.cancelled(3, { price: "0.09898", volume: "20" })
        ),
      "Exit 3 ended with 30 DOGE unfilled."
    )
  ],
  filled_beyond_position: [
    slot(
      "an exit is doubled by hand",
      () =>
        after(
          trading(),
          (one) => one.fill(2),
          (one) => one.fill(3, { volume: "102" })
        ),
      "Order 3 has traded 51 DOGE at 0.101 beyond its position: they stay in the account and belong to no cycle."
    )
  ],
  no_orders: [slot("it begins", () => after(waitsForFunds(), (one) => one.price("0.1")), "The slot has no order.")],
  leg_missing: [
    slot(
      "an entry was refused",
      () =>
        after(
          byHand(),
          (one) => one.rejected(1),
          (one) => one.clock(31)
        ),
      "Trade A has no order."
    )
  ],
  nothing_left: [slot("everything is off the book", retiring, "Nothing is left to settle.")],
  insufficient_funds: [
    slot(
      "neither currency reaches",
      () => begins("12.9", "0.49"),
      "12.9 DOGE and 0.49 USD are free; an order takes 13 DOGE or 0.5 USD at least."
    ),
    slot(
      "exits that are still to be placed need the rest",
      () =>
        after(waitsForFunds(), (one) => {
          one.price("0.1")
          one.governor({
            ...{ _tag: "FundsAllotted", slot: 1, base: Volume.parse("1"), quote: Quote.parse("0.1") },
            owed: { base: Volume.parse("20"), quote: Quote.parse("2") },
            reason: reason("free_and_unreserved", { slotsWaiting: 0 })
          })
        }),
      "1 DOGE and 0.1 USD are free, 20 DOGE and 2 USD are kept for exits that are still to be placed; an order takes 13 DOGE or 0.5 USD at least."
    )
  ],
  nothing_missing: [
    slot("funds come for nothing", () => after(byHand(), (one) => one.allot("1000", "1000")), "No entry is missing.")
  ],
  retry_pause: [
    slot(
      "an entry was refused, and funds come before the pause is over",
      () =>
        after(
          byHand({ refreshPct: 50 }),
          (one) => one.rejected(1),
          (one) => one.clock(1),
          (one) => one.allot("1000", "1000")
        ),
      "The exchange has not kept 1 entry: none before 2026-02-02 02:40:30 UTC."
    ),
    slot(
      "two were",
      () => {
        const one = trading({ refreshPct: 50 })
        return after(
          one,
          () => one.rejected(1),
          () => one.clock(30),
          () => one.rejected(one.find("sell", "entry").localId),
          () => one.clock(1),
          () => one.allot("1000", "1000")
        )
      },
      "The exchange has not kept 2 entries in a row: none before 2026-02-02 02:41:30 UTC."
    )
  ],
  cooldown: [
    slot(
      "a cycle is closed, and the trade rests",
      () =>
        after(
          trading({ reentryBaseCooldownSec: 60 }),
          (one) => one.fill(1),
          (one) => one.fill(3)
        ),
      "The trade rests until 2026-02-02 02:41:00 UTC."
    )
  ],
  long_only: [
    slot("A's cycle is over, and A cannot be traded", () => flagged("long", 1, 3), "Only trade B runs at present.")
  ],
  short_only: [
    slot("B's cycle is over, and B cannot be traded", () => flagged("short", 2, 3), "Only trade A runs at present.")
  ],
  price_out_of_range: [
    slot(
      "an entry would stand beyond all prices",
      () => begins("1000", "1000", { entryPct: 100 }),
      "Its price would be 0, and no order can have that."
    )
  ],
  no_size: [
    slot(
      "orders are worth nothing",
      () => begins("1000", "1000", { orderSize: Quote.zero }),
      "It would be worth 0 USD, and that is no order."
    )
  ],
  below_min_cost: [
    slot(
      "orders are worth less than the least cost",
      () => {
        const one = new SlotDriver().ready({ orderSize: Quote.parse("1.5") })
        return after(
          one,
          () => one.constraints({ minCost: Quote.parse("2") }),
          () => one.price("0.1")
        )
      },
      "1.5 USD at 0.099 come to less than the exchange's least, 2 USD: order size 1.5 USD, slot profit 0 USD, least 13 DOGE and 2 USD, market 0.1."
    )
  ],
  below_min_volume: [
    slot(
      "orders are of less than the least volume",
      () => begins("1000", "1000", { orderSize: Quote.parse("1") }),
      "1 USD at 0.099 come to less than the exchange's least, 13 DOGE: order size 1 USD, slot profit 0 USD, least 13 DOGE and 0.5 USD, market 0.1."
    )
  ],
  refresh_cooldown: [
    slot(
      "an entry has followed the market three times",
      () => {
        const one = trading({ entryPct: 0.1 })
        for (const price of ["0.104", "0.104", "0.108", "0.108", "0.1125", "0.1125"]) one.price(price, 5)
        return one
      },
      "It has followed the market too often: it stays where it is until 2026-02-02 02:45:30 UTC."
    )
  ],
  partially_filled: [
    slot(
      "the market leaves a part-filled entry",
      () =>
        after(
          trading(),
          (one) => one.partialFill(1, { price: "0.101", volume: "20" }),
          (one) => one.price("0.11")
        ),
      "20 DOGE of order 1 are filled: it stays where it is."
    )
  ],
  cancels_unanswered: [slot("the exchange answers no cancel", manyCancels, "16 cancels have no answer yet.")],
  move_pending: [
    slot(
      "a recovery is moved twice",
      () =>
        after(
          new SlotDriver().withRecovery(),
          (one) => one.softClose(1),
          (one) => one.softClose(1)
        ),
      "Recovery 1 is on its way next to the market already."
    )
  ],
  unknown_order: [
    slot(
      "a fill of nobody's order",
      () => after(trading(), (one) => one.fill(77, { price: "0.1", volume: "50" })),
      "The slot has no order 77: its fill of 50 DOGE is not counted."
    )
  ],
  entry_lost: [
    slot(
      "an entry is refused",
      () => after(trading(), (one) => one.rejected(1)),
      "The exchange has not kept entry 1 (EOrder:Insufficient funds): another may follow from 2026-02-02 02:40:30 UTC on."
    ),
    slot(
      "an entry is taken off by hand",
      () => after(trading(), (one) => one.cancelled(1)),
      "The exchange has not kept entry 1 (User requested): another may follow from 2026-02-02 02:40:30 UTC on."
    )
  ],
  exit_lost: [
    slot(
      "an exit is refused",
      () => lostExit(),
      "The exchange has not kept exit 3 (EOrder:Insufficient funds): it is placed again from 2026-02-02 02:40:30 UTC on."
    )
  ],
  residual_below_minimum: [
    slot(
      "a small part of an entry fills",
      () => after(trading(), (one) => one.cancelled(1, { price: "0.101", volume: "12" })),
      "12 DOGE are too little for an exit of their own: the next one takes them along."
    )
  ]
}
