/** Looks now and then whether the open era is long enough, and seals it. Nobody waits for it: a market trades without seals. */
import { Clock, Effect, Ref } from "effect"
import { lastSeal } from "../../shared/actor/seals/seals.ts"
import { type SealOptions, sealEra } from "../../shared/actor/seals/sealJournal.ts"
import { Journal, type SnapshotStore } from "../../shared/journal/port.ts"
import type { ServiceError } from "../../shared/service/manifest.ts"
import { type OpenEra, sealIsDue, type SealRules } from "./core/due.ts"

/** Wall time between two looks: an era lasts hours. */
const LOOK_EVERY = "1 minute"

/** Runs until interrupted, or until the journal is one that this build cannot fold. */
export const keepJournal = Effect.fn("keepJournal")(function* (
  seals: SealOptions,
  rules: SealRules
): Effect.fn.Return<never, ServiceError, Journal | SnapshotStore> {
  const said = yield* Ref.make<string | null>(null)
  /** What keeps it from sealing is told once, and tried again at the next look. */
  const waits = Effect.fnUntraced(function* (line: string) {
    if ((yield* Ref.getAndSet(said, line)) !== line) yield* Effect.logWarning(`journal-keeper: ${line}`)
  })
  const look = Effect.gen(function* () {
    if (!sealIsDue(rules, yield* openEra(seals), yield* Clock.currentTimeMillis)) return
    const seal = yield* sealEra(seals)
    if (seal === null) return
    yield* Ref.set(said, null)
    yield* Effect.logInfo(`journal-keeper: era ${seal.era} sealed, records ${seal.from} to ${seal.to}`)
  }).pipe(
    Effect.catchTags({
      CannotSeal: (error) => waits(error.message),
      JournalUnavailable: (error) => waits(error.message)
    })
  )
  return yield* Effect.andThen(look, Effect.sleep(LOOK_EVERY)).pipe(Effect.forever)
})

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
