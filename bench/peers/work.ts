/** The work that everybody does: one seeded life of prices and fills, and one reducer of plain literals, so that each one's own cost is what shows. */
import { type Actor, defineActor } from "../../shared/actor/core/actor.ts"
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import type { MarketEvent } from "../../shared/events/event.ts"

/** The seed of the life. */
export const SEED = 13
/** Every so many events one is a fill. */
const FILL_EVERY = 33

/** What is folded: the market, and what was traded. */
export interface Tally {
  readonly prices: number
  readonly last: bigint
  readonly high: bigint
  readonly low: bigint
  readonly fills: number
  readonly volume: bigint
  readonly cost: bigint
  readonly fees: bigint
}

/** Before the first event. */
export const NOTHING: Tally = { prices: 0, last: 0n, high: 0n, low: 0n, fills: 0, volume: 0n, cost: 0n, fees: 0n }

/** The reducer of all. */
export const evolve = (tally: Tally, event: MarketEvent): Tally => {
  const { prices, last, high, low, fills, volume, cost, fees } = tally
  if (event._tag === "PriceObserved") {
    const price = event.last
    const lowest = low === 0n || price < low ? price : low
    return {
      prices: prices + 1,
      last: price,
      high: price > high ? price : high,
      low: lowest,
      fills,
      volume,
      cost,
      fees
    }
  }
  if (event._tag !== "OrderFilled") return tally
  return {
    prices,
    last,
    high,
    low,
    fills: fills + 1,
    volume: volume + event.volume,
    cost: cost + event.cost,
    fees: fees + event.fee
  }
}

const SILENT: ReadonlyArray<MarketEvent> = []

/** The reducer as an actor of ours. */
export const tallyActor: Actor<Tally> = defineActor({
  name: "slot-1",
  version: "1",
  initial: NOTHING,
  hears: (tag) => tag === "PriceObserved" || tag === "OrderFilled",
  reduce: (state, event) => ({ state: evolve(state, event), outputs: SILENT })
})

/** A life of so many events. */
export const lifeOf = (count: number): ReadonlyArray<MarketEvent> => {
  let random = SEED
  const next = (below: number): number => {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((random / 2 ** 32) * below)
  }
  return Array.from({ length: count }, (_, n): MarketEvent => {
    const price = Price.parse(`0.${1_400_000 + next(50_000)}`)
    if (n % FILL_EVERY !== FILL_EVERY - 1) return { _tag: "PriceObserved", last: price, bid: price, ask: price }
    return {
      _tag: "OrderFilled",
      clientId: `bench-${n}`,
      localId: n,
      txid: `T${n}`,
      price,
      volume: Volume.parse(String(13 + next(500))),
      cost: Quote.parse(`${2 + next(70)}.5`),
      fee: Quote.parse(`0.0${1 + next(9)}`)
    }
  })
}

/** As text: equal for equal results. */
export const textOf = (tally: Tally): string => Object.values(tally).join(" ")
