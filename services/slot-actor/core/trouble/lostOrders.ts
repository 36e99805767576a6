/**
 * Orders the exchange refused or took off its book without being asked. An entry comes back later; an exit is never
 * lost: it is asked for again, as the same exit, until it is filled. The reference has no rule for either.
 */
import { minus, plus, Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { bookCycle, countOutcome, shareOf } from "../money/booking.ts"
import { forgetOrder, forgetRecovery, placeOrder, replaceOrder, requestCancel } from "../orders.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import { type Draft, refuse } from "../draft.ts"
import { followUpEntry } from "../entry/entries.ts"
import { entryFilled, leaveS2 } from "../exit/fills.ts"
import { belowMinimum, nearestPrice, replacementPrice } from "../money/pricing.ts"
import { releaseExit } from "../leaving/release.ts"
import { keepResidual } from "./residual.ts"
import { requestedOrder } from "../../../../shared/market/core/orderLife.ts"
import type { LocalId, RecoveryId } from "../../../../shared/core/ids/kinds.ts"
import { setAside } from "./limits.ts"
import type { Execution, EntryOrder, ExitOrder, Recovery, WaitingExit } from "../state.ts"

const FIRST_RETRY_MS = 30_000
/** The longest pause; an order that stood this long was not refused, so the pauses start over. */
const LAST_RETRY_MS = 900_000

/** 30 s, doubling to 15 min: a refusal that repeats itself costs the exchange four requests an hour. */
const retryPauseMs = (rejections: number): number => Math.min(FIRST_RETRY_MS * 2 ** (rejections - 1), LAST_RETRY_MS)

const countRejection = (before: number, placedAtMs: number, nowMs: number): number =>
  nowMs - placedAtMs >= LAST_RETRY_MS ? 1 : before + 1

/** An entry is gone; what it had bought or sold becomes a position. `cause` is the exchange's own word. */
export const entryLost = (draft: Draft, entry: EntryOrder, filled: Execution, cause: string): void => {
  const { nowMs, terms } = draft
  const { tradeId } = entry
  if (filled.volume > 0n) {
    const volume = plus(filled.volume, draft.book.residual[tradeId].volume)
    if (belowMinimum(volume, Price.toNumber(filled.price), terms) === null) {
      entryFilled(draft, entry, filled)
      return
    }
    draft.book.totalFees = plus(draft.book.totalFees, filled.fee)
    keepResidual(draft, tradeId, filled)
  }
  forgetOrder(draft, entry.localId)
  const trade = draft.book.trades[tradeId]
  trade.rejections = countRejection(trade.rejections, entry.placedAtMs, nowMs)
  trade.retryAtMs = nowMs + retryPauseMs(trade.rejections)
  refuse(
    draft,
    `entry_${tradeId}`,
    "entry_lost",
    () => ({ localId: entry.localId, cause, rejections: trade.rejections, retryAtMs: trade.retryAtMs }),
    `entry_lost:${entry.localId}`
  )
}

/** An active exit is gone: the part it had closed is kept, the rest is asked for again. */
export const exitLost = (draft: Draft, exit: ExitOrder, filled: Execution, cause: string): void => {
  const rest = closePart(draft, exit, filled)
  const retiring = draft.state.facts.life === "retiring"
  if (!retiring && !tooSmall(draft, rest)) {
    replaceOrder(draft, exit.localId, awaitRetry(draft, rest, cause))
    return
  }
  const { tradeId } = exit
  forgetOrder(draft, exit.localId)
  if (retiring && rest.position.closedVolume === 0n) return releaseExit(draft, rest)
  countOutcome(draft, tradeId, bookClosedPart(draft, rest, false))
  const trade = draft.book.trades[tradeId]
  trade.cycle = Math.max(trade.cycle, exit.cycle + 1)
  followUpEntry(draft, tradeId, "cycle_complete")
}

/** A lost recovery is asked for again: it stays the recovery it was. */
export const recoveryLost = (draft: Draft, recovery: Recovery, filled: Execution, cause: string): void => {
  const { order } = recovery
  const rest = closePart(draft, order, filled)
  const retiring = draft.state.facts.life === "retiring"
  if (!retiring && !tooSmall(draft, rest)) {
    // One that was to be moved comes back where it was to stand, at once.
    if (recovery.softClose === "asked") requestAgain(draft, rest)
    else replaceOrder(draft, order.localId, awaitRetry(draft, rest, cause))
    return
  }
  forgetRecovery(draft, recovery.recoveryId)
  if (retiring && rest.position.closedVolume === 0n) return releaseExit(draft, rest)
  countOutcome(draft, order.tradeId, bookClosedPart(draft, rest, true))
}

/** A part of an exit is closed by an order before this one. What stands for too much is taken off; its end brings back the rest. */
export const exitCloses = (draft: Draft, exit: ExitOrder, filled: Execution, standing: ExitOrder | null): void => {
  const rest = closePart(draft, exit, filled)
  if (!spent(draft, rest)) {
    replaceOrder(draft, exit.localId, rest)
    return takeBack(draft, standing, null)
  }
  const { tradeId } = exit
  forgetOrder(draft, exit.localId)
  takeOff(draft, standing, null)
  countOutcome(draft, tradeId, bookClosedPart(draft, rest, false))
  const trade = draft.book.trades[tradeId]
  trade.cycle = Math.max(trade.cycle, exit.cycle + 1)
  followUpEntry(draft, tradeId, "cycle_complete")
}

/** As `exitCloses`, of an exit that has become a recovery. */
export const recoveryCloses = (
  draft: Draft,
  { recoveryId, order }: Recovery,
  filled: Execution,
  standing: ExitOrder | null
): void => {
  const rest = closePart(draft, order, filled)
  if (!spent(draft, rest)) {
    replaceOrder(draft, order.localId, rest)
    return takeBack(draft, standing, recoveryId)
  }
  forgetRecovery(draft, recoveryId)
  takeOff(draft, standing, recoveryId)
  countOutcome(draft, order.tradeId, bookClosedPart(draft, rest, true))
}

const spent = (draft: Draft, rest: ExitOrder): boolean => rest.volume === 0n || tooSmall(draft, rest)

const filledBefore = (localId: LocalId) => reason("filled_before", { localId })

/** The order goes on as the exit's, until its end. */
const takeBack = (draft: Draft, standing: ExitOrder | null, recoveryId: RecoveryId | null): void => {
  if (standing === null) return
  const { localId } = standing
  draft.outputs.push({ _tag: "CancelRequested", localId, recoveryId, reason: filledBefore(localId) })
}

/** Nothing is left for the order to close. */
const takeOff = (draft: Draft, standing: ExitOrder | null, recoveryId: RecoveryId | null): void => {
  if (standing === null) return
  requestCancel(draft, { _tag: "Surplus", order: standing }, recoveryId, filledBefore(standing.localId))
}

/** Only a partly closed exit can be too small: one that never filled was big enough for the exchange once. */
const tooSmall = (draft: Draft, rest: ExitOrder): boolean =>
  rest.position.closedVolume > 0n && belowMinimum(rest.volume, rest.priceNumber, draft.terms) !== null

/** The exit with what this order filled moved to the closed part of its position. */
const closePart = (draft: Draft, exit: ExitOrder, filled: Execution): ExitOrder => {
  const { position } = exit
  draft.book.totalFees = plus(draft.book.totalFees, filled.fee)
  return {
    ...exit,
    volume: minus(exit.volume, filled.volume),
    position: {
      ...position,
      closedVolume: plus(position.closedVolume, filled.volume),
      closedCost: plus(position.closedCost, filled.cost),
      closedFee: plus(position.closedFee, filled.fee)
    }
  }
}

/** Books the closed part with its share of the entry; the rest, too small for an order, stays as residual. Returns the net. */
const bookClosedPart = (draft: Draft, rest: ExitOrder, fromRecovery: boolean): Quote => {
  const { position, tradeId } = rest
  const whole = plus(position.closedVolume, rest.volume)
  const cost = shareOf(position.cost, position.closedVolume, whole)
  const fee = shareOf(position.fee, position.closedVolume, whole)
  if (rest.volume > 0n) {
    keepResidual(draft, tradeId, {
      price: position.price,
      volume: rest.volume,
      cost: minus(position.cost, cost),
      fee: minus(position.fee, fee)
    })
  }
  const closed: ExitOrder = { ...rest, volume: Volume.zero, position: { ...position, cost, fee } }
  return bookCycle(draft, closed, NO_EXECUTION, {
    kind: "cut_short",
    entryMs: position.filledAtMs,
    fromRecovery,
    standIn: null,
    reason: reason("exit_cut_short", { localId: rest.localId, restVolume: Volume.format(rest.volume) })
  })
}

/** Nothing was filled. */
export const NO_EXECUTION: Execution = { price: Price.zero, volume: Volume.zero, cost: Quote.zero, fee: Quote.zero }

const awaitRetry = (draft: Draft, exit: ExitOrder, cause: string): WaitingExit => {
  const { nowMs } = draft
  const rejections = countRejection(exit.rejections, exit.placedAtMs, nowMs)
  const retryAtMs = nowMs + retryPauseMs(rejections)
  refuse(
    draft,
    `exit_${exit.tradeId}`,
    "exit_lost",
    () => ({ localId: exit.localId, cause, rejections, retryAtMs }),
    `exit_lost:${exit.localId}`
  )
  return { ...exit, ...requestedOrder(exit), role: exit.role, stage: "waiting", rejections, retryAtMs }
}

/** Asks again for every lost exit whose pause is over. Exits need no fresh price: their old one is the floor. */
export const retryLostExits = (draft: Draft): void => {
  const { book, nowMs, marketPrice } = draft
  if (marketPrice <= 0) return
  for (const order of [...book.orders, ...book.recoveries.map((recovery) => recovery.order)]) {
    if (order.stage === "waiting" && nowMs >= order.retryAtMs) requestAgain(draft, order)
  }
}

/** What the limits of now forbid of an exit stays as residual of its trade: a whole position, or what has too many decimals. */
const requestAgain = (draft: Draft, asked: ExitOrder): void => {
  const { book, terms, marketPrice } = draft
  const { limits } = draft.variants
  const recovery = book.recoveries.find(({ order }) => order.localId === asked.localId)
  const moves = recovery !== undefined && recovery.softClose !== "no"
  const wanted = moves
    ? nearestPrice(asked.side, marketPrice, terms)
    : replacementPrice(asked.side, asked.price, marketPrice, terms)
  const price = limits.priceNow(draft, asked.side, wanted)
  const taken = limits.volumeNow(draft, asked.volume)
  if (limits.forbid(draft, taken, price)) return giveUpExit(draft, asked, recovery)
  const lost = setAside(draft, asked, minus(asked.volume, taken))
  const { side, role, tradeId, cycle, volume, rejections, position } = lost
  const order = placeOrder(draft, {
    side,
    role,
    tradeId,
    cycle,
    price,
    volume,
    layers: 0,
    replaces: lost.localId,
    reason: reason(moves ? "recovery_replaced" : "exit_replaced", {
      replacesLocalId: lost.localId,
      oldPrice: Price.format(lost.price),
      rejections,
      marketPrice
    })
  })
  replaceOrder(draft, lost.localId, { ...order, rejections, position })
  if (moves) {
    book.recoveries = book.recoveries.map((known) =>
      known.recoveryId === recovery.recoveryId ? { ...known, softClose: "no" } : known
    )
  }
}

/** The exchange takes no order for it any more: what is open of the position waits as residual, and what was closed of it is booked. */
const giveUpExit = (draft: Draft, exit: ExitOrder, recovery: Recovery | undefined): void => {
  const { tradeId } = exit
  if (recovery === undefined) forgetOrder(draft, exit.localId)
  else forgetRecovery(draft, recovery.recoveryId)
  if (exit.position.closedVolume > 0n) {
    countOutcome(draft, tradeId, bookClosedPart(draft, exit, recovery !== undefined))
  } else setAside(draft, exit, exit.volume)
  const trade = draft.book.trades[tradeId]
  trade.cycle = Math.max(trade.cycle, exit.cycle + 1)
  leaveS2(draft)
}
