/**
 * Prices and clock facts make up nearly all of a journal. Records that hold nothing else are read by hand here, several
 * times faster than by the schema; a property test holds the two to the same result. Whatever looks unusual is left to
 * the schema, which also words the errors. Pure.
 */
import { Price } from "../core/decimal/decimal.ts"
import type { MarketEvent } from "./event.ts"

type Raw = Readonly<Record<string, unknown>>

const isRaw = (value: unknown): value is Raw => typeof value === "object" && value !== null

const readPrice = (value: unknown): Price | null => (typeof value === "string" ? Price.read(value) : null)

const decodeEvent = (raw: unknown): MarketEvent | null => {
  if (!isRaw(raw)) return null
  if (raw["_tag"] === "PriceObserved") {
    const last = readPrice(raw["last"])
    const bid = readPrice(raw["bid"])
    const ask = readPrice(raw["ask"])
    return last === null || bid === null || ask === null ? null : { _tag: "PriceObserved", last, bid, ask }
  }
  if (raw["_tag"] === "ClockTicked") {
    const { priceAgeSec } = raw
    if ("noPrice" in raw) return null
    if (priceAgeSec !== null && !Number.isFinite(priceAgeSec)) return null
    return { _tag: "ClockTicked", priceAgeSec: priceAgeSec as number | null }
  }
  return null
}

/** An envelope of hot events, whatever version of the shapes it names: theirs have not changed. Or null: ask the schema. */
export const decodeHot = (raw: unknown) => {
  if (!isRaw(raw)) return null
  const { epoch, timeMs, writer, cause, events } = raw
  if (!Number.isSafeInteger(epoch) || !Number.isFinite(timeMs) || typeof writer !== "string" || writer === "")
    return null
  if (cause !== null && !Number.isSafeInteger(cause)) return null
  if (!Array.isArray(events) || events.length === 0) return null
  const decoded = new Array<MarketEvent>(events.length)
  for (let index = 0; index < events.length; index++) {
    const event = decodeEvent(events[index])
    if (event === null) return null
    decoded[index] = event
  }
  return { epoch: epoch as number, timeMs: timeMs as number, writer, cause: cause as number | null, events: decoded }
}
