/** Events of configuration as other settings would have written them. */
import { Effect, Schema } from "effect"
import { closest } from "fastest-levenshtein"
import { HEEDED } from "../../app/backtest/heeded.ts"
import { SETTING_ROWS } from "../../app/settings.ts"
import { GOVERNOR_RULES, openOrderLimit, type OrderLimit } from "../../shared/config/rules/governor.ts"
import { REBALANCER_RULES } from "../../shared/config/rules/rebalancer.ts"
import { PAIR_TERMS, SLOT_RULES } from "../../shared/config/rules/slot.ts"
import { rowsOf } from "../../shared/config/table.ts"
import { messageOf } from "../../shared/core/messageOf.ts"
import type { MarketEvent } from "../../shared/events/event.ts"

/** A setting that is none, or none of those that travel in the journal. */
export class NotARule extends Schema.TaggedError<NotARule>()("NotARule", {
  given: Schema.String,
  problem: Schema.String
}) {
  override get message(): string {
    return `--set ${this.given}: ${this.problem}`
  }
}

const TABLES = {
  MarketConfigured: SLOT_RULES,
  GovernorConfigured: GOVERNOR_RULES,
  RebalancerConfigured: REBALANCER_RULES
} as const
const RULE_NAMES = rowsOf(TABLES).map(({ name }) => name)
type Configured = keyof typeof TABLES

interface Change {
  readonly tag: Configured
  readonly key: string
  readonly value: unknown
}

/** Why a name is no rule, and what to do; without the value, which may be a secret. */
const problemOf = (name: string): string => {
  if (name === "") return "give NAME=value"
  const row = SETTING_ROWS.find((one) => one.name === name || one.alsoCalled.includes(name))
  if (row === undefined) return `there is no such setting: did you mean ${closest(name, RULE_NAMES)}?`
  const backtest = HEEDED.has(row.name) ? `; kennel backtest --set ${row.name}=… plays it on candles` : ""
  return `no rule of slots, governor or rebalancer (${row.group}): what it does stands in the record as it was${backtest}`
}

/** A setting may stand in several tables: slots and governor look at the age of the price alike. */
const changesOf = (given: string): Effect.Effect<ReadonlyArray<Change>, NotARule> =>
  Effect.suspend((): Effect.Effect<ReadonlyArray<Change>, NotARule> => {
    const [, name = "", text = ""] = /^([A-Z0-9_]+)=(.*)$/.exec(given) ?? []
    try {
      const found = Object.entries(TABLES).flatMap(([tag, table]) =>
        Object.entries(table)
          .filter(([, row]) => row.name === name || row.alsoCalled.includes(name))
          .map(([key, row]): Change => ({ tag: tag as Configured, key, value: row.parse(text) }))
      )
      if (found.length > 0) return Effect.succeed(found)
    } catch (error) {
      return Effect.fail(new NotARule({ given, problem: `${JSON.stringify(text)} ${messageOf(error)}` }))
    }
    return Effect.fail(new NotARule({ given: name === "" ? given : name, problem: problemOf(name) }))
  })

/** Where the settings are to count. */
export interface Counting {
  /** Of the account: a limit on open orders is never more than its. */
  readonly tier: OrderLimit["tier"]
  /** From a place on at which the exchange has said what the pair demands: what stood for that until then counts no longer. */
  readonly afterExchange: boolean
}

const TERM_NAMES = new Set(rowsOf(PAIR_TERMS).map(({ name }) => name))

/** Fails where a setting stands twice, or counts no longer. */
const checked = (given: string, at: number, all: ReadonlyArray<string>, { afterExchange }: Counting) => {
  const [name = ""] = given.split("=")
  if (all.slice(0, at).some((one) => one.startsWith(`${name}=`)))
    return Effect.fail(new NotARule({ given: name, problem: "stands twice: name it once" }))
  const problem = "counts until the exchange has said its own, and here it has: what it demands and charges is recorded"
  return afterExchange && TERM_NAMES.has(name) ? Effect.fail(new NotARule({ given: name, problem })) : Effect.void
}

/** From each recorded event to what it would be with these settings (`ENTRY_PCT=0.3`). Fails with `NotARule`. */
export const withSettings = Effect.fnUntraced(function* (given: ReadonlyArray<string>, counting: Counting) {
  for (const [at, one] of given.entries()) yield* checked(one, at, given, counting)
  const changes = (yield* Effect.forEach(given, changesOf)).flat()
  return (event: MarketEvent): MarketEvent => {
    const own = changes.filter(({ tag }) => tag === event._tag)
    if (own.length === 0 || !("rules" in event)) return event
    const changed = Object.fromEntries(own.map(({ key, value }) => [key, value]))
    // Each value has been read by the row of its key.
    const other = { ...event, rules: { ...event.rules, ...changed } } as MarketEvent
    // A journal has the limit that stands behind a 0.
    if (other._tag !== "GovernorConfigured") return other
    const { openOrderLimit: limit } = other.rules
    return {
      ...other,
      rules: { ...other.rules, openOrderLimit: openOrderLimit({ ...counting, governor: { openOrderLimit: limit } }) }
    }
  }
})
