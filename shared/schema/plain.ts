/**
 * A schema as two plain functions, compiled once: one reads what JSON holds, one writes it. They do what is usual several times
 * faster than the schema does, and leave to it whatever is not, the wording of errors above all; property tests hold the two to
 * the same results.
 *
 * Understood are structs, lists, dictionaries, unions, literals, the primitives with their checks, and exact decimals. Anything
 * else in a schema is left to it, and so is all where code cannot be made at runtime.
 */
import type { SchemaAST } from "effect"
import { Price, Quote, Volume } from "../core/decimal/decimal.ts"

/** In place of a result: ask the schema. */
export const LEFT: unique symbol = Symbol("left to the schema")

/** From what JSON holds to what code sees, or back. */
export type Pass = (value: unknown) => unknown

type Direction = "read" | "write"

/** Decimals by the function that parses them: it is what tells them apart in a schema. */
const DECIMALS: ReadonlyMap<unknown, typeof Price | typeof Volume | typeof Quote> = new Map<
  unknown,
  typeof Price | typeof Volume | typeof Quote
>([
  [Price.parse, Price],
  [Volume.parse, Volume],
  [Quote.parse, Quote]
])

/** What cannot be compiled. */
class NotPlain extends Error {}

/**
 * The source of one schema in one direction: a function for each part that has parts, `L` for what is left to the schema, `C` for
 * the constants that the functions use.
 */
class Source {
  readonly constants: Array<unknown> = []
  private readonly functions: Array<string> = []
  private readonly named = new Map<SchemaAST.AST, string>()
  private readonly direction: Direction

  constructor(direction: Direction) {
    this.direction = direction
  }

  get text(): string {
    return this.functions.join("\n")
  }

  /** An expression for what becomes of the value of this expression. */
  call(ast: SchemaAST.AST, value: string): string {
    const known = this.named.get(ast)
    if (known !== undefined) return `${known}(${value})`
    const name = `f${this.named.size}`
    this.named.set(ast, name)
    const body = this.body(ast)
    const checks = this.checks(ast)
    this.functions.push(
      checks === ""
        ? `function ${name}(i){${body}}`
        : this.direction === "read"
          ? `function ${name}(i){const o=${name}b(i);return o===L||${checks.replaceAll("$", "o")}?L:o}function ${name}b(i){${body}}`
          : `function ${name}(i){const o=${name}b(i);return o===L||${checks.replaceAll("$", "i")}?L:o}function ${name}b(i){${body}}`
    )
    return `${name}(${value})`
  }

  private constant(value: unknown): string {
    return `C[${this.constants.push(value) - 1}]`
  }

  /** True where a check of the value `$` fails. */
  private checks(ast: SchemaAST.AST): string {
    if ("encodingChecks" in ast && ast.encodingChecks !== undefined) throw new NotPlain()
    return (ast.checks ?? [])
      .map((check) => {
        if (check._tag !== "Filter") throw new NotPlain()
        return this.constant((value: unknown) => check.run(value, ast, {}) !== undefined) + "($)"
      })
      .join("||")
  }

  private body(ast: SchemaAST.AST): string {
    if (ast.encoding !== undefined) return this.decimal(ast.encoding)
    switch (ast._tag) {
      case "String":
        return 'return typeof i==="string"?i:L'
      case "Number":
        return 'return typeof i==="number"?i:L'
      case "Boolean":
        return 'return typeof i==="boolean"?i:L'
      case "Null":
        return "return i===null?i:L"
      case "Literal":
        return this.literal(ast.literal)
      case "Union":
        return this.union(ast)
      case "Arrays":
        return this.list(ast)
      case "Objects":
        return ast.indexSignatures.length === 0 ? this.struct(ast) : this.dictionary(ast)
      default:
        throw new NotPlain()
    }
  }

  /** The schema's own text in place of an equal one that was read: whoever compares it further, or looks it up, need not look at its characters. */
  private literal(literal: unknown): string {
    const constant = this.constant(literal)
    return `return i===${constant}?${constant}:L`
  }

  /** Amounts beyond 64 bits are no money of any market here: whether they can be written is the schema's to say. */
  private decimal(encoding: SchemaAST.Encoding): string {
    const [{ transformation }] = encoding
    const parse = encoding.length === 1 && "transform" in transformation.decode ? transformation.decode.transform : null
    const codec = DECIMALS.get(parse)
    if (codec === undefined) throw new NotPlain()
    return this.direction === "read"
      ? `return typeof i==="string"?${this.constant(codec.read)}(i)??L:L`
      : `return typeof i==="bigint"&&BigInt.asIntN(64,i)===i?${this.constant(codec.format)}(i):L`
  }

