/**
 * The market as a factory floor: a machine for each slot, belts for its orders, a recycling belt for its recoveries, the price as the power
 * line. Nothing is on the floor that is not in the status. Pure.
 */
import type { SlotBrief, Status } from "../../../../core/brief.ts"

/** How a lamp shines. */
export type Lamp = "running" | "waiting" | "still" | "halted" | "retiring"

/** An order on its way: the nearer to the market, the nearer to its machine. */
export interface Crate {
  /** `1/42`: slot and order. The same crate is the same order from one scene to the next. */
  readonly id: string
  readonly side: "buy" | "sell"
  readonly leg: string
  readonly kind: "entry" | "exit" | "recovery"
  /** It has been asked for, and does not stand at the exchange yet, or nobody knows. */
  readonly pending: boolean
  readonly x: number
  readonly y: number
}

/** A stretch along which crates move. Buys come in from the left, sells leave to the right, recoveries go round below. */
export interface Belt {
  readonly x1: number
  readonly x2: number
  readonly y: number
  readonly kind: "buy" | "sell" | "recycling"
}

/** One slot. */
export interface Machine {
  readonly slot: number
  readonly name: string
  /** In words, and the rules' code. */
  readonly phase: string
  readonly code: string
  readonly lamp: Lamp
  readonly trips: number
  readonly profit: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** The housing, in which no belt runs. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  readonly belts: ReadonlyArray<Belt>
  readonly crates: ReadonlyArray<Crate>
  /** Recoveries that have no room on the belt. */
  readonly hidden: number
}

/** The whole floor. */
export interface Scene {
  readonly width: number
  readonly height: number
  /** The price feed. `dead`: nothing has been heard. */
  readonly power: { readonly state: "live" | "stale" | "dead"; readonly text: string; readonly y: number }
  /** Belts run: the market is running and the price is fresh. */
  readonly moving: boolean
  readonly machines: ReadonlyArray<Machine>
  readonly alarms: ReadonlyArray<{ readonly tone: "halt" | "pause" | "warn"; readonly text: string }>
}

/** Room for the power line above the machines. */
const TOP = 46
const GAP = 12
/** A machine is at least so wide; narrower and its name is cut. */
const LEAST_WIDTH = 220
const HEIGHT = 112
/** Crates that fit on a recycling belt. */
const MOST_RECOVERIES = 14
/** Percent from the market at which an order is at the far end of its belt. */
const FAR_PCT = 3
/** Half of a crate. */
const CRATE = 5

const PENDING: ReadonlySet<string> = new Set(["requested", "claimed", "sending", "unknown", "waiting"])

const lampOf = (slot: SlotBrief, report: Status): Lamp => {
  if (slot.halted !== null) return "halted"
  if (slot.life === "retiring") return "retiring"
  if (report.mode !== "RUNNING") return "still"
  return Object.values(slot.refusals).some((sentence) => sentence !== null) ? "waiting" : "running"
}

/** From 0, at the machine, to 1, at the far end. An order whose distance is not known stands in the middle. */
const along = (distancePct: number | null): number =>
  distancePct === null ? 0.5 : Math.min(1, Math.abs(distancePct) / FAR_PCT)

const beltsOf = (x: number, y: number, width: number, boxX: number, boxWidth: number): ReadonlyArray<Belt> => [
  { kind: "buy", x1: x + 8, x2: boxX, y: y + 46 },
  { kind: "sell", x1: boxX + boxWidth, x2: x + width - 8, y: y + 46 },
  { kind: "recycling", x1: x + 8, x2: x + width - 8, y: y + 92 }
]

const cratesOf = (slot: SlotBrief, belts: ReadonlyArray<Belt>): ReadonlyArray<Crate> => {
  const belt = (kind: Belt["kind"]): Belt => belts.find((each) => each.kind === kind) as Belt
  const active = slot.orders.map((order): Crate => {
    const { x1, x2, y } = belt(order.side)
    const room = x2 - x1 - 2 * CRATE
    const far = along(order.distance_pct) * room
    return {
      id: `${slot.slot_id}/${order.local_id}`,
      side: order.side,
      leg: order.trade_id,
      kind: order.role,
      pending: PENDING.has(order.status),
      x: order.side === "buy" ? x2 - CRATE - far : x1 + CRATE + far,
      y
    }
  })
  const { x1, x2, y } = belt("recycling")
  const step = (x2 - x1) / MOST_RECOVERIES
  const recoveries = slot.recovery_orders.slice(0, MOST_RECOVERIES).map((order, index): Crate => ({
    id: `${slot.slot_id}/${order.local_id}`,
    side: order.side,
    leg: order.trade_id,
    kind: "recovery",
    pending: PENDING.has(order.status),
    x: x1 + (index + 0.5) * step,
    y
  }))
  return [...active, ...recoveries]
}

