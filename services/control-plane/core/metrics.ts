/**
 * The report as Prometheus reads it: text format 0.0.4, base units, `_total` on what only grows, labels of a few values each and never
 * ids. Pure.
 */
import type { StatusReport } from "./report.ts"

/** What the process observes of itself. */
export interface ProcessFigures {
  readonly version: string
  readonly node: string
  readonly residentBytes: number
  readonly cpuSec: number
  readonly startedAt: number
  /** Open streams, of reports and of records. */
  readonly streams: { readonly status: number; readonly records: number }
}

type Labels = Readonly<Record<string, string>>
type Sample = readonly [labels: Labels, value: number | string | null]

/** A metric with its samples; those whose value is not known are left out. */
interface Metric {
  readonly name: string
  readonly help: string
  readonly type: "counter" | "gauge"
  readonly samples: ReadonlyArray<Sample>
}

const escaped = (text: string): string =>
  text
    .replaceAll("\\", "\\\\")
    .replaceAll("\n", String.raw`\n`)
    .replaceAll('"', String.raw`\"`)

const labelText = (labels: Labels): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`
}

const metricText = ({ name, help, type, samples }: Metric): string => {
  const known = samples.filter(([, value]) => value !== null)
  if (known.length === 0) return ""
  const lines = known.map(([labels, value]) => `${name}${labelText(labels)} ${value}`)
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ""].join("\n")
}

const one = (value: number | string | null): ReadonlyArray<Sample> => [[{}, value]]
const flag = (is: boolean): number => (is ? 1 : 0)

const each = (label: string, values: Readonly<Record<string, number | string | null>>): ReadonlyArray<Sample> =>
  Object.entries(values).map(([name, value]) => [{ [label]: name }, value])

const MODES = ["STARTING", "RUNNING", "PAUSED", "HALTED"]

const openOrders = ({ slots }: StatusReport): ReadonlyArray<Sample> => {
  const counts = new Map<string, number>()
  const count = (slot: number, side: string, role: string): void => {
    const key = `${slot} ${side} ${role}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  for (const { slot_id: slot, orders, recovery_orders: recoveries } of slots) {
    for (const { side, role, status } of orders) if (status === "open") count(slot, side, role)
    for (const { side, status } of recoveries) if (status === "open") count(slot, side, "recovery")
  }
  return [...counts].map(([key, value]) => {
    const [slot = "", side = "", role = ""] = key.split(" ")
    return [{ slot, side, role }, value]
  })
}

const marketMetrics = (report: StatusReport): ReadonlyArray<Metric> => {
  const { market, journal, capacity_fill_health: room, slots } = report
  return [
    {
      name: "kennel_mode_info",
      help: "Whether the market is in this mode.",
      type: "gauge",
      samples: MODES.map((mode) => [{ mode }, flag(report.mode === mode)])
    },
    { name: "kennel_ready", help: "Whether nothing is waited for.", type: "gauge", samples: one(flag(report.ready)) },
    {
      name: "kennel_events_appended_total",
      help: "Records in the journal.",
      type: "counter",
      samples: one(journal.head)
    },
    {
      name: "kennel_journal_lag_events",
      help: "Records of the journal that are not folded here yet.",
      type: "gauge",
      samples: one(journal.head === null ? null : journal.head - market.last_event_seq)
    },
    {
      name: "kennel_frames_quarantined_total",
      help: "Frames from outside that did not decode.",
      type: "counter",
      samples: one(journal.quarantined)
    },
    {
      name: "kennel_price_age_seconds",
      help: "Age of the last price, by the exchange's clock.",
      type: "gauge",
      samples: one(market.price_age_sec)
    },
    { name: "kennel_price_usd", help: "The last price.", type: "gauge", samples: one(market.price) },
    {
      name: "kennel_slots",
      help: "Slots by what becomes of them.",
      type: "gauge",
      samples: each("life", {
        active: slots.filter(({ life }) => life === "active").length,
        retiring: slots.filter(({ life }) => life === "retiring").length
      })
    },
    {
      name: "kennel_open_orders",
      help: "Orders that stand at the exchange.",
      type: "gauge",
      samples: openOrders(report)
    },
    {
      name: "kennel_recoveries",
      help: "Recoveries that are followed.",
      type: "gauge",
      samples: one(report.recoveries)
    },
    {
      name: "kennel_open_order_headroom",
      help: "Orders that may still be placed.",
      type: "gauge",
      samples: one(room.open_order_headroom)
    },
    {
      name: "kennel_entries_deferred",
      help: "Entries that wait for a loop with room.",
      type: "gauge",
      samples: one(report.entry_scheduler.deferred)
    }
  ]
}

