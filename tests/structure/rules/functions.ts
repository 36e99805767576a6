/** Short functions. */
import { parseSync, Visitor } from "oxc-parser"
import { TEST_SUPPORT } from "../lists.ts"
import { type Findings, matches, type TextFile } from "../source.ts"

/** A function, or a generator handed to one, by the name it is reached by. */
export interface FunctionLength {
  /** Its own name, or that of the nearest variable, property or method around it; empty at a file's top level. */
  readonly name: string
  /** From its first to its last line. */
  readonly lines: number
}

interface Spanned {
  readonly start: number
  readonly end: number
}

/** Every function of a TypeScript (with or without JSX) or JavaScript file, the outer before the inner. Throws where the file does not parse. */
export const functionsOf = (path: string, text: string): ReadonlyArray<FunctionLength> => {
  const { program, errors } = parseSync(path, text)
  if (errors[0] !== undefined) throw new SyntaxError(`${path}: ${errors[0].message}`)
  const found: Array<FunctionLength> = []
  const names: Array<string> = []
  const enter = ({ start, end }: Spanned): void => {
    names.push(/^[\w$#]+/.exec(text.slice(start, end))?.[0] ?? "")
  }
  const leave = (): void => void names.pop()
  const measure = ({ start, end }: Spanned): void => {
    found.push({ name: names.at(-1) ?? "", lines: text.slice(start, end).split("\n").length })
  }
  new Visitor({
    VariableDeclarator: ({ id }) => enter(id),
    "VariableDeclarator:exit": leave,
    Property: ({ key }) => enter(key),
    "Property:exit": leave,
    PropertyDefinition: ({ key }) => enter(key),
    "PropertyDefinition:exit": leave,
    MethodDefinition: ({ key }) => enter(key),
    "MethodDefinition:exit": leave,
    FunctionDeclaration: (node) => {
      if (node.id !== null) enter(node.id)
      measure(node)
    },
    "FunctionDeclaration:exit": ({ id }) => {
      if (id !== null) leave()
    },
    FunctionExpression: measure,
    ArrowFunctionExpression: measure
  }).visit(program)
  return found
}

/**
 * No function outside tests is longer than `max` lines but those in `allowances`, by `<path> <name>`, and these may only
 * shrink: an allowance that is larger than the function, or for a function that is short or gone, has to follow.
 */
export const shortFunctions =
  (max: number, allowances: Readonly<Record<string, number>>) =>
  (files: ReadonlyArray<TextFile>): Findings => {
    const long = new Map<string, number>()
    for (const { path, text } of files) {
      if (!/\.(?:[jt]s|mjs|tsx)$/.test(path) || matches(path, TEST_SUPPORT)) continue
      for (const { name, lines } of functionsOf(path, text)) {
        const key = `${path} ${name}`
        if (lines > max) long.set(key, Math.max(lines, long.get(key) ?? 0))
      }
    }
    const tooLong = [...long].flatMap(([key, lines]) => {
      const allowed = allowances[key] ?? max
      return lines <= allowed ? [] : [`${key}: ${lines} lines, at most ${allowed}: split it`]
    })
    const stale = Object.entries(allowances).flatMap(([key, allowed]) => {
      const lines = long.get(key)
      if (lines === undefined) return [`tests/structure/lists.ts: ${key} needs no allowance any more`]
      return lines < allowed ? [`tests/structure/lists.ts: lower the allowance of ${key} to ${lines}`] : []
    })
    return [...tooLong, ...stale]
  }
