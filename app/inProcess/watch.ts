/** What is looked at after every record of a simulated market, and what is counted on the way. */
import { type InForce, inForceAfter, NOTHING_IN_FORCE, placeIn } from "../../shared/actor/core/actor.ts"
import { governorViolations } from "../../services/governor/core/invariants.ts"
import type { GovernorState } from "../../services/governor/core/state.ts"
import { haltingViolations } from "../../services/slot-actor/core/invariants.ts"
import { slotBooks } from "../../services/slot-actor/core/money/ledgerBooks.ts"
import type { ExitOrder, SlotState } from "../../services/slot-actor/core/state.ts"
import { Volume } from "../../shared/core/decimal/decimal.ts"
import { TRADE_IDS, type TradeId } from "../../shared/core/trading.ts"
import { findOrder } from "../../shared/market/core/liveOrders.ts"
import type { ActorFold } from "../../shared/actor/fold.ts"
import { amountText, slotDifferences, unbalanced, unexplained } from "../../shared/ledger/core/check.ts"
import { initialLedger, postEvent } from "../../shared/ledger/core/ledger.ts"
import type { StoredRecord } from "../../shared/events/envelope.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import type { LivelyVenue } from "./livelyVenue.ts"

/** Whose state is looked at. */
export interface Watched {
  /** The folds of slots 1, 2, 3, … */
  readonly slots: ReadonlyArray<ActorFold<SlotState>>
  readonly governor: ActorFold<GovernorState>
  /** How many orders stand there, what others have brought, and whether the journal knows every fill. */
  readonly venue: Pick<LivelyVenue, "openOrders" | "elsewhere" | "told">
  readonly openOrderLimit: number
  /** Whether what is kept back for exits is held against the slots' books too; left out: it is not. */
  readonly keptBack?: boolean
}

/** The first ones explain the rest. */
const MAX_PROBLEMS = 20

/** The version of the rules from which on what is owed to exits is kept back for them. */
const KEEPS_BACK_SINCE = 3

/** Checks the market after each record, and counts on the way. */
export class Watch {
  /** How often each event stood in the journal. */
  readonly events: Record<string, number> = {}
  /** How often each mode began, with its rule: `PAUSED stale_price`. */
  readonly modes: Record<string, number> = {}
  /** What did not hold, with the record after which it did not; at most `MAX_PROBLEMS`. */
  readonly problems: Array<string> = []
  mostOpenOrders = 0
  transactions = 0
  ledger = initialLedger
  private inForce: InForce = NOTHING_IN_FORCE
  private readonly watched: Watched
  private mode = "STARTING"
  private locked = false
  /** Whether what is owed to exits has been kept back since the first order; null before that. */
  private keepsBack: boolean | null = null
  /** Slots that have given up what an exit traded beyond its position: a residual they keep is then kept back in part (decision 33). */
  private readonly gaveUp = new Set<number>()
  private compared = 0
  private observed = this.ledger.observed

  constructor(watched: Watched) {
    this.watched = watched
  }

  /** After every actor has folded a record. */
  afterRecord(record: StoredRecord): void {
    const { slots, governor, venue, openOrderLimit } = this.watched
    for (const event of record.events) this.count(record, event)
    for (const { state, actor } of slots) {
      const violations = state.book.halted ?? haltingViolations(state)
      if (violations.length > 0) this.problem(record, `${actor.name}: ${violations.join("; ")}`)
    }
    for (const violation of [...governorViolations(governor.state), ...governor.state.mode.violations])
      this.problem(record, `governor: ${violation}`)
    this.mostOpenOrders = Math.max(this.mostOpenOrders, venue.openOrders)
    this.post(record)
    if (venue.openOrders > openOrderLimit) this.problem(record, `${venue.openOrders} open orders`)
  }

  /**
   * When nobody has anything left to answer. Books are compared once the slots' answers to a fill stand in the journal too,
   * and the account at each of its own words; what is kept back for exits always, where that is asked for. `ledger`: another fold of the same records, where time is judged too.
   */
  atRest(seq: number, ledger = this.ledger): void {
    const found: Array<string> = []
    if (this.transactions !== this.compared) {
      const { slots } = this.watched
      found.push(...slots.flatMap(({ state }, index) => slotDifferences(ledger, slotBooks(index + 1, state))))
    }
    const { venue } = this.watched
    if (ledger.observed !== this.observed && venue.told) {
      // Reckoned over everything that was ever filled: only where it is asked for.
      const { elsewhere } = venue
      const all = unexplained(ledger) ?? { base: 0n, quote: 0n }
      const { base, quote } = { base: all.base - elsewhere.base, quote: all.quote - elsewhere.quote }
      if (base !== 0n) found.push(`${amountText(base, "base")} base at the exchange that no event explains`)
      if (quote !== 0n) found.push(`${amountText(quote, "quote")} quote at the exchange that no event explains`)
    }
    if (this.watched.keptBack === true && this.keepsBack === true) {
      const { governor, slots } = this.watched
      found.push(
        ...owedDifferences(
          governor.state,
          slots.map(({ state }, index) => (this.gaveUp.has(index + 1) ? undefined : state))
        )
      )
    }
    this.compared = this.transactions
    this.observed = ledger.observed
    for (const line of found.slice(0, MAX_PROBLEMS - this.problems.length)) {
      this.problems.push(`after record ${seq}: ${line}`)
    }
  }

