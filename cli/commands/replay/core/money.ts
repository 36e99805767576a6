/** Money in a state as people read it: states hold whole units, and a field's name says of what. Pure. */
import { Price, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { Currencies } from "../../../shared/currencies.ts"

/** Amounts of the base currency, by the last name of their path; totals and holds by the name above. */
const OF_BASE = /(?:^|[a-z])(?:[vV]olume|[bB]ase)$|^(?:filled|bought|sold|amount)$/
/** Ratios in units of their own, and what is counted: no money. */
const NO_MONEY = /E\d+$/

/** What stands at a path in so many units, without its currency; null: it is no money. */
export const amountAt = (
  path: ReadonlyArray<string>,
  units: bigint
): { readonly text: string; readonly of: keyof Currencies } | null => {
  const [above = "", last = ""] = [path.at(-2), path.at(-1)]
  if (NO_MONEY.test(last)) return null
  const ofBase = OF_BASE.test(last) || (/^(?:total|hold)$/.test(last) && above === "base")
  // A price and an amount of the quote currency have as many decimals.
  return ofBase
    ? { text: Volume.format(units as Volume), of: "base" }
    : { text: Price.format(units as Price), of: "quote" }
}

const UNITS = /^"(-?\d+)n"$/

/** A leaf's text with money as a decimal and its currency (`0.14548 USD`); anything else as it is. */
export const moneyText = (path: string, value: string, currencies: Currencies): string => {
  const units = UNITS.exec(value)?.[1]
  if (units === undefined) return value
  const amount = amountAt(path.split("."), BigInt(units))
  return amount === null ? units : `${amount.text} ${currencies[amount.of]}`
}
