/** Documents that stay true. */
import { TEST_SUPPORT } from "../lists.ts"
import { lineOf } from "../scan.ts"
import { type Findings, matches, type TextFile } from "../source.ts"

const MENTION = /`((?:\.ci|app|bench|cli|conformance|docs|services|shared|tests)\/[\w./-]*[\w/])`/g

/** A file or folder of ours that a document names in backticks is there. */
export const mentionsExist = (files: ReadonlyArray<TextFile>, exists: (path: string) => boolean): Findings =>
  files
    .filter(({ path }) => path.endsWith(".md"))
    .flatMap(({ path, text }) =>
      [...text.matchAll(MENTION)]
        .filter(([, mentioned = ""]) => !exists(mentioned))
        .map((match) => `${path}:${lineOf(text, match.index)}: there is no ${match[1] ?? ""}`)
    )

const README = /^((?:services|shared)\/.+\/)README\.md$/
const SOURCE_NAME = /`([\w./-]*(?:\{[\w,]+\}[\w./-]*)?\.(?:js|mjs|tsx?))`/g

/** `a/{b,c}.ts` as its two names; a name without braces as itself. */
const expanded = (name: string): ReadonlyArray<string> => {
  const braces = /^(.*)\{(.*)\}(.*)$/.exec(name)
  if (braces === null) return [name]
  const [, before = "", choices = "", after = ""] = braces
  return choices.split(",").map((choice) => `${before}${choice}${after}`)
}

/** The document of a folder names every source file in it, by its path from there, and no other. */
export const readmesNameSources = (files: ReadonlyArray<TextFile>): Findings => {
  const known = new Set(files.map(({ path }) => path))
  return files.flatMap(({ path, text }) => {
    const folder = README.exec(path)?.[1]
    if (folder === undefined) return []
    const named = [...text.matchAll(SOURCE_NAME)].flatMap((match) =>
      expanded(match[1] ?? "").map((name) => ({ name, line: lineOf(text, match.index) }))
    )
    const names = new Set(named.map(({ name }) => folder + name))
    const missing = [...known].filter(
      (file) =>
        file.startsWith(folder) && /\.(?:js|mjs|tsx?)$/.test(file) && !matches(file, TEST_SUPPORT) && !names.has(file)
    )
    const stale = named.filter(({ name }) => !known.has(folder + name) && !known.has(name))
    return [
      ...missing.map((file) => `${path}: does not name ${file.slice(folder.length)}`),
      ...stale.map(({ name, line }) => `${path}:${line}: there is no ${name} in its folder`)
    ]
  })
}
