/** What `/api/pnl` answers: days, weeks or months of UTC, and what is open now. Pure. */
import { Price, Quote, type Quote as QuoteAmount } from "../../../../shared/core/decimal/decimal.ts"
import { DAY_MS, utcDayOf, utcDayStartMs, utcDayText } from "../../../../shared/core/time/utcDay.ts"
import { added, type Day, type DaySums, NO_SUMS, type Sums } from "../money/days.ts"

/** How days are put together. */
export type PnlBy = "day" | "week" | "month"

/** Days from Monday to a day: 1 January 1970 was a Thursday. */
const sinceMonday = (utcDay: number): number => (utcDay + 3) % 7

const yearStart = (year: string): number => utcDayOf(utcDayStartMs(`${year}-01-01`) ?? 0)

/** `2026-W47`, as ISO 8601 counts: a week belongs to the year of its Thursday. */
const weekText = (monday: number): string => {
  const thursday = monday + 3
  const [year = ""] = utcDayText(thursday).split("-")
  const week = Math.floor((thursday - yearStart(year)) / 7) + 1
  return `${year}-W${String(week).padStart(2, "0")}`
}

/** First day of the month after that of a day. */
const nextMonth = (first: number): number => {
  const inNext = utcDayText(first + 31).slice(0, 7)
  return utcDayOf(utcDayStartMs(`${inNext}-01`) ?? 0)
}

interface Period {
  readonly period: string
  /** First day, and the first after it. */
  readonly from: number
  readonly to: number
}

const periodOf = (utcDay: number, by: PnlBy): Period => {
  if (by === "day") return { period: utcDayText(utcDay), from: utcDay, to: utcDay + 1 }
  if (by === "week") {
    const monday = utcDay - sinceMonday(utcDay)
    return { period: weekText(monday), from: monday, to: monday + 7 }
  }
  const period = utcDayText(utcDay).slice(0, 7)
  const from = utcDayOf(utcDayStartMs(`${period}-01`) ?? 0)
  return { period, from, to: nextMonth(from) }
}

const text = (amount: bigint): string => Quote.format(amount as QuoteAmount)

const sumsView = (sums: Sums) => ({
  realised: text(sums.traded + sums.evicted + sums.corrected),
  traded: text(sums.traded),
  evicted: text(sums.evicted),
  corrected: text(sums.corrected),
  gains: text(sums.gains),
  losses: text(sums.losses),
  fees: text(sums.fees),
  cycles: sums.cycles,
  winning: sums.winning,
  losing: sums.losing
})

const grouped = (days: ReadonlyArray<Day>, by: PnlBy): ReadonlyArray<Period & { readonly sums: Sums }> => {
  const periods = new Map<string, Period & { readonly sums: Sums }>()
  for (const { utcDay, ...sums } of days) {
    const period = periodOf(utcDay, by)
    periods.set(period.period, { ...period, sums: added(periods.get(period.period)?.sums ?? NO_SUMS, sums) })
  }
  return [...periods.values()]
}

/** Positions that are held now, each at the same price; amounts as decimal text. */
export interface OpenNow {
  readonly price: Price
  /** Worth of what slots follow, fees taken off; null: not known. */
  readonly open: string | null
  readonly evicted: string | null
}

/** Sums of periods, and their total. `now` null: there is no price yet. */
export const pnlView = ({ days, before }: DaySums, by: PnlBy, currency: string, now: OpenNow | null) => ({
  by,
  currency,
  periods: grouped(days, by).map(({ period, from, to, sums }) => ({
    period,
    from: (from * DAY_MS) / 1_000,
    to: (to * DAY_MS) / 1_000,
    ...sumsView(sums)
  })),
  before: before === null ? null : sumsView(before),
  totals: sumsView(days.reduce<Sums>((sum, day) => added(sum, day), before ?? NO_SUMS)),
  unrealised:
    now === null || now.open === null || now.evicted === null
      ? null
      : { price: Price.format(now.price), open: now.open, evicted: now.evicted }
})
