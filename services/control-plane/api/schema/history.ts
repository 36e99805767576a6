/** `/api/cycles`, `/api/slots/:id/history` and `/api/pnl`. */
import { Schema } from "effect"
import { CycleKind } from "../../../../shared/events/families/slot.ts"
import { SIDES, TRADE_IDS } from "../../../../shared/core/trading.ts"
import { Decimal, Sequence, Standing, UnixSeconds } from "./common.ts"

const MaybeSequence = Schema.NullOr(Sequence)
const Role = Schema.Literals(["entry", "exit"])

const Leg = Schema.NullOr(
  Schema.Struct({
    local_id: Schema.Int,
    requested_seq: MaybeSequence,
    fill_seqs: Schema.Array(Sequence),
    ended_seq: MaybeSequence
  })
)

const Cycle = Schema.Struct({
  seq: Sequence,
  booked_at: UnixSeconds,
  slot_id: Schema.Int,
  kind: CycleKind,
  trade_id: Schema.Literals(TRADE_IDS),
  cycle: Schema.Int,
  entry_price: Decimal,
  exit_price: Decimal,
  volume: Decimal,
  gross: Decimal,
  fees: Decimal,
  net: Decimal,
  entry_at: UnixSeconds,
  exit_at: UnixSeconds,
  from_recovery: Schema.Boolean,
  rule: Schema.String,
  sentence: Schema.String,
  entry: Leg,
  exit: Leg
}).annotate({ identifier: "Cycle" })

/** `/api/cycles`. */
export const Cycles = Schema.Struct({
  ...Standing,
  cycles: Schema.Array(Cycle),
  more: Schema.Boolean,
  cut_seq: MaybeSequence
}).annotate({ identifier: "Cycles" })

const Order = Schema.Struct({
  local_id: Schema.Int,
  recovery_id: Schema.NullOr(Schema.Int),
  side: Schema.Literals(SIDES),
  role: Role,
  trade_id: Schema.Literals(TRADE_IDS),
  cycle: Schema.Int,
  price: Decimal,
  volume: Decimal,
  stage: Schema.Literals(["requested", "sending", "unknown", "open", "filled", "cancelled", "rejected", "refused"]),
  client_id: Schema.NullOr(Schema.String),
  txid: Schema.NullOr(Schema.String),
  filled: Decimal,
  cost: Decimal,
  fee: Decimal,
  rule: Schema.String,
  sentence: Schema.String,
  requested_at: UnixSeconds,
  requested_seq: Sequence,
  sent_seq: MaybeSequence,
  accepted_seq: MaybeSequence,
  orphaned_seq: MaybeSequence,
  ended_at: Schema.NullOr(UnixSeconds),
  ended_seq: MaybeSequence,
  cause: Schema.NullOr(Schema.String)
})

const Fill = Schema.Struct({
  seq: Sequence,
  at: UnixSeconds,
  local_id: Schema.Int,
  side: Schema.Literals(SIDES),
  role: Role,
  trade_id: Schema.Literals(TRADE_IDS),
  cycle: Schema.Int,
  price: Decimal,
  volume: Decimal,
  cost: Decimal,
  fee: Decimal,
  liquidity: Schema.Literals(["maker", "taker"]),
  late: Schema.Boolean
})

const Transition = Schema.Struct({
  seq: Sequence,
  at: UnixSeconds,
  what: Schema.Literals(["phase", "orphaned", "released", "settled", "halted"]),
  from: Schema.NullOr(Schema.String),
  to: Schema.NullOr(Schema.String),
  local_id: Schema.NullOr(Schema.Int),
  rule: Schema.NullOr(Schema.String),
  text: Schema.String
})

const ofEachList = <S extends Schema.Top>(schema: S) =>
  Schema.Struct({ orders: schema, fills: schema, cycles: schema, transitions: schema })

/** `/api/slots/:id/history`. */
export const SlotHistory = Schema.Struct({
  ...Standing,
  slot_id: Schema.Int,
  orders: Schema.Array(Order),
  fills: Schema.Array(Fill),
  cycles: Schema.Array(Cycle),
  transitions: Schema.Array(Transition),
  more: ofEachList(Schema.Boolean),
  cut_seq: ofEachList(MaybeSequence)
}).annotate({ identifier: "SlotHistory" })

const PNL_SUMS = {
  realised: Decimal,
  traded: Decimal,
  evicted: Decimal,
  corrected: Decimal,
  gains: Decimal,
  losses: Decimal,
  fees: Decimal,
  cycles: Schema.Int,
  winning: Schema.Int,
  losing: Schema.Int
}
const PnlSums = Schema.Struct(PNL_SUMS).annotate({ identifier: "PnlSums" })

/** `/api/pnl`. */
export const Pnl = Schema.Struct({
  ...Standing,
  by: Schema.Literals(["day", "week", "month"]),
  currency: Schema.String,
  periods: Schema.Array(Schema.Struct({ period: Schema.String, from: UnixSeconds, to: UnixSeconds, ...PNL_SUMS })),
  before: Schema.NullOr(PnlSums),
  totals: PnlSums,
  unrealised: Schema.NullOr(Schema.Struct({ price: Decimal, open: Decimal, evicted: Decimal }))
}).annotate({ identifier: "Pnl" })
