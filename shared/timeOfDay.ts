/** Which time of day it is at a place: by the language data and the time zones that this machine has. */

const clocks = new Map<string, Intl.DateTimeFormat>()

const clockOf = (zone: string): Intl.DateTimeFormat => {
  const known = clocks.get(zone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: zone
  })
  clocks.set(zone, made)
  return made
}

/** Whether there are clocks of this zone, as the tz database names it: `Europe/Berlin`, `UTC`. */
export const isTimeZone = (zone: string): boolean => {
  try {
    clockOf(zone)
    return true
  } catch {
    return false
  }
}

/** Minutes after midnight there, 0 to 1439, at this moment (Unix milliseconds). Throws for a zone that nobody knows. */
export const minuteOfDayIn = (zone: string, atMs: number): number => {
  const parts = new Map(
    clockOf(zone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, Number(value)])
  )
  return (parts.get("hour") ?? 0) * 60 + (parts.get("minute") ?? 0)
}
