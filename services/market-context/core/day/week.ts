/** Weeks of days since 1970-01-01, which was a Thursday. Pure. */

/** Monday of the week of a day. */
export const mondayOf = (day: number): number => day - ((day + 3) % 7)
