/** Documented exports. */
import { TEST_SUPPORT } from "../lists.ts"
import { lineOf } from "../scan.ts"
import { matches, type Rule } from "../source.ts"

const EXPORT = /^export (?:abstract |async |declare )*(class|const|function\*?|interface|let|type) ([\w$]+)/gm

/** True when the text before an export ends in a `/** … *\/` block, with no empty line between. */
const endsInDocstring = (before: string): boolean =>
  /\*\/[^\S\n]*\n$/.test(before) && before.slice(before.lastIndexOf("/*")).startsWith("/**")

/** A docstring of the whole file: it opens the file, and an empty line or an import follows. */
const HEADER = /^(?:#!.*\n)?\/\*\*(?:(?!\*\/)[\s\S])*\*\/[^\S\n]*\n(?=\n|import )/

/**
 * Every name exported outside tests has a docstring right above it. A type and a value of one name share theirs. A file
 * with one exported name may have it at its top instead: what the file is for is then what the export is for.
 */
export const documentedExports: Rule = (sources) =>
  sources
    .filter(({ path }) => !matches(path, TEST_SUPPORT))
    .flatMap(({ path, text, code }) => {
      const found = [...code.matchAll(EXPORT)].map(({ index, 2: name = "" }) => ({ index, name }))
      const names = new Set(found.map(({ name }) => name))
      if (names.size === 1 && HEADER.test(text)) return []
      const documented = new Set(
        found.filter(({ index }) => endsInDocstring(text.slice(0, index))).map(({ name }) => name)
      )
      return found
        .filter(({ name }) => !documented.has(name))
        .map(({ index, name }) => `${path}:${lineOf(text, index)}: ${name} has no docstring of its own`)
    })
