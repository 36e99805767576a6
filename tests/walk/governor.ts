/** What the governor decides about entries, sizes, distances and slots, and what it tells people. */
import {
  accepted,
  ended,
  fill,
  GovernorStory,
  orphaned,
  request,
  takenBack,
  wanted
} from "../../services/governor/testing/governorDriver.ts"
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { MAX_FOLLOWED_ORDERS } from "../../shared/core/openOrders.ts"
import type { GOVERNOR_RULES } from "../../shared/core/rules/governor.ts"
import { reason } from "../../shared/core/rules/rules.ts"
import type { EventOf, MarketEvent } from "../../shared/events/event.ts"
import { governorActor } from "../../services/governor/core/actor.ts"
import { placeAt } from "../../shared/actor/core/actor.ts"
import { governed, running, terms } from "./market.ts"
import { elsewhere, reasonsOf, type Walk } from "./told.ts"

const one = (): GovernorStory => running({ maxEntryAddsPerLoop: 1 }).nextLoop()
const swinging = (): GovernorStory => {
  const story = new GovernorStory().configure().terms()
  for (let n = 0; n < 14; n++) story.nextLoop().price(n % 2 === 0 ? "0.1" : "0.101")
  return story.nextLoop()
}
const exit = { role: "exit", side: "sell" } as const
const open = (story: GovernorStory = running()): GovernorStory =>
  story.slot(1, request(50, exit)).order(1, accepted(50))
const drifting = (): GovernorStory =>
  running().account({ _tag: "OpenOrdersObserved", ours: 0, foreign: 3 }).clock().after(600)
const history = (story: GovernorStory, sold: string, after = 60): GovernorStory => {
  const nothing = {
    trades: 0,
    bought: Volume.zero,
    sold: Volume.zero,
    paid: Quote.zero,
    received: Quote.zero,
    fees: Quote.zero
  }
  story
    .slot(1, request(1, exit))
    .order(1, ended("OrderFilled", 1, "20"))
    .after(after)
  const ours = {
    ...nothing,
    trades: 1,
    sold: Volume.parse(sold),
    received: Quote.parse("2"),
    fees: Quote.parse("0.005")
  }
  const told = {
    _tag: "TradeHistoryObserved",
    commandId: "c1",
    fromMs: 0,
    toMs: story.nowMs,
    ours,
    foreign: nothing
  } as const
  return story.account(told)
}
const balances = (doge: string, held: string, elsewhere_?: ReadonlyArray<string>): EventOf<"BalancesObserved"> => ({
  _tag: "BalancesObserved",
  base: { total: Volume.parse(doge), hold: Volume.parse(held) },
  quote: { total: Quote.parse("10"), hold: Quote.zero },
  ...(elsewhere_ === undefined ? {} : { elsewhere: elsewhere_ })
})
const untimely = (): ReadonlyArray<MarketEvent> => {
  const { state } = new GovernorStory().configure()
  const place = placeAt({ seq: 99, index: 0, subject: "market.XDGUSD.clock", epoch: 1, timeMs: 4_102_444_800_000 })
  const problem = "its time is 9 s beyond what can have passed"
  return governorActor.reduce(
    state,
    { _tag: "ClockTicked", priceAgeSec: 1 },
    { ...place, untimely: { problem, tell: true, believedMs: 1 } }
  ).outputs
}
const touched: EventOf<"LevelTouched"> = {
  _tag: "LevelTouched",
  day: "2026-10-14",
  level: "PDH",
  levelPrice: Price.parse("0.2"),
  price: Price.parse("0.2001"),
  atMs: 1_000,
  tradeId: 7,
  from: "below",
  precision: "PRECISE"
}
const late: MarketEvent = {
  _tag: "LateFillRecorded",
  ...{ clientId: "k50", localId: 50, txid: "T50", execId: "E", side: "buy", role: "entry", cycle: 1 },
  ...{ price: Price.parse("0.1"), volume: Volume.parse("20"), cost: Quote.parse("2"), fee: Quote.parse("0.005") },
  liquidity: "maker"
}

