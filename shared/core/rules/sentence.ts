/** A reason as people read it. */
import { utcDayOf, utcDayText } from "../time/utcDay.ts"
import { type Numbers, type Rule, RULES } from "./rules.ts"

/** The rule's sentence with the reason's numbers, each in the unit of its name; `?` stands for one that is missing. */
export const sentenceOf = ({ rule, numbers }: { readonly rule: Rule; readonly numbers: Numbers }): string => {
  const sentence: string = RULES[rule]
  const given = (name: string): boolean => numbers[name] !== undefined && numbers[name] !== ""
  const figures = figuresOf(placeholdersOf(sentence), numbers)
  return sentence
    .replaceAll(/\[([^\]]*)\]/g, (_whole, part: string) => (placeholdersOf(part).every(given) ? part : ""))
    .replaceAll(COUNTED, (_whole, name: string, between: string, one: string, many: string) =>
      [`{${name}}`, between, numbers[name] === 1 ? one : many].join("")
    )
    .replaceAll(PLACEHOLDER, (_whole, name: string) => figures.get(name) ?? "?")
}

/** `{count} <slot is|slots are>`: the words that fit the number before them. */
const COUNTED = /\{(\w+)\}([^{<]*)<([^|>]*)\|([^>]*)>/g
const PLACEHOLDER = /\{(\w+)\}/g

/** The names in braces, in their order. */
export const placeholdersOf = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(PLACEHOLDER)].map(([, name = ""]) => name)

/**
 * Each figure in the unit of its name, as short as people like it, unless two that differ would read the same ("3 min old, at most
 * 3 min"): those, and all of their unit, are as exact as it takes.
 */
const figuresOf = (names: ReadonlyArray<string>, numbers: Numbers): ReadonlyMap<string, string> => {
  const byUnit = Map.groupBy(new Set(names.filter((name) => numbers[name] !== undefined)), unitOf)
  return new Map(
    [...byUnit].flatMap(([unit, same]) => {
      const values = same.map((name) => numbers[name] ?? "?")
      const ways = WAYS[unit]
      const way = ways.find((one) => tellsApart(values, one)) ?? ways.at(-1) ?? String
      return same.map((name, at): readonly [string, string] => [name, textOf(values[at] ?? "?", way)])
    })
  )
}

type Unit = "percent" | "instant" | "milliseconds" | "seconds" | "plain"

const unitOf = (name: string): Unit => {
  if (/pct$/i.test(name)) return "percent"
  if (/(?:At|Until)Ms$/.test(name)) return "instant"
  if (name.endsWith("Ms")) return "milliseconds"
  return name.endsWith("Sec") ? "seconds" : "plain"
}

type Way = (value: number) => string

const textOf = (value: number | string, way: Way): string => (typeof value === "string" ? value : way(value))

const tellsApart = (values: ReadonlyArray<number | string>, way: Way): boolean => {
  const different = new Set(values.filter((value) => typeof value === "number"))
  return new Set([...different].map(way)).size === different.size
}

/** Six digits are what people compare; counts and numbers of records stay whole. */
const rounded = (value: number): string => String(Number.isInteger(value) ? value : Number(value.toPrecision(6)))
const seconds = (sec: number): string => `${Math.round(sec * 10) / 10} s`
const exactSeconds = (sec: number): string => `${sec} s`

/** How a figure of each unit may be said, the shortest first. */
const WAYS: Readonly<Record<Unit, ReadonlyArray<Way>>> = {
  percent: [(value) => `${rounded(value)} %`, (value) => `${value} %`],
  instant: [(ms) => instant(ms), (ms) => instant(ms).replace(" UTC", `.${String(ms % 1_000).padStart(3, "0")} UTC`)],
  milliseconds: [(ms) => spanText(ms / 1_000), (ms) => seconds(ms / 1_000), (ms) => exactSeconds(ms / 1_000)],
  seconds: [(sec) => spanText(sec), seconds, exactSeconds],
  plain: [rounded, String]
}

/** `61 s`, `12 min`, `3.5 h`: seconds as long as they are what people count in. */
export const spanText = (sec: number): string => {
  const tenths = (value: number) => Math.round(value * 10) / 10
  if (sec < 180) return `${tenths(sec)} s`
  return sec < 3 * 3_600 ? `${tenths(sec / 60)} min` : `${tenths(sec / 3_600)} h`
}

/** `2026-11-21 17:03:09 UTC` of Unix milliseconds. */
const instant = (ms: number): string => {
  const secOfDay = Math.floor(ms / 1_000) % 86_400
  const parts = [Math.floor(secOfDay / 3_600), Math.floor(secOfDay / 60) % 60, secOfDay % 60]
  return `${utcDayText(utcDayOf(ms))} ${parts.map((part) => String(part).padStart(2, "0")).join(":")} UTC`
}
