/**
 * The mutants of a file, and its text with any of them built in behind a switch: so a test process loads the file once and
 * runs it as any mutant. (Mutant schemata: Untch, Offutt and Harrold, 1993.)
 */
import { type Node, parseSync, visitorKeys } from "oxc-parser"
import { type Operator, replacements } from "./operators.ts"

/** One wrong at one place. */
export interface Mutant {
  /** Unique in a run. */
  readonly id: number
  /** Path from the root of the repository. */
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  readonly operator: Operator
  /** The text of the whole line, trimmed: together with the texts below it names the mutant across runs. */
  readonly context: string
  readonly original: string
  /** Empty where a statement is left out. */
  readonly mutated: string
  /** Where the original stands in the file, in UTF-16 units. */
  readonly start: number
  readonly end: number
}

/** A node of the tree as a map of its children. */
const childrenOf = (node: Node): ReadonlyArray<readonly [key: string, child: Node]> =>
  (visitorKeys[node.type] ?? []).flatMap((key) => {
    const value: unknown = Reflect.get(node, key)
    return (Array.isArray(value) ? value : [value]).filter(isNode).map((child) => [key, child] as const)
  })

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && "type" in value

/** TypeScript's wrappers around an expression; every other node of its own is a type and runs as nothing. */
const TYPED = new Set(["TSAsExpression", "TSSatisfiesExpression", "TSNonNullExpression", "TSInstantiationExpression"])
const NOT_RUN = new Set(["ImportDeclaration", "ExportAllDeclaration", "ImportExpression"])

const runs = (node: Node): boolean => !NOT_RUN.has(node.type) && (!node.type.startsWith("TS") || TYPED.has(node.type))

/** A name, not a value: `{ name: … }`, `a.name`, `export { name } from "…"`, `"use strict"`. */
const isName = (parent: Node, key: string): boolean =>
  ((key === "key" || key === "property") && "computed" in parent && !parent.computed) ||
  (key === "source" && parent.type === "ExportNamedDeclaration") ||
  (key === "expression" && parent.type === "ExpressionStatement" && parent.directive != null)

type Visit = (node: Node, parent: Node) => void

const walk = (node: Node, visit: Visit): void => {
  for (const [key, child] of childrenOf(node)) {
    if (!runs(child) || isName(node, key)) continue
    visit(child, node)
    walk(child, visit)
  }
}

const parse = (file: string, source: string): Node => {
  const { program, errors } = parseSync(file, source, { lang: "ts", sourceType: "module" })
  const [problem] = errors
  if (problem !== undefined) throw new SyntaxError(`${file}: ${problem.message}`)
  return program
}

/** Every mutant of a file, in the order of its text. Ids count from `firstId`. */
export const mutantsOf = (file: string, source: string, firstId: number): ReadonlyArray<Mutant> => {
  const found: Array<Omit<Mutant, "id">> = []
  walk(parse(file, source), (node, parent) => {
    for (const { operator, text } of replacements(node, parent, source)) {
      const lineStart = source.lastIndexOf("\n", node.start - 1) + 1
      const lineEnd = source.indexOf("\n", node.start)
      found.push({
        file,
        line: source.slice(0, node.start).split("\n").length,
        operator,
        context: source.slice(lineStart, lineEnd === -1 ? source.length : lineEnd).trim(),
        original: source.slice(node.start, node.end),
        mutated: text,
        start: node.start,
        end: node.end
      })
    }
  })
  return found.map((mutant, index) => ({ id: firstId + index, ...mutant }))
}

/** The switch in the global scope that instrumented files ask. */
export const SWITCH = "__kennelMutants"

const HEADER = `const __m = globalThis.${SWITCH} ?? { on: () => false, step: () => {} };`

/** A text put in at an offset. At one offset, what opens further out comes first, what closes further in. */
interface Insertion {
  readonly at: number
  readonly text: string
  /** The length of what it encloses; negative for what closes. */
  readonly span: number
}

/**
 * The file's text with `mutants` (all of this file) behind the switch, and with its loops and functions counting their
 * steps, so that a mutant that never ends can be stopped by a count and not by a clock.
 */
export const instrument = (file: string, source: string, mutants: ReadonlyArray<Mutant>): string => {
  const at = new Map<string, Array<Mutant>>()
  for (const mutant of mutants) {
    const key = `${mutant.start}-${mutant.end}-${mutant.operator === "statement"}`
    at.set(key, [...(at.get(key) ?? []), mutant])
  }
  const insertions: Array<Insertion> = []
  const enclose = (node: Node, before: string, after: string, outer = 0): void => {
    const span = node.end - node.start + outer
    insertions.push({ at: node.start, text: before, span }, { at: node.end, text: after, span: -span })
  }
  walk(parse(file, source), (node, parent) => {
    const isStatement = node.type.endsWith("Statement")
    const [here, ...more] = at.get(`${node.start}-${node.end}-${isStatement}`) ?? []
    if (here !== undefined && isStatement) enclose(node, `{if (!__m.on(${here.id})) {`, "}}", 0.4)
    // In a file without semicolons a statement must not begin with a parenthesis.
    else if (node.type === "ExpressionStatement") enclose(node, "{", "}", 0.4)
    else if (here !== undefined && ownsSite(node, parent)) {
      const texts = [here, ...more].map(({ id, mutated }) => `__m.on(${id}) ? (${mutated}) : `)
      enclose(node, `(${texts.join("")}(`, "))", 0.2)
    }
    const body = stepsIn(node)
    if (body === null) return
    if (body.type === "BlockStatement") insertions.push({ at: body.start + 1, text: "__m.step();", span: 0 })
    else enclose(body, "{__m.step();", "}", 0.6)
  })
  insertions.sort((a, b) => a.at - b.at || Number(a.span > 0) - Number(b.span > 0) || b.span - a.span)
  let out = ""
  let from = 0
  for (const { at: offset, text } of insertions) {
    out += source.slice(from, offset) + text
    from = offset
  }
  return HEADER + out + source.slice(from)
}

/** Whether the mutants found at this range are the node's own: a wrapper of the same range is not a second place. */
const ownsSite = (node: Node, parent: Node): boolean =>
  !(node.start === parent.start && node.end === parent.end && !parent.type.endsWith("Statement"))

const LOOPS = new Set(["ForStatement", "ForInStatement", "ForOfStatement", "WhileStatement", "DoWhileStatement"])

/** The body whose every entry is a step, if the node has one. */
const stepsIn = (node: Node): Node | null => {
  if (!("body" in node) || !isNode(node.body)) return null
  if (LOOPS.has(node.type)) return node.body
  return node.body.type === "BlockStatement" && node.type.includes("Function") ? node.body : null
}
