/** Who polls: one process, by a lease in the journal. Pure. */
import type { EventOf } from "../../../../shared/events/event.ts"

/** Wall time that a lease lasts. A process that was killed is missed for so long. */
export const LEASE_MS = 60_000
/** It is said again so often: two attempts may fail before it ends. */
export const RENEW_EVERY_MS = 20_000

/** The lease as the journal last has it; `seq` is its record. */
export interface Lease extends Pick<EventOf<"LeaseTaken">, "holder" | "untilMs" | "doneSeq"> {
  readonly seq: number
}

/**
 * Whether `me` may take it: it is nobody's, given back, mine, or over by the exchange's clock; or it has not been said again for all
 * the time that it lasts although the watcher's own clock went on, as of a holder that was killed while no exchange told the time.
 */
export const mayTake = (
  lease: Lease | null,
  me: string,
  { nowMs, unchangedForMs }: { readonly nowMs: number; readonly unchangedForMs: number }
): boolean =>
  lease === null ||
  lease.untilMs === 0 ||
  lease.holder === me ||
  lease.untilMs < nowMs ||
  unchangedForMs >= LEASE_MS + RENEW_EVERY_MS
