/**
 * What must hold once everything has been healed for a while: the journal and the exchange know the same of every order and every unit
 * of money, nothing is on its way, and the market trades or says why not.
 */
import { owedToExits } from "../../../services/governor/core/entries/funds.ts"
import { liveOrders } from "../../../services/order-gateway/core/state.ts"
import { phaseOf } from "../../../services/slot-actor/core/state.ts"
import { slotBooks } from "../../../services/slot-actor/core/money/ledgerBooks.ts"
import { amountText, slotDifferences, unexplained } from "../../../shared/ledger/core/check.ts"
import { openOrders } from "../../../services/exchange-sim/core/engine/books.ts"
import type { SimulatedExchange } from "../world/exchange.ts"
import type { Auditor } from "./auditor.ts"

/** Whether something is still on its way between journal and exchange: then nothing can be compared yet. */
export const onItsWay = ({ gateway, owing }: Auditor): boolean =>
  owing.length > 0 ||
  Object.values(gateway.state.lanes).some(({ tasks }) => tasks.length > 0) ||
  liveOrders(gateway.state).some(({ order }) => order.txid === null && order.grant !== "awaited")

/** What differs between the journal and the exchange, a line for each; nothing may be on its way for long. */
export const endingProblems = (auditor: Auditor, exchange: SimulatedExchange): ReadonlyArray<string> => [
  ...auditor.owing.map((name) => `${name} has decided, and the journal does not say so`),
  ...undone(auditor),
  ...ordersDiffer(auditor, exchange),
  ...fillsDiffer(auditor, exchange),
  ...othersDiffer(auditor, exchange),
  ...moneyDiffers(auditor, exchange),
  ...taken(exchange),
  ...(exchange.overLimit === 0
    ? []
    : [`${exchange.overLimit} requests were more than the exchange's trading limit takes`])
]

/**
 * What the journal has not heard some minutes after everything was healed, of orders that still stand: fills that nobody has recorded.
 * `atMs`: when it was healed, exchange time.
 */
export const unheardProblems = (
  { lives }: Auditor,
  exchange: SimulatedExchange,
  atMs: number
): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (const { execId, txid, timeMs } of exchange.desk.books.fills) {
    const clientId = exchange.desk.books.orders.get(txid)?.clientId ?? null
    if (timeMs > atMs || clientId === null || lives.fills.has(execId)) continue
    const life = lives.byClientId.get(clientId)
    if (life?.stage === "ended" || life?.stage === "rejected") continue
    found.push(`order ${clientId} (${life?.stage ?? "without a claim"}): fill ${execId} is not in the journal`)
  }
  return found
}

const ordersDiffer = ({ lives, gateway }: Auditor, { desk, openings }: SimulatedExchange): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (const [clientId, times] of openings) {
    if (times > 1) found.push(`order ${clientId} was placed ${times} times at the exchange`)
    const life = lives.byClientId.get(clientId)
    if (life === undefined) found.push(`order ${clientId} stands at the exchange, and the journal has no claim of it`)
    else if (life.stage === "rejected")
      found.push(`order ${clientId} was placed, and the journal says that it never was`)
  }
  const open = new Map(openOrders(desk.books).map((order) => [order.txid, order]))
  const live = new Map(liveOrders(gateway.state).map(({ slot, order }) => [order.txid, { slot, order }]))
  for (const { txid, clientId } of open.values()) {
    if (clientId !== null && !live.has(txid))
      found.push(`order ${clientId} (${txid}) stands at the exchange and is nobody's`)
  }
  for (const { slot, order } of live.values()) {
    if (order.grant === "awaited") continue
    const name = `slot ${slot}, order ${order.localId}`
    const there = order.txid === null ? undefined : open.get(order.txid)
    if (there === undefined) found.push(`${name}: ${order.stage} in the journal, not open at the exchange`)
    else if (there.filled !== order.filled)
      found.push(`${name}: filled ${order.filled}, at the exchange ${there.filled}`)
    else if (there.price !== order.price || !near(there.volume, order.volume, 10n))
      found.push(
        `${name}: ${order.volume} at ${order.price} in the journal, ${there.volume} at ${there.price} at the exchange`
      )
  }
  return found
}

