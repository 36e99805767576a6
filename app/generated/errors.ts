/** The table of what the exchange's error texts mean, as people read it. Pure. */
import type { ErrorRule } from "../../shared/exchange/kraken/core/errors.ts"

const DOES = {
  rejected: "counts it as a no; the slot decides whether to ask again",
  wait: "waits, then asks again",
  unknown: "looks the order up; asks again for all else",
  gone: "asks how the order ended",
  stop: "at a start: ends. Later: pauses, and asks again ever more slowly"
} as const

const textOf = ({ prefix, kinds }: ErrorRule): string => {
  const calls = kinds === undefined ? "" : kinds.includes("place") ? ", to an order" : ", to all but an order"
  return prefix === "" ? "all else" : `\`${prefix}\`${calls}`
}

/** A row for each text, in the order in which they are looked at. */
export const errorTable = (rules: ReadonlyArray<ErrorRule>): string =>
  [
    "| text begins with | means | Kennel | you |",
    "| --- | --- | --- | --- |",
    ...rules.map((rule) => `| ${textOf(rule)} | ${rule.means} | ${DOES[rule.advice]} | ${rule.help ?? ""} |`)
  ].join("\n")
