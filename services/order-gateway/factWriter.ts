/** Writing order facts: always on top of what the gateway has read back, so that two writers cannot both be right. */
import type { ClientId, LocalId, SlotNumber } from "../../shared/core/ids/kinds.ts"
import { Effect, Schema, Semaphore, Stream } from "effect"
import { decoded } from "../../shared/actor/control/decode.ts"
import { makeFactWriter } from "../../shared/actor/facts.ts"
import type { Followed } from "../../shared/actor/follow.ts"
import { retryAppend } from "../../shared/retry.ts"
import { encodeEntry, type Envelope } from "../../shared/events/envelope.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import type { OrderEvent } from "../../shared/events/families/order.ts"
import type { MarketSubjects } from "../../shared/core/ids/subjects.ts"
import type { ExchangeError, Trading } from "../../shared/exchange/port.ts"
import { VenueClock } from "../../shared/exchange/venueClock.ts"
import {
  type Appended,
  type AppendError,
  Journal,
  type JournalRefused,
  type JournalUnavailable
} from "../../shared/journal/port.ts"
import { emptyLane, type EndedOrder, type GatewayState, type Lane, type LiveOrder, orderOf } from "./core/state.ts"

/** Another process keeps writing the facts of this slot between our reading and our writing. */
export class LaneContended extends Schema.TaggedError<LaneContended>()("LaneContended", {
  slot: Schema.Int,
  attempts: Schema.Int
}) {
  override get message(): string {
    return (
      `slot ${this.slot}: another order-gateway wrote first ${this.attempts} times in a row; ` +
      "run only one order-gateway per market"
    )
  }
}

/** A fact of ours stands in the journal and no fold takes it, as one that is far from the market's time: nothing may be done by it. */
export class FactNotBelieved extends Schema.TaggedError<FactNotBelieved>()("FactNotBelieved", {
  slot: Schema.Int,
  seq: Schema.Int
}) {
  override get message(): string {
    return (
      `slot ${this.slot}: record ${this.seq}, a fact of this order-gateway, is not believed; ` +
      "compare the clocks of its machine and of market-feed's with the exchange's"
    )
  }
}

/** Why order facts could not be written. */
export type OrderFactsError = JournalRefused | JournalUnavailable | LaneContended | FactNotBelieved

/** What asks the exchange of orders and writes down what it says. */
export type Asking<A = void> = Effect.fn.Return<A, ExchangeError | OrderFactsError, Trading | VenueClock>

/** A lost race means another gateway is at work on the same lane; a second in a row is rare, this many are a fight. */
const MAX_ATTEMPTS = 20

/** Reads the gateway's fold, and writes facts on top of what it has read. */
export interface OrderFacts {
  readonly state: () => GatewayState
  readonly lane: (slot: SlotNumber) => Lane
  readonly order: (slot: SlotNumber, localId: LocalId) => LiveOrder | null
  /**
   * Appends what `facts` makes of the live order, and returns once it has been read back. Nothing is written when the
   * order has ended or `facts` has nothing to add; true when something was.
   */
  readonly write: (
    slot: SlotNumber,
    localId: LocalId,
    facts: (order: LiveOrder) => ReadonlyArray<OrderEvent>
  ) => Effect.Effect<boolean, OrderFactsError>
  /** As `write`, of an order that has ended and is remembered. */
  readonly writeLate: (
    slot: SlotNumber,
    localId: LocalId,
    facts: (order: EndedOrder) => ReadonlyArray<OrderEvent>
  ) => Effect.Effect<boolean, OrderFactsError>
  /** Whether a claim of the order stands in the journal that no fold takes: it may have been sent. */
  readonly mayHaveBeenSent: (clientId: ClientId) => boolean
  /** Appends an event that belongs to no order; returns its sequence. */
  readonly note: (subject: string, event: MarketEvent) => Effect.Effect<number, JournalRefused | JournalUnavailable>
}

type Facts = readonly [OrderEvent, ...ReadonlyArray<OrderEvent>]