const fillsDiffer = ({ lives }: Auditor, { desk }: SimulatedExchange): ReadonlyArray<string> => {
  const otherwise = [...desk.books.orders.values()].flatMap(({ clientId, filled, cost }) => {
    const life = clientId === null ? undefined : lives.byClientId.get(clientId)
    if (life === undefined || (near(life.volume, filled, 10n) && near(life.cost, cost, 100_000n))) return []
    return [`order ${clientId} has traded ${filled} for ${cost}, by the journal ${life.volume} for ${life.cost}`]
  })
  const known = new Set(desk.books.fills.map(({ execId }) => execId))
  const unknown = [...lives.fills].flatMap(([execId, seq]) =>
    known.has(execId) ? [] : [`record ${seq} books fill ${execId}, which the exchange never made`]
  )
  return [...otherwise, ...unknown]
}

/** Each of ours waits in the book: whoever takes pays more. */
const taken = ({ desk: { books } }: SimulatedExchange): ReadonlyArray<string> =>
  books.fills.flatMap(({ txid, execId, liquidity }) => {
    const clientId = books.orders.get(txid)?.clientId ?? null
    return clientId === null || liquidity === "maker"
      ? []
      : [`order ${clientId} has taken what stood there (${execId})`]
  })

/** Orders without a client id are others': they are counted, and left alone. */
const othersDiffer = ({ gateway }: Auditor, { desk }: SimulatedExchange): ReadonlyArray<string> => {
  const others = [...desk.books.orders.values()].filter(({ clientId }) => clientId === null)
  const takenOff = others.filter(({ status }) => status === "canceled")
  const open = others.filter(({ status }) => status === "open").length
  const counted = gateway.state.openOrders?.foreign ?? 0
  return [
    ...takenOff.map(({ txid }) => `order ${txid} of others was taken off`),
    ...(open === counted ? [] : [`${open} orders of others are open, and the journal counts ${counted}`])
  ]
}

/** Within what lists round. */
const near = (a: bigint, b: bigint, by: bigint): boolean => magnitude(a - b) <= by

const moneyDiffers = (
  {
    ledger: {
      state: { ledger }
    },
    slots
  }: Auditor,
  { elsewhere, desk, founding }: SimulatedExchange
): ReadonlyArray<string> => {
  const found = slots.flatMap(({ state }, index) => slotDifferences(ledger, slotBooks(index + 1, state)))
  const all = unexplained(ledger)
  const { opening } = ledger
  if (all === null || opening === null) return [...found, "the account was never seen"]
  // What others had moved before the account was first seen is in what was seen.
  const base = all.base + opening.base.total - founding.base - elsewhere.base
  const quote = all.quote + opening.quote.total - founding.quote - elsewhere.quote
  const doubt = inDoubt(desk)
  if (magnitude(base) > doubt.base)
    found.push(`${amountText(base, "base")} base at the exchange that no event explains`)
  if (magnitude(quote) > doubt.quote)
    found.push(`${amountText(quote, "quote")} quote at the exchange that no event explains`)
  const { observed } = ledger
  if (observed !== null && observed.base.total !== desk.books.base)
    found.push(`the journal's last word on the base is ${observed.base.total}, the exchange has ${desk.books.base}`)
  if (observed !== null && observed.quote.total !== desk.books.quote)
    found.push(`the journal's last word on the quote is ${observed.quote.total}, the exchange has ${desk.books.quote}`)
  return found
}

const magnitude = (amount: bigint): bigint => (amount < 0n ? -amount : amount)

/**
 * What the exchange's lists leave open of fees that were taken in the base currency: they name one figure without a currency, so a
 * fill that was heard by a list alone, or counted by the end of its order, is booked by the rate of the others.
 */
