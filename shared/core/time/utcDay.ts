/** Days as people write them, without a clock: the proleptic Gregorian calendar, in UTC. */

/** A day of Unix time, which knows no leap seconds. */
export const DAY_MS = 86_400_000

/** Days since 1970-01-01 at this time (Unix milliseconds). */
export const utcDayOf = (ms: number): number => Math.floor(ms / DAY_MS)

/** Unix milliseconds at the beginning of a day written as `2026-11-21`; null: it is no such text, or no day of a calendar. */
export const utcDayStartMs = (text: string): number | null => {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? []
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day))
  return utcDayText(utcDayOf(ms)) === text ? ms : null
}

/** `2026-11-21` for a day since 1970-01-01 (Howard Hinnant's `civil_from_days`; from year 0 on). */
export const utcDayText = (day: number): string => {
  const shifted = day + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const dayOfMonth = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return [String(year).padStart(4, "0"), String(month).padStart(2, "0"), String(dayOfMonth).padStart(2, "0")].join("-")
}
