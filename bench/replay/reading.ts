/** What reading a history took and found, of whatever reads it: a port, or a bare reader of the same bytes. */
import { Effect, Stream } from "effect"
import type { Journal } from "../../shared/journal/port.ts"
import { type Cost, timedEffect } from "../result.ts"

/** What a reading took, and the sum of what it found: equal sums, equal readings. */
export interface Reading {
  readonly cost: Cost
  readonly sum: number
}

/** Adds up what a reader hands over; `valueOf` parses a record's data. */
export const reading = (
  valueOf: (data: Uint8Array) => number,
  read: (use: (data: Uint8Array) => void) => Effect.Effect<unknown, unknown>
) =>
  Effect.suspend(() => {
    let sum = 0
    const all = read((data) => {
      sum += valueOf(data)
    })
    return Effect.map(timedEffect(all), ([, cost]): Reading => ({ cost, sum }))
  })

/** Every record of a journal, through its port. */
export const throughPort = (valueOf: (data: Uint8Array) => number, { read }: Journal["Service"]) =>
  reading(valueOf, (use) =>
    read({ from: 1 }).pipe(
      Stream.runForEachArray((records) =>
        Effect.sync(() => {
          for (const { data } of records) use(data)
        })
      )
    )
  )
