/** Whether the market can trade now, and if not, what it waits for. Pure. */
import type { MarketMoment } from "../marketViews.ts"
import type { ChatWatch } from "../telegram/core/watch.ts"
import type { FollowedOrder } from "./status/state.ts"

/** What the process itself observes of the journal, apart from what stands in it. */
export interface JournalWatch {
  /** Where it is, for people. */
  readonly where: string
  /** Why the last question to it failed; null when it was answered. */
  readonly problem: string | null
  /** Its newest sequence as last heard; null before the first answer. */
  readonly head: number | null
  /** Its newest sequence when this process first reached it: up to here is history. */
  readonly startHead: number | null
}

/** One moment, as the control plane sees it. */
export interface Observed extends MarketMoment {
  readonly journal: JournalWatch
  /** Seconds of the market's own clock, which is the wall's unless it waits, since the market's time last moved. */
  readonly silentSec: number
  /** Wall seconds since the market's clock last spoke, or since this process began. */
  readonly clockSilentSec: number
  /** The chat, and whether its quiet hours are now; null for the past: nobody keeps how the chat was. */
  readonly chat: { readonly watch: ChatWatch | null; readonly quietNow: boolean | null } | null
}

/** From when on the market counts as stale or silent. */
export interface Limits {
  /** A price older than this (seconds of the exchange's clock) is stale. */
  readonly stalePriceMaxAgeSec: number
  /** Wall seconds without a clock fact after which the feed counts as silent: some clock intervals. */
  readonly silentAfterSec: number
  /** Exchange seconds per wall second: 1 except on a simulated market. */
  readonly speed: number
}

/**
 * Age of the price in seconds of the exchange's clock, carried on through silence. Null until a feed has spoken since
 * this process began: what stands in the journal from before says nothing about now.
 */
export const priceAgeSec = ({ status, journal, silentSec }: Observed, { speed }: Limits): number | null => {
  const { priceAge } = status
  if (priceAge === null || journal.startHead === null || priceAge.seq <= journal.startHead) return null
  return priceAge.sec + (status.nowMs - priceAge.atMs) / 1_000 + silentSec * speed
}

/**
 * Says so when nobody tells the time; null while the clock ticks. Time is an event: without it nothing grows old, times out or
 * pauses, so the mode is one that once was.
 */
export const clockStopped = ({ clockSilentSec }: Observed, { silentAfterSec }: Limits): string | null =>
  clockSilentSec <= silentAfterSec
    ? null
    : `clock: no clock for ${Math.round(clockSilentSec)} s, silent after ${silentAfterSec} s; ` +
      "the mode is as it stood then, until market-feed tells the time again"

/** Why the process is about to end; nothing while it is not. */
const leavingBecause = ({ blocks: { leaving } }: Observed): Array<string> =>
  leaving === undefined ? [] : [`process: it ends: ${leaving.reason}`]

/** What stands between now and being ready, in the order in which it usually clears; empty when ready. */
export const waitingFor = (observed: Observed, limits: Limits): ReadonlyArray<string> => {
  const { journal, seq, status } = observed
  const waiting: Array<string> = leavingBecause(observed)
  if (journal.problem !== null) waiting.push(`journal: ${journal.problem}`)
  if (journal.startHead === null) waiting.push("history: the journal has not answered yet")
  else if (seq < journal.startHead) waiting.push(`history: ${seq} of ${journal.startHead} records read`)
  const ageSec = priceAgeSec(observed, limits)
  if (ageSec === null) waiting.push("price: none heard since this process began")
  else if (ageSec > limits.stalePriceMaxAgeSec) {
    waiting.push(`price: ${Math.round(ageSec)} s old, stale after ${limits.stalePriceMaxAgeSec} s`)
  }
  const stopped = clockStopped(observed, limits)
  if (stopped !== null) waiting.push(stopped)
  if (status.reconciled === null) waiting.push("account: orders not yet compared with the exchange")
  for (const { step, state, waits_for: what } of observed.governor.startup) {
    // These two stand in the list already, in more detail.
    if (state !== "waiting" || step === "price" || step === "reconcile") continue
    waiting.push(`start, ${step.replaceAll("_", " ")}: ${what ?? "not done"}`)
  }
  return waiting
}

const faultLines = ({ status }: Observed): ReadonlyArray<string> =>
  status.faults.map((fault) => `fault told of ${fault.actor} at record ${fault.seq}: ${fault.problem}`)

const haltedSlots = ({ slots }: Observed): ReadonlyArray<string> =>
  slots.flatMap((slot) => (slot.halted === null ? [] : [`slot ${slot.slot_id} halted: ${slot.halted.join("; ")}`]))

/**
 * Why nothing is traded although everything runs: faults first, then slots that stopped themselves. Empty: nothing halts. A
 * stopped slot halts only as long as the governor says so: an operator may have gone on without it.
 */
export const haltedBy = (observed: Observed): ReadonlyArray<string> => [
  ...faultLines(observed),
  ...(observed.governor.mode === "HALTED" ? haltedSlots(observed) : [])
]

const nameOf = (order: FollowedOrder): string => `${order.clientId ?? order.localId} (slot ${order.slot})`

/** The first three, and how many more there are: a line stays a line. */
export const firstOf = (lines: ReadonlyArray<string>): string =>
  lines.length <= 3 ? lines.join(", ") : `${lines.slice(0, 3).join(", ")} and ${lines.length - 3} more`

/** Buying and selling both cost the maker fee: a target that does not exceed the two earns nothing. */
const feeWarning = ({ status, governor }: Observed): ReadonlyArray<string> => {
  const profitPct = governor.targets.profit_pct
  const makerPct = status.fees?.makerPct ?? null
  if (profitPct === null || makerPct === null || profitPct > 2 * makerPct) return []
  return [
    `profit target: ${profitPct} % does not cover two maker fees of ${makerPct} %; raise it above ${2 * makerPct} %`
  ]
}

/** What a person should look at although it halts nothing. */
export const warnings = (observed: Observed): ReadonlyArray<string> => {
  const { status, governor } = observed
  const found: Array<string> = [...leavingBecause(observed), ...feeWarning(observed)]
  if (governor.mode !== "HALTED") found.push(...haltedSlots(observed))
  const unknown = status.live.filter((order) => order.stage === "unknown")
  if (unknown.length > 0) found.push(`orders sent, outcome unknown, being looked up: ${firstOf(unknown.map(nameOf))}`)
  const exchange = status.constraints?.status
  if (exchange !== undefined && exchange !== "online") found.push(`exchange: the pair is ${exchange}`)
  const foreign = status.reconciled?.foreignOrders ?? 0
  if (foreign > 0) found.push(`exchange: ${foreign} open orders on the account are not ours and left alone`)
  if (status.untracked > 0) found.push(`${status.untracked} orders were too many to follow here`)
  return found
}
