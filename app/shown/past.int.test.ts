/** The status at any record is the one that was shown then: recorded while a journal is folded once, and folded again from stones. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import { briefOf } from "../../services/control-plane/core/brief.ts"
import { Status, StatusThen } from "../../services/control-plane/api/schema/status.ts"
import { reportOf, type StatusReport } from "../../services/control-plane/core/report.ts"
import { OPTIONS } from "../../services/control-plane/testing/examples.ts"
import type { PastProblem } from "../../services/control-plane/marketPast.ts"
import type { MarketMoment } from "../../services/control-plane/marketViews.ts"
import { readControl } from "../../shared/actor/control/control.ts"
import { namedIn, slotsNamedUpTo } from "../../shared/actor/control/slotsNamed.ts"
import { ActorFold } from "../../shared/actor/fold.ts"
import { Refold } from "../../shared/actor/refold.ts"
import { FileJournal } from "../../shared/archive/fileJournal.ts"
import { Journal } from "../../shared/journal/port.ts"
import { everyActorOf, subjectsOf } from "../leaves/journal.ts"
import { readSettings } from "../settings.ts"
import { shownOf } from "./moment.ts"
import { keepPast } from "./past.ts"

const RECORDED = join(import.meta.dirname, "../../tests/journals/recorded/rules-2-shapes-2-trouble.jsonl.gz")
/** Each so many records, and the last. */
const EVERY = 197

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "kennel-shown-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** The answer once the stones are laid: on a busy machine that takes longer than anybody is kept waiting. */
const laid = <A>(work: Effect.Effect<A, PastProblem>) =>
  Effect.retry(work, { while: ({ _tag: tag }) => tag === "PastBeingLaid" })

const reportAt = (moment: MarketMoment): StatusReport =>
  reportOf(
    {
      ...moment,
      journal: { where: "recorded", problem: null, head: moment.seq, startHead: 0 },
      silentSec: 0,
      clockSilentSec: 0,
      chat: null
    },
    OPTIONS
  )

describe("the status at a record", () => {
  it.live(
    "equals the one that was recorded there, and as documented; it folds no more than lies between two stones; stories are the command's",
    () =>
      Effect.gen(function* () {
        const { settings } = readSettings({ DATA_DIR: yield* directory })
        const journal = yield* Journal
        const head = yield* journal.head
        const subjects = subjectsOf(settings)
        const folds = everyActorOf(settings, yield* slotsNamedUpTo(subjects, head)).map(
          (actor) => new ActorFold(actor, subjects)
        )
        const byName = new Map(folds.map((fold) => [fold.actor.name, fold]))
        const shown = shownOf(settings)
        const recorded = new Map<number, StatusReport>()
        const named = new Set<number>()
        const again = new Refold(folds, (yield* readControl(subjects)).skipped, () => undefined)
        const records = yield* Stream.runCollect(journal.read({ from: 1 }))
        for (let at = 0; at < records.length; at += EVERY) {
          again.take(records.slice(at, at + EVERY), ({ events }) => {
            for (const slot of events.flatMap(namedIn)) named.add(slot)
          })
          const seq = Math.min(head, at + EVERY)
          const slots = [...named].toSorted((a, b) => a - b)
          recorded.set(seq, reportAt(shown.momentOf(byName, seq, slots, {})))
        }
        expect(recorded.size).toBeGreaterThan(5)
        const past = yield* keepPast(settings)
        for (const [seq, then] of [...recorded].toReversed()) {
          const { moment, folded } = yield* laid(past.at(seq))
          const report = reportAt(moment)
          expect(report, `record ${seq}`).toStrictEqual(then)
          // In full as the past is shown, and at a glance as the present is.
          const documented = [
            [StatusThen, report],
            [Status, briefOf(report)]
          ] as const
          for (const [schema, payload] of documented) {
            const sent: unknown = JSON.parse(JSON.stringify({ age_sec: 0, ...payload }))
            const read = Schema.decodeUnknownExit(schema, { onExcessProperty: "error" })(sent)
            const verdict = read._tag === "Failure" ? String(read.cause) : "as documented"
            expect(verdict, `record ${seq}`).toBe("as documented")
          }
          expect(folded, `record ${seq}`).toBeLessThan(1_500)
        }
        const gone = yield* Effect.flip(past.at(head + 1))
        expect(gone.message).toBe(`record ${head + 1}: the journal has records 1 to ${head}`)

        expect(JSON.parse(yield* past.why("1/1"))).toMatchObject({ kind: "order", slot: 1, localId: 1 })
        expect((yield* past.stepsOf("1/1")).length).toBeGreaterThan(2)
        expect((yield* Effect.flip(past.why("99@now"))).message).toContain("the journal names the slots")
        expect((yield* Effect.flip(past.stepsOf("mode@5"))).message).toContain("is no order")
      }).pipe(Effect.provide(FileJournal.layer(RECORDED)))
  )
})
