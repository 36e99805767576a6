/** Rules in the words of people. */
import type { Reason } from "../../../shared/events/reason.ts"

type Numbers = Reason["numbers"]
const text = (numbers: Numbers, name: string): string => String(numbers[name] ?? "?")

/** What cannot be said by its name and numbers alone: modes and their causes, and what a start waits for. */
const SENTENCES: Readonly<Record<string, (numbers: Numbers) => string>> = {
  operator: (n) => (n["note"] === undefined ? "Paused by an operator." : `Paused by an operator: ${text(n, "note")}.`),
  stale_price: (n) =>
    `The last price is ${text(n, "priceAgeSec")} s old, at most ${text(n, "maxAgeSec")} s are allowed` +
    (n["noPrice"] === undefined ? "." : `; the exchange says: ${text(n, "noPrice")}.`),
  api_errors: (n) =>
    `${text(n, "consecutive")} calls to the exchange failed in a row, last ${text(n, "operation")}: ${text(n, "detail")}.`,
  cannot_bootstrap: (n) => `Slot ${text(n, "slot")} cannot bootstrap: insufficient USD and DOGE.`,
  daily_loss_lock: (n) =>
    `The day's realised loss of ${text(n, "loss")} USD has reached the limit of ${text(n, "limit")} USD.`,
  invariant_broken: (n) => `Slot ${text(n, "slot")} broke its own rules: ${text(n, "violation")}.`,
  fault: (n) => `${text(n, "actor")} cannot fold record ${text(n, "seq")}: ${text(n, "problem")}.`,
  startup: () => "The start is not done.",
  started: () => "Every step of the start is done.",
  resumed: () => "Resumed.",
  waits_for_constraints_and_fees: () => "the exchange's terms and fees",
  waits_for_first_price: () => "the first price",
  waits_for_comparison_with_the_exchange: () => "the comparison of orders with the exchange",
  waits_for_slots: (n) => `funds for slots ${text(n, "slots")}`,
  waits_for_training: (n) =>
    `candles, and the first fit of the models of ${text(n, "intervals")} min` +
    (n["refused"] === undefined ? "" : ` (refused, ${text(n, "refused")})`),
  no_regime_advisor: () => "no regime advisor runs; nothing waits for it"
}

/** `maxAgeSec` becomes `max age sec`, `loss_cap` `loss cap`. */
const words = (name: string): string =>
  name.replaceAll("_", " ").replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

/** The reason as a sentence; a rule without one of its own is said by its name and, in brackets, its numbers. */
export const sentenceOf = ({ rule, numbers }: Reason): string => {
  const sentence = SENTENCES[rule]
  if (sentence !== undefined) return sentence(numbers)
  const compared = Object.entries(numbers).map(([name, value]) => `${words(name)} ${value}`)
  return compared.length === 0 ? words(rule) : `${words(rule)} (${compared.join(", ")})`
}