/** Writes of one slot wait for each other. Dies unless exactly one fold is followed. */
export const makeOrderFacts = Effect.fn("makeOrderFacts")(function* (
  subjects: MarketSubjects,
  followed: Followed<GatewayState>
): Effect.fn.Return<OrderFacts, never, Journal | VenueClock> {
  const journal = yield* Journal
  const clock = yield* VenueClock
  const oneByOne = turnsBySlot()
  const writeFact = yield* makeFactWriter("order-gateway")
  const fold = followed.folds[0]
  if (fold === undefined) return yield* Effect.die(new Error("the order gateway follows exactly one fold"))

  const state = (): GatewayState => fold.state
  const lane = (slot: SlotNumber): Lane => state().lanes[slot] ?? emptyLane(slot)
  const order = (slot: SlotNumber, localId: LocalId): LiveOrder | null => orderOf(lane(slot), localId) ?? null

  // One for each claim that was passed over: an operator excludes a record at a time.
  const claimedBefore = new Set<ClientId>()

  const append = Effect.fnUntraced(function* (
    slot: SlotNumber,
    facts: () => ReadonlyArray<OrderEvent>
  ): Effect.fn.Return<boolean, OrderFactsError> {
    let passedOver = 0
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const [first, ...rest] = facts()
      if (first === undefined) return false
      const events = [first, ...rest] as const
      const last = Math.max(lane(slot).lastFactSeq, passedOver)
      const seenSeq = fold.seq
      const entry = entryOf(subjects.order(slot), last, { epoch: state().epoch, timeMs: yield* clock.nowMs, events })
      const { seq, before } = yield* tried(journal.append(entry))
      if (seq !== null) {
        yield* followed.awaitSeq(seq)
        if (lane(slot).lastFactSeq < seq) return yield* new FactNotBelieved({ slot, seq })
        return true
      }
      // Read before these facts were made, and in no state: excluded by an operator, or not believed. They may follow it.
      if (before !== null && before > last && before <= seenSeq) {
        // What cannot be read may claim this very order.
        const passed = claims(journal, { subject: entry.subject, from: last + 1, to: before })
        const found = yield* passed.pipe(Effect.catch(() => Effect.succeed([first.clientId])))
        for (const clientId of found) claimedBefore.add(clientId)
        passedOver = before
      } else yield* followed.awaitSeq(seenSeq + 1)
    }
    return yield* new LaneContended({ slot, attempts: MAX_ATTEMPTS })
  })

  const inTurn = (slot: SlotNumber, facts: () => ReadonlyArray<OrderEvent>) => oneByOne(slot, append(slot, facts))

  return {
    state,
    lane,
    order,
    write: (slot, localId, facts) =>
      inTurn(slot, () => {
        const live = order(slot, localId)
        return live === null ? [] : facts(live)
      }),
    writeLate: (slot, localId, facts) =>
      inTurn(slot, () => {
        const ended = state().ended.find((known) => known.slot === slot && known.localId === localId)
        return ended === undefined ? [] : facts(ended)
      }),
    mayHaveBeenSent: (clientId) => claimedBefore.has(clientId),
    note: Effect.fnUntraced(function* (subject: string, event: MarketEvent) {
      return yield* writeFact({ subject, epoch: state().epoch, timeMs: yield* clock.nowMs }, event)
    })
  }
})

/** Facts of an order as the record that follows the last of its slot: the same again has the same id. */
const entryOf = (
  subject: string,
  last: number,
  told: Pick<Envelope, "epoch" | "timeMs"> & { readonly events: Facts }
) => {
  const [{ clientId, _tag }] = told.events
  return encodeEntry(subject, `${clientId}.${_tag}.${last}`, { ...told, writer: "order-gateway", cause: null }, last)
}

/** The orders that records of a subject claim, from one sequence to another. */
const claims = (
  journal: Journal["Service"],
  { subject, from, to }: { readonly subject: string; readonly from: number; readonly to: number }
) =>
  journal.read({ from, filter: subject }).pipe(
    Stream.takeWhile(({ seq }) => seq <= to),
    decoded,
    Stream.flatMap(({ events }) => Stream.fromIterable(events)),
    Stream.filter((event) => event._tag === "OrderClaimed"),
    Stream.map(({ clientId }) => clientId),
    Stream.runCollect
  )

/** The sequence of what was written, or null: somebody else was there, or it had been written already. `before`: what stands there, where that is known. */
const tried = (append: Effect.Effect<Appended, AppendError>) =>
  retryAppend(append).pipe(
    Effect.map(({ seq, duplicate }) => (duplicate ? { seq: null, before: seq } : { seq, before: null })),
    Effect.catchTag("JournalConflict", ({ actual }) => Effect.succeed({ seq: null, before: actual }))
  )

/** One thing at a time for each slot. */
const turnsBySlot = () => {
  const locks = new Map<number, Semaphore.Semaphore>()
  return <A, E>(slot: SlotNumber, work: Effect.Effect<A, E>): Effect.Effect<A, E> => {
    const lock = locks.get(slot) ?? Semaphore.makeUnsafe(1)
    locks.set(slot, lock)
    return Semaphore.withPermit(lock, work)
  }
}
