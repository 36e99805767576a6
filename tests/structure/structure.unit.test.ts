/** The architecture, checked on the repository as it stands. Each rule is shown to have teeth in `rules.unit.test.ts`. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { LONG_FILES, LONG_FUNCTIONS, MAX_FUNCTION_LINES, MAX_LINES } from "./lists.ts"
import { noCycles } from "./rules/cycles.ts"
import { directions, production, targetsExist } from "./rules/directions.ts"
import { mentionsExist } from "./rules/documents.ts"
import { documentedExports } from "./rules/docstrings.ts"
import { shortFunctions } from "./rules/functions.ts"
import { shortFiles } from "./rules/lengths.ts"
import { noAmbientInput, pureImports } from "./rules/purity.ts"
import { everyTestRuns, missingProgramsOnly, noMachinePaths, noSleeps, noStrayFibers } from "./rules/words.ts"
import { readSources, readTexts, ROOT, type Rule } from "./source.ts"

const sources = readSources()
const texts = readTexts()
const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  readonly devDependencies: Readonly<Record<string, string>>
}

const RULES: ReadonlyArray<readonly [string, Rule]> = [
  ["services import shared/ and themselves, never each other; shared/ imports no service", directions],
  ["every relative import names an existing file", targetsExist],
  [
    "production code imports no development dependency and no test support",
    production(new Set(Object.keys(manifest.devDependencies)))
  ],
  ["pure files read no clock, no chance, no process and no language of the machine", noAmbientInput],
  ["pure files import pure files only", pureImports],
  ["no imports in a circle", noCycles],
  [`no file outside tests has more than ${MAX_LINES} lines`, shortFiles(MAX_LINES, LONG_FILES)],
  ["no test is singled out or left out", everyTestRuns],
  ["a test is left out for a missing program only, in CI never", missingProgramsOnly],
  ["no test sleeps", noSleeps],
  ["no fiber runs outside a scope", noStrayFibers],
  ["every export is documented", documentedExports]
]

describe("the repository", () => {
  test("was read", () => {
    expect(sources.map((source) => source.path)).toContain("shared/journal/port.ts")
  })

  test.each(RULES)("%s", (_name, rule) => {
    expect(rule(sources)).toEqual([])
  })

  test(`no function outside tests has more than ${MAX_FUNCTION_LINES} lines`, () => {
    expect(shortFunctions(MAX_FUNCTION_LINES, LONG_FUNCTIONS)(texts)).toEqual([])
  })

  test("no file names a path of one machine", () => {
    expect(noMachinePaths(texts)).toEqual([])
  })

  test("every file that a document names exists", () => {
    expect(mentionsExist(texts, (path) => existsSync(join(ROOT, path)))).toEqual([])
  })
})
