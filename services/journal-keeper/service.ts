/** Looks now and then whether the open era is long enough, and seals it. Nobody waits for it: a market trades without seals. */
import { Clock, Duration, Effect, Ref } from "effect"
import { lastSeal } from "../../shared/actor/seals/seals.ts"
import { type SealOptions, sealEra } from "../../shared/actor/seals/sealJournal.ts"
import { Journal, type SnapshotStore } from "../../shared/journal/port.ts"
import type { ServiceError } from "../../shared/service/manifest.ts"
import { type OpenEra, sealIsDue, type SealRules } from "./core/due.ts"

/** Wall time between two looks: an era lasts hours. */
const LOOK_EVERY_MS = 60_000
/** Each attempt folds the open era: what keeps it from being sealed again and again is looked at ever more rarely, and this often at least. */
const LOOK_AT_LEAST_EVERY_MS = 3_600_000

/** Runs until interrupted, or until the journal is one that this build cannot fold. */
export const keepJournal = Effect.fn("keepJournal")(function* (
  seals: SealOptions,
  rules: SealRules
): Effect.fn.Return<never, ServiceError, Journal | SnapshotStore> {
  const kept = yield* Ref.make<{ readonly line: string | null; readonly pauseMs: number }>(FREE)
  /** What keeps it from sealing is told once, and tried again after pauses that double. */
  const waits = Effect.fnUntraced(function* (line: string) {
    const before = yield* Ref.get(kept)
    if (before.line !== line) yield* Effect.logWarning(`journal-keeper: ${line}`)
    const pauseMs = before.line === line ? Math.min(2 * before.pauseMs, LOOK_AT_LEAST_EVERY_MS) : LOOK_EVERY_MS
    yield* Ref.set(kept, { line, pauseMs })
  })
  const look = Effect.gen(function* () {
    if (!sealIsDue(rules, yield* openEra(seals), yield* Clock.currentTimeMillis)) return
    const seal = yield* sealEra(seals)
    if (seal === null) return
    yield* Ref.set(kept, FREE)
    yield* Effect.logInfo(`journal-keeper: era ${seal.era} sealed, records ${seal.from} to ${seal.to}`)
  }).pipe(
    Effect.catchTags({
      CannotSeal: (error) => waits(error.message),
      JournalUnavailable: (error) => waits(error.message)
    })
  )
  const pause = Effect.flatMap(Ref.get(kept), ({ pauseMs }) => Effect.sleep(Duration.millis(pauseMs)))
  return yield* Effect.andThen(look, pause).pipe(Effect.forever)
})

/** Nothing keeps it from sealing. */
const FREE = { line: null, pauseMs: LOOK_EVERY_MS }

const openEra = Effect.fnUntraced(function* ({ subjects }: SealOptions) {
  const journal = yield* Journal
  const seal = yield* lastSeal(subjects)
  const head = yield* journal.head
  if (seal !== null) {
    const records = head - seal.to
    // The seal and nothing else is no era.
    return { records: records === 1 && head === seal.seq ? 0 : records, beganMs: seal.sealedMs } satisfies OpenEra
  }
  const first = head === 0 ? null : yield* journal.get(1)
  return { records: head, beganMs: first?.storedMs ?? 0 } satisfies OpenEra
})
