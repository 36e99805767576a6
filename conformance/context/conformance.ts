/** Runs the reference cases of the market context: volume profiles, opening ranges, structure. */
import { CaseError, CaseObject } from "../format/caseObject.ts"
import { Differences, matrixOf, tableOf, type Tolerance } from "../format/numbers.ts"
import { type Price, Price as Prices, Volume as Volumes } from "../../shared/core/decimal/decimal.ts"
import { openingRange } from "../../services/market-context/core/openingRange.ts"
import {
  breakOfStructure,
  DEFAULT_STRUCTURE,
  type Direction,
  fairValueGaps,
  orderBlock
} from "../../services/market-context/core/structure.ts"
import { ProfileTally } from "../../services/market-context/core/profile/tally.ts"
import { VALUE_AREA_RULES, type ValueAreaRule } from "../../services/market-context/core/profile/valueArea.ts"
import {
  profileOf as levelsOf,
  type SizedTrade,
  VALUE_AREA_PERCENT,
  valueAreaShare
} from "../../services/market-context/core/profile/volumeProfile.ts"

/** A price of a billionth is compared as closely as one of a thousand. */
const PRICES: Tolerance = { absolute: 1e-15, relative: 1e-9 }
const VOLUMES: Tolerance = { absolute: 0, relative: 1e-12 }
const SIZES: Tolerance = { absolute: 1e-12, relative: 1e-9 }

const has = (input: unknown, ...fields: ReadonlyArray<string>): boolean =>
  typeof input === "object" && input !== null && fields.every((field) => field in input)

/** Trades as `[price, quantity]`, and a tick. */
export const isProfileCase = (input: unknown): boolean => has(input, "trades", "tickSize")

/** What is looked at of such a case. */
export const PROFILE_FIELDS = {
  expected: ["poc", "vah", "val", "high", "low", "vwap", "totalVolume", "coverage", "levels", "selected"]
}

/** The whole profile, by the seed's value area unless the case names a rule; an expected `null` is a day without trades. */
export const runProfileCase = (input: unknown): Array<string> => {
  const root = new CaseObject(input, "case")
  const trades = tableOf(root, "trades", 2).map(([price = 0, quantity = 0]) => ({
    price: Prices.fromNumber(price),
    volume: Volumes.fromNumber(quantity)
  }))
  const tick = Prices.fromNumber(root.number("tickSize"))
  const profile = profileOf(trades, tick, {
    rule: root.oneOf("valueAreaRule", VALUE_AREA_RULES, "by-volume"),
    percent: root.optionalNumber("valueAreaPercent") ?? VALUE_AREA_PERCENT
  })
  const expected = root.optionalObject("expected")
  const differences = new Differences()
  if (expected === null || profile === null) {
    differences.same("profile", expected === null ? null : "a profile", profile === null ? null : "a profile")
    return differences.lines
  }
  const prices: Readonly<Record<string, Price>> = {
    poc: profile.pointOfControl,
    vah: profile.valueAreaHigh,
    val: profile.valueAreaLow,
    high: profile.high,
    low: profile.low
  }
  for (const [name, price] of Object.entries(prices)) {
    differences.close(name, expected.number(name), Prices.toNumber(price), PRICES)
  }
  differences.close("vwap", expected.number("vwap"), profile.volumeWeightedPrice, PRICES)
  differences.close("totalVolume", expected.number("totalVolume"), Volumes.toNumber(profile.totalVolume), VOLUMES)
  differences.close("coverage", expected.number("coverage"), valueAreaShare(profile), VOLUMES)
  const levels = matrixOf(expected, "levels")
  differences.same("levels.length", levels.length, profile.levels.length)
  for (const [index, { price, volume }] of profile.levels.entries()) {
    differences.close(`levels[${index}].price`, levels[index]?.[0], Prices.toNumber(price), PRICES)
    differences.close(`levels[${index}].volume`, levels[index]?.[1], Volumes.toNumber(volume), VOLUMES)
  }
  const selected = expected.fields["selected"]
  differences.same(
    "selected",
    selected,
    profile.valueArea.map(({ price }) => Prices.toNumber(price))
  )
  return differences.lines
}

/** A tick or a share out of its range is a malformed case. */
const profileOf = (
  trades: ReadonlyArray<SizedTrade>,
  tickSize: Price,
  valueArea: { readonly rule: ValueAreaRule; readonly percent: number }
) => {
  try {
    const tally = new ProfileTally(tickSize)
    for (const { price, volume } of trades) tally.add(price, volume)
    return levelsOf(tally, valueArea)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new CaseError(`case: ${error.message}`, { cause: error })
  }
}

