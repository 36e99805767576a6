/** Runs reference cases against this code and says where it differs. */
import { CaseError } from "./format/caseObject.ts"
import { dataNear, type ReadData } from "./data.ts"
import { caseFiles } from "./cases.ts"
import { CASE_KINDS, type CaseKind } from "./kinds.ts"
import { readText } from "../shared/files/textFile.ts"
import { messageOf } from "../shared/core/messageOf.ts"

/** Differences shown of a failed case; the first one usually explains the rest. */
const SHOWN = 3

/**
 * Reads each file, or those of the repository when none is named (`.jsonl`: one document a line; `.json`: one document; both also packed as `.gz`), prints
 * `N passed, N failed` for it and the first differences of every failed case, and says which fields of the cases nothing
 * looks at. A document is a case, or holds a list `cases` which share its other fields. Exit code 0: all cases passed; 1: some failed; 2: a file could not be used.
 */
export const runConformance = async (
  files: ReadonlyArray<string>,
  print: (line: string) => void = (line) => process.stdout.write(`${line}\n`)
): Promise<{ readonly exitCode: number }> => {
  let exitCode = 0
  for (const file of files.length === 0 ? caseFiles() : files) {
    try {
      const failed = runFile(file, await readText(file), print)
      if (failed > 0) exitCode = Math.max(exitCode, 1)
    } catch (error) {
      print(`${file}: ${messageOf(error)}`)
      exitCode = 2
    }
  }
  return { exitCode }
}

/** Runs one file's cases; returns how many failed. */
const runFile = (file: string, text: string, print: (line: string) => void): number => {
  let passed = 0
  let failed = 0
  const unread = new Set<string>()
  for (const { at, input } of casesOf(file, text)) {
    const kind = CASE_KINDS.find(({ recognises }) => recognises(input))
    for (const field of unreadOf(kind, input)) unread.add(field)
    const problems = problemsOf(kind, at, input, dataNear(file))
    if (problems.length === 0) passed++
    else {
      failed++
      print(`${file}: ${nameOf(input) ?? at} (${at}) failed`)
      for (const problem of problems.slice(0, SHOWN)) print(`  ${problem}`)
      if (problems.length > SHOWN) print(`  … and ${problems.length - SHOWN} more differences`)
    }
  }
  if (passed + failed === 0) throw new Error("holds no case")
  if (unread.size > 0) print(`${file}: not compared: ${[...unread].join(", ")}`)
  print(`${file}: ${passed} passed, ${failed} failed`)
  return failed
}

/** A case, and where in its file it stands. */
interface Case {
  readonly at: string
  readonly input: unknown
}

/** One line at a time, so that a large file is never whole in memory as objects. */
function* casesOf(file: string, text: string): Generator<Case> {
  if (/\.json(\.gz)?$/.test(file)) return yield* casesIn(parse(text, "the document"), "the document")
  for (const [index, line] of text.split("\n").entries()) {
    const at = `line ${index + 1}`
    if (line.trim() !== "") yield* casesIn(parse(line, at), at)
  }
}

const casesIn = (document: unknown, at: string): ReadonlyArray<Case> => {
  if (!isObject(document) || !Array.isArray(document["cases"])) return [{ at, input: document }]
  const { cases, ...shared } = document
  return (cases as ReadonlyArray<unknown>).map((one, index) => ({
    at: `${at}, case ${index + 1}`,
    input: isObject(one) ? { ...shared, ...one } : one
  }))
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const parse = (text: string, at: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`${at} is no JSON: ${messageOf(error)}`, { cause: error })
  }
}

/** Why a case fails: its differences, or what is wrong with its form. */
const problemsOf = (kind: CaseKind | undefined, at: string, input: unknown, readData: ReadData): Array<string> => {
  if (kind === undefined) {
    const fields = isObject(input) ? Object.keys(input) : []
    return [`is no case of a known kind${fields.length > 0 ? `; it has ${fields.join(", ")}` : ""}`]
  }
  try {
    return kind.run(input, readData)
  } catch (error) {
    if (!(error instanceof CaseError)) throw new Error(`${at}: ${messageOf(error)}`, { cause: error })
    return [error.message]
  }
}

/** Fields of a case that its kind does not look at: said, so that a pass is not taken for more than it is. */
const unreadOf = (kind: CaseKind | undefined, input: unknown): ReadonlyArray<string> =>
  Object.entries(kind?.reads ?? {}).flatMap(([name, read]) => {
    const fields = isObject(input) ? input[name] : null
    if (!isObject(fields)) return []
    return Object.keys(fields).flatMap((field) => (read.includes(field) ? [] : [`${name}.${field}`]))
  })

const nameOf = (input: unknown): string | null =>
  isObject(input) && typeof input["name"] === "string" ? input["name"] : null