const inDoubt = ({ books }: SimulatedExchange["desk"]): { readonly base: bigint; readonly quote: bigint } => {
  const doubt = { base: 0n, quote: 0n }
  for (const { txid, feeBase = 0n } of books.fills) {
    if (feeBase === 0n || books.orders.get(txid)?.clientId === null) continue
    doubt.base += feeBase
    // The bare figure, read as quote currency.
    doubt.quote += feeBase * 100n
  }
  return doubt
}

const undone = ({ gateway, slots }: Auditor): ReadonlyArray<string> => [
  ...Object.values(gateway.state.lanes).flatMap(({ slot, tasks }) =>
    tasks.map((task) => `slot ${slot}: ${task._tag} of order ${task.localId} is never done`)
  ),
  ...slots.flatMap(({ actor, state }) =>
    state.book.pendingCancels.map(
      ({ order }) => `${actor.name}: the cancel of order ${order.localId} is never answered`
    )
  )
]

/** Pauses that a healed market may have: what a day has lost, and money or sizes that are too small to trade with. */
const MAY_STAND: ReadonlySet<string> = new Set(["daily_loss_lock", "cannot_bootstrap", "size_too_small"])

/** Whether the account has too little for the exits that are to be placed again: somebody has moved money away, and the exchange refuses them. */
const lacksForExits = ({ governor: { state } }: Pick<Auditor, "governor">): boolean => {
  const { balances } = state.market
  if (balances === null) return false
  const { base, quote } = owedToExits(state)
  return balances.base.total - balances.base.hold < base || balances.quote.total - balances.quote.hold < quote
}

/** Whether a market that is healed may stand still for this. */
const mayStand = (auditor: Pick<Auditor, "governor">, cause: string): boolean =>
  MAY_STAND.has(cause) || (cause === "orders_refused" && lacksForExits(auditor))

/** Whether nothing stands against a market that is paused: it waits for the setting's time, and trades then. */
export const isAboutToResume = ({ governor }: Pick<Auditor, "governor">): boolean => {
  const { mode, causes, operatorNeeded } = governor.state.mode
  return mode === "PAUSED" && Object.keys(causes).length === 0 && operatorNeeded === null
}

/** Who does not trade although everything is healed, and an operator has resumed; and who is idle without saying why. */
export const idleProblems = (auditor: Auditor): ReadonlyArray<string> => {
  const { governor, slots } = auditor
  const found: Array<string> = []
  const { mode, slots: named } = governor.state
  if (mode.mode === "STARTING") found.push("the start never ends")
  if (mode.mode !== "RUNNING" && mode.mode !== "STARTING" && mode.reason === null)
    found.push(`${mode.mode}, and nobody says why`)
  const causes = Object.keys(mode.causes)
  if (isAboutToResume({ governor })) found.push("PAUSED, and nothing stands against the market")
  else if (
    mode.mode === "PAUSED" &&
    !causes.some((cause) => mayStand(auditor, cause)) &&
    mode.operatorNeeded?.by !== "daily_loss_lock"
  )
    found.push(`PAUSED for ${causes.join(", ")} (${mode.operatorNeeded?.by ?? "by itself"}), with everything healed`)
  // What may stand refuses the operator who would have ended the halt.
  if (mode.mode === "HALTED" && !causes.some((cause) => mayStand(auditor, cause)))
    found.push(`HALTED for ${causes.join(", ")}, with everything healed`)
  if (mode.mode !== "RUNNING") return found
  for (const { slot } of named.slots) {
    const state = slots[slot - 1]?.state
    if (state === undefined || state.facts.life !== "active") continue
    const { orders, refusals, wish, trades, halted } = state.book
    const waits =
      Object.values(refusals).some((refusal) => refusal !== null) ||
      wish !== null ||
      state.book.askAgainAtMs > state.nowMs ||
      [trades.A, trades.B].some((trade) => Math.max(trade.cooldownUntilMs, trade.retryAtMs) > state.nowMs)
    if (orders.length === 0 && !waits && halted === null)
      found.push(`slot ${slot} (${phaseOf(orders)}) has no order and says no reason`)
  }
  return found
}
