/**
 * A small scanner of TypeScript source: enough to find code words and imports without being fooled by comments, strings,
 * templates and regular expressions. TypeScript 7 offers no parser to tools; this one is held to a table of tricky texts.
 */

/** After one of these words a slash opens a regular expression; after any other word or a `)` it divides. */
const BEFORE_REGEX = new Set(
  "await case delete do else extends in instanceof new of return throw typeof void yield".split(" ")
)

const isWordChar = (char: string): boolean => /[\w$]/.test(char)

/**
 * The text with everything that is not code turned into spaces: comments, the insides of strings, templates and regular
 * expressions. Quotes, template braces and line ends stay, so that every offset and line is that of the original.
 */
export const maskNonCode = (text: string): string => {
  const out = text.split("")
  const blank = (from: number, to: number): void => {
    for (let i = from; i < to; i++) if (out[i] !== "\n") out[i] = " "
  }
  /** Brace depth at which each open `${` of a template closes. */
  const templates: Array<number> = []
  let depth = 0
  let lastCode = ""
  let lastWord = ""

  /** From just inside a template: blanks its text up to the closing backtick or the next `${`; returns where code goes on. */
  const template = (start: number): number => {
    let i = start
    while (i < text.length) {
      if (text[i] === "\\") i += 2
      else if (text[i] === "`") {
        blank(start, i)
        lastCode = "`"
        return i + 1
      } else if (text[i] === "$" && text[i + 1] === "{") {
        blank(start, i)
        templates.push(depth)
        depth++
        lastCode = "{"
        return i + 2
      } else i++
    }
    blank(start, i)
    return i
  }

  let i = 0
  while (i < text.length) {
    const char = text[i] as string
    const next = text[i + 1]
    if (char === "/" && next === "/") {
      const end = text.indexOf("\n", i)
      const to = end === -1 ? text.length : end
      blank(i, to)
      i = to
    } else if (char === "/" && next === "*") {
      const end = text.indexOf("*/", i + 2)
      const to = end === -1 ? text.length : end + 2
      blank(i, to)
      i = to
    } else if (char === '"' || char === "'") {
      let end = i + 1
      while (end < text.length && text[end] !== char && text[end] !== "\n") end += text[end] === "\\" ? 2 : 1
      blank(i + 1, end)
      lastCode = char
      lastWord = ""
      i = end + 1
    } else if (char === "`") {
      lastWord = ""
      i = template(i + 1)
    } else if (char === "}" && templates.at(-1) === depth - 1) {
      templates.pop()
      depth--
      i = template(i + 1)
    } else if (char === "/" && (lastWord === "" ? !/[\w$)\]"'`]/.test(lastCode) : BEFORE_REGEX.has(lastWord))) {
      let end = i + 1
      let inClass = false
      while (end < text.length && text[end] !== "\n" && (inClass || text[end] !== "/")) {
        if (text[end] === "\\") end++
        else if (text[end] === "[") inClass = true
        else if (text[end] === "]") inClass = false
        end++
      }
      blank(i, end + 1)
      lastCode = ")"
      i = end + 1
    } else if (isWordChar(char)) {
      let end = i
      while (end < text.length && isWordChar(text[end] as string)) end++
      lastWord = lastCode === "." ? "property" : text.slice(i, end)
      lastCode = "a"
      i = end
    } else {
      if (char === "{") depth++
      else if (char === "}") depth--
      if (char.trim() !== "") {
        lastCode = char
        lastWord = ""
      }
      i++
    }
  }
  return out.join("")
}

/** One import, re-export or dynamic import. */
export interface Import {
  /** As written: `../decimal/decimal.ts`, `node:fs`, `effect`; null where a dynamic import computes it. */
  readonly specifier: string | null
  /** True when nothing of it is left at run time: `import type …`, `export type … from`, `typeof import("…")`. */
  readonly typeOnly: boolean
  /** 1-based. */
  readonly line: number
}

const STATIC_IMPORT = /(?<![.\w$])import\b\s*(type\b\s*(?=[{*\w$])(?!from\s*["']))?(?:[\w$*{},\s]*?\bfrom\s*)?(["'])/g
const RE_EXPORT = /(?<![.\w$])export\b\s*(type\b\s*)?(?:\*(?:\s*as\s+[\w$]+)?|\{[^}]*\})\s*from\s*(["'])/g
const DYNAMIC_IMPORT = /(?<![.\w$])(typeof\s+)?import\s*\(\s*(["'`]?)/g

/** The 1-based line of an offset. */
export const lineOf = (text: string, offset: number): number => {
  let line = 1
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line++
  return line
}

/** Every import of a file, in order of appearance within each form; `code` is `maskNonCode(text)`. */
export const importsOf = (text: string, code: string): ReadonlyArray<Import> => {
  const found: Array<Import> = []
  for (const pattern of [STATIC_IMPORT, RE_EXPORT, DYNAMIC_IMPORT]) {
    for (const match of code.matchAll(pattern)) {
      const [whole, type, quote = ""] = match
      const start = match.index + whole.length
      const end = quote === "" ? -1 : code.indexOf(quote, start)
      const literal = end !== -1 && !code.slice(start, end).includes("{")
      found.push({
        specifier: literal ? text.slice(start, end) : null,
        typeOnly: type !== undefined,
        line: lineOf(text, match.index)
      })
    }
  }
  return found
}
