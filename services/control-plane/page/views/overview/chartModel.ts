/** What the chart draws, as plain data: candles, a line for each open order and key level, fills joined to cycles, regime bands. Pure. */
import type { Status } from "../../../core/brief.ts"
import { percent } from "../../kit/format.ts"
import type { Bar, Candle, Candles, Cycle, JournalLine } from "../../kit/payloads.ts"

/** Colours of the chart by what they stand for; the shell gives those of the theme. */
export type Ink = "buy" | "sell" | "vwap" | "poc" | "range" | "previous" | "quiet"

/** A horizontal line with a label at the price axis. */
export interface PriceLine {
  readonly id: string
  readonly price: number
  readonly label: string
  readonly ink: Ink
  readonly dashed: boolean
  /** An order, or a level of the market. */
  readonly kind: "order" | "level"
  /** Of an order: slot and leg, what it is for, and how far it is. */
  readonly order: {
    readonly name: string
    readonly side: "buy" | "sell"
    readonly role: string
    readonly distance: string
  } | null
}

/** A candle as the chart takes it; the browser's numbers are for drawing alone. */
export interface ShownBar {
  readonly time: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  /** Null: the volume of a candle that is forming is not known. */
  readonly volume: number | null
}

/** Ends of cycles at one candle: fills. */
export interface FillMark {
  readonly time: number
  readonly side: "buy" | "sell"
  readonly text: string
}

/** A cycle from its entry to its exit. */
export interface Join {
  readonly from: { readonly time: number; readonly price: number }
  readonly to: { readonly time: number; readonly price: number }
  readonly gain: boolean
  /** Booked at the market's price without a trade: dashed, and without a mark at its end. */
  readonly traded: boolean
}

/** A regime from one time to another. */
export interface Band {
  readonly from: number
  readonly to: number
  readonly regime: "BEARISH" | "BULLISH" | "RANGING"
}

/** Orders farther from the market than this (percent) are not made room for: they would flatten the candles. */
const REACH_PCT = 2.5

const orderLines = (report: Status): ReadonlyArray<PriceLine> =>
  report.slots.flatMap((slot) => {
    const line = (
      order: (typeof slot.orders)[number] | (typeof slot.recovery_orders)[number],
      role: string
    ): PriceLine => ({
      id: `${slot.slot_id}/${order.local_id}`,
      price: Number(order.price),
      label: `${slot.slot_id}${order.trade_id} ${role} ${percent(order.distance_pct)}`,
      ink: order.side,
      dashed: role !== "exit",
      kind: "order",
      order: {
        name: `${slot.slot_id}${order.trade_id}`,
        side: order.side,
        role: "recovery_id" in order ? "recovery" : role,
        distance: percent(order.distance_pct)
      }
    })
    return [
      ...slot.orders.map((order) => line(order, order.role)),
      ...slot.recovery_orders.map((order) => line(order, `recovery ${order.recovery_id}`))
    ]
  })

const level = (label: string, price: string | null | undefined, ink: Ink, dashed: boolean): ReadonlyArray<PriceLine> =>
  price === null || price === undefined
    ? []
    : [{ id: label, price: Number(price), label, ink, dashed, kind: "level", order: null }]

/** Key levels in the colours and dashes people know them by. */
const levelLines = ({ levels }: Status): ReadonlyArray<PriceLine> => {
  if (levels === undefined || !("today" in levels)) return []
  const { today, previous_day: previous, opening_range: range } = levels
  return [
    ...level("VWAP", today?.vwap, "vwap", false),
    ...level("POC", today?.poc, "poc", false),
    ...level("OR High", range?.high, "range", false),
    ...level("OR Low", range?.low, "range", true),
    ...level("VWAPprev", previous?.vwap, "previous", true),
    ...level("PDH", previous?.high, "previous", true),
    ...level("PDL", previous?.low, "previous", true),
    ...level("VAHprev", previous?.vah, "previous", true),
    ...level("VALprev", previous?.val, "previous", true),
    ...level("POCprev", previous?.poc, "previous", true)
  ]
}

/** Every open order and every key level. */
export const linesOf = (report: Status): ReadonlyArray<PriceLine> => [...levelLines(report), ...orderLines(report)]

/** Prices that the scale makes room for besides the candles: those of orders near the market. */
export const nearPrices = (report: Status): ReadonlyArray<number> =>
  report.slots
    .flatMap((slot) => [...slot.orders, ...slot.recovery_orders])
    .filter(({ distance_pct: distance }) => distance !== null && Math.abs(distance) <= REACH_PCT)
    .map(({ price }) => Number(price))

