/** Every figure of money in a report, and what holds it: a comparison of `shownMoney.unit.test.ts`, or why it is no sum. */

/** A comparison by its name, or the reason why there is none. */
export type Held = { readonly by: string } | { readonly none: string }

const by = (name: string): Held => ({ by: name })
const none = (why: string): Held => ({ none: why })

const ORDERS_OWN = none("an order's own, as it was asked for and as the exchange has told it")
const SLOTS_HOLD = by("what orders and residuals hold is what the ledger has open")

/** Figures that stand under `money` of the market, of a slot and of those that are gone. */
const MONEY = {
  traded_profit: by("traded of the cards"),
  evicted_profit: by("evicted of the cards"),
  corrected_profit: by("corrected of the cards"),
  booked_profit: by("booked of the cards"),
  fees_paid: by("fees paid of the cards"),
  ...Object.fromEntries(
    ["open_positions", "evicted_positions", "given_up", "fees_in_base"].flatMap((name) => [
      [`${name}.base`, by(`${name} base`)],
      [`${name}.quote`, by(`${name} quote`)],
      [`${name}.at_market`, by(`${name} of the cards`)]
    ])
  )
} satisfies Readonly<Record<string, Held>>

const BOOKS = {
  total_profit: by("total profit is the cards and the retired"),
  total_fees: by("total fees are the cards and the retired"),
  today_realized_loss: by("realised losses are the cards and the retired")
}

const under = (place: string, figures: Readonly<Record<string, Held>>): Readonly<Record<string, Held>> =>
  Object.fromEntries(Object.entries(figures).map(([name, held]) => [`${place}${name}`, held]))

/** By path; a part in `[]` stands for each of a list. */
export const WALKED: Readonly<Record<string, Held>> = {
  ...under("", BOOKS),
  ...under("retired_slots.", BOOKS),
  ...under("slots[].", BOOKS),
  ...under("money.", MONEY),
  ...under("retired_slots.money.", MONEY),
  ...under("slots[].money.", MONEY),
  "money.price": by("everything is valued at the market's price"),
  "money.account.value": by("against holding is value less holding"),
  "money.account.holding_value": by("holding is the opening balances at the price"),
  "money.account.against_holding": by("against holding, part by part"),
  "money.account.opening_base": by("holding is the opening balances at the price"),
  "money.account.opening_quote": by("holding is the opening balances at the price"),
  "money.account.unexplained.base": by(
    "balances are the opening ones, what was traded, and what nothing explains: base"
  ),
  "money.account.unexplained.quote": by(
    "balances are the opening ones, what was traded, and what nothing explains: quote"
  ),
  "money.account.unexplained.at_market": by("against holding, part by part"),
  "account.base_total": by("the account's DOGE are the exchange's"),
  "account.base_hold": by("free DOGE are the total less what is held"),
  "account.base_free": by("free DOGE are the total less what is held"),
  "account.quote_total": by("the account's USD are the exchange's"),
  "account.quote_hold": by("free USD are the total less what is held"),
  "account.quote_free": by("free USD are the total less what is held"),
  "daily_loss.losses": by("the day's losses"),
  "daily_loss.evicted_losses": by("the day's losses of evictions"),
  "daily_loss.gains": by("the day's gains"),
  "daily_loss.net": by("the day's net"),
  "daily_loss.left": by("what is left of the limit"),
  "daily_loss.limit": by("what is left of the limit"),
  daily_loss_limit: by("what is left of the limit"),
  daily_realized_loss_utc: by("the lock counts the same"),
  "slots[].day_realized_loss.loss": none(
    "of the last day in which the slot lost; the day's losses stand in daily_loss"
  ),
  "slots[].last_cycles[].gross_profit": by("a cycle's net is its gross less its fees"),
  "slots[].last_cycles[].fees": by("a cycle's net is its gross less its fees"),
  "slots[].last_cycles[].net_profit": by("a cycle's net is its gross less its fees"),
  "slots[].last_cycles[].entry_price": none("a cycle's own"),
  "slots[].last_cycles[].exit_price": none("a cycle's own"),
  "slots[].last_cycles[].volume": none("a cycle's own"),
  ...Object.fromEntries(
    ["orders", "recovery_orders"].flatMap((list) => [
      [`slots[].${list}[].volume`, SLOTS_HOLD],
      [`slots[].${list}[].filled_volume`, SLOTS_HOLD],
      [`slots[].${list}[].price`, ORDERS_OWN],
      [`slots[].${list}[].entry_price`, ORDERS_OWN],
      [`slots[].${list}[].entry_fee`, ORDERS_OWN]
    ])
  ),
  ...Object.fromEntries(
    ["A", "B"].flatMap((trade) => [
      [`slots[].residual.${trade}.volume`, SLOTS_HOLD],
      [`slots[].residual.${trade}.cost`, none("a share of fills that the ledger has among what is open")],
      [`slots[].residual.${trade}.fee`, none("a share of fills that the ledger has among what is open")]
    ])
  ),
  "market.price": by("everything is valued at the market's price"),
  "entry_scheduler.queue[].price": ORDERS_OWN,
  "commands[].arguments.limit": none("as somebody has asked"),
  "market.bid": none("the exchange's word"),
  "market.ask": none("the exchange's word"),
  "constraints.min_cost": none("the exchange's word"),
  "constraints.min_volume": none("the exchange's word"),
  "capital_layers.funding_gap_doge": none("of what is free now, in the governor's own tests"),
  "capital_layers.funding_gap_usd": none("of what is free now, in the governor's own tests"),
  "capital_layers.sources.doge.next_layer.missing": none("of what is free now, in the governor's own tests"),
  "capital_layers.sources.usd.next_layer.missing": none("of what is free now, in the governor's own tests")
}

/** Figures of a sentence stand beside it as they were compared: the walk through all texts holds those. */
const IN_A_SENTENCE = /\.numbers\./

/** The paths of all decimal text in a report. */
export const moneyPaths = (value: unknown, path = ""): ReadonlyArray<string> => {
  if (typeof value === "string") return /^-?\d+(\.\d+)?$/.test(value) && !IN_A_SENTENCE.test(path) ? [path] : []
  if (Array.isArray(value)) return value.flatMap((item) => moneyPaths(item, `${path}[]`))
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([name, item]) => moneyPaths(item, path === "" ? name : `${path}.${name}`))
}
