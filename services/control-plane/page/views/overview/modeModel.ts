/** How the market stands and why, as rows. Pure. */
import type { Status } from "../../../core/brief.ts"
import { BALANCE_DIGITS, decimal, integer, share, UNKNOWN } from "../../kit/format.ts"

/** One of the market's limits, with how much of it is used. */
export interface Tile {
  readonly name: string
  readonly value: string
  readonly note: string
  readonly tone: "" | "caution" | "stop"
  /** 0 to 1 of the limit; null: it is no limit. */
  readonly used: number | null
}

const entries = ({
  mode,
  entry_scheduler: { cap, granted_in_loop: granted, deferred, loop_sec: loop }
}: Status): Tile => {
  const still = mode === "PAUSED" || mode === "HALTED"
  return {
    name: "Entries this loop",
    value: still ? "none" : `${granted} of ${cap}`,
    note: still
      ? `while ${mode.toLowerCase()} · ${integer(deferred)} waiting`
      : `${integer(deferred)} waiting · loop ${loop} s`,
    tone: "",
    used: null
  }
}

const openOrders = ({ capacity_fill_health: room }: Status): Tile => ({
  name: "Open orders",
  value: `${room.open_orders_current} of ${room.open_orders_safe_cap}`,
  note: `${room.status_band}: ${
    room.blocked_risk_hint.length === 0
      ? `${integer(room.open_order_headroom)} more fit`
      : room.blocked_risk_hint.join(" ")
  }`,
  tone: room.status_band === "normal" ? "" : room.status_band,
  used: room.open_orders_safe_cap === 0 ? null : room.open_orders_current / room.open_orders_safe_cap
})

const lostToday = (report: Status): Tile => {
  const { daily_loss: day, market } = report
  const lost = decimal(day.losses, BALANCE_DIGITS)
  const lock = day.locked
    ? ` · locked, day ${report.daily_loss_lock_utc_day ?? UNKNOWN}`
    : day.limit === null
      ? " · no limit"
      : ""
  return {
    name: "Lost today, UTC",
    value: day.limit === null ? lost : `${lost} of ${decimal(day.limit, BALANCE_DIGITS)}`,
    note: `${market.quote}, losing cycles only; gains ${decimal(day.gains, BALANCE_DIGITS)}${lock}`,
    tone: report.daily_loss_lock_active ? "stop" : "",
    used: day.limit === null || Number(day.limit) === 0 ? null : Number(day.losses) / Number(day.limit)
  }
}

const target = ({ targets: { profit_pct: profit, fees_pct: fees } }: Status): Tile => ({
  name: "Profit target",
  value: share(profit),
  note: fees === null ? "fees not known yet" : `two maker fees ${share(fees)}`,
  tone: profit !== null && fees !== null && profit <= fees ? "caution" : "",
  used: null
})

/** The market's limits, and how near each is. */
export const tilesOf = (report: Status): ReadonlyArray<Tile> => [
  entries(report),
  openOrders(report),
  lostToday(report),
  {
    name: "Capital layers",
    value: `${report.capital_layers.effective} of ${report.capital_layers.target}`,
    note: "in force of wanted",
    tone: "",
    used: null
  },
  target(report),
  {
    name: "Recoveries",
    value: integer(report.recoveries),
    note: `${integer(report.soft_closed_total)} soft closed so far`,
    tone: "",
    used: null
  }
]

/** Why the mode is what it is, in one sentence; null where it needs none. */
export const whyOf = (report: Status): string | null => {
  if (report.mode === "RUNNING") return report.waiting_for.length === 0 ? null : report.waiting_for.join("; ")
  return report.mode_causes.length > 0 ? report.mode_causes.join(" ") : report.mode_reason
}

/** Everything that slots want and do not get at present, most often first, with how many slots want it. */
export const notDone = (
  report: Status
): ReadonlyArray<{ readonly sentence: string; readonly slots: ReadonlyArray<number> }> => {
  const found = new Map<string, Array<number>>()
  for (const slot of report.slots) {
    for (const sentence of new Set(Object.values(slot.refusals))) {
      if (sentence !== null) found.set(sentence, [...(found.get(sentence) ?? []), slot.slot_id])
    }
  }
  return [...found]
    .map(([sentence, slots]) => ({ sentence, slots }))
    .toSorted((a, b) => b.slots.length - a.slots.length)
}
