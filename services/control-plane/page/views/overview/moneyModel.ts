/** What trading has come to, as rows: traded and merely booked apart. Every figure is the server's. Pure. */
import type { Status } from "../../../core/brief.ts"
import { BALANCE_DIGITS, decimal, integer, isZero, PROFIT_DIGITS, signed, tone, UNKNOWN } from "../../kit/format.ts"
import type { PnlPeriod } from "../../kit/payloads.ts"

/** A name and its figure. */
export interface Figure {
  readonly name: string
  readonly value: string
  readonly unit: string
  readonly tone: "" | "gain" | "loss" | "even"
  readonly big?: boolean
}

const plain = (name: string, value: string, unit: string): Figure => ({ name, value, unit, tone: "" })

const gain = (name: string, amount: string | null, unit: string): Figure => ({
  name,
  value: amount === null ? UNKNOWN : signed(amount, PROFIT_DIGITS),
  unit,
  tone: amount === null ? "" : tone(amount, PROFIT_DIGITS)
})

/** What was realised, and what it cost. */
export const realised = (report: Status): ReadonlyArray<Figure> => {
  const { money, daily_loss: day } = report
  const { quote } = report.market
  const { traded_cycles: traded, evicted_cycles: evicted, corrected_cycles: corrected } = money
  return [
    { ...gain("Booked, all together", report.total_profit, quote), big: true },
    gain(`Traded · ${integer(traded)} cycles`, money.traded_profit, quote),
    ...(evicted > 0 ? [gain(`Booked, not traded · ${integer(evicted)} evicted`, money.evicted_profit, quote)] : []),
    ...(corrected > 0
      ? [gain(`Corrected · ${integer(corrected)} evicted and filled after all`, money.corrected_profit, quote)]
      : []),
    gain("Open positions at market", money.open_positions.at_market, quote),
    plain("Fees paid, in all fills", decimal(money.fees_paid, PROFIT_DIGITS, true), quote),
    plain("Lost today, UTC", decimal(day.losses, PROFIT_DIGITS, true), quote),
    plain("Gained today, UTC", decimal(day.gains, PROFIT_DIGITS, true), quote)
  ]
}

/** What the account is worth against what it began with, and what makes the difference. Empty while that is not known. */
export const worth = (report: Status): ReadonlyArray<Figure> => {
  const { money } = report
  const { base, quote } = report.market
  const held = money.account
  if (held === null || held.value === null) return []
  const part = (
    name: string,
    position: { readonly base: string; readonly at_market: string | null }
  ): ReadonlyArray<Figure> =>
    isZero(position.base) && isZero(position.at_market ?? "0")
      ? []
      : [gain(`${name}: ${decimal(position.base, BALANCE_DIGITS, true)} ${base}`, position.at_market, quote)]
  return [
    { ...plain("Worth now", decimal(held.value, BALANCE_DIGITS, true), quote), big: true },
    plain("Opening balances, held", decimal(held.holding_value, BALANCE_DIGITS, true), quote),
    gain("Against buy and hold", held.against_holding, quote),
    gain("of that booked", report.total_profit, quote),
    ...part("open at market", money.open_positions),
    ...part("evicted, followed by no slot", money.evicted_positions),
    ...part("given up", money.given_up),
    ...part("taken as fees", money.fees_in_base),
    ...part("not from trades here", held.unexplained)
  ]
}

/** A bar of a period: heights are shares of the largest, for drawing alone. */
export interface PnlBar {
  readonly period: PnlPeriod
  /** −1 to 1; below zero is a loss. */
  readonly height: number
  readonly text: string
}

/** The newest periods as bars, oldest first. */
export const barsOf = (periods: ReadonlyArray<PnlPeriod>, most: number): ReadonlyArray<PnlBar> => {
  const shown = periods.slice(-most)
  const largest = Math.max(...shown.map(({ realised: sum }) => Math.abs(Number(sum))), 0)
  return shown.map((period) => ({
    period,
    height: largest === 0 ? 0 : Number(period.realised) / largest,
    text: signed(period.realised, PROFIT_DIGITS)
  }))
}
