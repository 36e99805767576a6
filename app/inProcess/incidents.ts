/** What happens to a market besides prices: an operator who does things, a feed that goes quiet, an exchange that fails. Seeded. */
import { DAY_MS } from "../../shared/core/time/utcDay.ts"
import { Quote } from "../../shared/core/decimal/decimal.ts"
import type { Command } from "../../shared/events/families/command.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import type { Life } from "./life.ts"

/** A seeded source of numbers in [0, 1): mulberry32. */
export const chance = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** What happens to the market, and when: Unix milliseconds of its clock. */
export interface Incident {
  readonly atMs: number
  readonly what:
    | { readonly _tag: "Command"; readonly command: Command }
    /** No price is heard for so long. */
    | { readonly _tag: "Silence"; readonly forMs: number }
    /** The stream's last price is so many times the true one, for so long; bid, ask and REST are right. */
    | { readonly _tag: "BadTicks"; readonly factor: number; readonly forMs: number }
    | { readonly _tag: "Fact"; readonly family: "account" | "control" | "price"; readonly event: MarketEvent }
    /** Others do something with the account, or its exchange misleads (`life.ts`). */
    | { readonly _tag: "Life"; readonly life: Life }
}

const HOUR_MS = 3_600_000

const errors = (consecutive: number): MarketEvent => ({
  _tag: "ExchangeErrorsObserved",
  consecutive,
  operation: consecutive === 0 ? "" : "AddOrder",
  detail: consecutive === 0 ? "" : "EService:Unavailable"
})

/** What an operator does on some day or other. */
export const COMMANDS: ReadonlyArray<Command> = [
  { name: "pause", note: "lunch" },
  { name: "add_slot", count: 1 },
  { name: "remove_slots", count: 1 },
  { name: "add_layer", source: null },
  { name: "remove_layer" },
  { name: "set_entry_pct", pct: 0.3 },
  { name: "set_profit_pct", pct: 1.2 },
  { name: "set_daily_loss_limit", limit: Quote.parse("5") },
  { name: "soft_close_next" },
  { name: "cancel_stale_recoveries", minDistancePct: 3, count: 5 }
]

/**
 * A month of operating: each day an operator resumes at 07:00 and 19:00 whatever the mode, does one thing at a random hour,
 * the feed goes quiet once, the exchange fails once, and every fourth day the process restarts.
 */
export const incidents = (seed: number, startMs: number, days: number): ReadonlyArray<Incident> => {
  const random = chance(seed)
  const all: Array<Incident> = []
  for (let day = 0; day < days; day++) {
    const midnightMs = startMs + day * DAY_MS
    const at = () => midnightMs + Math.floor(random() * DAY_MS)
    const command = (atMs: number, what: Command) => all.push({ atMs, what: { _tag: "Command", command: what } })
    command(midnightMs + 7 * HOUR_MS, { name: "resume" })
    command(midnightMs + 19 * HOUR_MS, { name: "resume" })
    const any = COMMANDS[Math.floor(random() * COMMANDS.length)]
    if (any !== undefined) command(at(), any)
    all.push({ atMs: at(), what: { _tag: "Silence", forMs: 5 * 60_000 } })
    const failsAtMs = at()
    for (let count = 1; count <= 6; count++) {
      const atMs = failsAtMs + count * 2_000
      all.push({ atMs, what: { _tag: "Fact", family: "account", event: errors(count % 6) } })
    }
    if (day % 4 === 3) {
      const atMs = at()
      const epoch = 2 + Math.floor(day / 4)
      const restart: MarketEvent = {
        _tag: "EpochRaised",
        epoch,
        service: "kennel up",
        reason: "start",
        watchesOrders: true,
        fitsModels: true
      }
      all.push({ atMs, what: { _tag: "Fact", family: "control", event: restart } })
      all.push({
        atMs: atMs + 3_000,
        what: {
          _tag: "Fact",
          family: "account",
          event: { _tag: "AccountReconciled", openOrders: 0, missed: 0, foreignOrders: 0, windowStartMs: startMs }
        }
      })
    }
  }
  return all.toSorted((a, b) => a.atMs - b.atMs)
}
