/** Works that go on for ever, and what is wrong with each of them now. */
import { Duration, Effect, Ref } from "effect"

/** After a failure of the source or the store. */
const TROUBLE_PAUSE_MS = 15_000

/** What went wrong last in each of the works that go on for ever. */
export interface Troubles {
  /** Each text once. */
  readonly now: Effect.Effect<ReadonlyArray<string>>
  /** Work again and again, `pauseMs` between. Never fails: what went wrong is shown, and tried again after a pause. */
  readonly endure: (
    name: string,
    work: Effect.Effect<unknown, { readonly message: string }>,
    pauseMs: number
  ) => Effect.Effect<never>
}

/** Nothing is wrong yet. */
export const makeTroubles = Effect.gen(function* () {
  const troubles = yield* Ref.make<ReadonlyMap<string, string>>(new Map())
  const endure: Troubles["endure"] = (name, work, pauseMs) =>
    work.pipe(
      Effect.andThen(Ref.update(troubles, (known) => new Map([...known].filter(([key]) => key !== name)))),
      Effect.andThen(Effect.sleep(Duration.millis(pauseMs))),
      Effect.catch(({ message }) =>
        Effect.logWarning(`ohlcv-ingestor: ${message}`).pipe(
          Effect.andThen(Ref.update(troubles, (known) => new Map(known).set(name, message))),
          Effect.andThen(Effect.sleep(TROUBLE_PAUSE_MS))
        )
      ),
      Effect.forever
    )
  const now = Effect.map(Ref.get(troubles), (known) => [...new Set(known.values())])
  return { now, endure } satisfies Troubles
})
