/** Facts whose time cannot be, on a journal that is folded, snapshotted and verified. */
import { describe, expect, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { decodeRecord, encodeEntry } from "../events/envelope.ts"
import { MemoryJournal } from "../journal/memory.ts"
import { Journal } from "../journal/port.ts"
import { raiseEpoch } from "./control/control.ts"
import { heard, records, runUntil, seal, subjects, verify } from "./testing/counting.ts"

const feedStarts = raiseEpoch({
  subjects,
  service: "market-feed",
  reason: "start",
  timeMs: 0,
  watchesOrders: false,
  fitsModels: false,
  speed: 1
})

const YEAR_2100_MS = 4_102_444_800_000

let written = 0
/** A clock fact whose time is this far from what it should be. */
const tick = (offMs = 0) =>
  Effect.gen(function* () {
    const timeMs = (yield* Clock.currentTimeMillis) + offMs
    const envelope = { epoch: 1, timeMs, writer: "market-feed", cause: null } as const
    const events = [{ _tag: "ClockTicked", priceAgeSec: null }] as const
    yield* (yield* Journal).append(encodeEntry(subjects.clock, `tick.${++written}`, { ...envelope, events }))
  })
const ticks = (count: number, offMs = 0) => Effect.forEach(Array.from({ length: count }), () => tick(offMs))

/** What the counter has said so far: it counts every tick that it believes, and says so at every second. */
const said = Effect.map(records, (all) =>
  all.flatMap((record) =>
    decodeRecord(record).events.flatMap((event) =>
      event._tag === "DecisionRefused" ? [event.reason.numbers["ticks"]] : []
    )
  )
)

describe("a clock fact whose time cannot be", () => {
  it.live("changes nothing, whether it is folded from the beginning, from a snapshot or from a seal", () =>
    Effect.gen(function* () {
      yield* feedStarts
      yield* ticks(2)
      yield* tick(YEAR_2100_MS - Date.UTC(2026, 0))
      yield* ticks(2)
      yield* runUntil(2)
      // From the snapshot of that run, which knows what the exchange's clock can show.
      yield* ticks(3, 7_200_000)
      yield* ticks(3, -7_200_000)
      yield* ticks(2)
      yield* runUntil(3)
      expect(yield* said).toStrictEqual([2, 4, 6])
      expect((yield* verify()).divergences).toStrictEqual([])
      yield* seal
      yield* ticks(1, 7_200_000)
      yield* ticks(2)
      yield* runUntil(4)
      yield* heard(4)
      expect(yield* said).toStrictEqual([2, 4, 6, 8])
      expect((yield* verify()).divergences).toStrictEqual([])
      expect((yield* verify({ from: "last seal" })).divergences).toStrictEqual([])
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )
})