/** Orders that the scale makes no room for. */
export const farOrders = (report: Status): number =>
  report.slots
    .flatMap((slot) => [...slot.orders, ...slot.recovery_orders])
    .filter(({ distance_pct: distance }) => distance !== null && Math.abs(distance) > REACH_PCT).length

const shownBar = (bar: Bar, volume: string | null): ShownBar => ({
  time: bar.time,
  open: Number(bar.open),
  high: Number(bar.high),
  low: Number(bar.low),
  close: Number(bar.close),
  volume: volume === null ? null : Number(volume)
})

/** Closed candles and the one that is forming, oldest first. */
export const barsOf = ({ candles, forming }: Pick<Candles, "candles" | "forming">): ReadonlyArray<ShownBar> => [
  ...candles.map((candle) => shownBar(candle, candle.volume)),
  ...(forming === null || candles.some(({ time }) => time >= forming.time) ? [] : [shownBar(forming, null)])
]

/**
 * What is kept with a newer page added: the newer candle of a time counts, and at most `most` stay. Null: between the two is a gap, and all
 * has to be asked for again.
 */
export const joined = (
  kept: ReadonlyArray<Candle>,
  newer: ReadonlyArray<Candle>,
  most: number
): ReadonlyArray<Candle> | null => {
  const first = newer[0]
  const last = kept.at(-1)
  if (first === undefined) return kept
  if (last !== undefined && first.time > last.time) return null
  return [...kept.filter(({ time }) => time < first.time), ...newer].slice(-most)
}

const floorTo = (time: number, interval: number): number => Math.floor(time / interval) * interval

/** Every fill of the cycles, at the candle it falls into: one mark for all of a side there. None where there are no candles. */
export const marksOf = (
  cycles: ReadonlyArray<Cycle>,
  interval: number,
  since = Number.NEGATIVE_INFINITY
): ReadonlyArray<FillMark> => {
  const fills = cycles.flatMap(({ trade_id: leg, slot_id: slot, cycle, kind, entry_at, exit_at }) => {
    const [entry, exit] = leg === "A" ? (["sell", "buy"] as const) : (["buy", "sell"] as const)
    const text = `${slot}${leg}${cycle}`
    const opened = { time: floorTo(entry_at, interval), side: entry, text }
    return kind === "evicted" ? [opened] : [opened, { time: floorTo(exit_at, interval), side: exit, text }]
  })
  const together = Map.groupBy(
    fills.filter(({ time }) => time >= since),
    ({ time, side }) => `${time} ${side}`
  )
  return [...together.values()]
    .flatMap((all) => {
      const [first] = all
      return first === undefined ? [] : [{ ...first, text: all.length === 1 ? first.text : `×${all.length}` }]
    })
    .toSorted((a, b) => a.time - b.time)
}

/** Every cycle as a line from its entry to its exit. */
export const joinsOf = (cycles: ReadonlyArray<Cycle>, interval: number): ReadonlyArray<Join> =>
  cycles.map((cycle) => ({
    from: { time: floorTo(cycle.entry_at, interval), price: Number(cycle.entry_price) },
    to: { time: floorTo(cycle.exit_at, interval), price: Number(cycle.exit_price) },
    gain: !cycle.net.startsWith("-"),
    traded: cycle.kind !== "evicted"
  }))

/** What a `RegimeObserved` says, as much of it as a band needs. */
interface Observation {
  readonly _tag: string
  readonly consensus?: { readonly regime: Band["regime"]; readonly agreement: string }
}

/** Regimes as bands, from their records newest first; a reading with which nobody agrees gives none. */
export const bandsOf = (records: ReadonlyArray<JournalLine>, until: number): ReadonlyArray<Band> => {
  const readings = records
    .flatMap(({ at, events }) =>
      (events as ReadonlyArray<Observation>).flatMap(({ _tag, consensus }) =>
        _tag === "RegimeObserved" && consensus !== undefined && at !== null
          ? [{ at, regime: consensus.agreement === "none" ? null : consensus.regime }]
          : []
      )
    )
    .toSorted((a, b) => a.at - b.at)
  const bands: Array<Band> = []
  for (const [index, { at, regime }] of readings.entries()) {
    const to = readings[index + 1]?.at ?? until
    const last = bands.at(-1)
    if (regime === null) continue
    if (last?.regime === regime && last.to === at) bands[bands.length - 1] = { ...last, to }
    else bands.push({ from: at, to, regime })
  }
  return bands
}
