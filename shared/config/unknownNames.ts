/** Variables that look like settings and are none: a typing error would otherwise leave the default in force, silently. Pure. */
import { closest, distance } from "fastest-levenshtein"
import type { Setting } from "./setting.ts"
import type { Environment } from "./table.ts"

/** Two slips of the finger; in a short name one, because short names are close to everything. */
const slipsIn = (name: string): number => (name.length < 8 ? 1 : 2)

/** A first word that so many settings share is taken to be ours: `HMM_`, `REBALANCE_`. */
const SHARED_BY = 3

const firstWord = (name: string): string => name.slice(0, name.indexOf("_") + 1)

/** First words that are ours alone; others' programs have variables too. */
const wordsOf = (names: ReadonlyArray<string>): ReadonlySet<string> => {
  const byWord = Map.groupBy(names, firstWord)
  return new Set([...byWord].filter(([word, all]) => word !== "" && all.length >= SHARED_BY).map(([word]) => word))
}

/** A line for each variable that is close to a setting's name, or begins like several of ours, and is none. */
export const unknownNames = (env: Environment, rows: ReadonlyArray<Setting<unknown>>): ReadonlyArray<string> => {
  const names = rows.flatMap(({ name, alsoCalled }) => [name, ...alsoCalled])
  const known = new Set(names)
  const ours = wordsOf(names)
  return Object.keys(env).flatMap((name) => {
    if (known.has(name)) return []
    const nearest = closest(name, names)
    const said = (meant: string) => [`${name} is no setting and changes nothing: did you mean ${meant}?`]
    if (distance(name, nearest) <= slipsIn(name)) return said(nearest)
    const word = firstWord(name)
    return ours.has(word)
      ? said(
          closest(
            name,
            names.filter((one) => one.startsWith(word))
          )
        )
      : []
  })
}