const moneyMetrics = ({ money, daily_loss: day, slots }: StatusReport): ReadonlyArray<Metric> => [
  {
    name: "kennel_realized_profit_usd",
    help: "Booked profit after fees, by how it was booked.",
    type: "gauge",
    samples: each("kind", {
      traded: money.traded_profit,
      evicted: money.evicted_profit,
      corrected: money.corrected_profit
    })
  },
  {
    name: "kennel_slot_realized_profit_usd",
    help: "Booked profit after fees of each slot.",
    type: "gauge",
    samples: slots.map(({ slot_id: slot, money: own }) => [{ slot: String(slot) }, own.booked_profit])
  },
  {
    name: "kennel_unrealized_profit_usd",
    help: "What positions that slots follow would bring at the last price, fees paid taken off.",
    type: "gauge",
    samples: one(money.open_positions.at_market)
  },
  {
    name: "kennel_fees_paid_usd",
    help: "Fees as the exchange has charged them.",
    type: "gauge",
    samples: one(money.fees_paid)
  },
  {
    name: "kennel_account_value_usd",
    help: "Balances at the last price.",
    type: "gauge",
    samples: one(money.account?.value ?? null)
  },
  {
    name: "kennel_holding_value_usd",
    help: "What the opening balances would be worth, had nothing been traded.",
    type: "gauge",
    samples: one(money.account?.holding_value ?? null)
  },
  {
    name: "kennel_daily_losses_usd",
    help: "Losing cycles of this UTC day, as a loss.",
    type: "gauge",
    samples: one(day.losses)
  }
]

const tradingMetrics = ({ money, orders }: StatusReport): ReadonlyArray<Metric> => [
  {
    name: "kennel_cycles_total",
    help: "Booked cycles, by how they were booked.",
    type: "counter",
    samples: each("kind", {
      traded: money.traded_cycles,
      evicted: money.evicted_cycles,
      corrected: money.corrected_cycles
    })
  },
  {
    name: "kennel_orders_total",
    help: "Orders by what has become of them.",
    type: "counter",
    samples: each("outcome", {
      sent: orders.sent,
      filled: orders.filled,
      cancelled: orders.cancelled,
      rejected: orders.rejected,
      withdrawn: orders.withdrawn
    })
  },
  { name: "kennel_fills_total", help: "Fills of orders.", type: "counter", samples: one(orders.fills) }
]

const processMetrics = (ours: ProcessFigures): ReadonlyArray<Metric> => [
  {
    name: "kennel_build_info",
    help: "What runs here.",
    type: "gauge",
    samples: [[{ version: ours.version, node: ours.node }, 1]]
  },
  {
    name: "kennel_streams",
    help: "Open streams of this server.",
    type: "gauge",
    samples: each("of", ours.streams)
  },
  {
    name: "kennel_process_resident_memory_bytes",
    help: "Resident memory of this process.",
    type: "gauge",
    samples: one(ours.residentBytes)
  },
  {
    name: "kennel_process_cpu_seconds_total",
    help: "CPU time of this process.",
    type: "counter",
    samples: one(ours.cpuSec)
  },
  {
    name: "kennel_process_start_time_seconds",
    help: "When this process began, Unix time.",
    type: "gauge",
    samples: one(ours.startedAt)
  }
]

/** The whole page. */
export const metricsText = (report: StatusReport, ours: ProcessFigures): string =>
  [...marketMetrics(report), ...moneyMetrics(report), ...tradingMetrics(report), ...processMetrics(ours)]
    .map(metricText)
    .join("")
