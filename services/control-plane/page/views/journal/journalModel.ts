/** What a reader asks of the journal, as addresses; and what is kept of the tail. Pure. */
import type { Family } from "../../../../../shared/events/event.ts"
import type { JournalLine } from "../../kit/payloads.ts"

/** What is looked for. Empty: everything. */
export interface Filter {
  readonly slot: string
  readonly family: string
  readonly type: string
  readonly order: string
}

/** Nothing is left out. */
export const EVERYTHING: Filter = { slot: "", family: "", type: "", order: "" }

/** Records kept of the tail: more than anybody scrolls through, and some hundred kilobytes. */
export const MOST_KEPT = 300

/** Families of events, as a reader looks for them. */
export const FAMILIES = [
  "price",
  "clock",
  "slot",
  "governor",
  "order",
  "account",
  "command",
  "rebalancer",
  "regime",
  "candle",
  "context",
  "control",
  "seal"
] as const satisfies ReadonlyArray<Family>

const query = (filter: Filter, more: Readonly<Record<string, string | number>>): string => {
  const asked = Object.entries({ ...filter, ...more }).filter(([, value]) => value !== "")
  return asked.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")
}

/** The newest records, or those before one. */
export const pageAddress = (filter: Filter, before: number | null): string =>
  `/api/journal?${query(filter, { limit: 100, ...(before === null ? {} : { before }) })}`

/** The tail after a record. An order cannot be followed: it is found among what is there. */
export const tailAddress = ({ slot, family, type }: Filter, after: number): string =>
  `/api/events?${query({ slot, family, type, order: "" }, { after })}`

/** A record put before what is there, newest first; one that is there already, or older, changes nothing. */
export const withNewest = (
  kept: ReadonlyArray<JournalLine>,
  line: JournalLine,
  most = MOST_KEPT
): ReadonlyArray<JournalLine> => ((kept[0]?.seq ?? -1) >= line.seq ? kept : [line, ...kept].slice(0, most))

/** The fields of an event as short text: numbers and words, without what the line says already. */
export const fieldsOf = (event: JournalLine["events"][number]): ReadonlyArray<readonly [string, string]> =>
  Object.entries(event)
    .filter(([name]) => name !== "_tag")
    .map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)])

/** `42`, `#42`: a record. Else null: an order, a slot at a time, the mode at a time. */
export const recordIn = (text: string): number | null => {
  const found = /^#?(\d{1,12})$/.exec(text.trim().replaceAll(",", ""))
  return found === null ? null : Number(found[1])
}
