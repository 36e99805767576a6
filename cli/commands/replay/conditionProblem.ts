/** Why a condition that a person typed can never hold, or would hold of nothing. */
import { closest } from "fastest-levenshtein"
import { Mode } from "../../../shared/events/families/governor.ts"
import { problemOfTag } from "../../../shared/events/tags.ts"
import type { Condition } from "./core/until.ts"

const MODES = Mode.literals

/** Why a condition can never hold in a market of these actors, or would say nothing; null: it may hold. `stateOf`: a state as it stands. */
export const problemOf = (
  condition: Condition,
  actors: ReadonlyArray<string>,
  stateOf: (actor: string) => unknown
): string | null => {
  if (condition._tag === "Event") return problemOfTag(condition.tag)
  if (condition._tag === "Mode")
    return MODES.some((mode) => mode === condition.mode)
      ? null
      : `no mode is called ${condition.mode}: ${MODES.join(", ")}`
  const { actor, path, operator, value } = condition
  if (!actors.includes(actor)) return `there is no actor ${actor}: ${actors.join(", ")}`
  if (operator !== "=" && operator !== "!=" && (value.trim() === "" || Number.isNaN(Number(value))))
    return `${operator} compares numbers, and ${value} is none`
  return missingIn(actor, path, stateOf(actor))
}

/** The first parts of a state are always there; deeper ones come and go with orders and causes. */
const FIXED = 2

const missingIn = (actor: string, path: ReadonlyArray<string>, state: unknown): string | null => {
  let [value, name] = [state, actor]
  for (const key of path.slice(0, FIXED)) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null
    const keys = Object.keys(value)
    if (keys.length === 0) return null
    if (!keys.includes(key)) return `${name} has no ${key}: did you mean ${closest(key, keys)}?`
    value = (value as Readonly<Record<string, unknown>>)[key]
    name = `${name}.${key}`
  }
  return null
}
