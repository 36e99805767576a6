/**
 * Orders that slots ask for, held to the contract (§2, §3, §6) by what stood in the journal: how far from the market, how large, how
 * profitable, in which cycle, and after which pause.
 */
import { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { StoredRecord } from "../../../../shared/events/envelope.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import type { Known } from "./known.ts"
import { isWhole, type TermsThen, termsAt } from "./terms.ts"

/** What one trade of a slot has come to, by its own records. */
interface Trade {
  lossesInRow: number
  /** No entry before, but one that takes a stale one's place. */
  pausedUntilMs: number
  /** The last cycle that is over: filled, or orphaned. */
  over: number
}

/** Percent of a distance that a double may be off by. */
const SLACK = 1e-6
/** Pauses after an order was lost: at least, at most. */
const RETRY_MS = [30_000, 900_000] as const

/** Every request, with the trades that make them. */
export class Orders {
  private readonly problem: (text: string) => void
  private readonly known: Known
  private readonly trades = new Map<string, Trade>()
  private readonly profits = new Map<number, bigint>()

  constructor(problem: (text: string) => void, known: Known) {
    this.problem = problem
    this.known = known
  }

  take({ seq, slot, cause, family, events }: StoredRecord): void {
    if (family !== "slot" || slot === null || cause === null) return
    const terms = termsAt(this.known, cause)
    const profitUsd = Quote.toNumber((this.profits.get(slot) ?? 0n) as Quote)
    for (const event of events) {
      const at = (text: string): void => this.problem(`record ${seq}, slot ${slot}: ${text}`)
      if (event._tag === "CycleBooked") this.booked(slot, event, terms)
      else if (event._tag === "ExitOrphaned") this.orphaned(slot, event, terms, cause)
      else if (terms === null) continue
      else if (event._tag === "DecisionRefused") this.pauseOf(event, cause, at)
      else if (event._tag !== "OrderRequested") continue
      else if (event.role === "exit") exitProblems(event, terms).forEach(at)
      else
        [
          ...entryProblems(event, terms, this.of(slot, event.tradeId).lossesInRow),
          ...sizeProblems(event, terms, profitUsd),
          ...this.tooSoon(slot, event, cause)
        ].forEach(at)
    }
  }

  private of(slot: number, tradeId: string): Trade {
    const key = `${slot}.${tradeId}`
    const known = this.trades.get(key)
    if (known !== undefined) return known
    const trade: Trade = { lossesInRow: 0, pausedUntilMs: 0, over: 0 }
    this.trades.set(key, trade)
    return trade
  }

  private booked(
    slot: number,
    { kind, tradeId, cycle, net, exitMs, fromRecovery }: EventOf<"CycleBooked">,
    terms: TermsThen | null
  ): void {
    this.profits.set(slot, (this.profits.get(slot) ?? 0n) + net)
    if (kind === "corrected") return
    const trade = this.of(slot, tradeId)
    trade.lossesInRow = net < 0n ? trade.lossesInRow + 1 : 0
    if (!fromRecovery && kind === "closed") trade.over = Math.max(trade.over, cycle)
    if (terms === null) return
    const { reentryBaseCooldownSec, lossCooldownStart, lossCooldownSec } = terms.rules
    const pauseSec = Math.max(reentryBaseCooldownSec, trade.lossesInRow >= lossCooldownStart ? lossCooldownSec : 0)
    trade.pausedUntilMs = Math.max(trade.pausedUntilMs, exitMs + pauseSec * 1_000)
  }

  private orphaned(
    slot: number,
    { tradeId, cycle, reason }: EventOf<"ExitOrphaned">,
    terms: TermsThen | null,
    cause: number
  ): void {
    if (reason.rule === "late_fill") return
    const trade = this.of(slot, tradeId)
    trade.over = Math.max(trade.over, cycle)
    const nowMs = this.known.leastNowMs.at(cause)
    if (terms === null || nowMs === null) return
    trade.pausedUntilMs = Math.max(trade.pausedUntilMs, nowMs + terms.rules.reentryBaseCooldownSec * 1_000)
  }

  private tooSoon(
    slot: number,
    { tradeId, cycle, reason }: EventOf<"OrderRequested">,
    cause: number
  ): ReadonlyArray<string> {
    const { over, pausedUntilMs } = this.of(slot, tradeId)
    const mode = this.known.events.ModeChanged.at(cause)?.mode
    const earlyMs = pausedUntilMs - (this.known.mostNowMs.at(cause) ?? Number.POSITIVE_INFINITY)
    return [
      ...(mode === "PAUSED" || mode === "HALTED" ? [`an entry of trade ${tradeId} in a market that is ${mode}`] : []),
      ...(cycle > over ? [] : [`an entry of cycle ${cycle} of trade ${tradeId}, and cycle ${over} is over`]),
      ...(earlyMs <= 0 || reason.rule === "refresh_entry"
        ? []
        : [`an entry of trade ${tradeId} (${reason.rule}) ${earlyMs / 1_000} s before its pause is over`])
    ]
  }

  /** An order that was lost comes back after half a minute to a quarter of an hour. */
  private pauseOf(
    { reason: { rule, numbers } }: EventOf<"DecisionRefused">,
    cause: number,
    at: (text: string) => void
  ): void {
    if (rule !== "entry_lost" && rule !== "exit_lost") return
    const pauseMs = (nowMs: number | null): number => Number(numbers["retryAtMs"]) - (nowMs ?? 0)
    const { leastNowMs, mostNowMs } = this.known
    if (pauseMs(leastNowMs.at(cause)) < RETRY_MS[0]) at(`what was lost is asked for again at once`)
    if (pauseMs(mostNowMs.at(cause)) > RETRY_MS[1])
      at(`what was lost is asked for again after ${pauseMs(mostNowMs.at(cause)) / 1_000} s`)
  }
}

const entryProblems = (
  { side, price, reason }: EventOf<"OrderRequested">,
  { rules, market, entryPct, tick }: TermsThen,
  lossesInRow: number
): ReadonlyArray<string> => {
  const { lossBackoffStart, lossBackoffFactor, lossBackoffMax } = rules
  const beyond = lossesInRow - lossBackoffStart + 1
  const times = beyond <= 0 ? 1 : Math.min(lossBackoffMax, 1 + lossBackoffFactor * beyond)
  const stands = Price.toNumber(price)
  const distancePct = ((side === "sell" ? stands - market : market - stands) / market) * 100
  const off = Math.abs(distancePct - entryPct * times)
  return off <= (tick / market) * 100 + SLACK
    ? []
    : [
        `an entry (${reason.rule}) ${distancePct.toFixed(4)} % from the market, and ${entryPct} % times ${times} are meant`
      ]
}

const sizeProblems = (
  { tradeId, price, volume, reason: { rule } }: EventOf<"OrderRequested">,
  { sizeUsd, layersUsd, most, lot, leastVolume, leastCostUsd }: TermsThen,
  profitUsd: number
): ReadonlyArray<string> => {
  const [amount, stands] = [Volume.toNumber(volume), Price.toNumber(price)]
  const base = sizeUsd + Math.max(0, profitUsd) + layersUsd
  const least = Math.max(leastVolume, leastCostUsd / stands)
  const isSmall = rule.startsWith("reseed_") || rule.startsWith("degraded_")
  const upTo = isSmall ? 2 * least + 2 * lot : (base * most[tradeId]) / stands + lot
  const from = isSmall ? leastVolume : base / stands - lot
  return [
    ...(amount > upTo + SLACK ? [`an entry (${rule}) of ${amount} at ${stands}, and ${upTo} is the most`] : []),
    ...(amount < from - SLACK ? [`an entry (${rule}) of ${amount} at ${stands}, and ${from} is the least`] : [])
  ]
}

const exitProblems = (
  { side, price, reason: { rule, numbers } }: EventOf<"OrderRequested">,
  { market, entryPct, profitPct, tick }: TermsThen
): ReadonlyArray<string> => {
  const sign = side === "sell" ? 1 : -1
  const farther = (a: number, b: number): number => sign * Math.max(sign * a, sign * b)
  const nearest = market * (1 + (sign * entryPct) / 100)
  const meant =
    rule === "entry_fill_exit" || rule === "late_fill_exit"
      ? farther(Number(numbers["entryPrice"]) * (1 + (sign * profitPct) / 100), nearest)
      : rule === "exit_replaced"
        ? farther(Number(numbers["oldPrice"]), nearest)
        : nearest
  const stands = Price.toNumber(price)
  return [
    ...(isWhole(price, tick) ? [] : [`an exit at ${stands}, which has more decimals than the exchange takes`]),
    ...(Math.abs(stands - meant) <= 2 * tick || meant <= tick
      ? []
      : [`an exit (${rule}) at ${stands}, and ${meant} is meant`])
  ]
}
