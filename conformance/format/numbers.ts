/** Reading and comparing the numbers of reference cases. Pure. */
import { CaseError, type CaseObject, describe } from "./caseObject.ts"

/** A list of numbers. Where `gaps` allows it, one may be infinite, or missing (`null`, "not defined yet"), which is NaN. */
export const numbersOf = (from: CaseObject, name: string, gaps = false): Float64Array => {
  const values = from.fields[name]
  if (!Array.isArray(values)) throw new CaseError(`${from.at}.${name} must be a list of numbers`)
  return Float64Array.from(values, (value: unknown, index) => numberAt(value, `${from.at}.${name}[${index}]`, gaps))
}

/** A list of lists of numbers, each as long as the first. */
export const matrixOf = (from: CaseObject, name: string, gaps = false): ReadonlyArray<Float64Array> => {
  const rows = from.fields[name]
  if (!Array.isArray(rows)) throw new CaseError(`${from.at}.${name} must be a list of rows`)
  return rows.map((row: unknown, index) => {
    const at = `${from.at}.${name}[${index}]`
    if (!Array.isArray(row)) throw new CaseError(`${at} must be a list of numbers`)
    return Float64Array.from(row, (value: unknown, column) => numberAt(value, `${at}[${column}]`, gaps))
  })
}

/** A list of rows with at least `width` numbers in each. */
export const tableOf = (from: CaseObject, name: string, width: number): ReadonlyArray<Float64Array> => {
  const rows = matrixOf(from, name)
  const short = rows.findIndex((row) => row.length < width)
  if (short < 0) return rows
  throw new CaseError(`${from.at}.${name}[${short}] must hold ${width} numbers, holds ${rows[short]?.length}`)
}

/** One column of rows; a case whose rows are too short is malformed. */
export const columnOf = (rows: ReadonlyArray<Float64Array>, column: number, at: string): Float64Array =>
  Float64Array.from(rows, (row, index) => {
    const value = row[column]
    if (value === undefined) throw new CaseError(`${at}[${index}] has no column ${column}`)
    return value
  })

const numberAt = (value: unknown, at: string, gaps: boolean): number => {
  if (typeof value === "number" && (gaps || Number.isFinite(value))) return value
  if (value === null && gaps) return Number.NaN
  throw new CaseError(`${at} must be a finite number, is ${describe(value)}`)
}

/** How far apart two numbers may be: the larger of an absolute and a relative distance. */
export interface Tolerance {
  readonly absolute: number
  readonly relative: number
}

/** Collects what differs, one line each. */
export class Differences {
  readonly lines: Array<string> = []

  /** Exactly the same: texts, counts, flags, null. */
  same(field: string, expected: unknown, got: unknown): void {
    if (!Object.is(expected, got) && JSON.stringify(expected) !== JSON.stringify(got)) {
      this.lines.push(`${field}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`)
    }
  }

  /** Numbers within the tolerance; NaN, null and undefined are all "not defined" and equal each other only. */
  close(field: string, expected: unknown, got: number | null | undefined, { absolute, relative }: Tolerance): void {
    const wanted = expected ?? Number.NaN
    if (typeof wanted !== "number") throw new CaseError(`${field} must be a number or null, is ${describe(expected)}`)
    const found = got ?? Number.NaN
    if (Number.isNaN(wanted) && Number.isNaN(found)) return
    if (Math.abs(wanted - found) <= Math.max(absolute, relative * Math.abs(wanted))) return
    this.lines.push(`${field}: expected ${wanted}, got ${found}`)
  }

  /** Lists of the same length whose numbers are close. */
  allClose(field: string, expected: ArrayLike<number>, got: ArrayLike<number>, tolerance: Tolerance): void {
    if (expected.length !== got.length) this.same(`${field}.length`, expected.length, got.length)
    else for (let i = 0; i < expected.length; i++) this.close(`${field}[${i}]`, expected[i], got[i], tolerance)
  }
}
