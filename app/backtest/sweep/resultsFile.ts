/**
 * Results of a sweep on disk: one line of JSON each, appended as they come. A process that is killed loses at most the line it was
 * writing, and the next one goes on with what is missing.
 */
import { appendFileSync, existsSync, readFileSync, realpathSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { Effect, type Scope } from "effect"
import { makeDirectory } from "../../../shared/files/directory.ts"
import { codeOf, inWords } from "../../../shared/journal/embedded/directory/disk.ts"
import { acquireLock, holderOf } from "../../../shared/journal/embedded/directory/lock.ts"
import type { Figures } from "../report.ts"
import { type Job, keyOf, SweepRefused } from "./points.ts"

/** A run and what came of it; where it could not be run, why. */
export type SweepRow = Job & ({ readonly figures: Figures } | { readonly problem: string })

const FORM = "kennel backtest sweep, 1"
/** How each of our files begins: one that was cut off in its first line has nothing to lose. */
const BEGINNING = `{"form":"${FORM}","input":"`

/** The rows that a file holds, and the place for more. */
export interface ResultsFile {
  readonly known: ReadonlyMap<string, SweepRow>
  readonly add: (row: SweepRow) => void
}

/** Keeps rows in memory alone. */
export const noResultsFile = (): ResultsFile => ({ known: new Map(), add: () => undefined })

/**
 * As `openResults`, for this process alone until the scope closes: rows of two sweeps at once would stand in one file, and each would run
 * what the other has. Who has it stands in a directory beside it, `<file>.lock`, which stays; a killed process has nothing any more. Fails with
 * `SweepRefused`, also where the directory cannot be made.
 */
export const claimResults = (path: string, input: string): Effect.Effect<ResultsFile, SweepRefused, Scope.Scope> =>
  Effect.gen(function* () {
    const directory = yield* attempted(path, () => {
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
        throw new SweepRefused(`${path} is a folder: name a file in it`)
      // Two names of one file have one lock.
      const made = `${existsSync(path) ? realpathSync(path) : path}.lock`
      makeDirectory(made)
      return made
    })
    yield* acquireLock(directory).pipe(
      Effect.mapError(({ detail }) => {
        const holder = holderOf(directory)
        return new SweepRefused(
          holder === null
            ? `${path}: ${detail}`
            : `${path} is written to by process ${holder}, another sweep: wait for its end, stop it, or name another file`
        )
      })
    )
    return yield* attempted(path, () => openResults(path, input))
  })

const attempted = <A>(path: string, go: () => A): Effect.Effect<A, SweepRefused> =>
  Effect.try({
    try: go,
    catch: (error) =>
      error instanceof SweepRefused
        ? error
        : new SweepRefused(`${path} cannot be written to: ${inWords(codeOf(error))}`, { cause: error })
  })

/**
 * Opens a file of results, or begins one. `input` names what is played and by which settings: a file of another input is refused, so
 * that results of two markets do not stand side by side. Throws `SweepRefused`, and what the file system throws.
 */
export const openResults = (path: string, input: string): ResultsFile => {
  const text = existsSync(path) ? readFileSync(path, "utf8") : ""
  const whole = text.slice(0, text.lastIndexOf("\n") + 1)
  const known = new Map<string, SweepRow>()
  // Nothing is cut off or written before it is known to be ours.
  if (whole === "" && BEGINNING.startsWith(text.slice(0, BEGINNING.length)))
    writeFileSync(path, `${JSON.stringify({ form: FORM, input })}\n`)
  else {
    const [head = text, ...lines] = whole.split("\n").filter((line) => line !== "")
    checkHead(path, head, input)
    for (const [at, line] of lines.entries()) {
      const row = readJson(path, at + 2, line)
      if (!isRow(row)) throw new SweepRefused(`${path}, line ${at + 2}, is no row of a sweep: name another file`)
      known.set(keyOf(row), row)
    }
    if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole))
  }
  return { known, add: (row) => appendFileSync(path, `${JSON.stringify(row)}\n`) }
}

const checkHead = (path: string, line: string, input: string): void => {
  const head = readJson(path, 1, line)
  if (!isObject(head) || head["form"] !== FORM)
    throw new SweepRefused(`${path} is no file of sweep results: name another`)
  if (head["input"] !== input)
    throw new SweepRefused(`${path} holds results of another recording or of other settings: name another file`)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isRow = (value: unknown): value is SweepRow =>
  isObject(value) &&
  isObject(value["set"]) &&
  Number.isFinite(value["fromMs"]) &&
  Number.isFinite(value["untilMs"]) &&
  (isObject(value["figures"]) || typeof value["problem"] === "string")

const readJson = (path: string, line: number, text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new SweepRefused(`${path}, line ${line}, is no JSON: name another file`)
  }
}
