/** The reference cases of the repository. */
import { readdirSync, readFileSync } from "node:fs"
import { join, relative } from "node:path"
import { gunzipSync } from "node:zlib"

const FOLDER = join(import.meta.dirname, "cases")

/** Every file of cases, in alphabetical order, as a path from the working directory. */
export const caseFiles = (): ReadonlyArray<string> =>
  readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".gz"))
    .sort()
    .map((name) => relative(process.cwd(), join(FOLDER, name)))

/** The text of one file of cases, by its path under `cases/`. */
export const readCaseFile = (name: string): string => gunzipSync(readFileSync(join(FOLDER, name))).toString("utf8")

/** The cases of one file: one a line, or the list `cases` of a document, each with the document's other fields. */
export const readCases = (name: string): ReadonlyArray<{ readonly name: string }> => {
  const text = readCaseFile(name)
  if (name.includes(".jsonl"))
    return text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { name: string })
  const { cases, ...shared } = JSON.parse(text) as { readonly cases: ReadonlyArray<{ readonly name: string }> }
  return cases.map((one) => ({ ...shared, ...one }))
}
