/** The commands that documents show, as a reader would copy them. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

const ROOT = join(import.meta.dirname, "../..")

/** One command line of a document, and where it stands. */
export interface ShownCommand {
  readonly at: string
  readonly line: string
}

/** The documents that people read: the README, `docs/`, and the page of each folder. */
export const documents = (): ReadonlyArray<string> =>
  [
    "README.md",
    ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" }).map((name) => `docs/${name}`),
    ...["services", "shared"].flatMap((area) =>
      readdirSync(join(ROOT, area), { recursive: true, encoding: "utf8" }).map((name) => `${area}/${name}`)
    )
  ].filter((path) => path.endsWith(".md"))

const BEGINS = /^(?:[A-Z_]+=\S+ )*(?:npm|npx|node|make|kennel|docker|curl) /

/** Commands of fenced `sh` blocks and of backticks, without comments; `a && b` is two. */
export const commandsIn = (path: string, text: string): ReadonlyArray<ShownCommand> => {
  const lines = text.split("\n")
  let fenced = false
  return lines.flatMap((line, index) => {
    if (line.startsWith("```")) {
      fenced = !fenced
      return []
    }
    const shown = fenced
      ? [line.replace(/\s#\s.*$/, "").trim()]
      : [...line.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code.trim())
    return shown
      .flatMap((code) => code.split(" && "))
      .filter((code) => BEGINS.test(code))
      .map((code) => ({ at: `${path}:${index + 1}`, line: code }))
  })
}

/** Every command of every document. */
export const shownCommands = (): ReadonlyArray<ShownCommand> =>
  documents().flatMap((path) => commandsIn(path, readFileSync(join(ROOT, path), "utf8")))

/** The words after `kennel` of a command line that runs it, each alternative (`fit\|label`) by itself; empty for other commands. */
export const kennelCalls = (line: string): ReadonlyArray<ReadonlyArray<string>> => {
  const call = /(?:^|\s)(?:npm run (?:-s |--silent )?kennel -- |node cli\/main\.ts |kennel )(.*)$/.exec(line)?.[1]
  if (call === undefined) return []
  const words =
    call
      .split(/\s+\|\s|\s>\s/)[0]
      ?.split(/\s+/)
      .filter((word) => word !== "") ?? []
  return words.reduce<ReadonlyArray<ReadonlyArray<string>>>(
    (calls, word) => calls.flatMap((known) => word.split(/\\?\|/).map((choice) => [...known, choice])),
    [[]]
  )
}
