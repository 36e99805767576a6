/** How a slot asks the governor for funds, and what follows from the answers. */
import type { EventOf } from "../../../../shared/events/event.ts"
import { autoRepair, ensureBootstrapped } from "./bootstrap.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import { type Draft, type Funds, refuse } from "../draft.ts"
import { missingTrade, normaliseFlags } from "../flags.ts"
import { entryStop } from "../gate.ts"
import { forgetOrder } from "../orders.ts"
import type { Wanted } from "../../../../shared/events/families/slot.ts"
import type { SlotBook, SlotState, TradeId } from "../state.ts"

/** Asked in vain, a slot asks again after this: funds come with fills, and those take a while. Exchange time. */
const ASK_AGAIN_MS = 30_000

type Planned = Pick<SlotBook, "orders" | "onlySide" | "trades">

/** Every answer there is. */
const MISSING = { neither: [], A: ["A"], B: ["B"], both: ["A", "B"] } as const

/** Trades that lack an entry. */
const missingLegs = (book: Planned): ReadonlyArray<TradeId> =>
  book.orders.length === 0 ? MISSING.both : MISSING[missingTrade(book) ?? "neither"]

/** When the trade's cooldown and the pause after a rejection are both over. */
const pauseEndMs = ({ trades }: Planned, tradeId: TradeId): number =>
  Math.max(trades[tradeId].cooldownUntilMs, trades[tradeId].retryAtMs)

/** The trades that lack an entry and rest no longer. */
const legsToPlan = (book: Planned, nowMs: number): ReadonlyArray<TradeId> =>
  missingLegs(book).filter((tradeId) => nowMs >= pauseEndMs(book, tradeId))

/** The first of them: asked with every price and clock fact, so no list is made. */
const firstToPlan = (book: Planned, nowMs: number): TradeId | null => {
  for (const tradeId of missingLegs(book)) if (nowMs >= pauseEndMs(book, tradeId)) return tradeId
  return null
}

/** What a question for these legs is about, as refusals name it. */
const wanted = (book: Planned, leg: TradeId): Wanted => (book.orders.length === 0 ? "bootstrap" : `entry_${leg}`)

/** True when the slot lacks an entry it may have, and has neither asked for it nor said why it does not. */
export const fundsMissing = ({ facts, book, nowMs, marketPrice }: SlotState): boolean => {
  if (facts.life !== "active" || book.wish !== null || facts.constraints === null || marketPrice <= 0) return false
  const leg = firstToPlan(book, nowMs)
  if (leg === null) return false
  const stop = entryStop(facts, true)
  return stop === null ? nowMs >= book.askAgainAtMs : book.refusals[wanted(book, leg)]?.answer !== stop
}

/** The first time from which `fundsMissing` may hold while nothing but prices and time comes; Infinity: not by those alone. */
export const fundsDueMs = ({ facts, book }: SlotState): number => {
  if (facts.life !== "active" || book.wish !== null || facts.constraints === null) return Number.POSITIVE_INFINITY
  const legs = missingLegs(book)
  const stop = entryStop(facts, true)
  let dueMs = Number.POSITIVE_INFINITY
  for (const leg of legs) {
    if (stop !== null && book.refusals[wanted(book, leg)]?.answer === stop) continue
    const pauseMs = pauseEndMs(book, leg)
    dueMs = Math.min(dueMs, stop === null ? Math.max(pauseMs, book.askAgainAtMs) : pauseMs)
  }
  return dueMs
}

/** Asks what may be spent on the missing entries; the answer comes as an event. In a market that stands still nobody is asked. */
export const askForFunds = (draft: Draft): void => {
  normaliseFlags(draft)
  const { book, nowMs, state } = draft
  if (!fundsMissing({ ...state, book })) return
  const legs = legsToPlan(book, nowMs)
  const what = book.orders.length === 0 ? "bootstrap" : "repair"
  const stop = entryStop(state.facts, true)
  if (stop !== null) {
    for (const leg of legs) refuse(draft, wanted(book, leg), stop, () => ({ wantedBy: what }))
    return
  }
  book.wish = what
  draft.outputs.push({
    _tag: "FundsWanted",
    what,
    reason: reason(what === "bootstrap" ? "no_orders" : "leg_missing", { trades: legs.join(" ") })
  })
}

/**
 * Plans the missing entries with the funds allotted. The governor waits for an answer: an entry, or why there is none, said even
 * when it was said before.
 */
export const useFunds = (draft: Draft, funds: Funds): void => {
  const { book, outputs, nowMs } = draft
  book.wish = null
  book.refusals.bootstrap = null
  book.refusals.entry_A = null
  book.refusals.entry_B = null
  ensureBootstrapped(draft, funds)
  normaliseFlags(draft)
  autoRepair(draft, funds)
  if (outputs.some(({ _tag }) => _tag === "OrderRequested")) return
  if (outputs.length === 0) refuse(draft, "bootstrap", "nothing_missing", () => ({ orders: book.orders.length }))
  const pauseEnds = missingLegs(book)
    .map((tradeId) => pauseEndMs(book, tradeId))
    .filter((endMs) => endMs > nowMs)
  book.askAgainAtMs = Math.min(nowMs + ASK_AGAIN_MS, ...pauseEnds)
}

/** The governor has taken an entry back before it was sent: the leg comes back through another question. */
export const entryRefused = (draft: Draft, { localId, askAgain }: EventOf<"EntryRefused">): void => {
  const { book, nowMs } = draft
  book.pendingCancels = book.pendingCancels.filter(({ order }) => order.localId !== localId)
  if (!book.orders.some((order) => order.role === "entry" && order.localId === localId)) return
  forgetOrder(draft, localId)
  book.askAgainAtMs = askAgain === "now" ? nowMs : nowMs + ASK_AGAIN_MS
}