/** Trades as `[unix ms, price]`, no tick. */
export const isOpeningRangeCase = (input: unknown): boolean =>
  has(input, "trades", "expected") && !has(input, "tickSize")

/** What is looked at of such a case. */
export const OPENING_RANGE_FIELDS = { expected: ["high", "low", "complete"] }

/** The range at `now`, or else at the newest trade. */
export const runOpeningRangeCase = (input: unknown): Array<string> => {
  const root = new CaseObject(input, "case")
  const trades = tableOf(root, "trades", 2).map(([timeMs = 0, price = 0]) => ({ timeMs, price }))
  const nowMs = root.optionalNumber("now") ?? trades.reduce((latest, { timeMs }) => Math.max(latest, timeMs), 0)
  const differences = new Differences()
  const got = openingRange(trades, nowMs)
  const expected = root.object("expected").fields
  differences.close("high", expected["high"], got.high, PRICES)
  differences.close("low", expected["low"], got.low, PRICES)
  differences.same("complete", expected["complete"], got.complete)
  return differences.lines
}

/** Candles in rows, with settings of the structure rules. */
export const isStructureCase = (input: unknown): boolean => has(input, "candles", "settings", "expected")

/** What is looked at of such a case. */
export const STRUCTURE_FIELDS = {
  settings: ["orderBlockLookback", "displacementFactor", "medianWindow", "medianOf", "breakCandles", "breakWindow"],
  expected: ["orderBlock", "fairValueGaps", "breakOfStructure"]
}

/** Order blocks, all gaps, and breaks. */
export const runStructureCase = (input: unknown): Array<string> => {
  const root = new CaseObject(input, "case")
  const given = root.object("settings")
  const settings = {
    orderBlockLookback: given.number("orderBlockLookback", DEFAULT_STRUCTURE.orderBlockLookback),
    displacementFactor: given.number("displacementFactor", DEFAULT_STRUCTURE.displacementFactor),
    medianWindow: given.number("medianWindow", DEFAULT_STRUCTURE.medianWindow),
    // The reference's wording, unless the case asks for the other.
    medianOf: given.oneOf("medianOf", ["newest", "displacement"], "newest"),
    breakCandles: given.number("breakCandles", DEFAULT_STRUCTURE.breakCandles),
    breakWindow: given.number("breakWindow", DEFAULT_STRUCTURE.breakWindow)
  }
  const candles = tableOf(root, "candles", 5).map(([, open = 0, high = 0, low = 0, close = 0]) => ({
    open,
    high,
    low,
    close
  }))
  const expected = root.object("expected")
  const differences = new Differences()
  for (const type of ["bullish", "bearish"] satisfies Array<Direction>) {
    const wanted = expected.object("orderBlock").optionalObject(type)
    const got = orderBlock(candles, type, settings)
    differences.same(`orderBlock.${type}.index`, wanted?.number("index") ?? null, got?.index ?? null)
    differences.close(`orderBlock.${type}.low`, wanted?.number("low"), got?.low, PRICES)
    differences.close(`orderBlock.${type}.high`, wanted?.number("high"), got?.high, PRICES)
    const breaks = expected.object("breakOfStructure").flag(type)
    differences.same(`breakOfStructure.${type}`, breaks, breakOfStructure(candles, settings)[type])
  }
  const wanted = expected.list("fairValueGaps")
  const gaps = fairValueGaps(candles)
  differences.same("fairValueGaps.length", wanted.length, gaps.length)
  for (const [index, want] of wanted.entries()) {
    const got = gaps[index]
    differences.same(`${want.at}.type`, want.text("type"), got?.type)
    differences.same(`${want.at}.middleIndex`, want.number("middleIndex"), got?.middleIndex)
    differences.close(`${want.at}.bottom`, want.number("bottom"), got?.bottom, PRICES)
    differences.close(`${want.at}.top`, want.number("top"), got?.top, PRICES)
    differences.close(`${want.at}.sizePercent`, want.number("sizePercent"), got?.sizePercent, SIZES)
    differences.same(`${want.at}.reenteredAt`, want.optionalNumber("reenteredAt"), got?.reenteredAt)
  }
  return differences.lines
}
