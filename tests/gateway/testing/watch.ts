/** Waiting for what the journal will say. Nothing here sleeps: every wait ends with the record it waits for, or says what is missing. */
import { type Context, Effect, Stream } from "effect"
import { decodeRecord, type StoredRecord } from "../../../shared/events/envelope.ts"
import type { EventOf, MarketEvent } from "../../../shared/events/event.ts"
import type { OrderEvent } from "../../../shared/events/families/order.ts"
import { marketSubjects } from "../../../shared/core/ids/subjects.ts"
import type { Journal } from "../../../shared/journal/port.ts"

export const subjects = marketSubjects("XDGUSD")

/** Longer than any wait of these tests, shorter than a test's own limit: the failure then says what was waited for. */
const TIMEOUT = "20 seconds"

export interface Watch {
  /** Every record up to now. */
  readonly records: Effect.Effect<ReadonlyArray<StoredRecord>>
  /** Sequence of the newest record. */
  readonly head: Effect.Effect<number>
  /** A slot's order facts from the beginning to the first that fits. */
  readonly factsUntil: (slot: number, fits: (fact: OrderEvent) => boolean) => Effect.Effect<ReadonlyArray<OrderEvent>>
  /** One order's facts from the beginning to the first of this kind. */
  readonly story: (slot: number, localId: number, tag: OrderEvent["_tag"]) => Effect.Effect<ReadonlyArray<OrderEvent>>
  /** The first event of this kind in a record after `afterSeq`. */
  readonly event: <Tag extends MarketEvent["_tag"]>(tag: Tag, afterSeq?: number) => Effect.Effect<EventOf<Tag>>
  /** The first `count` records of one subject after `afterSeq`. */
  readonly next: (subject: string, count: number, afterSeq?: number) => Effect.Effect<ReadonlyArray<StoredRecord>>
  /** Asks `what is wrong` again after every new record, until nothing is. */
  readonly untilNothing: <E>(wrong: Effect.Effect<ReadonlyArray<string>, E>) => Effect.Effect<void>
  /** Runs a wait, and fails with what the journal holds when it takes too long. */
  readonly patiently: <A, E>(what: () => string, wait: Effect.Effect<A, E>) => Effect.Effect<A>
}

export const watchJournal = (journal: Context.Service.Shape<typeof Journal>): Watch => {
  const records = Effect.orDie(Stream.runCollect(Stream.map(journal.read({ from: 1 }), decodeRecord)))

  const patiently: Watch["patiently"] = (what, wait) =>
    wait.pipe(
      Effect.orDie,
      Effect.timeoutOrElse({
        duration: TIMEOUT,
        orElse: () =>
          Effect.flatMap(records, (all) => {
            const held = all.map(({ seq, events }) => `${seq} ${events.map(summary).join(", ")}`)
            return Effect.die(new Error(`waited ${TIMEOUT} for ${what()}; the journal holds\n${held.join("\n")}`))
          })
      })
    )

  const factsUntil: Watch["factsUntil"] = (slot, fits) =>
    patiently(
      () => `a fact of slot ${slot}`,
      journal.tail({ from: 1, filter: subjects.order(slot) }).pipe(
        Stream.flatMap((record) => Stream.fromIterable(decodeRecord(record).events as ReadonlyArray<OrderEvent>)),
        Stream.takeUntil(fits),
        Stream.runCollect
      )
    )

  return {
    records,
    head: Effect.orDie(journal.head),
    factsUntil,
    story: (slot, localId, tag) =>
      Effect.map(
        factsUntil(slot, (fact) => fact.localId === localId && fact._tag === tag),
        (facts) => facts.filter((fact) => fact.localId === localId)
      ),
    event: (tag, afterSeq = 0) =>
      patiently(
        () => tag,
        journal.tail({ from: afterSeq + 1 }).pipe(
          Stream.flatMap((record) => Stream.fromIterable(decodeRecord(record).events)),
          Stream.filter((event): event is EventOf<typeof tag> => event._tag === tag),
          Stream.runHead,
          Effect.flatMap(Effect.fromOption)
        )
      ),
    next: (subject, count, afterSeq = 0) =>
      patiently(
        () => `${count} records on ${subject}`,
        journal.tail({ from: afterSeq + 1, filter: subject }).pipe(
          Stream.take(count),
          Stream.map((record) => decodeRecord(record)),
          Stream.runCollect
        )
      ),
    untilNothing: (wrong) =>
      Effect.suspend(() => {
        let problems: ReadonlyArray<string> = []
        const look = Effect.gen(function* () {
          while (true) {
            const seenSeq = yield* journal.head
            problems = yield* wrong
            if (problems.length === 0) return
            yield* Stream.runHead(journal.tail({ from: seenSeq + 1 }))
          }
        })
        return patiently(() => `an end of\n${problems.join("\n")}\n`, look)
      }),
    patiently
  }
}

const summary = (event: MarketEvent): string => {
  const tag = "localId" in event ? `${event._tag}(${event.localId})` : event._tag
  return event._tag === "OrderRejected" || event._tag === "OrderUnknown" ? `${tag}: ${event.cause}` : tag
}
