/** What the run and its test processes tell each other: files in one temporary folder, which outlive a killed process. */
import { createHash } from "node:crypto"
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** What the test processes are to do next. */
export type Order =
  /** Run each test and note which mutants it reaches. */
  | { readonly _tag: "Measure" }
  /** Run each test as each mutant that it reaches, until one fails. */
  | { readonly _tag: "Mutants" }
  /** Load and run the whole file as this one mutant. */
  | { readonly _tag: "Whole"; readonly mutant: number }

/** One test of a file, as measured on the code as it is. */
export interface MeasuredTest {
  readonly ms: number
  readonly steps: number
  /** The mutants it reaches. */
  readonly reached: ReadonlyArray<number>
}

/** A test file, as measured on the code as it is. */
export interface Measured {
  readonly file: string
  readonly passed: boolean
  /** Its tests in the order of the file. */
  readonly tests: ReadonlyArray<MeasuredTest>
  /**
   * Mutants reached while the file was loaded, or only when its tests ran for the first time: a constant, a kept result.
   * They may be reached by tests as well, but no test run again sees all of their effect.
   */
  readonly once: ReadonlyArray<number>
}

/** How a mutant fared: `steps` ran on far beyond what the test takes, `time` hung. */
export type Verdict = "killed" | "steps" | "time"

/** A line of the log, in the order of time. */
export type Line =
  | { readonly _tag: "Begin"; readonly pid: number; readonly file: string; readonly mutant: number }
  | {
      readonly _tag: "End"
      readonly pid: number
      readonly file: string
      readonly mutant: number
      readonly by?: Verdict
    }
  | { readonly _tag: "Done"; readonly pid: number; readonly file: string }

const read = <A>(path: string): A => JSON.parse(readFileSync(path, "utf8")) as A
const measuredPath = (folder: string, file: string): string =>
  join(folder, `${createHash("sha256").update(file).digest("hex").slice(0, 16)}.json`)

export const giveOrder = (folder: string, order: Order): void =>
  writeFileSync(join(folder, "order.json"), JSON.stringify(order))
export const readOrder = (folder: string): Order => read(join(folder, "order.json"))

export const writeMeasured = (folder: string, measured: Measured): void =>
  writeFileSync(measuredPath(folder, measured.file), JSON.stringify(measured))
/** Null where the file was never measured: it could not be loaded. */
export const readMeasured = (folder: string, file: string): Measured | null => {
  const path = measuredPath(folder, file)
  return existsSync(path) ? read(path) : null
}

export const log = (folder: string, line: Line): void =>
  appendFileSync(join(folder, "log.jsonl"), `${JSON.stringify(line)}\n`)
export const readLog = (folder: string): ReadonlyArray<Line> => {
  const path = join(folder, "log.jsonl")
  if (!existsSync(path)) return []
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1)
  return lines.map((line) => JSON.parse(line) as Line)
}

/** Marks a mutant as decided, so that no other test file tries it again. */
export const markDead = (folder: string, mutant: number): void => writeFileSync(join(folder, `dead-${mutant}`), "")
export const isDead = (folder: string, mutant: number): boolean => existsSync(join(folder, `dead-${mutant}`))