/** Texts of the governor. */
export const GOVERNOR: Walk<keyof typeof GOVERNOR_RULES> = {
  within_limits: [
    governed(
      "an entry is asked for",
      () => running().nextLoop().slot(1, request(1)),
      "60 places are free, and 0 of this loop's 2 entries were used."
    )
  ],
  balances_unsettled: [
    governed(
      "a fill has just moved the money",
      () => {
        const story = running()
          .balances("20", "0")
          .nextLoop()
          .slot(1, request(1, { side: "sell" }))
          .order(1, accepted(1))
        story.order(1, fill(1, "20")).order(1, ended("OrderFilled", 1, "20"))
        return story.slot(1, request(2, { volume: "19" }))
      },
      "A fill has just moved money: the exchange has not said the new balances yet."
    )
  ],
  entry_not_covered: [
    governed(
      "a buy without USD",
      () => running().balances("0", "2").nextLoop().slot(1, request(1)),
      "It needs 2.00099 USD, and 2 USD are free."
    ),
    governed(
      "a sell without DOGE",
      () =>
        running()
          .balances("19", "9")
          .nextLoop()
          .slot(1, request(1, { side: "sell" })),
      "It needs 20 DOGE, and 19 DOGE are free."
    ),
    governed(
      "a sell while an exit waits to be asked for again",
      () =>
        running()
          .slot(1, request(1, { side: "sell", role: "exit" }))
          .order(1, { _tag: "OrderRejected", clientId: "k1", localId: 1, cause: "EService:Busy" })
          .balances("30", "9")
          .nextLoop()
          .slot(2, request(1, { side: "sell" })),
      "It needs 20 DOGE, and 10 DOGE are free: 20 DOGE are kept for exits that are still to be placed."
    )
  ],
  open_order_limit: [
    governed(
      "three are open, and no more may be",
      () => running({ openOrderLimit: 3, openOrderSafetyRatio: 1 }).openOrders(3).nextLoop().slot(1, request(1)),
      "3 orders are open, and the limit is 3."
    )
  ],
  no_headroom: [
    governed(
      "the safe cap is reached",
      () => running().openOrders(60).nextLoop().slot(1, request(1)),
      "60 orders are open, and the safe cap is 60."
    )
  ],
  loop_cap: [
    governed(
      "a second entry in a loop of one",
      () => one().slot(1, request(1)).slot(2, request(1)),
      "1 of this loop's 1 entries are used."
    )
  ],
  price_passed: [
    governed(
      "the market falls below a waiting buy",
      () => one().slot(1, request(1)).slot(2, request(1)).price("0.0998").nextLoop(),
      "The market, at 0.0998, has passed its price."
    )
  ],
  withdrawn: [
    governed(
      "the slot takes a waiting entry back",
      () => one().slot(1, request(1)).slot(2, request(1)).slot(2, takenBack(1)),
      "The slot wants it no longer."
    )
  ],
  too_many_orders: [
    governed(
      "all that can be followed live",
      () => {
        const story = running({ openOrderLimit: 10_000 })
        for (let n = 1; n <= MAX_FOLLOWED_ORDERS; n++) story.slot(9, request(n, exit))
        return story.slot(1, request(1))
      },
      "More than 900 live orders are not followed."
    )
  ],
  free_and_unreserved: [
    governed(
      "a slot asks for funds",
      () => running().slot(1, wanted("repair")).clock(),
      "Free and promised to nobody; 0 more slots wait."
    )
  ],
  configured: [governed("a market is configured", () => new GovernorStory().configure().clock(null), "As configured.")],
  balances: [
    governed(
      "no DOGE are left for a layer",
      () =>
        running()
          .slot(1, request(7, exit))
          .order(1, accepted(7))
          .command({ name: "add_layer", source: null })
          .balances("0", "100000"),
      "The balances have changed: they fund 0 layers of sells and 666666 of buys."
    )
  ],
  loop: [
    governed(
      "an order more stands than the DOGE carry a layer for",
      () =>
        running()
          .balances("2", "100000")
          .command({ name: "add_layer", source: "usd" })
          .slot(1, request(7, exit))
          .slot(1, request(8, exit))
          .nextLoop(),
      "At the beginning of a loop the funds reach for 0 layers of sells and 666666 of buys."
    )
  ],
  skew: [
    governed(
      "the rebalancer leans",
      () => {
        const story = running()
        return story.tell(story.subjects.out("rebalancer"), {
          _tag: "SkewDecided",
          skew: 0.2,
          reason: { rule: "controlled", numbers: { idleRatio: 0.6, target: 0.4 } }
        })
      },
      "The rebalancer has changed the skew."
    )
  ],
  layer_added: [
    governed(
      "a layer more",
      () => running().command({ name: "add_layer", source: null }),
      "An operator has added a capital layer: 1 is wanted."
    )
  ],
  layer_removed: [
    governed(
      "a layer less",
      () => running().command({ name: "add_layer", source: null }).command({ name: "remove_layer" }),
      "An operator has removed a capital layer: 0 are wanted."
    )
  ],
  entry_pct_set: [
    governed(
      "another distance",
      () => running().command({ name: "set_entry_pct", pct: 0.3 }),
      "An operator has set the entry distance to 0.3 %."
    )
  ],
  profit_pct_set: [
    governed(
      "another target",
      () => running().command({ name: "set_profit_pct", pct: 1.3 }),
      "An operator has set the profit target to 1.3 %."
    )
  ],
  volatility: [governed("prices swing by a percent", swinging, "The median move between the last 14 samples is 1 %.")],
  slots_added: [
    governed(
      "two slots more",
      () => running().command({ name: "add_slot", count: 2 }),
      "An operator has added 2 slots."
    )
  ],
  slot_removed: [
    governed(
      "slot 2 goes",
      () => running().command({ name: "remove_slot", slot: 2 }),
      "An operator has removed slot 2."
    )
  ],
  slots_removed: [
    governed(
      "one goes",
      () => running().command({ name: "remove_slots", count: 1 }),
      "An operator has removed the newest 1 slot."
    )
  ],
  slot_settled: [
    governed(
      "slot 2 has settled",
      () =>
        running()
          .command({ name: "remove_slot", slot: 2 })
          .slot(2, { _tag: "SlotSettled", reason: { rule: "nothing_left", numbers: {} } }),
      "Slot 2 (shiba) has nothing left and is gone."
    )
  ],
  open_order_headroom: [
    governed("45 of 60 places are taken", () => running().openOrders(45), "19 of 60 places for open orders are left."),
    governed("59 are", () => running().openOrders(59), "9 of 60 places for open orders are left.")
  ],
  part_fills_cancelled: [
    governed(
      "one is cancelled after a part fill",
      () =>
        running()
          .openOrders(1)
          .order(9, ended("OrderCancelled", 1_000, "7")),
      "1 order was cancelled after a part fill within a day."
    ),
    governed(
      "another one is, with few places left",
      () =>
        running()
          .openOrders(45)
          .order(9, ended("OrderCancelled", 1_000, "7")),
      "1 order was cancelled after a part fill within a day."
    )
  ],
  capacity_pressure: [
    governed(
      "orders fill the safe cap",
      () =>
        running()
          .slot(1, request(1, { ...exit, price: "0.11" }))
          .order(1, accepted(1))
          .slot(1, orphaned(1, 1))
          .openOrders(58)
          .nextLoop(),
      "Open orders take 98.3333 % of the safe cap, more than 95 %."
    )
  ],
  operator_moves_recovery: [
    governed(
      "an operator closes a recovery",
      () =>
        running()
          .slot(1, request(1, { ...exit, price: "0.11" }))
          .order(1, accepted(1))
          .slot(1, orphaned(1, 1))
          .command({ name: "soft_close", slot: 1, recoveryId: 1 }),
      "An operator moves it; it stands 10 % from the market."
    )
  ],
  balance_elsewhere: [
    governed(
      "DOGE lie in another pot",
      () => running().account(balances("0", "0", ["XDG.F 120"])),
      "A balance is empty, and the account holds XDG.F 120: that is not traded with until it is moved to the spot wallet, or auto-earn is off."
    )
  ],
  hold_above_total: [
    governed(
      "more is held than there is",
      () => running().account(balances("5", "6")),
      "The exchange holds 6 DOGE for orders and says that there are 5."
    )
  ],
  fact_not_believed: [
    {
      when: "a clock goes beyond what can be",
      by: () => reasonsOf(untimely()),
      says: "A fact (ClockTicked) changes nothing, because no market has such a figure: its time is 9 s beyond what can have passed."
    }
  ],
  orphan_pressure: [
    governed(
      "two recoveries, told from two on",
      () =>
        [1, 2].reduce(
          (story, id) => story.slot(1, request(id, exit)).order(1, accepted(id)).slot(1, orphaned(id, id)),
          running({ orphanPressureWarnAt: 2 })
        ),
      "2 exits wait as recoveries; every 2 of them are told."
    )
  ],
  profit_below_fees: [
    governed(
      "the target is below two fees",
      () => running({ volatilityProfit: false }).terms(0.6).nextLoop(),
      "The profit target of 1 % does not exceed two maker fees, 1.2 %, as the exchange named them at 1970-01-03 01:00:31 UTC."
    )
  ],
  open_order_drift: [
    governed(
      "three orders more for ten minutes",
      drifting,
      "For 10 min the exchange has counted 3 open orders and the journal 0."
    )
  ],
  open_order_drift_resolved: [
    governed(
      "they are gone",
      () => drifting().account({ _tag: "OpenOrdersObserved", ours: 0, foreign: 0 }).after(1),
      "The exchange counts 0 open orders and the journal 0: near enough again."
    )
  ],
  drift_reconciled: [
    governed(
      "one was cancelled, one left",
      () =>
        running().account({
          _tag: "DriftReconciled",
          commandId: "c1",
          cancelled: [{ txid: "T1", clientId: "k1" }],
          leftAlone: ["F1"]
        }),
      "1 open order that no slot has was cancelled (T1), 1 left alone (F1)."
    ),
    governed(
      "there was none",
      () => running().account({ _tag: "DriftReconciled", commandId: "c1", cancelled: [], leftAlone: [] }),
      "0 open orders that no slot has were cancelled, 0 left alone."
    )
  ],
  order_changed: [
    governed(
      "somebody moves an order by hand",
      () =>
        open().order(1, {
          _tag: "OrderRestated",
          ...{ clientId: "k50", localId: 50, price: Price.parse("0.19"), volume: Volume.parse("40") }
        }),
      "Order 50 of slot 1 was changed at the exchange, not by us: 20 DOGE at 0.1002 are 40 DOGE at 0.19 now."
    )
  ],
  late_fill_found: [
    governed(
      "a fill turns up late",
      () => running().order(1, late),
      "Order 50 of slot 1 had ended, and 20 DOGE of it turn out to be traded at 0.1: the books follow."
    )
  ],
  fee_in_base: [
    governed(
      "the fee is taken in DOGE",
      () =>
        open().order(1, { ...fill(50, "20"), baseFee: { amount: Volume.parse("0.05"), worth: Quote.parse("0.005") } }),
      "For order 50 of slot 1 the exchange took 0.05 DOGE as its fee, though USD was asked for: it is booked as 0.005 USD, its worth then."
    )
  ],
  fee_not_booked: [
    governed(
      "the fee is taken in credits",
      () => open().order(1, { ...fill(50, "20"), otherFees: "12.5 KFEE" }),
      "For order 50 of slot 1 the exchange took 12.5 KFEE as its fee: a currency that is neither DOGE nor USD, so it is in no figure."
    )
  ],
  report_behind_fills: [
    governed(
      "the list of orders lags behind",
      () =>
        open()
          .order(1, fill(50, "20"))
          .order(1, {
            ...ended("OrderFilled", 50, "20"),
            listed: { volume: Volume.parse("7"), cost: Quote.zero, fee: Quote.zero }
          }),
      "The exchange lists order 50 of slot 1 with 7 DOGE traded, and its fills come to 20: those count."
    )
  ],
  terms_changed: [
    governed(
      "limits rise",
      () => running().account(terms({ minVolume: Volume.parse("50"), priceDecimals: 5 })),
      "The exchange's terms have changed: least volume 13 DOGE → 50 DOGE, price decimals 6 → 5."
    ),
    governed("fees rise", () => running().terms(0.4), "The exchange's terms have changed: maker fee 0.25 % → 0.4 %.")
  ],
  money_moved: [
    governed(
      "a deposit stays for a minute",
      () => running().nextLoop().balances("100500", "99990").after(30).after(30).after(30),
      "500 DOGE and -10 USD have come to the account that no trade of ours explains (less than zero: have left it)."
    )
  ],
  order_refused: [
    elsewhere(
      "the exchange refuses an order",
      ["services/control-plane/core/status/status.unit.test.ts", "is what the exchange refuses: once by the way"],
      reason("order_refused", { slot: 1, localId: 4, words: "EOrder:Post only order" }),
      "The exchange has refused order 4 of slot 1: EOrder:Post only order."
    )
  ],
  audit_agrees: [
    governed(
      "the histories are the same",
      () => history(running(), "20"),
      "Journal and exchange agree on 1 trade; 0 cycles earned 0 USD."
    )
  ],
  audit_differs: [
    governed(
      "the exchange sold more",
      () => history(running(), "21"),
      "Journal and exchange differ: sold: journal 20, exchange 21, difference 1."
    )
  ],
  audit_unsettled: [
    governed(
      "the same within a second of a trade",
      () => history(running(), "21", 1),
      "Journal and exchange differ, but trading went on while the history was read: sold: journal 20, exchange 21, difference 1. Ask again."
    )
  ],
  history_job_failed: [
    governed(
      "a source refuses a symbol",
      () => {
        const story = running()
        const detail = "unknown asset pair"
        return story.tell(story.subjects.candle, {
          _tag: "HistoryJobFailed",
          source: "kraken",
          symbol: "ETHUSD",
          intervalMin: 60,
          detail
        })
      },
      "The history of ETHUSD (1h) could not be fetched from kraken: unknown asset pair. The next round tries again."
    )
  ],
  level_touched: [
    governed(
      "the market comes to a level that is to be told",
      () => {
        const story = running()
        story.control({
          _tag: "GovernorConfigured",
          rules: story.state.rules!,
          fittedIntervals: [],
          touchNotices: ["PDH"]
        })
        return story.tell(story.subjects.context("any"), touched)
      },
      "PDH, 0.2, was touched for the first time on 2026-10-14: a trade at 0.2001, from below; PRECISE."
    )
  ],
  retrained: [
    governed(
      "a model is fitted",
      () => {
        const story = running()
        story.control({ _tag: "GovernorConfigured", rules: story.state.rules!, fittedIntervals: [1, 15] })
        return story.command({ name: "retrain", timeframe: "1m" }).tell(story.subjects.regime, {
          _tag: "RetrainAnswered",
          commandId: "c1",
          outcomes: [{ intervalMin: 1, trained: true, detail: "log-likelihood 7" }]
        })
      },
      "The regime models were trained: 1m: log-likelihood 7."
    )
  ]
}
