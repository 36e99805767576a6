/** The market as a whole: what stands against trading, and how far a start is. */
import { findingOf } from "../../services/governor/core/mode/startup.ts"
import {
  accepted,
  cycle,
  GovernorStory,
  refusal,
  request,
  testRules
} from "../../services/governor/testing/governorDriver.ts"
import { governorActor } from "../../services/governor/core/actor.ts"
import { placeAt } from "../../shared/actor/core/actor.ts"
import type { MARKET_RULES } from "../../shared/core/rules/market.ts"
import { reason } from "../../shared/core/rules/rules.ts"
import { Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import type { EventOf, MarketEvent } from "../../shared/events/event.ts"
import type { StartupStep } from "../../shared/events/families/governor.ts"
import { elsewhere, reasonsOf, type Told, type Walk } from "./told.ts"

/** Told by a governor to whom this has happened. */
export const governed = (when: string, story: () => GovernorStory, says: string): Told => ({
  when,
  by: () => reasonsOf(story().everything),
  says
})

/** A market of three slots that runs, with the price at 0.1. */
export const running = (...rules: Parameters<GovernorStory["running"]>): GovernorStory =>
  new GovernorStory().running(...rules)

const failed = (consecutive: number, more: Partial<EventOf<"ExchangeErrorsObserved">> = {}): MarketEvent => ({
  _tag: "ExchangeErrorsObserved",
  consecutive,
  operation: "AddOrder",
  detail: "no answer within 5 s",
  ...more
})

/** Terms as they are from here on. */
export const terms = (change: Partial<EventOf<"ConstraintsObserved">>): MarketEvent => ({
  _tag: "ConstraintsObserved",
  priceDecimals: 6,
  volumeDecimals: 8,
  minVolume: Volume.parse("13"),
  minCost: Quote.parse("0.5"),
  status: "online",
  ...change
})

/** So many exits in a row are refused in these words. */
const refusedTimes = (count: number, cause: string): GovernorStory => {
  const story = running({ maxConsecutiveErrors: 5 })
  for (let localId = 100; localId < 100 + count; localId++) {
    const identity = { clientId: `k${localId}`, localId }
    const { side, price, volume, postOnly } = request(localId, { role: "exit", price: "0.2" })
    story.slot(1, request(localId, { role: "exit", price: "0.2" }))
    story.order(1, { _tag: "OrderClaimed", ...identity, side, price, volume, postOnly, deadlineMs: 0 })
    story.order(1, { _tag: "OrderRejected", ...identity, cause })
  }
  return story
}

const tooSmall = (): GovernorStory => {
  const story = running().account(terms({ minVolume: Volume.parse("60") }))
  for (const slot of [1, 2, 3]) story.slot(slot, { ...refusal("entry_A", "below_min_volume"), tooSmallUsd: 2 })
  return story
}

const lossLockEnds = (): GovernorStory =>
  running().control({ _tag: "GovernorConfigured", rules: testRules(), fittedIntervals: [], lossLockEndsAlone: true })

const fault: MarketEvent = { _tag: "FaultRaised", actor: "slot-2", seq: 77, problem: "no such order" }

/** A state in which the governor has broken a rule of its own, and the next event. */
const brokenGovernor = (): ReadonlyArray<MarketEvent> => {
  const story = running({ maxEntryAddsPerLoop: 1 }).nextLoop().slot(1, request(1)).slot(2, request(1))
  const { state, subjects, nowMs } = story
  const orders = state.orders.map((order) => (order.slot === 2 ? { ...order, role: "exit" as const } : order))
  const place = placeAt({ seq: 9_999, index: 0, subject: subjects.order(1), epoch: 1, timeMs: nowMs })
  return governorActor.reduce({ ...state, orders }, accepted(1), place).outputs
}

/** A start that goes on step by step; `advisor` fits models to 1 and 15 minutes. */
const start = (fitted: ReadonlyArray<number> = []): GovernorStory => new GovernorStory().configure({}, [1, 2], fitted)
const finding = (when: string, step: StartupStep, story: () => GovernorStory, says: string): Told => ({
  when,
  by: () => [findingOf(story().state, step)],
  says
})
const refusedTraining: MarketEvent = {
  _tag: "RegimeTrainingRefused",
  intervalMin: 15,
  refusal: "too-few-rows",
  detail: "training needs 500 rows"
}
const trained = (intervalMin: number): MarketEvent => ({
  _tag: "RegimeModelTrained",
  intervalMin,
  dataHash: "hash",
  candles: 720,
  fromSec: 0,
  toSec: 43_140,
  rows: 706,
  settings: "{}",
  parameters: "{}",
  labels: ["BEARISH", "RANGING", "BULLISH"],
  logLikelihood: -1,
  start: "quantile",
  iterations: 20,
  warnings: []
})
const withRegimes = (story: GovernorStory, ...events: ReadonlyArray<MarketEvent>): GovernorStory => {
  for (const event of events) story.tell(story.subjects.regime, event)
  return story
}

const RESTART: MarketEvent = {
  _tag: "EpochRaised",
  epoch: 2,
  service: "kennel up",
  reason: "start",
  watchesOrders: true,
  fitsModels: true
}

/** Texts of the market. */
export const MARKET: Walk<keyof typeof MARKET_RULES> = {
  operator: [
    governed(
      "an operator pauses with a note",
      () => running().command({ name: "pause", note: "lunch" }),
      "Paused by an operator: lunch."
    ),
    governed(
      "an operator pauses without one",
      () => running().command({ name: "pause", note: "" }),
      "Paused by an operator."
    )
  ],
  stale_price: [
    governed(
      "the feed says that its price is 61 s old",
      () => running().after(1, 61),
      "The last price was 61 s old, at most 60 s are allowed."
    ),
    governed(
      "the exchange says why it has none",
      () => {
        const story = running()
        return story.tell(story.subjects.clock, { _tag: "ClockTicked", priceAgeSec: 61, noPrice: "recording ended" })
      },
      "The last price was 61 s old, at most 60 s are allowed; the exchange says: recording ended."
    ),
    governed(
      "an operator resumes meanwhile",
      () => running().after(1, 61).command({ name: "resume" }),
      "The last price was 61 s old, at most 60 s are allowed."
    )
  ],
  api_errors: [
    governed(
      "five calls fail",
      () => [1, 2, 3, 4, 5].reduce((story, n) => story.account(failed(n)), running()),
      "5 calls to the exchange had failed in a row, last AddOrder: no answer within 5 s."
    )
  ],
  access_refused: [
    governed(
      "a key that worked is refused",
      () =>
        running().account(failed(1, { operation: "BalanceEx", detail: "EAPI:Invalid key", help: "compare the key" })),
      "The exchange refuses BalanceEx, which it has answered before: EAPI:Invalid key. It is asked again, ever more slowly; meanwhile: compare the key."
    )
  ],
  pair_closed: [
    governed(
      "the pair takes cancels alone",
      () => running().account(terms({ status: "cancel_only" })),
      "The exchange takes no new orders of the pair: its state is cancel_only."
    ),
    governed(
      "it goes from there into maintenance",
      () =>
        running()
          .account(terms({ status: "cancel_only" }))
          .account(terms({ status: "maintenance" })),
      "The exchange takes no new orders of the pair: its state is maintenance."
    )
  ],
  size_too_small: [
    governed(
      "every slot wants less than is taken",
      tooSmall,
      "The slots' orders are worth 2 USD at most, and the exchange takes none below 6 USD: its least are 60 DOGE and 0.5 USD, and the market was at 0.1."
    )
  ],
  orders_refused: [
    governed(
      "five orders are refused in the same words",
      () => refusedTimes(5, "EOrder:Margin allowance exceeded"),
      "The exchange has refused 5 orders in a row: EOrder:Margin allowance exceeded. The next is tried at 1970-01-03 01:15:31 UTC, or when an operator resumes."
    )
  ],
  levels_imprecise: [
    governed(
      "an operator asks for precise levels first",
      () =>
        running().control({
          _tag: "GovernorConfigured",
          rules: testRules(),
          fittedIntervals: [],
          waitsForLevels: true
        }),
      "Entries wait until the key levels have been PRECISE once since the start (TRADE_AFTER_BACKFILL): the history of trades is not here yet."
    )
  ],
  cannot_bootstrap: [
    governed(
      "a slot has money for no order",
      () => running().slot(2, refusal("bootstrap", "insufficient_funds", { usdFree: 0.1, dogeFree: 2 })),
      "Slot 2 had no order, and not enough USD or DOGE for one: 0.1 USD, 2 DOGE."
    )
  ],
  daily_loss_lock: [
    governed(
      "losses reach the limit, and an operator must resume",
      () => {
        const story = running()
        return story.slot(1, cycle("-3.05", story.nowMs))
      },
      "The day's realised loss reached the limit of 3 USD, with 3.05 USD."
    ),
    governed(
      "losses reach the limit, and it ends by itself",
      () => {
        const story = lossLockEnds()
        return story.slot(1, cycle("-3.05", story.nowMs))
      },
      "The day's realised loss reached the limit of 3 USD, with 3.05 USD; trading goes on by itself at 1970-01-04 00:00:00 UTC."
    )
  ],
  daily_loss_lock_open: [
    governed(
      "the limit is raised above the loss",
      () => {
        const story = running()
        return story
          .slot(1, cycle("-3.05", story.nowMs))
          .command({ name: "set_daily_loss_limit", limit: Quote.parse("5") })
      },
      "The day's realised loss is 3.05 USD: no limit is reached."
    )
  ],
  invariant_broken: [
    governed(
      "a slot stops itself",
      () => running().slot(2, { _tag: "InvariantBroken", violations: ["two exits"] }),
      "Slot 2 broke its own rules: two exits."
    )
  ],
  governor_broken: [
    {
      when: "the governor finds a rule of its own broken",
      by: () => reasonsOf(brokenGovernor()),
      says: "The governor broke its own rules: an exit waits for a grant."
    }
  ],
  waits_for_configuration: [
    governed(
      "a process starts that nobody has configured",
      () => new GovernorStory().control(RESTART),
      "The rules of the governor and of the market are not configured yet."
    )
  ],
  fault: [
    governed(
      "an actor cannot fold a record",
      () => running().control(fault),
      "It is told that slot-2 cannot fold record 77: no such order."
    )
  ],
  clearing: [
    elsewhere(
      "what paused is over, and the market waits a moment before it goes on",
      ["services/control-plane/core/governorReport.unit.test.ts", "What paused the market is over: it goes on soon."],
      reason("clearing", {}),
      "What paused the market is over: it goes on soon."
    )
  ],
  startup: [governed("a process starts", () => start().clock(null), "The start is not done.")],
  started: [governed("the start is done", () => running(), "Every step of the start is done.")],
  resumed: [
    governed(
      "a stale price is fresh again",
      () => running().after(1, 61).after(1, 0).after(15, 0),
      "Nothing stands against trading any more."
    )
  ],
  starting: [
    governed(
      "an entry is asked for before the start is done",
      () => start().slot(1, request(1)),
      "The market is starting."
    )
  ],
  paused: [
    governed(
      "an entry is asked for while an operator pauses",
      () => running().command({ name: "pause", note: "" }).slot(1, request(1)),
      "The market is paused: operator."
    ),
    governed(
      "an entry is asked for while the price is stale",
      () => running().after(1, 61).slot(1, request(1)),
      "The market is paused: stale_price."
    )
  ],
  halted: [
    governed(
      "an entry is asked for in a halt",
      () => running().control(fault).slot(1, request(1)),
      "The market is halted: fault."
    )
  ],
  slot_inactive: [
    governed(
      "a slot that is to go asks for an entry",
      () => running().command({ name: "remove_slot", slot: 3 }).slot(3, request(1)),
      "The slot is not active."
    )
  ],
  no_price: [
    governed(
      "a recovery is to move before a price was heard",
      () => start().command({ name: "soft_close_next" }),
      "No price has been heard yet."
    )
  ],
  no_such_recovery: [
    governed(
      "a recovery that is not there is to move",
      () => running().command({ name: "soft_close", slot: 1, recoveryId: 2 }),
      "There is no recovery 2 in slot 1."
    )
  ],
  journal_folded: [governed("the first step is done", () => start().clock(null), "The journal is read.")],
  terms_known: [
    governed(
      "the exchange has said its terms",
      () => start().terms(),
      "The exchange's terms are known; the maker fee is 0.25 %."
    )
  ],
  waits_for_constraints_and_fees: [
    finding(
      "nobody has asked for them yet",
      "terms",
      () => start(),
      "The exchange's terms and fees are not known yet."
    ),
    finding(
      "asking fails",
      "terms",
      () => start().account(failed(3, { operation: "AssetPairs", detail: "EService:Unavailable" })),
      "The exchange's terms and fees are not known yet; AssetPairs failed last: EService:Unavailable, and is asked again within 60 s."
    ),
    finding(
      "the exchange asks to be left alone",
      "terms",
      () => {
        const story = start()
        return story.account(
          failed(1, { operation: "TradeVolume", detail: "EAPI:Rate limit exceeded", retryAtMs: story.nowMs + 5_000 })
        )
      },
      "The exchange's terms and fees are not known yet; TradeVolume failed last: EAPI:Rate limit exceeded, and is asked again at 1970-01-03 01:00:05 UTC."
    )
  ],
  price_heard: [governed("the first price comes", () => start().terms().price("0.1"), "The price is 0.1.")],
  waits_for_first_price: [
    governed("terms are known and no price is", () => start().terms(), "No price has been heard since the start.")
  ],
  no_regime_advisor: [
    governed(
      "no advisor is switched on",
      () => start().terms().price("0.1"),
      "No regime advisor runs; nothing waits for it."
    )
  ],
  models_fitted: [
    finding(
      "both trainings are done",
      "candles",
      () => withRegimes(running({}, [1], [1, 15]), trained(1), trained(15)),
      "The models are fitted; lengths of their candles in minutes: 1 15."
    )
  ],
  waits_for_training: [
    finding(
      "no training has been heard of",
      "candles",
      () => running({}, [1], [1, 15]),
      "Models are not fitted yet; lengths of their candles in minutes: 1 15."
    ),
    finding(
      "one of two is refused",
      "candles",
      () => withRegimes(running({}, [1], [1, 15]), trained(1), refusedTraining),
      "Models are not fitted yet; lengths of their candles in minutes: 15 (refused, 15: too-few-rows)."
    )
  ],
  compared: [
    governed(
      "the exchange's orders are compared",
      () => running(),
      "0 open orders at the exchange are ours, 0 are not."
    )
  ],
  waits_for_comparison_with_the_exchange: [
    governed(
      "a price is known and nothing compared",
      () => start().terms().price("0.1"),
      "Our orders have not been compared with the exchange's since the start."
    ),
    finding(
      "the comparison fails",
      "reconcile",
      () =>
        start()
          .terms()
          .price("0.1")
          .account(failed(2, { operation: "OpenOrders" })),
      "Our orders have not been compared with the exchange's since the start; OpenOrders failed last: no answer within 5 s, and is asked again within 60 s."
    )
  ],
  fills_read: [
    governed(
      "two orders had ended unseen",
      () => start().terms().price("0.1").reconciled(2),
      "2 orders were filled or ended while nobody listened."
    )
  ],
  slots_funded: [
    governed(
      "every slot has answered",
      () => running(),
      "The slots have been told their funds; 3 slots have asked for none."
    )
  ],
  waits_for_slots: [
    governed(
      "no slot has asked for funds yet",
      () => start().terms().price("0.1").reconciled(),
      "These slots have not been told their funds yet: 1 2."
    )
  ]
}
