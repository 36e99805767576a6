/** What a benchmark reports, and the one stopwatch of all of them: CPU time stands beside wall time, because machines are busy. */
import { Effect } from "effect"
import { mean } from "simple-statistics"

/** What some work took, milliseconds. */
export interface Cost {
  readonly wallMs: number
  /** Of this process and all of its threads, user and system; what other processes did for it (a server) is not in it. */
  readonly cpuMs: number
}

/** Begins to measure; each look says what has passed since then. */
export const stopwatch = (): (() => Cost) => {
  const wall = performance.now()
  const cpu = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(cpu)
    return { wallMs: performance.now() - wall, cpuMs: (user + system) / 1_000 }
  }
}

/** What a call gives and takes. */
export const timed = <A>(work: () => A): readonly [result: A, cost: Cost] => {
  const took = stopwatch()
  const result = work()
  return [result, took()]
}

/** What an effect gives and takes. */
export const timedEffect = <A, E, R>(
  work: Effect.Effect<A, E, R>
): Effect.Effect<readonly [result: A, cost: Cost], E, R> =>
  Effect.suspend(() => {
    const took = stopwatch()
    return Effect.map(work, (result) => [result, took()] as const)
  })

/** Figures of one thing measured, in one unit. */
export interface Figures {
  /** One a timed run, by the clock on the wall. */
  readonly samples: ReadonlyArray<number>
  /**
   * All timed runs together, by the time that processors worked: it says the same on a busy machine. Left out where the figure is not of
   * a time, or is one of CPU time already.
   */
  readonly cpu?: number
}

/** Both figures of timed runs that all did the same. `of` makes the figure out of the milliseconds of one run. */
export const figuresOf = (costs: ReadonlyArray<Cost>, of: (ms: number) => number = (ms) => ms): Figures => ({
  samples: costs.map(({ wallMs }) => of(wallMs)),
  cpu: of(mean(costs.map(({ cpuMs }) => cpuMs)))
})

/** For `figuresOf`: how many of `count` things a second. */
export const perSecond =
  (count: number) =>
  (ms: number): number =>
    (count / ms) * 1_000

/** How much is measured. */
export interface BenchSize {
  /** Only shows that it still runs. */
  readonly quick: boolean
  /** Length of the longest journal, where a benchmark makes long ones. Left out: a million. */
  readonly records?: number
}

/** What of, by what, and how much of it. */
export interface Growth {
  readonly what: string
  readonly by: "records" | "slots"
  readonly size: number
}

/** What a benchmark reports: a thing in `unit`, and beside it its floor or a peer, from the same run. */
export interface BenchResult extends Figures {
  readonly name: string
  readonly unit: string
  /** `paired`: each sample was taken beside the one of the same place; the ratio is the median of theirs. */
  readonly baseline?: Figures & { readonly name: string; readonly paired?: boolean }
  readonly note?: string
  /** One of several results that say how the same thing grows. */
  readonly growth?: Growth
  /** Of the result, so that a faster wrong answer shows. */
  readonly checksum?: string
}
