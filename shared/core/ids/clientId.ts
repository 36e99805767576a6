/**
 * The client id of an order: unique for ever, decodable, and acceptable to Kraken (at most 18 lower-case letters and
 * digits). Fixed width, base 36: `k` epoch(4) slot(3) sequence(8) index(2).
 */
import type { ClientId, SlotNumber } from "./kinds.ts"

/** Where the request for an order stands in the journal, and the epoch in force there. */
export interface OrderOrigin {
  readonly epoch: number
  readonly slot: SlotNumber
  /** Sequence of the record that holds the request. */
  readonly seq: number
  /** Index of the request in that record. */
  readonly index: number
}

const EPOCH_DIGITS = 4
/** The highest epoch: what four base-36 digits of a client id hold. */
export const MAX_EPOCH = 36 ** EPOCH_DIGITS - 1
const SLOT_DIGITS = 3
/** The highest number of a slot: what three base-36 digits of a client id hold. */
export const MAX_SLOT = 36 ** SLOT_DIGITS - 1

const part = (name: keyof OrderOrigin, value: number, width: number): string => {
  const digits = value.toString(36)
  if (digits.length > width || value < 0) {
    throw new RangeError(`client id: ${name} ${value} does not fit in ${width} base-36 digits`)
  }
  return digits.padStart(width, "0")
}

/** Throws a RangeError naming the part that does not fit: at these widths only a bug can reach it. */
export const clientIdOf = ({ epoch, slot, seq, index }: OrderOrigin): string =>
  `k${part("epoch", epoch, EPOCH_DIGITS)}${part("slot", slot, SLOT_DIGITS)}${part("seq", seq, 8)}${part("index", index, 2)}`

const SHAPE = /^k([0-9a-z]{4})([0-9a-z]{3})([0-9a-z]{8})([0-9a-z]{2})$/

/** The origin of one of our ids, or null for anybody else's. */
export const originOf = (clientId: ClientId): OrderOrigin | null => {
  const match = SHAPE.exec(clientId)
  if (match === null) return null
  const [, epoch = "", slot = "", seq = "", index = ""] = match
  return { epoch: parseInt(epoch, 36), slot: parseInt(slot, 36), seq: parseInt(seq, 36), index: parseInt(index, 36) }
}
