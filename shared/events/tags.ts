/** The names of all events: a person may mistype one, and nothing is ever called so. */
import { closest } from "fastest-levenshtein"
import { FAMILIES } from "./event.ts"

/** Each once. */
export const EVENT_TAGS: ReadonlyArray<string> = [
  ...new Set(
    Object.values(FAMILIES).flatMap((members) => members.map((member): string => member.fields._tag.schema.literal))
  )
]

/** Why no event is called so; null: one is. */
export const problemOfTag = (tag: string): string | null =>
  EVENT_TAGS.includes(tag) ? null : `no event is called ${tag}: did you mean ${closest(tag, EVENT_TAGS)}?`
