/** The points of a sweep, and the windows of a walk forward. Pure. */
import { DAY_MS } from "../../../shared/core/time/utcDay.ts"

/** Settings by name, as text: what one run of a sweep has instead of the environment's. */
export type Point = Readonly<Record<string, string>>

/** One run: these settings on this stretch, Unix milliseconds. */
export interface Job {
  readonly set: Point
  readonly fromMs: number
  readonly untilMs: number
}

/** More runs than this are a mistake at the keyboard: at a second each they take a day. */
export const MAX_JOBS = 100_000

/** A sweep cannot be run: says which part of which text, and what it must look like. */
export class SweepRefused extends Error {
  override readonly name = "SweepRefused"
}

const RANGE = /^(-?\d+(?:\.\d+)?)\.\.(-?\d+(?:\.\d+)?)\/(\d+)$/
/** Digits after the point that are kept of a step. */
const STEP_DECIMALS = 10

/** `ENTRY_PCT=0.1..0.6/11`: eleven values from 0.1 to 0.6; `SLOTS=1,2,5`: these. Throws `SweepRefused`. */
export const parseAxis = (text: string): { readonly name: string; readonly values: ReadonlyArray<string> } => {
  const [, name = "", range = ""] = /^([A-Z][A-Z0-9_]*)=(.+)$/.exec(text) ?? []
  if (name === "") throw new SweepRefused(`--sweep ${text} is not NAME=from..to/count or NAME=a,b,c`)
  const [, from, to, count] = RANGE.exec(range) ?? []
  if (from === undefined || to === undefined || count === undefined) {
    if (range.includes("..")) throw new SweepRefused(`--sweep ${text}: a range is from..to/count, as 0.1..0.6/11`)
    return { name, values: distinct(text, range.split(",")) }
  }
  const steps = Number(count) - 1
  if (steps < 1 || steps >= MAX_JOBS)
    throw new SweepRefused(`--sweep ${text}: the count is from 2 to ${MAX_JOBS}, is ${count}`)
  const step = (Number(to) - Number(from)) / steps
  const values = Array.from({ length: steps + 1 }, (_, at) =>
    String(Number((at === steps ? Number(to) : Number(from) + step * at).toFixed(STEP_DECIMALS)))
  )
  return { name, values: distinct(text, values) }
}

/** An empty value would be the default under another name, and one that stands twice is run once and shown twice. */
const distinct = (text: string, values: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (values.some((value) => value.trim() === "")) throw new SweepRefused(`--sweep ${text}: a value is empty`)
  const seen = new Set<string>()
  for (const value of values) {
    if (seen.has(value)) throw new SweepRefused(`--sweep ${text}: ${value} stands twice`)
    seen.add(value)
  }
  return values
}

/** Every combination of the axes' values, the last axis fastest. Throws `SweepRefused` where there are too many, or a name twice. */
export const pointsOf = (axes: ReadonlyArray<ReturnType<typeof parseAxis>>): ReadonlyArray<Point> => {
  const names = axes.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw new SweepRefused(`--sweep ${twice} stands twice`)
  const count = axes.reduce((product, { values }) => product * values.length, 1)
  if (count > MAX_JOBS) throw new SweepRefused(`the sweep has ${count} points, at most ${MAX_JOBS} are run`)
  return axes.reduce<ReadonlyArray<Point>>(
    (points, { name, values }) => points.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))),
    [{}]
  )
}

/** What names a run in a file of results. */
export const keyOf = ({ set, fromMs, untilMs }: Job): string =>
  [
    ...Object.entries(set)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${value}`),
    `${fromMs}..${untilMs}`
  ].join(" ")

/** A stretch to choose on, and the one after it to prove the choice on, Unix milliseconds. */
export interface Window {
  readonly trainFromMs: number
  readonly testFromMs: number
  readonly testUntilMs: number
}

/** `train=30d,test=7d`, in milliseconds. Throws `SweepRefused`. */
export const parseWalk = (text: string): { readonly trainMs: number; readonly testMs: number } => {
  const [, train, test] = /^train=(\d+)d,test=(\d+)d$/.exec(text) ?? []
  if (Number(train ?? 0) < 1 || Number(test ?? 0) < 1)
    throw new SweepRefused(`--walk-forward ${text} is not train=30d,test=7d, in days of 1 or more`)
  return { trainMs: Number(train) * DAY_MS, testMs: Number(test) * DAY_MS }
}

/** Windows that move on by the tested stretch, so that no day is tested twice; the last ends within the recording. */
export const windowsOf = (
  { trainMs, testMs }: ReturnType<typeof parseWalk>,
  fromMs: number,
  untilMs: number
): ReadonlyArray<Window> => {
  const count = Math.max(0, Math.floor((untilMs - fromMs - trainMs) / testMs))
  return Array.from({ length: count }, (_, at) => {
    const trainFromMs = fromMs + at * testMs
    return { trainFromMs, testFromMs: trainFromMs + trainMs, testUntilMs: trainFromMs + trainMs + testMs }
  })
}
