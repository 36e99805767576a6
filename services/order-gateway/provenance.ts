/** Whose an order is: what the journal can prove, and nothing else. */
import { Effect, Option, Stream } from "effect"
import { controlRecords } from "../../shared/actor/control/controlRecords.ts"
import { decode, decoded } from "../../shared/actor/control/decode.ts"
import { plusBaseFee, type WithBaseFee } from "../../shared/core/baseFee.ts"
import { plus, type Quote } from "../../shared/core/decimal/decimal.ts"
import { originOf } from "../../shared/core/ids/clientId.ts"
import type { DecodeError } from "../../shared/events/envelope.ts"
import type { EventOf, MarketEvent } from "../../shared/events/event.ts"
import { type MarketSubjects, slotActor } from "../../shared/core/ids/subjects.ts"
import type { OrderReport } from "../../shared/exchange/port.ts"
import { Journal, type ReadError } from "../../shared/journal/port.ts"

/**
 * True when the journal holds, at the very place that the order's client id names, a request for this side and volume, and the
 * order stands at the price of that request or of a later amendment. Anything less (no id, another's id, a place that holds
 * something else, one that was dropped where nobody has its archive) is no proof.
 */
export const provablyOurs = (subjects: MarketSubjects, report: OrderReport) =>
  Effect.catchTag(proof(subjects, report), "RecordsArchived", () => Effect.succeed(false))

const proof = Effect.fn("provablyOurs")(function* (
  subjects: MarketSubjects,
  { clientId, side, price, volume }: OrderReport
): Effect.fn.Return<boolean, ReadError | DecodeError, Journal> {
  const origin = clientId === null ? null : originOf(clientId)
  if (origin === null) return false
  const journal = yield* Journal
  const subject = subjects.out(slotActor(origin.slot))
  const record = yield* journal.get(origin.seq)
  if (record === null || record.subject !== subject) return false
  const stored = yield* decode(record).pipe(Effect.catch(() => Effect.succeed(null)))
  const request = stored?.events[origin.index]
  if (request?._tag !== "OrderRequested" || request.side !== side || request.volume !== volume) return false
  if ((yield* epochAt(subjects, origin.seq)) !== origin.epoch) return false
  if (request.price === price) return true
  const moves = (event: MarketEvent): boolean =>
    event._tag === "AmendRequested" && event.localId === request.localId && event.price === price
  const moved = journal.read({ from: origin.seq, filter: subject }).pipe(
    decoded,
    Stream.filter(({ events }) => events.some(moves))
  )
  return Option.isSome(yield* Stream.runHead(moved))
})

/** The epoch in force at a record. Its envelope may hold an older one: another process may have come in between. */
const epochAt = Effect.fnUntraced(function* (subjects: MarketSubjects, seq: number) {
  const records = yield* controlRecords(subjects, 1, seq - 1)
  return yield* Stream.fromIterable(records).pipe(
    decoded,
    Stream.flatMap(({ events }) => Stream.fromIterable(events)),
    Stream.runFold(
      () => 0,
      (epoch, event) => (event._tag === "EpochRaised" ? Math.max(epoch, event.epoch) : epoch)
    )
  )
})

/** What the journal knows of the exchange's trades. */
export interface KnownTrades {
  /** The exchange's ids of every order that the journal ever saw accepted. */
  readonly txids: ReadonlySet<string>
  /** Fills of which a fee was taken in the base currency, by `execId`. */
  readonly baseFees: ReadonlyMap<string, Required<WithBaseFee> & { readonly fee: Quote }>
}

/** Of the whole fill, also where its order's end had counted a part of it. */
const feesOfAll = (event: EventOf<"FillRecorded" | "LateFillRecorded">): WithBaseFee & { readonly fee: Quote } => {
  if (event._tag === "FillRecorded" || event.counted === undefined) return event
  return { fee: plus(event.fee, event.counted.fee), ...plusBaseFee(event, event.counted) }
}

/** Reads every fact about orders once. */
export const knownTrades = Effect.fn("knownTrades")(function* (
  subjects: MarketSubjects
): Effect.fn.Return<KnownTrades, ReadError | DecodeError, Journal> {
  const journal = yield* Journal
  const txids = new Set<string>()
  const baseFees = new Map<string, Required<WithBaseFee> & { readonly fee: Quote }>()
  yield* journal.read({ from: 1, filter: subjects.everyOrder }).pipe(
    decoded,
    Stream.runForEach(({ events }) =>
      Effect.sync(() => {
        for (const event of events) {
          if (event._tag === "OrderAccepted") txids.add(event.txid)
          if (event._tag !== "FillRecorded" && event._tag !== "LateFillRecorded") continue
          const { fee, baseFee } = feesOfAll(event)
          if (baseFee !== undefined) baseFees.set(event.execId, { fee, baseFee })
        }
      })
    )
  )
  return { txids, baseFees }
})
