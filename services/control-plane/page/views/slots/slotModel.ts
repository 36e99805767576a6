/** A slot as rows: what it holds, what it waits for, and why. Pure. */
import type { SlotBrief, Status } from "../../../core/brief.ts"
import { PROFIT_DIGITS, signed, tone, words } from "../../kit/format.ts"

/** A slot's name for a person. */
export const nameOf = ({ alias, slot_id: slot }: SlotBrief): string => alias ?? `Slot ${slot}`

/** One slot at a glance. */
export interface SlotRow {
  readonly slot: number
  readonly name: string
  /** In words, and the rules' own code for it. */
  readonly phase: string
  readonly code: string
  readonly orders: ReadonlyArray<OrderChip>
  readonly recoveries: number
  readonly profit: string
  readonly tone: "gain" | "loss" | "even"
  readonly trips: number
  /** What is not done, one sentence; empty: nothing is refused. */
  readonly waits: string
  readonly mark: "" | "halted" | "retiring" | "long only" | "short only"
}

/** An order as a small mark: which leg, where. */
export interface OrderChip {
  readonly id: number
  readonly leg: string
  readonly side: "buy" | "sell"
  readonly role: string
  readonly distancePct: number | null
  readonly status: string
}

const markOf = (slot: SlotBrief): SlotRow["mark"] => {
  if (slot.halted !== null) return "halted"
  if (slot.life === "retiring") return "retiring"
  return slot.long_only ? "long only" : slot.short_only ? "short only" : ""
}

/** Every slot at a glance, in their order. */
export const rowsOf = (report: Status): ReadonlyArray<SlotRow> =>
  report.slots.map((slot) => ({
    slot: slot.slot_id,
    name: nameOf(slot),
    phase: slot.phase_in_words,
    code: slot.phase,
    orders: slot.orders.map(({ local_id: id, trade_id: leg, side, role, distance_pct: distancePct, status }) => ({
      id,
      leg,
      side,
      role,
      distancePct,
      status
    })),
    recoveries: slot.recovery_orders.length,
    profit: signed(slot.total_profit, PROFIT_DIGITS),
    tone: tone(slot.total_profit, PROFIT_DIGITS),
    trips: slot.total_round_trips,
    waits: notDoneBy(slot)
      .map(({ what, sentence }) => `${what}: ${sentence}`)
      .join(" "),
    mark: markOf(slot)
  }))

/** What a slot wants and does not get, why, and since when. */
export interface NotDone {
  readonly what: string
  readonly sentence: string
  /** Unix seconds; null: no record of the time. */
  readonly since: number | null
}

/** Everything a slot does not do at present. */
export const notDoneBy = (slot: SlotBrief): ReadonlyArray<NotDone> =>
  Object.entries(slot.refusals).flatMap(([what, sentence]) =>
    sentence === null ? [] : [{ what: words(what), sentence, since: slot.refused_since[what] ?? null }]
  )

const STATES: Readonly<Record<string, string>> = {
  open: "",
  requested: "asked for",
  claimed: "being sent",
  sending: "being sent",
  unknown: "outcome unknown",
  waiting: "waits to be asked for again"
}

/** The state of an order in words; empty for one that simply stands. */
export const stateInWords = (status: string): string => STATES[status] ?? words(status)
