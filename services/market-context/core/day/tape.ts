/** A day's trades in columns: 37 bytes a trade, in order of their ids whatever order they came in. Pure; changed in place. */
import type { Price, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { UNITS_PER_WHOLE } from "../profile/volumeMap.ts"
import { Stretches } from "./stretches.ts"

/** One trade of a day. */
export interface DayTrade {
  readonly id: number
  /** Unix milliseconds. */
  readonly timeMs: number
  readonly price: Price
  readonly volume: Volume
  readonly takerSide: "buy" | "sell"
}

/** A trade as the columns hold it: price in units of 1e-10, volume as whole units and the rest in units of 1e-8. */
export interface TapeRow {
  readonly id: number
  readonly timeMs: number
  readonly price: number
  readonly whole: number
  readonly rest: number
  readonly isBuy: boolean
}

const FIRST_CAPACITY = 1_024
const UNITS = BigInt(UNITS_PER_WHOLE)

/** The most that the columns hold of a day's trades on a disk: 92 billion units. */
const MOST_VOLUME = 2n ** 63n - 1n

/** A trade that the columns cannot hold: nothing of this kind trades so high, or so much at once. */
export class TradeTooLarge extends RangeError {
  override readonly name = "TradeTooLarge"
}

/** Trades, each once. */
export class DayTape {
  private ids = new Float64Array(FIRST_CAPACITY)
  private times = new Float64Array(FIRST_CAPACITY)
  private prices = new Float64Array(FIRST_CAPACITY)
  private wholes = new Float64Array(FIRST_CAPACITY)
  private rests = new Int32Array(FIRST_CAPACITY)
  private buys = new Uint8Array(FIRST_CAPACITY)
  private readonly held = new Stretches()
  private inOrder = true
  /** Trades held. */
  length = 0
  /** How often the order of what was there has changed: a reader that had come some way begins anew. */
  reordered = 0

  /** Takes a trade in. False: it was there already. Throws `TradeTooLarge`. */
  add({ id, timeMs, price, volume, takerSide }: DayTrade): boolean {
    if (this.held.has(id)) return false
    const units = Number(price)
    if (!Number.isSafeInteger(units)) {
      throw new TradeTooLarge(`trade ${id}: a price above 900719 has no place in a day's columns`)
    }
    if (volume > MOST_VOLUME) {
      throw new TradeTooLarge(`trade ${id}: a volume above 92233720368 has no place in a day's columns`)
    }
    this.held.add(id, id + 1)
    const at = this.length
    if (at === this.ids.length) this.grow()
    if (at > 0 && id < this.ids[at - 1]!) this.inOrder = false
    this.ids[at] = id
    this.times[at] = timeMs
    this.prices[at] = units
    this.wholes[at] = Number(volume / UNITS)
    this.rests[at] = Number(volume % UNITS)
    this.buys[at] = takerSide === "buy" ? 1 : 0
    this.length++
    return true
  }

  /** The trade at a place, in order of ids. */
  at(place: number): TapeRow {
    if (!this.inOrder) this.sort()
    return {
      id: this.ids[place]!,
      timeMs: this.times[place]!,
      price: this.prices[place]!,
      whole: this.wholes[place]!,
      rest: this.rests[place]!,
      isBuy: this.buys[place] === 1
    }
  }

  /** Stretches of ids that are there. An exchange that numbers its trades without holes shows here what is missing. */
  get idStretches(): number {
    return this.held.covered.length
  }

  private sort(): void {
    const order = Array.from({ length: this.length }, (_, at) => at).sort((a, b) => this.ids[a]! - this.ids[b]!)
    this.ids = sorted(this.ids, order)
    this.times = sorted(this.times, order)
    this.prices = sorted(this.prices, order)
    this.wholes = sorted(this.wholes, order)
    this.rests = Int32Array.from({ length: this.rests.length }, (_, at) => this.rests[order[at] ?? at]!)
    this.buys = Uint8Array.from({ length: this.buys.length }, (_, at) => this.buys[order[at] ?? at]!)
    this.inOrder = true
    this.reordered++
  }

  private grow(): void {
    const capacity = 2 * this.ids.length
    this.ids = larger(this.ids, new Float64Array(capacity))
    this.times = larger(this.times, new Float64Array(capacity))
    this.prices = larger(this.prices, new Float64Array(capacity))
    this.wholes = larger(this.wholes, new Float64Array(capacity))
    this.rests = larger(this.rests, new Int32Array(capacity))
    this.buys = larger(this.buys, new Uint8Array(capacity))
  }
}

const sorted = (column: Float64Array, order: ReadonlyArray<number>): Float64Array<ArrayBuffer> =>
  Float64Array.from({ length: column.length }, (_, at) => column[order[at] ?? at]!)

const larger = <Column extends Float64Array | Int32Array | Uint8Array>(column: Column, into: Column): Column => {
  into.set(column)
  return into
}
