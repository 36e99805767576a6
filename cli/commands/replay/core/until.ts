/** Conditions on a market's past, as a person types them. Pure. */
import type { MarketEvent } from "../../../../shared/events/event.ts"
import { ownNumber } from "./flatten.ts"
import { amountAt } from "./money.ts"

/** `OrderFilled`, `mode=PAUSED`, or `slot-1.book.halted!=null`. */
export type Condition =
  | { readonly _tag: "Event"; readonly tag: string }
  | { readonly _tag: "Mode"; readonly mode: string }
  | {
      readonly _tag: "State"
      readonly actor: string
      readonly path: ReadonlyArray<string>
      readonly operator: Operator
      readonly value: string
    }

const OPERATORS = ["!=", ">=", "<=", "=", ">", "<"] as const
type Operator = (typeof OPERATORS)[number]

/** The condition of a text; null: it is none. */
export const conditionOf = (text: string): Condition | null => {
  if (/^[A-Z]\w+$/.test(text)) return { _tag: "Event", tag: text }
  const mode = /^mode=([A-Z]+)$/.exec(text)?.[1]
  if (mode !== undefined) return { _tag: "Mode", mode }
  const [, actor, path, operator, value] = /^([a-z][\w-]*)\.([\w.#]+)\s*(!=|>=|<=|=|>|<)\s*(.+)$/.exec(text) ?? []
  const known = OPERATORS.find((one) => one === operator)
  if (actor === undefined || path === undefined || known === undefined || value === undefined) return null
  return { _tag: "State", actor, path: path.split("."), operator: known, value }
}

/** Whether a record's events meet it; never of a condition on a state. */
export const metByEvents = (condition: Condition, events: ReadonlyArray<MarketEvent>): boolean =>
  condition._tag === "Event"
    ? events.some(({ _tag }) => _tag === condition.tag)
    : condition._tag === "Mode" && events.some((event) => event._tag === "ModeChanged" && event.mode === condition.mode)

const valueAt = (state: unknown, path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      Array.isArray(value) && key.startsWith("#")
        ? value.find((item) => ownNumber(item) === key)
        : typeof value === "object" && value !== null
          ? (value as Record<string, unknown>)[key]
          : undefined,
    state
  )

const textOf = (path: ReadonlyArray<string>, value: unknown): string => {
  if (value === null || value === undefined) return "null"
  if (typeof value === "bigint") return amountAt(path, value)?.text ?? value.toString()
  return typeof value === "string" ? value : typeof value === "object" ? "object" : JSON.stringify(value)
}

const compares = (operator: Operator, found: string, wanted: string): boolean => {
  const [left, right] = [Number(found), Number(wanted)]
  switch (operator) {
    case "=":
      return found === wanted
    case "!=":
      return found !== wanted
    case ">":
      return left > right
    case "<":
      return left < right
    case ">=":
      return left >= right
    case "<=":
      return left <= right
  }
}

/** Whether a state meets it. Money compares as a decimal: `slot-1.book.totalProfit>1.5`. */
export const metByState = (condition: Condition, state: unknown): boolean =>
  condition._tag === "State" &&
  compares(condition.operator, textOf(condition.path, valueAt(state, condition.path)), condition.value)
