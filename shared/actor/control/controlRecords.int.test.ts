/** Journals whose control records stood on one subject, before each writer had its own. */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { MarketEvent } from "../../events/event.ts"
import { MemoryJournal } from "../../journal/memory.ts"
import { Journal } from "../../journal/port.ts"
import { begin, records, subjects } from "../testing/counting.ts"
import { appendControl, readControl } from "./control.ts"

/** A record on the old subject, as a build of this version of the shapes wrote it. */
const old = (v: number, id: string, event: MarketEvent) =>
  Effect.flatMap(Journal, (journal) =>
    journal.append({
      subject: subjects.oldControl,
      id,
      data: new TextEncoder().encode(
        JSON.stringify({ v, epoch: 1, timeMs: 0, writer: "kennel up", cause: null, events: [event] })
      )
    })
  )

const raised = (epoch: number): MarketEvent => ({
  _tag: "EpochRaised",
  epoch,
  service: "kennel up",
  reason: "start",
  watchesOrders: true,
  fitsModels: true
})

describe("control records on the subject that was everybody's", () => {
  it.live("count on, and what comes after them stands on its writer's subject", () =>
    Effect.gen(function* () {
      yield* old(1, "start", raised(7))
      yield* old(2, "adopted", {
        _tag: "RulesAdopted",
        from: 1,
        to: 2,
        service: "kennel up",
        adoptedMs: 0,
        changes: ["later rules"]
      })
      yield* begin
      expect(yield* readControl(subjects)).toMatchObject({ epoch: 8, rulesVersion: 2, rulesSeq: 2, lastSeq: 3 })
      expect((yield* records).at(-1)?.subject).toBe(subjects.control("test"))
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.live("are not believed in today's shapes: nobody writes there any more", () =>
    Effect.gen(function* () {
      yield* begin
      yield* old(3, "forged", raised(1_000))
      expect(yield* readControl(subjects)).toMatchObject({ epoch: 1, lastSeq: 2 })
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )

  it.live("are read in the order of the journal, whichever subject they stand on", () =>
    Effect.gen(function* () {
      const skip = (seq: number) =>
        appendControl({
          subjects,
          writer: "operator",
          timeMs: 0,
          make: () => ({ _tag: "RecordSkipped", actor: "*", seq, author: "test", reason: "test" })
        })
      yield* skip(1)
      yield* old(2, "between", raised(3))
      yield* skip(2)
      const view = yield* readControl(subjects)
      expect([...view.skipped]).toStrictEqual(["* 1", "* 2"])
      expect(view).toMatchObject({ epoch: 3, lastSeq: 3 })
    }).pipe(Effect.provide(MemoryJournal.layer()))
  )
})
