/** How far what is fetched of the past is, in the words that every status page has for it: candles and trades alike. */

/**
 * `idle` before the first; `pending` made but not begun, or to go on after a pause; `skipped` nothing to fetch, or no source; `disabled`
 * by a setting; `cancelled` because the process is stopping (it goes on where it was at the next start).
 */
export type BackfillPhase =
  | "idle"
  | "pending"
  | "in_progress"
  | "complete"
  | "skipped"
  | "disabled"
  | "error"
  | "cancelled"
