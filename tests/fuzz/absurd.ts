/**
 * Events as only a service that has gone mad would write them: each event of each family, each of its fields in turn with each absurd value
 * of its kind. Enumerated from the schemas, so that a new event or field is met without being named here.
 */
import type { SchemaAST } from "effect"
import { FAMILIES, type Family } from "../../shared/events/event.ts"

/** A node of a schema, as much of it as is looked at. */
interface Node {
  readonly _tag: string
  readonly encoding?: ReadonlyArray<unknown>
  readonly literal?: unknown
  readonly checks?: ReadonlyArray<{ readonly annotations?: { readonly representation?: { readonly id?: string } } }>
  readonly types?: ReadonlyArray<Node>
  readonly elements?: ReadonlyArray<Node>
  readonly rest?: ReadonlyArray<Node>
  readonly propertySignatures?: ReadonlyArray<{ readonly name: PropertyKey; readonly type: Node }>
  readonly indexSignatures?: ReadonlyArray<{ readonly type: Node }>
}

/** Stands for the number of that name in JSON, which no value of a program's writes there. */
const AS_TEXT = { minusZero: "@-0@", beyond: "@1e400@" } as const

const DECIMALS: ReadonlyArray<unknown> = [
  "0",
  "-0",
  "-1",
  "0.00000001",
  "999999999999999999",
  "9".repeat(30),
  `-${"9".repeat(30)}`,
  "9".repeat(5_000),
  "1e308",
  "NaN",
  "Infinity",
  "",
  null,
  1
]
const NUMBERS: ReadonlyArray<unknown> = [
  0,
  AS_TEXT.minusZero,
  AS_TEXT.beyond,
  -1,
  0.5,
  5e-324,
  1e308,
  -1e308,
  2 ** 31,
  2 ** 53 - 1,
  2 ** 53,
  -(2 ** 53),
  // The years 1 and 9999 in milliseconds, and an instant that no date has.
  -62_135_596_800_000,
  253_402_300_799_999,
  8_640_000_000_000_001,
  null,
  "1",
  "NaN"
]
const TEXTS: ReadonlyArray<unknown> = [
  "",
  " ",
  "x".repeat(50_000),
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "12n",
  "~12n",
  "1/42",
  "\0",
  "\ud800",
  "0001-01-01T00:00:00Z",
  "9999-12-31T23:59:59Z",
  "+275760-09-13T00:00:00.001Z",
  null,
  1
]

/** The one pattern that texts of events are held to. */
const isDay = ({ checks = [] }: Node): boolean =>
  checks.some(({ annotations }) => annotations?.representation?.id === "effect/schema/isPattern")

/** Of a node with no value yet: one that it takes. */
const sampleOf = (node: Node): unknown => {
  if (node.encoding !== undefined) return "1"
  switch (node._tag) {
    case "Literal":
      return node.literal
    case "Union":
      return sampleOf((node.types ?? []).find(({ _tag }) => _tag !== "Null") ?? { _tag: "Null" })
    case "Number":
      return 1
    case "Boolean":
      return false
    case "String":
      return isDay(node) ? "2026-11-21" : "x"
    case "Arrays":
      return [...(node.elements ?? []), ...(node.rest ?? [])].map(sampleOf)
    case "Objects": {
      const [index] = node.indexSignatures ?? []
      return index === undefined ? filled(node, {}) : { x: sampleOf(index.type) }
    }
    default:
      return null
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The value with every optional field in it. */
const filled = (node: Node, value: unknown): unknown => {
  if (node._tag !== "Objects" || !isObject(value)) return value
  const fields = (node.propertySignatures ?? []).map(({ name, type }) => {
    const key = String(name)
    return [key, key in value ? filled(type, value[key]) : sampleOf(type)] as const
  })
  return { ...value, ...Object.fromEntries(fields) }
}

/** A field by its path, and what stands there instead. */
export interface Absurdity {
  readonly path: ReadonlyArray<string | number>
  readonly value: unknown
}

const at = (path: ReadonlyArray<string | number>, values: ReadonlyArray<unknown>): ReadonlyArray<Absurdity> =>
  values.map((value) => ({ path, value }))

/** Deeper than any event but a seal's, which holds others. */
const MOST_DEEP = 6

const absurditiesOf = (node: Node, value: unknown, path: ReadonlyArray<string | number>): ReadonlyArray<Absurdity> => {
  if (path.length > MOST_DEEP) return []
  if (node.encoding !== undefined) return at(path, DECIMALS)
  switch (node._tag) {
    case "Literal":
      return at(path, ["__proto__", null])
    case "Boolean":
      return at(path, [null, "true"])
    case "Number":
      return at(path, NUMBERS)
    case "String":
      return at(path, TEXTS)
    case "Union": {
      const members = (node.types ?? []).filter(({ _tag }) => _tag !== "Null" && _tag !== "Literal")
      return members.length === 0
        ? at(path, ["__proto__", null])
        : members.flatMap((member) => absurditiesOf(member, value, path))
    }
    case "Arrays": {
      const [first] = [...(node.elements ?? []), ...(node.rest ?? [])]
      const [held] = Array.isArray(value) ? (value as ReadonlyArray<unknown>) : []
      const inside = first === undefined ? [] : absurditiesOf(first, held ?? sampleOf(first), [...path, 0])
      return [...at(path, [[], null, {}]), ...inside]
    }
    case "Objects": {
      const within = isObject(value) ? value : {}
      const [index] = node.indexSignatures ?? []
      const keyed =
        index === undefined
          ? []
          : ["__proto__", "constructor", "x"].flatMap((key) =>
              absurditiesOf(index.type, sampleOf(index.type), [...path, key])
            )
      const fields = (node.propertySignatures ?? [])
        .filter(({ name }) => name !== "_tag")
        .flatMap(({ name, type }) => absurditiesOf(type, within[String(name)], [...path, String(name)]))
      return [...at(path, path.length === 0 ? [] : [null, []]), ...keyed, ...fields]
    }
    default:
      return []
  }
}

/** An event by its tag: the family that it belongs to, what it may hold, and what may stand there instead. */
export interface EventKind {
  readonly family: Family
  readonly tag: string
  /** With every field, as it stands in JSON; `known`: one that was recorded. */
  readonly whole: (known?: object) => Readonly<Record<string, unknown>>
  readonly absurdities: (whole: object) => ReadonlyArray<Absurdity>
}

/** Every event of a market. */
export const EVENT_KINDS: ReadonlyArray<EventKind> = Object.entries(FAMILIES).flatMap(([family, members]) =>
  members.map((member): EventKind => {
    const node = (member as { readonly ast: SchemaAST.AST }).ast as unknown as Node
    return {
      family: family as Family,
      tag: member.fields._tag.schema.literal,
      whole: (known = {}) => filled(node, known) as Readonly<Record<string, unknown>>,
      absurdities: (whole) => absurditiesOf(node, whole, [])
    }
  })
)

/** JSON with one value replaced. */
export const textWith = (whole: object, { path, value }: Absurdity): string => {
  const copy = structuredClone(whole) as Record<string | number, unknown>
  let holder = copy
  for (const step of path.slice(0, -1)) {
    if (typeof holder[step] !== "object" || holder[step] === null) return JSON.stringify(copy)
    holder = holder[step] as Record<string | number, unknown>
  }
  const last = path.at(-1) ?? ""
  // An own property of that name, as JSON has it.
  Object.defineProperty(holder, last, { value, enumerable: true, configurable: true, writable: true })
  return JSON.stringify(copy).replace(/"@([^@"]+)@"/, "$1")
}
