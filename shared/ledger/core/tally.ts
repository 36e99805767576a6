/** What the accounts of a slot do not tell apart: how its cycles came to be booked, and the fees that were really charged. */
import type { SlotNumber } from "../../core/ids/kinds.ts"
import type { EventOf } from "../../events/event.ts"
import type { CycleKind } from "../../events/families/slot.ts"

/** Cycles of one kind: how many, and the sum of their nets in units of `Quote`. */
export interface Booked {
  readonly cycles: number
  readonly net: bigint
}

/** See the top of this file. */
export interface SlotTally {
  /** What the exchange has charged for the slot's trades, by its own word: nothing stands in here for a trade that was none. */
  readonly feesPaid: bigint
  /** By the kind of the booking; a kind that never was is absent. */
  readonly booked: Readonly<Partial<Record<CycleKind, Booked>>>
}

const NO_TALLY: SlotTally = { feesPaid: 0n, booked: {} }
const NONE: Booked = { cycles: 0, net: 0n }

/** The slot's tally; of a slot that has none, zeros. */
export const tallyOf = (tallies: Readonly<Record<SlotNumber, SlotTally>>, slot: SlotNumber): SlotTally =>
  tallies[slot] ?? NO_TALLY

/** One more fee. */
export const withFee = (tally: SlotTally, fee: bigint): SlotTally => ({ ...tally, feesPaid: tally.feesPaid + fee })

/** One more cycle. */
export const withCycle = (tally: SlotTally, { kind, net }: EventOf<"CycleBooked">): SlotTally => {
  const { cycles, net: before } = tally.booked[kind] ?? NONE
  return { ...tally, booked: { ...tally.booked, [kind]: { cycles: cycles + 1, net: before + net } } }
}

/** What the cycles of these kinds come to. */
export const bookedAs = ({ booked }: SlotTally, kinds: ReadonlyArray<CycleKind>): Booked =>
  kinds.reduce((sum, kind) => {
    const { cycles, net } = booked[kind] ?? NONE
    return { cycles: sum.cycles + cycles, net: sum.net + net }
  }, NONE)

/** Kinds whose exit was traded, wholly or as far as it went. */
export const TRADED = ["closed", "recovered", "cut_short"] as const satisfies ReadonlyArray<CycleKind>
