/**
 * Small wrongs that a test should notice: for one node of the syntax tree, each text that may stand in its place.
 *
 * Wording is left alone (texts with a blank in them, templates), types too: changing them changes no rule.
 */
import type { Node } from "oxc-parser"

/** What kind of wrong a mutant does. */
export type Operator =
  | "condition"
  | "relation"
  | "boundary"
  | "logic"
  | "arithmetic"
  | "number"
  | "boolean"
  | "word"
  | "spread"
  | "call"
  | "statement"

/** A text in the place of a node. */
export interface Replacement {
  readonly operator: Operator
  /** Empty for a statement that is left out. */
  readonly text: string
}

const NEGATED: Readonly<Record<string, string>> = {
  "===": "!==",
  "!==": "===",
  "==": "!=",
  "!=": "==",
  "<": ">=",
  ">=": "<",
  ">": "<=",
  "<=": ">"
}
const SHIFTED: Readonly<Record<string, string>> = { "<": "<=", "<=": "<", ">": ">=", ">=": ">" }
const ARITHMETIC: Readonly<Record<string, string>> = { "+": "-", "-": "+", "*": "/", "/": "*", "%": "*", "**": "*" }
const LOGIC: Readonly<Record<string, string>> = { "&&": "||", "||": "&&" }
const ASSIGNED: Readonly<Record<string, string>> = { "+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "??=": "=" }

/** Methods that hand back what they were called on, altered: left out. */
const LEFT_OUT = new Set(["filter", "slice", "sort", "toSorted", "reverse", "toReversed", "trim"])
/** Methods and functions that have an opposite. */
const OPPOSITES: Readonly<Record<string, string>> = {
  some: "every",
  every: "some",
  find: "findLast",
  findLast: "find",
  "Math.min": "Math.max",
  "Math.max": "Math.min",
  "Math.floor": "Math.ceil",
  "Math.ceil": "Math.floor",
  "Math.round": "Math.floor"
}
/** Exact arithmetic by name: the second operand is forgotten. */
const OPERANDS = new Set(["plus", "minus"])

/** Every wrong that may stand in the place of `node`. `source` is the text of its file, `parent` the node that holds it. */
export const replacements = (node: Node, parent: Node, source: string): ReadonlyArray<Replacement> => {
  const text = (part: { readonly start: number; readonly end: number }): string => source.slice(part.start, part.end)
  if (node.type === "BinaryExpression") return binary(node, parent, text(node.left), text(node.right))
  if (isCondition(node, parent)) {
    return [{ operator: "condition", text: `!(${text(node)})` }, ...replacementsOfValue(node, text)]
  }
  return replacementsOfValue(node, text)
}

type Text = (part: { readonly start: number; readonly end: number }) => string

const replacementsOfValue = (node: Node, text: Text): ReadonlyArray<Replacement> => {
  switch (node.type) {
    case "LogicalExpression": {
      const other = LOGIC[node.operator]
      if (other === undefined) return [{ operator: "logic", text: text(node.right) }]
      return [{ operator: "logic", text: `(${text(node.left)}) ${other} (${text(node.right)})` }]
    }
    case "UnaryExpression":
      if (node.operator === "!") return [{ operator: "condition", text: text(node.argument) }]
      return node.operator === "-" ? [{ operator: "arithmetic", text: text(node.argument) }] : []
    case "AssignmentExpression": {
      const other = ASSIGNED[node.operator]
      return other === undefined
        ? []
        : [{ operator: "arithmetic", text: `${text(node.left)} ${other} ${text(node.right)}` }]
    }
    case "UpdateExpression": {
      const other = node.operator === "++" ? "--" : "++"
      const argument = text(node.argument)
      return [{ operator: "arithmetic", text: node.prefix ? other + argument : argument + other }]
    }
    case "Literal":
      return literal(node.value, text(node))
    case "ArrayExpression":
    case "ObjectExpression":
      return spreads(node, text)
    case "CallExpression":
      return call(node, text)
    case "ExpressionStatement":
    case "ReturnStatement":
    case "ThrowStatement":
    case "ContinueStatement":
    case "BreakStatement":
      return [{ operator: "statement", text: "" }]
    default:
      return []
  }
}

const binary = (
  node: Extract<Node, { type: "BinaryExpression" }>,
  parent: Node,
  left: string,
  right: string
): ReadonlyArray<Replacement> => {
  const all: Array<Replacement> = []
  const add = (operator: Operator, other: string | undefined): void => {
    if (other !== undefined) all.push({ operator, text: `(${left}) ${other} (${right})` })
  }
  const negated = NEGATED[node.operator]
  if (negated !== undefined) add(isCondition(node, parent) ? "condition" : "relation", negated)
  add("boundary", SHIFTED[node.operator])
  if (!(node.operator === "+" && (isText(node.left) || isText(node.right)))) {
    add("arithmetic", ARITHMETIC[node.operator])
  }
  return all
}

const isText = (node: Node): boolean =>
  node.type === "TemplateLiteral" ||
  (node.type === "Literal" && typeof node.value === "string") ||
  (node.type === "BinaryExpression" && (isText(node.left) || isText(node.right)))

const isCondition = (node: Node, parent: Node): boolean =>
  (parent.type === "IfStatement" ||
    parent.type === "ConditionalExpression" ||
    parent.type === "WhileStatement" ||
    parent.type === "DoWhileStatement" ||
    parent.type === "ForStatement") &&
  parent.test === node

const literal = (value: unknown, source: string): ReadonlyArray<Replacement> => {
  if (typeof value === "boolean") return [{ operator: "boolean", text: String(!value) }]
  if (typeof value === "bigint") return [1n, -1n].map((by) => ({ operator: "number", text: `${value + by}n` }))
  if (typeof value === "number") {
    const near = Number.isInteger(value) ? [`${value + 1}`, `${value - 1}`] : [`${source} * 1.1`, `${source} * 0.9`]
    return near.map((text) => ({ operator: "number", text }))
  }
  return typeof value === "string" && !/\s/.test(value) ? [{ operator: "word", text: JSON.stringify(`${value}~`) }] : []
}

/** Each `...part` forgotten. */
const spreads = (
  node: Extract<Node, { type: "ArrayExpression" | "ObjectExpression" }>,
  text: Text
): ReadonlyArray<Replacement> => {
  const parts = node.type === "ArrayExpression" ? node.elements : node.properties
  const [open, close] = node.type === "ArrayExpression" ? ["[", "]"] : ["{", "}"]
  return parts.flatMap((part) =>
    part?.type !== "SpreadElement"
      ? []
      : [
          {
            operator: "spread" as const,
            text:
              open +
              parts
                .filter((other) => other !== part)
                .map((other) => (other === null ? "" : text(other)))
                .join(", ") +
              close
          }
        ]
  )
}

const call = (node: Extract<Node, { type: "CallExpression" }>, text: Text): ReadonlyArray<Replacement> => {
  const { callee } = node
  const name = text(callee)
  const args = node.arguments.map(text).join(", ")
  const [first] = node.arguments
  if (OPERANDS.has(name) && first !== undefined) return [{ operator: "arithmetic", text: text(first) }]
  const opposite = OPPOSITES[name]
  if (opposite !== undefined) return [{ operator: "call", text: `${opposite}(${args})` }]
  // What hangs on an optional link stops where the link does, which a text in its place would not.
  if (callee.type !== "MemberExpression" || callee.computed || name.includes("?.")) return []
  const method = text(callee.property)
  if (LEFT_OUT.has(method)) return [{ operator: "call", text: text(callee.object) }]
  const other = OPPOSITES[method]
  return other === undefined ? [] : [{ operator: "call", text: `${text(callee.object)}.${other}(${args})` }]
}