  private struct({ propertySignatures }: SchemaAST.Objects): string {
    const fields = propertySignatures.map(({ name, type }, at) => {
      if (typeof name !== "string" || name === "__proto__") throw new NotPlain()
      const optional = type.context?.isOptional === true
      return { key: JSON.stringify(name), optional, value: `v${at}`, type }
    })
    const done = fields.map(({ key, value, optional, type }) => {
      const call = `${this.call(type, `i[${key}]`)};if(${value}===L)return L;`
      return optional ? `let ${value};if(${key} in i){${value}=${call}}` : `const ${value}=${call}`
    })
    // With every field there, in one go: the engine then knows the object's shape.
    const all = fields.map(({ key, value }) => `${key}:${value}`).join()
    const some = fields.map(({ key, value, optional }) => `${optional ? `if(${key} in i)` : ""}o[${key}]=${value};`)
    const missing = fields.filter(({ optional }) => optional).map(({ key }) => `!(${key} in i)`)
    const out = missing.length === 0 ? `return {${all}}` : `const o={};${some.join("")}return o`
    return `${IS_OBJECT}${done.join("")}${out}`
  }

  private dictionary({ propertySignatures, indexSignatures: [index, ...more] }: SchemaAST.Objects): string {
    if (index === undefined || more.length > 0 || propertySignatures.length > 0) throw new NotPlain()
    const { parameter, type } = index
    if (parameter._tag !== "String" || parameter.checks !== undefined || parameter.encoding !== undefined)
      throw new NotPlain()
    const each = `const v=k==="__proto__"?L:${this.call(type, "i[k]")};if(v===L)return L;o[k]=v`
    return `${IS_OBJECT}const o={};for(const k of Object.keys(i)){${each}}return o`
  }

  /** So many first elements, then any number of others. */
  private list({ elements, rest: [others, ...more] }: SchemaAST.Arrays): string {
    if (more.length > 0 || elements.some(({ context }) => context?.isOptional === true)) throw new NotPlain()
    const first = elements.map(
      (element, at) => `const v${at}=${this.call(element, `i[${at}]`)};if(v${at}===L)return L;o.push(v${at});`
    )
    const length = `i.length${others === undefined ? "!==" : "<"}${elements.length}`
    const further =
      others === undefined
        ? ""
        : `for(let k=${elements.length};k<i.length;k++){const v=${this.call(others, "i[k]")};if(v===L)return L;o.push(v)}`
    return `if(!Array.isArray(i)||${length})return L;const o=[];${first.join("")}${further}return o`
  }

  /** Of literals, one of them; of structs that a literal tells apart, the one it names; else the first that fits. */
  private union({ types, options }: SchemaAST.Union): string {
    if (options?.mode === "oneOf") throw new NotPlain()
    if (types.every((type) => type._tag === "Literal")) {
      return `const v=${this.constant(new Map<unknown, unknown>(types.map(({ literal }) => [literal, literal])))}.get(i);return v===undefined?L:v`
    }
    const tag = tagOf(types)
    if (tag === null) {
      const tries = types.map((type, at) => `const v${at}=${this.call(type, "i")};if(v${at}!==L)return v${at};`)
      return `${tries.join("")}return L`
    }
    const byTag = this.constant(null)
    const cases = types.map((type) => `[${this.constant(literalAt(type, tag))},i=>${this.call(type, "i")}]`)
    this.functions.push(`${byTag}=new Map([${cases.join()}])`)
    return `${IS_OBJECT}const f=${byTag}.get(i[${JSON.stringify(tag)}]);return f===undefined?L:f(i)`
  }
}

const IS_OBJECT = 'if(typeof i!=="object"||i===null||Array.isArray(i))return L;'

/** The literal that a struct has under this name; undefined: none. */
const literalAt = (ast: SchemaAST.AST, name: PropertyKey): unknown => {
  if (ast._tag !== "Objects") return undefined
  const type = ast.propertySignatures.find((property) => property.name === name)?.type
  return type?._tag === "Literal" ? type.literal : undefined
}

/** The name under which each of these structs has a literal of its own; null: they are not told apart so. */
const tagOf = (types: ReadonlyArray<SchemaAST.AST>): string | null => {
  const [one] = types
  if (one?._tag !== "Objects") return null
  for (const { name } of one.propertySignatures) {
    const literals = new Set(types.map((type) => literalAt(type, name)))
    if (typeof name === "string" && !literals.has(undefined) && literals.size === types.length) return name
  }
  return null
}

const compile = (ast: SchemaAST.AST, direction: Direction): Pass => {
  try {
    const source = new Source(direction)
    const call = source.call(ast, "i")
    // oxlint-disable-next-line typescript/no-implied-eval -- nothing of it comes from outside: names and literals of schemas, quoted
    const make = new Function("L", "C", `${source.text}\nreturn i=>${call}`)
    return make(LEFT, source.constants) as Pass
  } catch {
    return () => LEFT
  }
}

/** The plain functions of a schema. */
export const plain = ({ ast }: { readonly ast: SchemaAST.AST }): { readonly read: Pass; readonly write: Pass } => ({
  read: compile(ast, "read"),
  write: compile(ast, "write")
})
