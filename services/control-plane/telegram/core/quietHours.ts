/** The hours in which people are not to be woken for what can wait. Pure. */

/** Of every day, by the clocks of a place. */
export interface QuietHours {
  /** Minutes after midnight, 0 to 1439; the second may be the smaller: over midnight. The last minute is no quiet one. */
  readonly fromMin: number
  readonly toMin: number
  /** As the tz database names it: `Europe/Berlin`, `UTC`. */
  readonly zone: string
}

const FORM = /^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})(?: +(\S+))?$/
const MINUTES_OF_AN_HOUR = 60

const minuteOf = (hour: string, minute: string): number => {
  const [hours, minutes] = [Number(hour), Number(minute)]
  if (hours > 23 || minutes >= MINUTES_OF_AN_HOUR) throw new Error(`holds "${hour}:${minute}", which is no time of day`)
  return hours * MINUTES_OF_AN_HOUR + minutes
}

/**
 * Reads `22:00-07:00` or `22:00-07:00 Europe/Berlin`; null for an empty text. `knows`: whether there are clocks of a zone. Throws an Error
 * that completes "X: …".
 */
export const quietHoursOf = (text: string, knows: (zone: string) => boolean): QuietHours | null => {
  if (text === "") return null
  const [, fromHour, fromMinute, toHour, toMinute, zone = "UTC"] = FORM.exec(text) ?? []
  if (fromHour === undefined || fromMinute === undefined || toHour === undefined || toMinute === undefined)
    throw new Error("is not of the form 22:00-07:00 or 22:00-07:00 Europe/Berlin")
  const [fromMin, toMin] = [minuteOf(fromHour, fromMinute), minuteOf(toHour, toMinute)]
  if (fromMin === toMin) throw new Error("begins and ends at the same minute")
  if (!knows(zone)) throw new Error(`names "${zone}", which is no time zone such as Europe/Berlin`)
  return { fromMin, toMin, zone }
}

const two = (n: number): string => String(n).padStart(2, "0")
const timeText = (min: number): string =>
  `${two(Math.floor(min / MINUTES_OF_AN_HOUR))}:${two(min % MINUTES_OF_AN_HOUR)}`

/** `22:00-07:00 Europe/Berlin`. */
export const quietHoursText = ({ fromMin, toMin, zone }: QuietHours): string =>
  `${timeText(fromMin)}-${timeText(toMin)} ${zone}`

/** Whether it is one of them, so many minutes after midnight of their zone. */
export const isQuietMinute = ({ fromMin, toMin }: QuietHours, minute: number): boolean =>
  fromMin < toMin ? minute >= fromMin && minute < toMin : minute >= fromMin || minute < toMin
