/** Documented exports. */
import { TEST_SUPPORT } from "../lists.ts"
import { lineOf } from "../scan.ts"
import { matches, type Rule } from "../source.ts"

const EXPORT = /^export (?:abstract |async |declare )*(class|const|function\*?|interface|let|type) ([\w$]+)/gm

/** True when the text before an export ends in a `/** … *\/` block. */
const endsInDocstring = (before: string): boolean => {
  const trimmed = before.trimEnd()
  return trimmed.endsWith("*/") && trimmed.slice(trimmed.lastIndexOf("/*")).startsWith("/**")
}

/** A file that opens with a docstring of its own: one that does not belong to an export right below it. */
const hasHeader = (text: string): boolean => /^(?:#!.*\n)?\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*\n(?!export)/.test(text)

/**
 * Every export outside tests has a docstring above it, unless its file opens with one. `export type X` beside
 * `export const X` shares that one's.
 */
export const documentedExports: Rule = (sources) =>
  sources
    .filter(({ path, text }) => !matches(path, TEST_SUPPORT) && !hasHeader(text))
    .flatMap(({ path, text, code }) => {
      const found = [...code.matchAll(EXPORT)]
      const values = new Set(found.filter(([, kind]) => kind !== "type").map(([, , name]) => name))
      return found.flatMap((match) => {
        const [, kind, name = ""] = match
        if ((kind === "type" && values.has(name)) || endsInDocstring(text.slice(0, match.index))) return []
        return [`${path}:${lineOf(text, match.index)}: ${name} has no docstring, and the file opens with none`]
      })
    })
