/** `kennel replay`: a file of a journal proven again, or any actor's state at any place. */
import { Console, Effect, Option, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { decidersOf } from "../../../app/registry.ts"
import { openMarketPast } from "../../../app/leaves/past.ts"
import { SourceFile } from "../../../shared/archive/fileJournal.ts"
import { replayFile } from "../../../shared/archive/replayFile.ts"
import { existing, placeOf } from "../../../shared/archive/seqAt.ts"
import { slotActor } from "../../../shared/core/ids/subjects.ts"
import type { Past } from "../../../shared/past/past.ts"
import { archive, from, journalAt, json, stretch, to, where } from "../journal/where.ts"
import { type Currencies, currenciesOf } from "../../shared/currencies.ts"
import { laying } from "../../shared/laying.ts"
import { loadSettings } from "../../shared/settings.ts"
import { changesBetween } from "./core/flatten.ts"
import { problemOf } from "./conditionProblem.ts"
import { type Condition, conditionOf, metByEvents, metByState } from "./core/until.ts"
import { browse, reach } from "./terminal.ts"

/** What is asked for cannot be shown. */
class CannotReplay extends Schema.TaggedError<CannotReplay>()("CannotReplay", { problem: Schema.String }) {
  override get message(): string {
    return this.problem
  }
}

/** A file does not lead to what it says. */
class ComesOutOtherwise extends Schema.TaggedError<ComesOutOtherwise>()("ComesOutOtherwise", { lines: Schema.Int }) {
  override get message(): string {
    return `${this.lines} differences: this build does not decide as the file says`
  }
}

const prove = Effect.gen(function* () {
  const source = yield* SourceFile
  const { verification, differences } = yield* replayFile(decidersOf)
  const note = source?.header?.note ?? ""
  if (note !== "") yield* Console.log(note)
  for (const line of verification.divergences) yield* Console.log(line)
  for (const line of differences) yield* Console.log(`otherwise: ${line}`)
  const { head, events } = verification
  if (differences.length > 0) return yield* new ComesOutOtherwise({ lines: differences.length })
  yield* Console.log(`${events} events up to record ${head}: every decision and every state as the file says`)
})

/** What is meant by the text of `--until`. */
const asked = Effect.fnUntraced(function* (text: string) {
  const condition = conditionOf(text)
  if (condition !== null) return condition
  const problem = `--until ${text}: give an event (OrderFilled), mode=PAUSED, or a state's value (slot-1.book.halted!=null)`
  return yield* new CannotReplay({ problem })
})

/** The first record from `seq` on that meets the condition. */
const untilMet = Effect.fnUntraced(function* (past: Past, seq: number, text: string, condition: Condition) {
  const { folds } = yield* past.at(seq)
  const wrong = problemOf(condition, [...folds.keys()], (actor) => folds.get(actor)?.state)
  if (wrong !== null) return yield* new CannotReplay({ problem: `--until ${text}: ${wrong}` })
  const actors = condition._tag === "State" ? [condition.actor] : []
  const found = yield* past.walk(seq, actors, (record, folds) =>
    condition._tag === "State"
      ? metByState(condition, folds.get(condition.actor)?.state)
      : metByEvents(condition, record.events)
  )
  if (found === null) return yield* new CannotReplay({ problem: `from record ${seq} on, ${text} never holds` })
  return found
})

const show = Effect.fnUntraced(function* (
  past: Past,
  seq: number,
  actor: string,
  currencies: Currencies,
  asJson: boolean
) {
  const { folds, nowMs, inForce } = yield* past.at(seq, [actor])
  const fold = folds.get(actor)
  if (asJson) {
    const state: unknown = fold === undefined ? null : JSON.parse(fold.actor.encode(fold.state))
    return yield* Console.log(JSON.stringify({ seq, nowMs, ...inForce, actor, state }))
  }
  const now = yield* reach(past, seq, actor, currencies)
  const before = seq > past.first ? yield* reach(past, seq - 1, actor, currencies) : now
  yield* Console.log(`record ${seq} of ${past.head}, ${now.time} UTC, ${actor}\n${now.record}`)
  for (const { path, value, before: was } of changesBetween(before.leaves, now.leaves)) {
    yield* Console.log(
      was === null ? `  ${path}  ${value}` : `* ${path}  ${value === "" ? "(gone)" : value}  was ${was ?? "(nothing)"}`
    )
  }
})

/** What changes of the actor from record to record. */
const showChanges = Effect.fnUntraced(function* (
  past: Past,
  first: number,
  last: number,
  actor: string,
  currencies: Currencies
) {
  let before = yield* reach(past, Math.max(first - 1, past.first), actor, currencies)
  for (let seq = first; seq <= last; seq++) {
    const now = yield* reach(past, seq, actor, currencies)
    const changed = changesBetween(before.leaves, now.leaves).filter(({ before: was }) => was !== null)
    if (changed.length > 0) yield* Console.log(now.record)
    for (const { path, value, before: was } of changed) {
      yield* Console.log(`* ${path}  ${value === "" ? "(gone)" : value}  was ${was ?? "(nothing)"}`)
    }
    before = now
  }
})

/** Each is reached anew: a longer stretch is for the terminal, or for `journal cat`. */
const MOST_CHANGES = 2_000

export const replayCommand = Command.make(
  "replay",
  {
    where,
    archive,
    at: Flag.String("at").pipe(
      Flag.withDescription("The place: a sequence, or a time in UTC (2026-11-21T17:03:09). Default: the newest record"),
      Flag.optional
    ),
    slot: Flag.Int("slot").pipe(Flag.withDescription("Look at this slot; 1 when left out"), Flag.optional),
    actor: Flag.String("actor").pipe(Flag.withDescription("Look at this actor: governor, rebalancer"), Flag.optional),
    until: Flag.String("until").pipe(
      Flag.withDescription(
        "Go on from --at to where this holds first: OrderFilled, mode=PAUSED, slot-1.book.halted!=null"
      ),
      Flag.optional
    ),
    from,
    to,
    print: Flag.Boolean("print").pipe(
      Flag.withDescription("Print instead of showing, on a terminal too"),
      Flag.withDefault(false)
    ),
    json
  },
  Effect.fn(function* ({ where, archive, at, slot, actor, until, from, to, print, json }) {
    const settings = yield* loadSettings()
    const currencies = currenciesOf(settings)
    yield* Effect.scoped(
      Effect.gen(function* () {
        const looks = Option.isSome(slot) || [at, actor, until, from, to].some(Option.isSome)
        if ((yield* SourceFile) !== null && !looks) return yield* prove
        const past = yield* openMarketPast(settings, laying)
        const actors = decidersOf(past.slots).map(({ name }) => name)
        if (Option.isSome(slot) && Option.isSome(actor))
          return yield* new CannotReplay({ problem: "--slot and --actor name two actors: leave one out" })
        if (Option.isSome(from) || Option.isSome(to)) {
          const other = Option.isSome(at) ? "--at" : Option.isSome(until) ? "--until" : null
          if (other !== null)
            return yield* new CannotReplay({
              problem: `--from and --to show a stretch, ${other} a place: name one of them`
            })
        }
        const condition = Option.isSome(until) ? yield* asked(until.value) : null
        // Without another word the actor that the condition is about.
        const meant = condition?._tag === "State" && actors.includes(condition.actor) ? condition.actor : null
        const wanted = Option.getOrElse(actor, () =>
          Option.isSome(slot) ? slotActor(slot.value) : (meant ?? slotActor(past.slots[0] ?? 1))
        )
        if (!actors.includes(wanted)) {
          return yield* new CannotReplay({ problem: `there is no actor ${wanted}: ${actors.join(", ")}` })
        }
        const placed = (place: string) => Effect.flatMap(placeOf(place), existing)
        const begin = Option.isSome(at) ? yield* placed(at.value) : Option.isSome(until) ? past.first : past.head
        const seq =
          Option.isSome(until) && condition !== null ? yield* untilMet(past, begin, until.value, condition) : begin
        if (Option.isSome(from) || Option.isSome(to)) {
          const { first, last } = yield* stretch(from, to)
          if (last - first >= MOST_CHANGES) {
            return yield* new CannotReplay({
              problem: `records ${first} to ${last} are more than ${MOST_CHANGES}: name a shorter stretch`
            })
          }
          return yield* showChanges(past, first, last, wanted, currencies)
        }
        const terminal = process.stdin.isTTY && process.stdout.isTTY && !print && !json
        yield* terminal ? browse(past, seq, wanted, actors, currencies) : show(past, seq, wanted, currencies, json)
      })
    ).pipe(Effect.provide(journalAt(settings, where, archive)))
  })
)
