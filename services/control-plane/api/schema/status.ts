/** `/api/status` and `/api/stream` (`core/brief.ts`), and `/api/at/:seq`, which has every slot in full (`core/report.ts`). */
import { Schema } from "effect"
import { Decimal, Sequence, Standing, UnixSeconds } from "./common.ts"
import { GovernorFields } from "./governor.ts"
import { Slot, SlotBrief, SlotMoney, SLOT_MONEY } from "./slots.ts"

const MaybeDecimal = Schema.NullOr(Decimal)
const MaybeNumber = Schema.NullOr(Schema.Finite)

/** What a service shows of itself: its own view is the contract (`services/…/core/view.ts`). */
const block = (service: string) =>
  Schema.optionalKey(
    Schema.NullOr(Schema.ObjectKeyword).annotate({ description: `as service ${service} shows itself` })
  )

const Blocks = {
  data: block("ohlcv-ingestor"),
  backfill: block("ohlcv-ingestor"),
  hmm_data_pipeline: block("ohlcv-ingestor"),
  hmm_data_pipeline_secondary: block("ohlcv-ingestor"),
  hmm_regime: block("hmm-advisor"),
  hmm_regime_secondary: block("hmm-advisor"),
  hmm_consensus: block("hmm-advisor"),
  levels: block("market-context"),
  structure: block("market-context"),
  projector: block("projector"),
  rebalancer: block("rebalancer"),
  trend: block("rebalancer"),
  leaving: Schema.optionalKey(Schema.Struct({ reason: Schema.String }))
}

const Market = Schema.Struct({
  pair: Schema.String,
  base: Schema.String,
  quote: Schema.String,
  price: MaybeDecimal,
  bid: MaybeDecimal,
  ask: MaybeDecimal,
  price_age_sec: MaybeNumber,
  price_age_wall_sec: MaybeNumber,
  price_stale_after_sec: Schema.Finite,
  last_event_seq: Sequence,
  venue_time: Schema.NullOr(UnixSeconds)
})

const DailyLoss = Schema.Struct({
  utc_day: Schema.NullOr(Schema.String),
  losses: Decimal,
  evicted_losses: Decimal,
  gains: Decimal,
  net: Decimal,
  limit: MaybeDecimal,
  left: MaybeDecimal,
  locked: Schema.Boolean,
  day_ends_at: MaybeNumber,
  day_ends_in_sec: MaybeNumber,
  day_ends_in_wall_sec: MaybeNumber,
  sentence: Schema.NullOr(Schema.String)
})

const Held = Schema.Struct({ base: Decimal, quote: Decimal, at_market: MaybeDecimal })

const Money = Schema.Struct({
  price: MaybeDecimal,
  ...SLOT_MONEY,
  account: Schema.NullOr(
    Schema.Struct({
      value: MaybeDecimal,
      opening_base: Decimal,
      opening_quote: Decimal,
      holding_value: MaybeDecimal,
      against_holding: MaybeDecimal,
      unexplained: Held
    })
  )
})

const Account = Schema.Struct({
  base_total: Decimal,
  base_hold: Decimal,
  base_free: Decimal,
  quote_total: Decimal,
  quote_hold: Decimal,
  quote_free: Decimal
})

const Totals = {
  total_profit: Decimal,
  total_fees: Decimal,
  total_round_trips: Schema.Int,
  today_realized_loss: Decimal
}

const Telegram = Schema.Struct({
  enabled: Schema.Boolean,
  chats: Schema.Int,
  polls: Schema.Boolean,
  polls_since: MaybeNumber,
  last_answer_at: MaybeNumber,
  last_update_at: MaybeNumber,
  last_error: Schema.NullOr(Schema.Struct({ at: Schema.Finite, text: Schema.String })),
  lease_holder: Schema.NullOr(Schema.String),
  quiet_hours: Schema.NullOr(Schema.String),
  quiet_now: Schema.NullOr(Schema.Boolean)
}).annotate({ description: "how the chat is, of the process that answers; null of the past" })

const Orders = Schema.Struct({
  open: Schema.Int,
  sending: Schema.Int,
  unknown: Schema.Int,
  sent: Schema.Int,
  filled: Schema.Int,
  cancelled: Schema.Int,
  rejected: Schema.Int,
  withdrawn: Schema.Int,
  fills: Schema.Int
})

const STATUS = {
  ...Standing,
  ...GovernorFields,
  ...Blocks,
  trading: Schema.Literals(["paper", "live"]),
  ready: Schema.Boolean,
  waiting_for: Schema.Array(Schema.String),
  warnings: Schema.Array(Schema.String),
  market: Market,
  retired_slots: Schema.Struct({ slot_ids: Schema.Array(Schema.Int), ...Totals, money: SlotMoney }),
  ...Totals,
  daily_realized_loss_utc: Decimal,
  daily_loss: DailyLoss,
  money: Money,
  account: Schema.NullOr(Account),
  fees: Schema.NullOr(Schema.Struct({ maker_pct: Schema.Finite, taker_pct: Schema.Finite })),
  constraints: Schema.NullOr(
    Schema.Struct({
      price_decimals: Schema.Int,
      volume_decimals: Schema.Int,
      min_volume: Decimal,
      min_cost: Decimal,
      status: Schema.String
    })
  ),
  orders: Orders,
  journal: Schema.Struct({
    where: Schema.String,
    head: Schema.NullOr(Sequence),
    epoch: Schema.Int,
    rules_version: Schema.Int,
    quarantined: Schema.Int
  }),
  telegram: Schema.NullOr(Telegram),
  reconciled: Schema.Boolean,
  simulator: Schema.NullOr(Schema.Struct({ market: Schema.String, speed: Schema.Finite })),
  started_at: Schema.Finite
} as const

/** One moment of the whole market, with each slot at a glance. */
export const Status = Schema.Struct({ ...STATUS, slots: Schema.Array(SlotBrief) }).annotate({
  identifier: "Status",
  description: "one moment of the whole market"
})

/** The same with each slot in full. */
export const StatusThen = Schema.Struct({ ...STATUS, slots: Schema.Array(Slot) }).annotate({
  identifier: "StatusThen",
  description: "a past moment of the whole market, each slot in full"
})

/** A slot now. */
export const SlotNow = Schema.Struct({ ...Standing, slot: Slot })
