/**
 * Errands: what a program waits for that its own steps do not bring about: a disk, a thread, a wire. Where time waits for everyone
 * (`waitingClock.ts`) errands are run one at a time, in the order in which they were asked for, so that no race between two of
 * them decides anything. Everywhere else they run at once, as if nothing were asked.
 */
// Modules one by one: every command reads this file, by way of the exchange's clock.
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

/** Ends a turn; called more than once it does nothing more. */
export type EndTurn = () => void

/** Who says when an errand may begin. */
export interface Errands {
  /**
   * Calls `start` when its turn has come. The turn lasts until `end` is called, and nothing else gets one meanwhile. Returns how to
   * give the turn up, begun or not. `what` names it for people: `sync of the journal`.
   */
  readonly enqueue: (what: string, start: (end: EndTurn) => void) => EndTurn
  /** Calls `wake` once nobody has anything left to do at this moment; returns how to stop waiting for that. */
  readonly atRest: (wake: () => void) => () => void
}

const nothing = (): void => undefined

/** Every errand at once. */
const AT_ONCE: Errands = {
  enqueue: (_what, start) => {
    start(nothing)
    return nothing
  },
  atRest: (wake) => {
    wake()
    return nothing
  }
}

/** The errands in force where an effect runs. */
export const Errands = Context.Reference<Errands>("kennel/pace/Errands", { defaultValue: () => AT_ONCE })

/** Whether time waits for everyone here. */
export const timeWaits: Effect.Effect<boolean> = Effect.map(Errands, (errands) => errands !== AT_ONCE)

/** Where time waits for everyone: until all others have done what there is to do at this moment. Everywhere else nothing. */
export const rest: Effect.Effect<void> = Effect.flatMap(Errands, (errands) =>
  errands === AT_ONCE
    ? Effect.void
    : Effect.callback<void>((resume) => Effect.sync(errands.atRest(() => resume(Effect.void))))
)

/** A pause that spares a machine, or somebody's limit of calls. Where time waits for everyone it takes none: it is a `rest`. */
export const sparing = (pause: Duration.Input): Effect.Effect<void> =>
  Effect.flatMap(timeWaits, (waits) => (waits ? rest : Effect.sleep(pause)))

/** `work` as an errand: begins when its turn has come, and ends its turn with its own end, however that comes about. */
export const errand =
  (what: string) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(Errands, (errands) => (errands === AT_ONCE ? work : inTurn(errands, what, work)))

/**
 * `work` that goes on beside everything else, and in a clock that waits takes exactly `takes`: whoever asked has the answer then, and
 * not before. Where it takes longer on the wall the clock waits for it at that moment, and where it does not nobody has waited.
 */
export const errandTaking =
  (what: string, takes: Duration.Input) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(Errands, (errands) => (errands === AT_ONCE ? work : beside(errands, what, takes, work)))

const beside = Effect.fnUntraced(function* <A, E, R>(
  errands: Errands,
  what: string,
  takes: Duration.Input,
  work: Effect.Effect<A, E, R>
) {
  const going = yield* Effect.forkChild(work, { startImmediately: true })
  yield* Effect.sleep(takes)
  return yield* inTurn(errands, what, Fiber.join(going))
})

const inTurn = <A, E, R>(errands: Errands, what: string, work: Effect.Effect<A, E, R>) =>
  Effect.uninterruptibleMask((restore) =>
    restore(
      Effect.callback<EndTurn>((resume) => {
        const giveUp = errands.enqueue(what, (end) => resume(Effect.succeed(end)))
        return Effect.sync(giveUp)
      })
    ).pipe(Effect.flatMap((end) => Effect.ensuring(restore(work), Effect.sync(end))))
  )
