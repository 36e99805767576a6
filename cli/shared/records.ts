/** Records as people read them. */
import { encodeText, type StoredRecord } from "../../shared/events/envelope.ts"
import type { Reason } from "../../shared/events/reason.ts"
import { sentenceOf } from "../../shared/core/rules/sentence.ts"
import { instant } from "../../shared/words/instants.ts"

/** An event as the journal holds it: money as decimal text. */
type Written = Readonly<Record<string, unknown>> & { readonly _tag: string }

const SAID_OTHERWISE = new Set(["_tag", "reason"])
/** Longer lists and texts are cut: `--json` has all of them. */
const MOST_CHARACTERS = 120

const valueText = (value: unknown): string => {
  const text = typeof value === "string" ? value : JSON.stringify(value)
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text
}

const isReason = (value: unknown): value is Reason => typeof value === "object" && value !== null && "rule" in value

/** An event: its name, its fields, and the sentence of its rule. */
const eventText = (event: Written): string => {
  const fields = Object.entries(event)
    .filter(([key, value]) => !SAID_OTHERWISE.has(key) && value !== undefined && value !== null)
    .map(([key, value]) => `${key}=${valueText(value)}`)
  const why = event["reason"]
  return [event._tag, ...fields, ...(isReason(why) ? [`(${why.rule}: ${sentenceOf(why)})`] : [])].join(" ")
}

/** A record: sequence, time, subject without the market, and each event. */
export const recordText = (record: StoredRecord): string => {
  const { events } = JSON.parse(encodeText(record)) as { readonly events: ReadonlyArray<Written> }
  const subject = record.subject.split(".").slice(2).join(".")
  return `${record.seq} ${instant(record.timeMs, true)} ${subject} ${events.map(eventText).join(" + ")}`
}
