/**
 * The report as `/api/status` and its stream carry it: every block whole, of each slot what is seen of it at a glance. A status is sent as often
 * as the market moves, to every page, and with fifty slots in full nine tenths of it would be figures that nobody looks at. The rest of a
 * slot is one question away (`/api/slots/{id}`), and `/api/at/{seq}` has it of the past. Pure.
 */
import type { ReportedSlot, StatusReport } from "./report.ts"

const ORDER = ["local_id", "trade_id", "side", "role", "price", "volume", "status", "txid", "distance_pct"] as const
const RECOVERY = [...ORDER, "recovery_id"] as const
const SLOT = [
  "slot_id",
  "alias",
  "life",
  "phase",
  "phase_in_words",
  "total_profit",
  "total_round_trips",
  "long_only",
  "short_only",
  "refusals",
  "refused_since",
  "halted"
] as const

/** A slot at a glance. */
export type SlotBrief = Pick<ReportedSlot, (typeof SLOT)[number]> & {
  readonly orders: ReadonlyArray<Pick<ReportedSlot["orders"][number], (typeof ORDER)[number]>>
  readonly recovery_orders: ReadonlyArray<Pick<ReportedSlot["recovery_orders"][number], (typeof RECOVERY)[number]>>
}

/** What `/api/status` answers, but for its age; a whole report is one too. */
export type Status = Omit<StatusReport, "slots"> & { readonly slots: ReadonlyArray<SlotBrief> }

const pick = <T extends object, const Name extends keyof T>(from: T, names: ReadonlyArray<Name>): Pick<T, Name> => {
  const picked = {} as Pick<T, Name>
  for (const name of names) picked[name] = from[name]
  return picked
}

/** The status of a report. */
export const briefOf = (report: StatusReport): Status => ({
  ...report,
  slots: report.slots.map((slot) => ({
    ...pick(slot, SLOT),
    orders: slot.orders.map((order) => pick(order, ORDER)),
    recovery_orders: slot.recovery_orders.map((order) => pick(order, RECOVERY))
  }))
})