const machineOf = (slot: SlotBrief, report: Status, place: { x: number; y: number; width: number }): Machine => {
  const { x, y, width } = place
  const boxWidth = Math.round(width * 0.36)
  const boxX = x + Math.round((width - boxWidth) / 2)
  const belts = beltsOf(x, y, width, boxX, boxWidth)
  return {
    slot: slot.slot_id,
    name: slot.alias ?? `Slot ${slot.slot_id}`,
    phase: slot.phase_in_words,
    code: slot.phase,
    lamp: lampOf(slot, report),
    trips: slot.total_round_trips,
    profit: slot.total_profit,
    x,
    y,
    width,
    height: HEIGHT,
    box: { x: boxX, y: y + 26, width: boxWidth, height: 42 },
    belts,
    crates: cratesOf(slot, belts),
    hidden: Math.max(0, slot.recovery_orders.length - MOST_RECOVERIES)
  }
}

const powerOf = ({ market }: Status): Scene["power"] => {
  const { price, quote, price_age_sec: age, price_stale_after_sec: staleAfter } = market
  const state = price === null || age === null ? "dead" : age > staleAfter ? "stale" : "live"
  const text =
    price === null
      ? "no price"
      : state === "live"
        ? `${price} ${quote}`
        : `${price} ${quote}, ${age === null ? "age not known" : "stale"}`
  return { state, text, y: TOP / 2 }
}

const alarmsOf = (report: Status): Scene["alarms"] => [
  ...report.slots.flatMap(({ slot_id: slot, halted }) =>
    halted === null ? [] : [{ tone: "halt" as const, text: `slot ${slot} halted: ${halted.join("; ")}` }]
  ),
  ...(report.mode === "HALTED" && report.mode_reason !== null
    ? [{ tone: "halt" as const, text: report.mode_reason }]
    : []),
  ...(report.mode === "PAUSED"
    ? (report.mode_causes.length > 0 ? report.mode_causes : [report.mode_reason ?? "Paused."]).map((text) => ({
        tone: "pause" as const,
        text
      }))
    : []),
  ...report.warnings.map((text) => ({ tone: "warn" as const, text }))
]

/** The floor of this width, in CSS pixels; as high as it takes. */
export const sceneOf = (report: Status, width: number): Scene => {
  const columns = Math.max(1, Math.floor((width - GAP) / (LEAST_WIDTH + GAP)))
  const wide = Math.floor((width - GAP * (columns + 1)) / columns)
  const machines = report.slots.map((slot, index) =>
    machineOf(slot, report, {
      x: GAP + (index % columns) * (wide + GAP),
      y: TOP + Math.floor(index / columns) * (HEIGHT + GAP),
      width: wide
    })
  )
  const power = powerOf(report)
  return {
    width,
    height: TOP + Math.max(1, Math.ceil(report.slots.length / columns)) * (HEIGHT + GAP),
    power,
    moving: report.mode === "RUNNING" && power.state === "live",
    machines,
    alarms: alarmsOf(report)
  }
}

/** A floor narrower than this, in CSS pixels, is not magnified. */
const ROOMY = 700
/** How much a floor of so many machines is magnified at most, so that a few do not stand lost in a corner. */
const ZOOMS = [
  [3, 2],
  [6, 1.6],
  [12, 1.3]
] as const

/** How much larger than life the floor is drawn. */
export const zoomOf = (machines: number, width: number): number =>
  width < ROOMY ? 1 : (ZOOMS.find(([most]) => machines <= most)?.[1] ?? 1)

/** The machine at a place on the floor. */
export const machineAt = ({ machines }: Scene, x: number, y: number): Machine | null =>
  machines.find(
    (machine) => x >= machine.x && x < machine.x + machine.width && y >= machine.y && y < machine.y + machine.height
  ) ?? null