  private count(record: StoredRecord, event: MarketEvent): void {
    this.events[event._tag] = (this.events[event._tag] ?? 0) + 1
    if (event._tag === "ModeChanged") {
      this.mode = event.mode
      const key = `${event.mode} ${event.reason.rule}`
      this.modes[key] = (this.modes[key] ?? 0) + 1
    } else if (event._tag === "LossLockChanged") this.locked = event.locked
    else if (event._tag === "PositionReleased" && event.reason.rule === "filled_beyond_position") {
      if (record.slot !== null) this.gaveUp.add(record.slot)
    } else if (event._tag === "EntryGranted") {
      const { mode } = this
      if (mode !== "RUNNING" && mode !== "STARTING") this.problem(record, `an entry granted while ${mode}`)
      if (this.locked) this.problem(record, "an entry granted while the loss lock holds")
    }
  }

  /** After every actor has folded a record, where the books alone are looked at. */
  postOnly(record: StoredRecord): void {
    this.post(record)
  }

  /** Every transaction balances by itself. */
  private post(record: StoredRecord): void {
    for (const [index, event] of record.events.entries()) {
      this.inForce = inForceAfter(this.inForce, event)
      if (event._tag === "OrderRequested") this.keepsBack ??= this.inForce.rulesVersion >= KEEPS_BACK_SINCE
      const step = postEvent(this.ledger, event, placeIn(record, index, this.inForce))
      this.ledger = step.state
      if (step.transaction === null) continue
      this.transactions++
      for (const line of unbalanced(step.transaction)) this.problem(record, line)
    }
  }

  private problem(record: StoredRecord, text: string): void {
    if (this.problems.length >= MAX_PROBLEMS) return
    this.problems.push(`record ${record.seq} (${record.events.map(({ _tag }) => _tag).join(", ")}): ${text}`)
  }
}

/**
 * Every slot and trade of which the governor keeps back another volume for exits than its slot has without an order, where nobody has
 * anything left to answer. `slots`: the states of slots 1, 2, 3, …
 */
export const owedDifferences = (
  governor: GovernorState,
  slots: ReadonlyArray<SlotState | undefined>
): ReadonlyArray<string> =>
  governor.slots.slots.flatMap(({ slot }) => {
    const state = slots[slot - 1]
    // A halted slot hears of its orders no more.
    if (state === undefined || state.book.halted !== null) return []
    return TRADE_IDS.flatMap((tradeId) => {
      const [kept, owed] = [keptBack(governor, slot, tradeId), owedBy(state, tradeId)]
      if (kept === owed) return []
      return [
        `slot ${slot}, trade ${tradeId}: ${Volume.format(owed as Volume)} wait for an exit, ${Volume.format(kept as Volume)} are kept back`
      ]
    })
  })

const sum = (volumes: ReadonlyArray<Volume>): bigint => volumes.reduce((total, volume) => total + volume, 0n)

/** Without what somebody else has taken from an order that stands: its slot asks for that once it has ended. */
const keptBack = ({ owed = [], orders }: GovernorState, slot: number, tradeId: TradeId): bigint =>
  sum(
    owed
      .filter((part) => part.slot === slot && part.tradeId === tradeId)
      .filter(({ exit }) => exit === null || findOrder(orders, slot, exit.localId) === undefined)
      .map(({ volume }) => volume)
  )

const owedBy = ({ book }: SlotState, tradeId: TradeId): bigint => {
  const { orders, recoveries, pendingCancels, residual } = book
  const exits = [...orders, ...recoveries.map(({ order }) => order)].filter(
    (order): order is ExitOrder => order.role === "exit" && order.stage === "waiting"
  )
  const entries = [...orders, ...pendingCancels.map(({ order }) => order)].filter(({ role }) => role === "entry")
  return sum([
    residual[tradeId].volume,
    ...exits.filter((exit) => exit.tradeId === tradeId).map(({ volume }) => volume),
    ...entries.filter((entry) => entry.tradeId === tradeId).map(({ filled }) => filled)
  ])
}
