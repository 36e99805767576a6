/** Events of configuration as other settings would have written them. */
import { Effect, Schema } from "effect"
import { GOVERNOR_RULES } from "../../shared/config/rules/governor.ts"
import { REBALANCER_RULES } from "../../shared/config/rules/rebalancer.ts"
import { SLOT_RULES } from "../../shared/config/rules/slot.ts"
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
type Configured = keyof typeof TABLES

interface Change {
  readonly tag: Configured
  readonly key: string
  readonly value: unknown
}

/** A setting may stand in several tables: slots and governor look at the age of the price alike. */
const changesOf = (given: string): Effect.Effect<ReadonlyArray<Change>, NotARule> =>
  Effect.suspend((): Effect.Effect<ReadonlyArray<Change>, NotARule> => {
    const [, name = "", text = ""] = /^([A-Z0-9_]+)=(.*)$/.exec(given) ?? []
    try {
      const found = Object.entries(TABLES).flatMap(([tag, table]) =>
        Object.entries(table)
          .filter(([, row]) => row.name === name)
          .map(([key, row]): Change => ({ tag: tag as Configured, key, value: row.parse(text) }))
      )
      if (found.length > 0) return Effect.succeed(found)
    } catch (error) {
      return Effect.fail(new NotARule({ given, problem: `${JSON.stringify(text)} ${messageOf(error)}` }))
    }
    const problem = name === "" ? "give NAME=value" : `${name} is no rule of slots, governor or rebalancer`
    return Effect.fail(new NotARule({ given, problem }))
  })

/** From each recorded event to what it would be with these settings (`ENTRY_PCT=0.3`). */
export const withSettings = Effect.fnUntraced(function* (given: ReadonlyArray<string>) {
  const changes = (yield* Effect.forEach(given, changesOf)).flat()
  return (event: MarketEvent): MarketEvent => {
    const own = changes.filter(({ tag }) => tag === event._tag)
    if (own.length === 0 || !("rules" in event)) return event
    const changed = Object.fromEntries(own.map(({ key, value }) => [key, value]))
    // Each value has been read by the row of its key.
    return { ...event, rules: { ...event.rules, ...changed } } as MarketEvent
  }
})
