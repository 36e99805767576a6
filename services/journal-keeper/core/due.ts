/** When the era that is open is to be sealed. */

const DAY_MS = 86_400_000

/** What the settings say; 0: never for that reason. */
export interface SealRules {
  readonly everyRecords: number
  readonly everyDays: number
}

/** The era that is open: how many records it has, and when it began (Unix milliseconds of the machine's clock). */
export interface OpenEra {
  readonly records: number
  readonly beganMs: number
}

/** Whether the era is old or long enough. One without records never is. */
export const sealIsDue = (
  { everyRecords, everyDays }: SealRules,
  { records, beganMs }: OpenEra,
  nowMs: number
): boolean =>
  records > 0 &&
  ((everyRecords > 0 && records >= everyRecords) || (everyDays > 0 && nowMs - beganMs >= everyDays * DAY_MS))
