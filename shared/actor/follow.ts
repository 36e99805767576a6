/** A state that follows the journal, for edges and pages: read it, wait for it, be told of it. */
import { Deferred, Effect, type Scope, Stream } from "effect"
import type { MarketSubjects } from "../core/ids/subjects.ts"
import type { Journal, SnapshotStore } from "../journal/port.ts"
import { makeListeners } from "../journal/recordStream.ts"
import type { Actor } from "./core/actor.ts"
import type { ActorFold } from "./fold.ts"
import { type HostError, runActors } from "./runtime.ts"

/** A follower: read-only folds that move while it is held. */
export interface Followed<State> {
  /** The folds in the order of the actors given: their `state` and `seq` are current whenever control is with the caller. */
  readonly folds: ReadonlyArray<ActorFold<State>>
  /** Returns once everything up to and including this record has been folded. */
  readonly awaitSeq: (seq: number) => Effect.Effect<void>
  /** The sequence now, and after each advance; a slow reader sees only the newest. */
  readonly changes: Stream.Stream<number>
  /** Never returns: fails when following has ended. Whoever follows must run it, so that a halt is not missed. */
  readonly failure: Effect.Effect<never, HostError>
}

interface Waiter {
  readonly seq: number
  readonly wake: () => void
}

/** Each actor's own kind of fold, at the actor's place. */
type FoldsOf<States extends ReadonlyArray<unknown>> = { readonly [K in keyof States]: ActorFold<States[K]> }

/**
 * Follows the journal in the background until the scope closes; returns when the history has been folded. The actors may be
 * of different kinds: all of them stand at the same record whenever control is with the caller.
 */
export const follow = Effect.fn("follow")(function* <const States extends ReadonlyArray<unknown>>(options: {
  readonly host: string
  readonly subjects: MarketSubjects
  readonly actors: { readonly [K in keyof States]: Actor<States[K]> }
}): Effect.fn.Return<
  Omit<Followed<unknown>, "folds"> & { readonly folds: FoldsOf<States> },
  HostError,
  Journal | SnapshotStore | Scope.Scope
> {
  // What the runtime does with a state it leaves to that state's own actor: it need not know its kind.
  const actors = options.actors as unknown as ReadonlyArray<Actor<unknown>>
  const ready = yield* Deferred.make<ReadonlyArray<ActorFold<unknown>>, HostError>()
  const ended = yield* Deferred.make<never, HostError>()
  const advances = makeListeners()
  const waiters = new Set<Waiter>()
  let seq = 0

  const onAdvance = Effect.fnUntraced(function* (folds: ReadonlyArray<ActorFold<unknown>>) {
    seq = folds[0]?.seq ?? 0
    yield* Deferred.succeed(ready, folds)
    for (const waiter of waiters) {
      if (waiter.seq > seq) continue
      waiters.delete(waiter)
      waiter.wake()
    }
    advances.notify()
  })

  const { host, subjects } = options
  yield* runActors({ host, subjects, actors, publish: false, onAdvance }).pipe(
    Effect.tapCause((cause) => Effect.andThen(Deferred.failCause(ready, cause), Deferred.failCause(ended, cause))),
    Effect.ignoreCause,
    Effect.forkScoped
  )
  const folds = (yield* Deferred.await(ready)) as unknown as FoldsOf<States>

  const awaitSeq = (wanted: number) =>
    Effect.callback<void>((resume) => {
      // In one step: what is folded between a look and the waiting would wake nobody.
      if (wanted <= seq) return resume(Effect.void)
      const waiter = { seq: wanted, wake: () => resume(Effect.void) }
      waiters.add(waiter)
      return Effect.sync(() => waiters.delete(waiter))
    })
  const changes = Stream.suspend(() => {
    let seen = -1
    const advanced = Effect.callback<void>((resume) => {
      // Others may have had their turn since it was looked at.
      if (seq > seen) return resume(Effect.void)
      return Effect.sync(advances.add(() => resume(Effect.void)))
    })
    const pull: Effect.Effect<readonly [number]> = Effect.suspend(() =>
      seq > seen ? Effect.succeed([(seen = seq)]) : Effect.andThen(advanced, pull)
    )
    return Stream.fromPull(Effect.succeed(pull))
  })
  return { folds, awaitSeq, changes, failure: Deferred.await(ended) }
})
