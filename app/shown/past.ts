/**
 * The past of the market for the control plane: stepping stones of everything that is shown, laid when somebody first asks, and the
 * answers that are folded from them.
 */
import { Context, Deferred, Effect, Exit, Scope, Semaphore } from "effect"
import { chartActor } from "../../services/control-plane/core/chart/actor.ts"
import { historyActor } from "../../services/control-plane/core/history/actor.ts"
import { MarketPast, NotInThePast, PastBeingLaid, type PastProblem } from "../../services/control-plane/marketPast.ts"
import { slotActor } from "../../shared/core/ids/subjects.ts"
import type { DecodeError } from "../../shared/events/envelope.ts"
import { Journal, type ReadError, type SnapshotStore } from "../../shared/journal/port.ts"
import { turnKeys } from "../../shared/past/core/notes.ts"
import { type Past, openPast, STONE_EVERY } from "../../shared/past/past.ts"
import { everyActorOf, subjectsOf } from "../leaves/journal.ts"
import { stonesFile } from "../leaves/past.ts"
import type { Settings } from "../settings.ts"
import { answer, storyJson } from "../why/answer.ts"
import { targetOf } from "../why/target.ts"
import { type Folds, shownOf } from "./moment.ts"

/** Whoever asks first waits so long for the stones to be laid, and is told how far they are then. */
const PATIENCE = "2 seconds"
/** A rest between two pieces of the journal while stones are laid: the market trades on the same thread. */
const REST = "10 millis"

/** Neither is in a status, and each is larger than all the others together. */
const NOT_SHOWN: ReadonlySet<string> = new Set([chartActor.name, historyActor.name])

interface Opened {
  readonly past: Past
  readonly scope: Scope.Closeable
}

type Failure = ReadError | DecodeError

/** A past that knows the journal up to its end, or up to the record given; the stones that are missing are laid first. */
type PastTo = (needed: number) => Effect.Effect<Past, PastProblem>

const keepStones = Effect.fnUntraced(function* (
  settings: Settings
): Effect.fn.Return<PastTo, never, Journal | SnapshotStore | Scope.Scope> {
  const subjects = subjectsOf(settings)
  const context = yield* Effect.context<Journal | SnapshotStore>()
  const { where } = Context.get(context, Journal)
  const own = yield* Effect.scope
  let laid = { seq: 0, head: 0 }
  let opened: Opened | null = null
  let older: Opened | null = null
  let opening: Deferred.Deferred<Past, Failure> | null = null

  const open = Effect.gen(function* () {
    const scope = yield* Scope.fork(own)
    const past = yield* openPast({
      subjects,
      actorsOf: (slots) => everyActorOf(settings, slots).filter(({ name }) => !NOT_SHOWN.has(name)),
      file: stonesFile(settings, where, "-shown"),
      progress: (seq, head) => {
        laid = { seq, head }
        return Effect.sleep(REST)
      }
    }).pipe(
      Effect.provideService(Scope.Scope, scope),
      Effect.onError(() => Scope.close(scope, Exit.void))
    )
    // The one before it may be in use by a question that did not need to wait for this one.
    if (older !== null) yield* Scope.close(older.scope, Exit.void)
    older = opened
    opened = { past, scope }
    return past
  }).pipe(Effect.provideContext(context))

  const begin = Effect.fnUntraced(function* () {
    const done = yield* Deferred.make<Past, Failure>()
    opening = done
    yield* open.pipe(
      Effect.onExit((exit) => Deferred.done(done, exit)),
      Effect.ensuring(Effect.sync(() => (opening = null))),
      Effect.ignoreCause,
      Effect.forkIn(own)
    )
    return done
  })

  return Effect.fnUntraced(function* (needed) {
    if (opened !== null && opened.past.head >= needed) return opened.past
    return yield* Deferred.await(opening ?? (yield* begin())).pipe(
      Effect.timeoutOrElse({
        duration: PATIENCE,
        orElse: () => Effect.fail(new PastBeingLaid({ laid: laid.seq, of: laid.head }))
      })
    )
  })
})

/** Slots that had been named by then: those of the governor, those of the rules, and those that had decided anything. */
const slotsAt = (shown: ReturnType<typeof shownOf>, past: Past, folds: Folds, seq: number): ReadonlyArray<number> => {
  const { governor, status } = shown.momentOf(folds, seq, [], {})
  const named = new Set([...governor.slots.map(({ slot }) => slot), ...(status.configured?.slots ?? [])])
  return past.slots.filter(
    (slot) => named.has(slot) || past.file.lastTurn(turnKeys.decided(slotActor(slot)), seq) !== null
  )
}

/** Keeps the past at hand from the first question on, as long as the scope. */
export const keepPast = Effect.fn("keepPast")(function* (
  settings: Settings
): Effect.fn.Return<MarketPast["Service"], never, Journal | SnapshotStore | Scope.Scope> {
  const context = yield* Effect.context<Journal | SnapshotStore>()
  const journal = Context.get(context, Journal)
  const pastTo = yield* keepStones(settings)
  const oneAtATime = yield* Semaphore.make(1)
  const shown = shownOf(settings)

  const at = Effect.fnUntraced(function* (seq: number): Effect.fn.Return<MarketPastMoment, PastProblem> {
    const head = yield* journal.head
    const first = yield* journal.first
    if (seq > head || seq < first) {
      return yield* new NotInThePast({ detail: `record ${seq}: the journal has records ${first} to ${head}` })
    }
    // Behind the last stone lie as many records as between two of them.
    const past = yield* pastTo(Math.max(0, seq - STONE_EVERY))
    const { folds, folded } = yield* past.at(seq)
    const record = yield* journal.get(seq)
    const moment = shown.momentOf(folds, seq, slotsAt(shown, past, folds, seq), {})
    return { moment, folded, storedMs: record?.storedMs ?? 0 }
  })

  const unknown = (error: { readonly message: string }) => Effect.fail(new NotInThePast({ detail: error.message }))
  const toTheEnd = Effect.flatMap(journal.head, pastTo)
  return MarketPast.of({
    at: (seq) => oneAtATime.withPermit(at(seq)),
    why: (asked) =>
      oneAtATime.withPermit(
        Effect.flatMap(toTheEnd, (past) => answer(past, asked)).pipe(
          Effect.map(storyJson),
          Effect.catchTags({ NothingToExplain: unknown, WrongPlace: unknown }),
          Effect.provideContext(context)
        )
      ),
    stepsOf: (order) =>
      oneAtATime.withPermit(
        Effect.gen(function* () {
          const past = yield* toTheEnd
          const target = yield* targetOf(past, order)
          if (target._tag !== "Order") return yield* new NotInThePast({ detail: `${order} is no order` })
          return past.file.stepsOf(target.order)
        }).pipe(Effect.catchTags({ NothingToExplain: unknown, WrongPlace: unknown }), Effect.provideContext(context))
      )
  })
})

type MarketPastMoment = Effect.Success<ReturnType<MarketPast["Service"]["at"]>>
