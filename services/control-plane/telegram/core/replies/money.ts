/** Profit, the day, the balance. Pure, from the status report: amounts are its exact decimal texts. */
import type { StatusReport } from "../../../core/report.ts"
import type { Line } from "../lines.ts"

const NOT_KNOWN = "not known yet"

const amount = (value: string | null, currency: string): string => (value === null ? NOT_KNOWN : `${value} ${currency}`)

/** `/profit`. */
export const profitLines = ({ money, market, total_round_trips: trips }: StatusReport): ReadonlyArray<Line> => {
  const { quote, base } = market
  const { account } = money
  return [
    { bold: `Booked ${amount(money.booked_profit, quote)} in ${trips} round trips` },
    `Traded: ${amount(money.traded_profit, quote)} in ${money.traded_cycles} cycles, after fees`,
    `Evicted recoveries: ${amount(money.evicted_profit, quote)} in ${money.evicted_cycles} cycles, booked without a trade`,
    `Corrections of those: ${amount(money.corrected_profit, quote)}`,
    `Fees paid: ${amount(money.fees_paid, quote)}`,
    `Open positions: ${money.open_positions.base} ${base}, at market ${amount(money.open_positions.at_market, quote)}`,
    ...(account === null
      ? [`Account: ${NOT_KNOWN}`]
      : [
          `Account at market: ${amount(account.value, quote)}`,
          `Against holding what it began with: ${amount(account.against_holding, quote)}`
        ])
  ]
}

/** `/daily`. */
export const dailyLines = ({ daily_loss: day, market }: StatusReport): ReadonlyArray<Line> => {
  const { quote } = market
  return [
    { bold: `UTC day ${day.utc_day ?? NOT_KNOWN}` },
    `Net: ${amount(day.net, quote)} (gains ${day.gains}, losses ${day.losses}, of these evictions ${day.evicted_losses})`,
    day.limit === null
      ? "No daily loss limit"
      : `Limit of losses: ${day.limit} ${quote}, left ${amount(day.left, quote)}`,
    `Loss lock: ${day.locked ? "closed" : "open"}`,
    ...(day.sentence === null ? [] : [day.sentence])
  ]
}

/** `/balance`. */
export const balanceLines = ({ account, money, market }: StatusReport): ReadonlyArray<Line> => {
  const { base, quote } = market
  if (account === null) return [`The exchange has not said the balances yet.`]
  return [
    { bold: `At market ${amount(money.account?.value ?? null, quote)}` },
    `${base}: ${account.base_total}, in orders ${account.base_hold}, free ${account.base_free}`,
    `${quote}: ${account.quote_total}, in orders ${account.quote_hold}, free ${account.quote_free}`
  ]
}
