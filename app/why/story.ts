/** The form of every answer: steps of what happened, each with its place, and what was in force there. */
import { Effect } from "effect"
import { decode } from "../../shared/actor/control/decode.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import type { StoredRecord } from "../../shared/events/envelope.ts"
import { Quote } from "../../shared/core/decimal/decimal.ts"
import { SLOT_RULES } from "../../shared/config/rules/slot.ts"
import { turnKeys } from "../../shared/past/core/notes.ts"
import type { Past } from "../../shared/past/past.ts"
import { instant } from "../../shared/words/instants.ts"
import { type Part, partOf, wordsOf } from "../../shared/words/eventWords.ts"

/** One thing that happened. */
export interface Step {
  readonly part: Part
  readonly seq: number
  /** Unix milliseconds of the exchange's clock; 0: the record has none. */
  readonly timeMs: number
  readonly tag: string
  readonly text: string
  readonly event: MarketEvent
}

/** What a decision was taken under, each with the record that put it in force (0: none did). */
export interface InForceAt {
  readonly rulesVersion: number
  readonly rulesSeq: number
  readonly settings: ReadonlyArray<{ readonly name: string; readonly value: string; readonly seq: number }>
}

/** The record, or null where there is none or it does not decode. */
export const storedAt = Effect.fnUntraced(function* (past: Past, seq: number) {
  const record = yield* past.get(seq).pipe(Effect.catchTag("RecordsArchived", () => Effect.succeed(null)))
  if (record === null) return null
  return yield* decode(record).pipe(Effect.catchTag("RecordUndecodable", () => Effect.succeed(null)))
})

/** The events of a record that are `meant`, as steps. */
export const stepsIn = (record: StoredRecord, meant: (event: MarketEvent) => boolean): ReadonlyArray<Step> =>
  record.events.filter(meant).map((event) => ({
    part: partOf(event),
    seq: record.seq,
    timeMs: record.timeMs,
    tag: event._tag,
    text: wordsOf(event),
    event
  }))

/** The settings that an order of either role goes by. */
const GOES_BY = ["entryPct", "profitPct", "refreshPct", "orderSize"] as const

const valueText = (value: number | Quote): string => (typeof value === "bigint" ? Quote.format(value) : String(value))

/** What was in force at a record. */
export const inForceAt = Effect.fnUntraced(function* (past: Past, seq: number) {
  const find = Effect.fnUntraced(function* <Tag extends MarketEvent["_tag"]>(tag: Tag) {
    const at = past.file.lastTurn(turnKeys.inForce(tag), seq)
    const record = at === null ? null : yield* storedAt(past, at)
    const event = record?.events.findLast((one) => one._tag === tag) as Extract<MarketEvent, { _tag: Tag }> | undefined
    if (at !== null && event !== undefined) return { seq: at, event }
    // Of a piece: what its beginning says, without the record.
    const before = past.begins?.control.events.findLast((one) => one._tag === tag)
    return before === undefined ? null : { seq: 0, event: before as Extract<MarketEvent, { _tag: Tag }> }
  })
  const adopted = yield* find("RulesAdopted")
  const market = yield* find("MarketConfigured")
  const targets = yield* find("TargetsSet")
  const settings = GOES_BY.flatMap((key) => {
    if (market === null) return []
    const configured = { name: SLOT_RULES[key].name, value: valueText(market.event.rules[key]), seq: market.seq }
    const runtime = key === "profitPct" ? (targets?.event.runtimeProfitPct ?? targets?.event.profitPct) : null
    const own = key === "entryPct" ? targets?.event.entryPct : runtime
    return targets === null || own === null || own === undefined
      ? [configured]
      : [{ name: configured.name, value: String(own), seq: targets.seq }]
  })
  const control = past.begins?.control
  const rulesVersion = adopted?.event.to ?? control?.rulesVersion ?? 1
  return { rulesVersion, rulesSeq: adopted?.seq ?? control?.rulesSeq ?? 0, settings } satisfies InForceAt
})

/** `version 2 of the rules (record 1), ENTRY_PCT 0.2 (record 5)`. */
export const inForceText = ({ rulesVersion, rulesSeq, settings }: InForceAt): string =>
  [
    `version ${rulesVersion} of the rules${rulesSeq === 0 ? "" : ` (record ${rulesSeq})`}`,
    ...settings.map(({ name, value, seq }) => `${name} ${value} (${seq === 0 ? "set before" : `record ${seq}`})`)
  ].join(", ")

/** A step as a line: part, place, text. */
export const stepText = ({ part, seq, timeMs, text }: Step): string =>
  `${part.padEnd(8)}  ${String(seq).padStart(8)}  ${instant(timeMs, true)}  ${text}`
