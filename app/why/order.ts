/** Why an order is there, and what became of it: from the tick to the booking. */
import { Effect } from "effect"
import { slotOf } from "../../shared/actor/core/actor.ts"
import { slotActor } from "../../shared/core/ids/subjects.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import type { StoredRecord } from "../../shared/events/envelope.ts"
import { type OrderKey, turnKeys } from "../../shared/past/core/notes.ts"
import type { Past } from "../../shared/past/past.ts"
import { type InForceAt, inForceAt, inForceText, type Step, stepText, stepsIn, storedAt } from "./story.ts"

/** The story of one order. */
export interface OrderStory extends OrderKey {
  readonly kind: "order"
  readonly steps: ReadonlyArray<Step>
  /** Where it was asked for; null: that record is not kept. */
  readonly inForce: InForceAt | null
}

/** A tick leads to a wish, that to an allotment, that to an order: more causes in a row than this are no answer to anything. */
const MAX_CAUSES = 12

/** What led to a record, oldest first. */
const causesOf = Effect.fnUntraced(function* (past: Past, record: StoredRecord) {
  const causes: Array<StoredRecord> = []
  for (let { cause } = record; cause !== null && causes.length < MAX_CAUSES;) {
    const before = yield* storedAt(past, cause)
    if (before === null) break
    causes.unshift(before)
    cause = before.cause
  }
  return causes
})

const isAbout =
  ({ slot, localId }: OrderKey, record: StoredRecord) =>
  (event: MarketEvent): boolean =>
    "localId" in event && event.localId === localId && slotOf(event, record) === slot

/** A cause is told as far as it concerns the slot. */
const concerns =
  ({ slot }: OrderKey, record: StoredRecord) =>
  (event: MarketEvent): boolean => {
    const about = slotOf(event, record)
    return about === null || about === slot
  }

const BOOKS: ReadonlySet<MarketEvent["_tag"]> = new Set(["CycleBooked", "PositionReleased"])
/** What an order's end leads to: its slot's answer to it. */
const ENDS: ReadonlySet<string> = new Set(["OrderFilled", "OrderCancelled", "LateFillRecorded"])

/** What the slot booked in answer to the order's end. */
const bookings = Effect.fnUntraced(function* (past: Past, order: OrderKey, steps: ReadonlyArray<Step>) {
  const found: Array<Step> = []
  for (const { seq, tag } of steps) {
    if (!ENDS.has(tag)) continue
    // The answer is among the slot's next decisions; others to earlier inputs may stand before it.
    let at = past.file.nextTurn(turnKeys.decided(slotActor(order.slot)), seq)
    for (let tries = 0; at !== null && tries < MAX_CAUSES; tries++) {
      const answer = yield* storedAt(past, at)
      if (answer?.cause === seq) {
        found.push(...stepsIn(answer, (event) => BOOKS.has(event._tag)))
        break
      }
      at = past.file.nextTurn(turnKeys.decided(slotActor(order.slot)), at)
    }
  }
  return found
})

/** The whole story; null: the journal knows no such order. */
export const storyOfOrder = Effect.fn("storyOfOrder")(function* (past: Past, order: OrderKey) {
  const seqs = past.file.stepsOf(order)
  if (seqs.length === 0) return null
  const own: Array<Step> = []
  const causes = new Map<number, StoredRecord>()
  let requested: StoredRecord | null = null
  for (const seq of seqs) {
    const record = yield* storedAt(past, seq)
    if (record === null) continue
    const steps = stepsIn(record, isAbout(order, record))
    own.push(...steps)
    // Why it was asked for, cancelled or moved: what the slot answered.
    if (!steps.some(({ part }) => part === "rule")) continue
    if (steps.some(({ tag }) => tag === "OrderRequested")) requested = record
    for (const cause of yield* causesOf(past, record)) causes.set(cause.seq, cause)
  }
  const known = new Set(own.map(({ seq }) => seq))
  const led = [...causes.values()]
    .filter(({ seq }) => !known.has(seq))
    .flatMap((record) => stepsIn(record, concerns(order, record)))
  const steps = [...own, ...led, ...(yield* bookings(past, order, own))].toSorted((a, b) => a.seq - b.seq)
  const inForce = requested === null ? null : yield* inForceAt(past, requested.seq)
  return { kind: "order", ...order, steps, inForce } satisfies OrderStory
})

/** As a person reads it. */
export const orderLines = ({ slot, localId, steps, inForce }: OrderStory): ReadonlyArray<string> => [
  `order ${localId} of slot ${slot}${inForce === null ? "" : `, asked for under ${inForceText(inForce)}`}`,
  ...steps.map(stepText)
]
