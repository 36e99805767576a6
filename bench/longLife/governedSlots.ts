/**
 * A governed market of many slots in one thread: slots and governor fold every record, encode what they decide and compare it as in
 * production; a stand-in exchange takes, and ends, every order at once. No gateway, no bus, no disk: those are measured elsewhere.
 */
import { governorActor } from "../../services/governor/core/actor.ts"
import { slotActor } from "../../services/slot-actor/core/actor.ts"
import { OrderedJournal } from "../../app/inProcess/orderedJournal.ts"
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { changesBetween, FIRST_RULES, NEWEST_RULES } from "../../shared/core/rules/versions.ts"
import type { EventOf, MarketEvent } from "../../shared/events/event.ts"
import type { GovernorRules } from "../../shared/events/families/control.ts"
import type { OrderEvent } from "../../shared/events/families/order.ts"
import { orderKey } from "../../shared/market/core/orderLife.ts"
import { accountFacts, cancelled, generousRules, restlessRules } from "../../tests/testing/tradingSlot.ts"

const START_MS = 1_700_000_000_000
const PRICE = Price.parse("0.1")
const DEADLINE_MS = 10_000

/** What becomes of entries: all go at once, or as a real market lets them: a few a loop, up to the tier's limit. */
export const GOVERNED: Readonly<Record<"freely" | "tightly", (slots: number) => GovernorRules>> = {
  freely: (slots) => ({ ...generousRules, openOrderLimit: 10 * slots + 100 }),
  tightly: () => ({ ...generousRules, maxEntryAddsPerLoop: 2 })
}

/** An order that the exchange is to take, or to take off. */
interface Request {
  readonly slot: number
  readonly localId: number
  readonly cancels: boolean
}

/** The market, at work: every slot has its orders at the exchange, or waits for its grant. */
export class GovernedSlots {
  private readonly journal = new OrderedJournal(marketSubjects("XDGUSD"))
  private readonly requests: Array<Request> = []
  /** What slots asked for and the exchange has not answered, by slot and number. */
  private readonly asked = new Map<string, EventOf<"OrderRequested">>()
  /** Those at the exchange. */
  private readonly sent = new Set<string>()
  private nowMs = START_MS
  private orders = 0
  /** Entries that wait for a grant. */
  waiting = 0

  constructor(slots: number, rules: GovernorRules) {
    for (let slot = 1; slot <= slots; slot++) this.journal.add(slotActor(slot))
    const governor = this.journal.add(governorActor)
    this.journal.watch(({ events, slot }) => {
      for (const event of events) this.note(event, slot)
    })
    this.journal.atRest(() => {
      this.waiting = governor.state.scheduler.queue.length
    })
    this.open(slots, rules)
  }

  /** The market trades at a price; everything that follows from that has happened when it returns. Returns orders that reached the exchange. */
  price(price: Price, afterMs: number): number {
    this.nowMs += afterMs
    const before = this.orders
    this.tell("price", { _tag: "PriceObserved", last: price, bid: price, ask: price })
    this.work()
    return this.orders - before
  }

  private open(slots: number, rules: GovernorRules): void {
    const control = (event: MarketEvent): void => this.journal.append(this.journal.subjects.control("bench"), 0, event)
    const [from, to, reason] = [FIRST_RULES, NEWEST_RULES, "start"] as const
    const adopted = { from, to, changes: changesBetween(from, to), service: "bench", adoptedMs: START_MS }
    control({ _tag: "RulesAdopted", ...adopted })
    control({ _tag: "EpochRaised", epoch: 1, service: "bench", reason, watchesOrders: true, fitsModels: true })
    control({ _tag: "GovernorConfigured", rules, fittedIntervals: [] })
    const numbers = Array.from({ length: slots }, (_, n) => n + 1)
    control({ _tag: "MarketConfigured", slots: numbers, rules: restlessRules })
    for (const fact of accountFacts) this.tell("account", fact)
    const money = { base: { total: Volume.parse("1000000000"), hold: Volume.zero } }
    const quote = { total: Quote.parse("100000000"), hold: Quote.zero }
    this.tell("account", { _tag: "BalancesObserved", ...money, quote })
    // One slot is told its funds at each of these, and answers; a slot that may not ask yet asks again half a minute later.
    for (let told = 0; told < 2 * slots + 100; told++) this.price(PRICE, 100)
  }

  private tell(family: "price" | "account", event: MarketEvent): void {
    this.journal.append(this.journal.subjects[family], this.nowMs, event)
  }

  private note(event: MarketEvent, slot: number | null): void {
    if (event._tag === "EntryGranted") this.requests.push({ ...event, cancels: false })
    if (slot === null) return
    if (event._tag === "CancelRequested") this.requests.push({ slot, localId: event.localId, cancels: true })
    if (event._tag !== "OrderRequested") return
    this.asked.set(orderKey(slot, event.localId), event)
    if (event.role === "exit") this.requests.push({ slot, localId: event.localId, cancels: false })
  }

  private work(): void {
    for (let next = this.requests.shift(); next !== undefined; next = this.requests.shift()) {
      const { slot, localId, cancels } = next
      const key = orderKey(slot, localId)
      const order = this.asked.get(key)
      this.asked.delete(key)
      if (!cancels && order !== undefined) this.take(slot, order)
      // One that was withdrawn before it had its grant has been refused: the exchange has never had it.
      else if (cancels && this.sent.delete(key)) this.fact(slot, cancelled(localId))
    }
  }

  private take(slot: number, { localId, side, price, volume, postOnly }: EventOf<"OrderRequested">): void {
    const of = { clientId: `bench-${slot}-${localId}`, localId }
    this.fact(slot, {
      _tag: "OrderClaimed",
      ...of,
      ...{ side, price, volume, postOnly, deadlineMs: this.nowMs + DEADLINE_MS }
    })
    this.fact(slot, { _tag: "OrderAccepted", ...of, txid: `O${slot}-${localId}` })
    this.sent.add(orderKey(slot, localId))
    this.orders++
  }

  private fact(slot: number, event: OrderEvent): void {
    this.journal.append(this.journal.subjects.order(slot), this.nowMs, event)
  }
}
