/**
 * The store of a simulated world: it outlives the processes, answers late, loses answers, does nothing for a while, and is behind
 * nobody: what it has acknowledged stands.
 */
import { Effect } from "effect"
import { Store, StoreError } from "../../../shared/store/port.ts"
import { attempt, storeOn } from "../../../shared/store/testing/memory/storeOn.ts"
import { Tables } from "../../../shared/store/testing/memory/tables.ts"
import type { SimulatedProcess } from "./process.ts"
import type { WorldTime } from "./time.ts"

/** What is wrong with the way to the store. Changed in place. */
export interface StoreWeather {
  /** Until when nothing answers. */
  awayUntilMs: number
  /** Chances of one call: its answer is lost, and it was not done, or it was. */
  lostBefore: number
  lostAfter: number
  /** What an answer takes more, at the most. */
  slowMs: number
}

/** It answers as it should. */
export const fairStore = (): Omit<StoreWeather, "awayUntilMs"> => ({ lostBefore: 0, lostAfter: 0, slowMs: 0 })

/** What one way takes, at least and at most. */
const WAY_MS = { least: 1, most: 30 }
/** A call that nobody answers is given up after so long. */
const PATIENCE_MS = 10_000

/** One store, shared by the processes of a world. */
export class SimulatedStore {
  readonly weather: StoreWeather = { awayUntilMs: 0, ...fairStore() }
  readonly tables: Tables
  private readonly time: WorldTime
  private readonly random: () => number

  constructor(time: WorldTime, random: () => number) {
    this.time = time
    this.random = random
    this.tables = new Tables(() => time.nowMs / 1_000)
  }

  /** As a process reaches it. */
  portFor(process: SimulatedProcess): Store["Service"] {
    return Store.of(
      storeOn(this.tables, (call, work) =>
        Effect.callback((resume) => {
          const noAnswer = (): void => {
            const error = new StoreError({ call, advice: "retry", detail: "simulated: no answer" })
            process.after(PATIENCE_MS, () => resume(Effect.fail(error)))
          }
          // It is on its way whatever becomes of the process.
          this.time.at(this.time.nowMs + this.wayMs(), () => {
            const { awayUntilMs, lostBefore, lostAfter } = this.weather
            if (this.time.nowMs < awayUntilMs || this.random() < lostBefore) return noAnswer()
            const answer = Effect.runSyncExit(attempt(call, work))
            if (this.random() < lostAfter) return noAnswer()
            process.after(this.wayMs(), () => resume(answer))
          })
        })
      )
    )
  }

  private wayMs(): number {
    return WAY_MS.least + this.random() * (WAY_MS.most - WAY_MS.least + this.weather.slowMs)
  }
}
