/** `kennel fork`: what other settings would have made of a recorded market from a place on. */
import { Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { branchOff } from "../../../app/fork/fork.ts"
import { FILL_ASSUMPTIONS } from "../../../app/fork/forkedMarket.ts"
import { subjectsOf } from "../../../app/leaves/journal.ts"
import { openMarketPast } from "../../../app/leaves/past.ts"
import { existing, placeOf } from "../../../shared/archive/seqAt.ts"
import { laying } from "../../shared/laying.ts"
import { withSettings } from "../../shared/otherSettings.ts"
import { loadSettings } from "../../shared/settings.ts"
import { archive, journalAt, json, NothingBetween, where } from "../journal/where.ts"
import { forkLines } from "./text.ts"

/** More rules than there are. */
const MOST_CHANGES = 200

/** The command. */
export const forkCommand = Command.make(
  "fork",
  {
    where,
    archive,
    at: Flag.String("at").pipe(
      Flag.withDescription(
        "Where it begins: a sequence, or a time in UTC (2026-11-21T17:03:09); from there the first place at which no order is on its way. Default: the first record"
      ),
      Flag.optional
    ),
    until: Flag.String("until").pipe(
      Flag.withDescription("The last record that is followed, likewise. Default: the newest"),
      Flag.optional
    ),
    set: Flag.String("set").pipe(
      Flag.withDescription("A rule that the fork decides by, as ENTRY_PCT=0.3; as often as needed"),
      Flag.between(0, MOST_CHANGES)
    ),
    json
  },
  Effect.fn(function* ({ where, archive, at, until, set, json }) {
    const settings = yield* loadSettings()
    const change = yield* withSettings(set, { tier: settings.tier, afterExchange: true })
    yield* Effect.scoped(
      Effect.gen(function* () {
        const past = yield* openMarketPast(settings, laying)
        const placed = (place: string) => Effect.flatMap(placeOf(place), existing)
        const { pair, tier } = settings
        const begins = Option.isSome(at) ? yield* placed(at.value) : past.first
        const ends = Option.isSome(until) ? yield* placed(until.value) : past.head
        if (ends <= begins && Option.isSome(at) && Option.isSome(until))
          return yield* new NothingBetween({ from: at.value, to: until.value, head: past.head })
        const result = yield* branchOff(past, {
          ...{ pair, tier, change, subjects: subjectsOf(settings) },
          at: begins,
          until: ends
        })
        const told = { set, assumptions: FILL_ASSUMPTIONS, ...result }
        yield* Console.log(json ? JSON.stringify(told) : forkLines(told).join("\n"))
      })
    ).pipe(Effect.provide(journalAt(settings, where, archive)))
  })
)
