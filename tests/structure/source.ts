/** The repository's own files, as the rules see them. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, normalize } from "node:path"
import { importsOf, type Import, maskNonCode } from "./scan.ts"

/** A TypeScript file. */
export interface Source {
  /** From the repository's root, with forward slashes: `shared/journal/port.ts`. */
  readonly path: string
  readonly text: string
  /** `text` with comments, strings and regular expressions blanked; offsets and lines are the same. */
  readonly code: string
  readonly imports: ReadonlyArray<Import>
}

/** What a rule has found; empty findings are what the tests ask for. */
export type Findings = ReadonlyArray<string>

/** A rule looks at all files at once and says, one line each, what is wrong where and what to do. */
export type Rule = (sources: ReadonlyArray<Source>) => Findings

export const ROOT = normalize(join(import.meta.dirname, "../.."))

/** What a build has put there. */
const isMade = (path: string): boolean => path.startsWith("services/control-plane/page/out/")

/** Folders that hold our TypeScript. */
const CODE_FOLDERS = ["app", "bench", "cli", "conformance", "services", "shared", "tests"]

export const sourceOf = (path: string, text: string): Source => {
  const code = maskNonCode(text)
  return { path, text, code, imports: importsOf(text, code) }
}

const filesUnder = (folder: string): ReadonlyArray<string> =>
  (existsSync(join(ROOT, folder)) ? readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }) : [])
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(ROOT.length + 1)
        .replaceAll("\\", "/")
    )
    // Packages that a folder has for itself, where they are installed (`bench/peers`).
    .filter((path) => !path.includes("/node_modules/"))
    .sort()

/** Every TypeScript file of the repository, by path. */
export const readSources = (): ReadonlyArray<Source> =>
  CODE_FOLDERS.flatMap(filesUnder)
    .filter((path) => /\.tsx?$/.test(path) && !isMade(path))
    .map((path) => sourceOf(path, readFileSync(join(ROOT, path), "utf8")))

/** A file of any kind, for rules about words. */
export interface TextFile {
  readonly path: string
  readonly text: string
}

const TEXT_FOLDERS = [...CODE_FOLDERS, ".ci", "docs"]
const TEXT_ENDINGS = /\.(?:conf|css|html|js|json|md|mjs|sh|tsx?|yml)$|^(?:Dockerfile|\.ci\/run)$/

/** Every text file a reader of the repository may open: code, documents, configuration. */
export const readTexts = (): ReadonlyArray<TextFile> => {
  const top = readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "package-lock.json")
    .map((entry) => entry.name)
  return [...top, ...TEXT_FOLDERS.flatMap(filesUnder)]
    .filter((path) => TEXT_ENDINGS.test(path) && !isMade(path))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }))
}

/** The file a relative specifier means, or null for a package or a Node module. */
export const resolveLocal = (from: string, specifier: string): string | null =>
  specifier.startsWith(".") ? normalize(join(dirname(from), specifier)).replaceAll("\\", "/") : null

/** `@nats-io/kv` of `@nats-io/kv/internal`, `effect` of `effect/Schema`. */
export const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/")

/** A path pattern: `*` is any part of one name, `**` any number of folders, `{a,b}` a choice. */
export const globToRegExp = (glob: string): RegExp => {
  const body = glob
    .replaceAll(/[.+^$()|\\]/g, "\\$&")
    .replaceAll(/\{([^}]*)\}/g, (_all, choices: string) => `(?:${choices.replaceAll(",", "|")})`)
    .replaceAll(/\*\*\/|\*\*|\*/g, (stars) => (stars === "**/" ? "(?:.*/)?" : stars === "**" ? ".*" : "[^/]*"))
  return new RegExp(`^${body}$`)
}

/** True when one of the patterns matches. */
export const matches = (path: string, globs: ReadonlyArray<string>): boolean =>
  globs.some((glob) => globToRegExp(glob).test(path))
