/** A reason as people read it. */
import { utcDayOf, utcDayText } from "../time/utcDay.ts"
import { type Numbers, type Rule, RULES } from "./rules.ts"

/** The rule's sentence with the reason's numbers, each in the unit of its name; `?` stands for one that is missing. */
export const sentenceOf = ({ rule, numbers }: { readonly rule: Rule; readonly numbers: Numbers }): string => {
  const sentence: string = RULES[rule]
  const given = (name: string): boolean => numbers[name] !== undefined && numbers[name] !== ""
  return sentence
    .replaceAll(/\[([^\]]*)\]/g, (_whole, part: string) => (placeholdersOf(part).every(given) ? part : ""))
    .replaceAll(COUNTED, (_whole, name: string, between: string, one: string, many: string) =>
      [`{${name}}`, between, numbers[name] === 1 ? one : many].join("")
    )
    .replaceAll(PLACEHOLDER, (_whole, name: string) => inUnit(name, numbers[name] ?? "?"))
}

/** `{count} <slot is|slots are>`: the words that fit the number before them. */
const COUNTED = /\{(\w+)\}([^{<]*)<([^|>]*)\|([^>]*)>/g
const PLACEHOLDER = /\{(\w+)\}/g

/** The names in braces, in their order. */
export const placeholdersOf = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(PLACEHOLDER)].map(([, name = ""]) => name)

const inUnit = (name: string, value: number | string): string => {
  if (typeof value === "string") return value
  if (/pct$/i.test(name)) return `${rounded(value)} %`
  if (/(?:At|Until)Ms$/.test(name)) return instant(value)
  if (name.endsWith("Ms")) return spanText(value / 1_000)
  return name.endsWith("Sec") ? spanText(value) : rounded(value)
}

/** Six digits tell any two figures apart that people compare; counts and numbers of records stay whole. */
const rounded = (value: number): string => String(Number.isInteger(value) ? value : Number(value.toPrecision(6)))

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
