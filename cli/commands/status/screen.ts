/** The running market on one screen, from the report that `/api/status` answers. Pure. */
import { Schema } from "effect"
import { table } from "../../shared/table.ts"

const Order = Schema.Struct({ side: Schema.String, price: Schema.String, status: Schema.String })
const Slot = Schema.Struct({
  slot_id: Schema.Int,
  alias: Schema.optionalKey(Schema.String),
  phase: Schema.String,
  total_profit: Schema.String,
  total_round_trips: Schema.Int,
  orders: Schema.Array(Order),
  recovery_orders: Schema.Array(Order)
})

/** As much of the report as the screen shows. */
export const Report = Schema.Struct({
  mode: Schema.String,
  mode_reason: Schema.NullOr(Schema.String),
  trading: Schema.String,
  waiting_for: Schema.Array(Schema.String),
  warnings: Schema.Array(Schema.String),
  market: Schema.Struct({
    pair: Schema.String,
    base: Schema.String,
    quote: Schema.String,
    price: Schema.NullOr(Schema.String),
    price_age_sec: Schema.NullOr(Schema.Finite),
    venue_time: Schema.NullOr(Schema.Finite)
  }),
  slots: Schema.Array(Slot),
  account: Schema.NullOr(Schema.Struct({ base_total: Schema.String, quote_total: Schema.String })),
  total_profit: Schema.String,
  total_fees: Schema.String,
  total_round_trips: Schema.Int,
  daily_realized_loss_utc: Schema.String,
  daily_loss_limit: Schema.String,
  daily_loss_lock_active: Schema.Boolean,
  journal: Schema.Struct({ head: Schema.NullOr(Schema.Int) })
})
export type Report = typeof Report.Type

const orderText = ({ side, price, status }: typeof Order.Type): string =>
  `${side} ${price}${status === "open" ? "" : ` (${status})`}`

const known = (value: string | null): string => value ?? "not known yet"

const timeText = (sec: number | null): string =>
  sec === null ? "not known yet" : `${new Date(sec * 1_000).toISOString().slice(0, 19).replace("T", " ")} UTC`

/** Every line, without trailing blanks. */
export const screenOf = (report: Report): ReadonlyArray<string> => {
  const { market, account, slots } = report
  const age = market.price_age_sec === null ? "" : `, ${market.price_age_sec} s old by its clock`
  const lock = report.daily_loss_lock_active ? ", locked" : ""
  const facts = [
    ["mode", report.mode_reason === null ? report.mode : `${report.mode}: ${report.mode_reason}`],
    ["price", `${known(market.price)} ${market.quote}/${market.base}${age}`],
    ["exchange's clock", timeText(market.venue_time)],
    [
      "account",
      account === null
        ? "not known yet"
        : `${account.base_total} ${market.base}, ${account.quote_total} ${market.quote}`
    ],
    [
      "booked",
      `${report.total_profit} ${market.quote} in ${report.total_round_trips} cycles, fees ${report.total_fees} ${market.quote}`
    ],
    ["lost today (UTC)", `${report.daily_realized_loss_utc} of ${report.daily_loss_limit} ${market.quote}${lock}`],
    ["journal", `record ${report.journal.head ?? "not known"}`]
  ]
  const rows = slots.map((slot) => [
    `${slot.slot_id}${slot.alias === undefined ? "" : ` ${slot.alias}`}`,
    slot.phase,
    slot.orders.map(orderText).join(", ") || "no order",
    String(slot.recovery_orders.length),
    String(slot.total_round_trips),
    slot.total_profit
  ])
  return [
    `${market.pair}, ${report.trading}`,
    "",
    ...table(facts).split("\n"),
    "",
    ...table([["slot", "phase", "orders", "recoveries", "cycles", `booked ${market.quote}`], ...rows]).split("\n"),
    ...report.waiting_for.map((what) => `waits for ${what}`),
    ...report.warnings.map((warning) => `warning: ${warning}`)
  ]
}
