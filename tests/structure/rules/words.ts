/** Words that must not be there. */
import { RUNS_EFFECTS, TEST_SUPPORT } from "../lists.ts"
import { lineOf } from "../scan.ts"
import { type Findings, matches, type Rule, type Source, type TextFile } from "../source.ts"

const occurrences = ({ path, code }: Source, pattern: RegExp, say: (word: string) => string): Findings =>
  [...code.matchAll(pattern)].map((match) => `${path}:${lineOf(code, match.index)}: ${say(match[0])}`)

/** Every test runs: none is singled out, left out or planned. Conditions (`skipIf`, `runIf`) are for missing programs. */
export const everyTestRuns: Rule = (sources) =>
  sources
    .filter(({ path }) => path.endsWith(".test.ts"))
    .flatMap((source) =>
      occurrences(
        source,
        /\b(?:describe|it|suite|test)(?:\.\w+)*\.(?:fails|only|skip|todo)\b|\b(?:fdescribe|fit|xdescribe|xit|xtest)\(["'`]/g,
        (word) => `${word}: every test runs, or goes`
      )
    )

const CONDITION = /\.(?:runIf|skipIf)\(((?:[^()]|\([^()]*\))*)\)/g

/** A test is left out for want of a program only, and that is asked where a missing one is a failure in CI: never for a file. */
export const missingProgramsOnly: Rule = (sources) =>
  sources
    .filter(({ path }) => path.endsWith(".test.ts"))
    .flatMap(({ path, code }) =>
      [...code.matchAll(CONDITION)]
        .filter(([, condition = ""]) => !condition.split("&&").every((part) => asksForProgram(part.trim(), code)))
        .map(
          ({ 0: word, index }) =>
            `${path}:${lineOf(code, index)}: ${word}: ask shared/testing/requires.ts, or a …Found() that does`
        )
    )

const asksForProgram = (condition: string, code: string): boolean => {
  const [, name] = /^(\w+) [!=]== null$/.exec(condition) ?? []
  return name === undefined ? /^!?\w+Found\(\)$/.test(condition) : code.includes(`const ${name} = requireBinary(`)
}

/** Tests wait for what they wait for, never for a while. */
export const noSleeps: Rule = (sources) =>
  sources
    .filter(({ path }) => path.endsWith(".test.ts"))
    .flatMap((source) => [
      ...occurrences(
        source,
        /\bsetTimeout\(|\bAtomics\.wait\(/g,
        (word) => `${word}…): wait for the thing itself, or move a test clock`
      ),
      ...source.imports
        .filter(({ specifier }) => specifier === "node:timers/promises" || specifier === "timers/promises")
        .map(({ line }) => `${source.path}:${line}: wait for the thing itself, or move a test clock`)
    ])

/** A fiber belongs to a scope. Running one on the side hides its failure and outlives its owner. */
export const noStrayFibers: Rule = (sources) =>
  sources
    .filter(({ path }) => !matches(path, TEST_SUPPORT) && !matches(path, RUNS_EFFECTS))
    .flatMap((source) =>
      occurrences(
        source,
        /\b(?:forkDaemon|forkDetach|runCallback|runFork|runPromise|runPromiseExit)(?:With)?\b/g,
        (word) => `${word}: fork into a scope (forkScoped, forkIn) or return the Effect; runs belong to cli/`
      )
    )

const MACHINE_PATHS = /\/(?:home|root|Users|work)\/[\w.-]+/g

/** The repository knows nothing of the machine it was written on. */
export const noMachinePaths = (files: ReadonlyArray<TextFile>): Findings =>
  files.flatMap(({ path, text }) =>
    [...text.matchAll(MACHINE_PATHS)].map(
      (match) => `${path}:${lineOf(text, match.index)}: ${match[0]} is a path of one machine`
    )
  )
