/**
 * For random markets and random places of adoption: a journal that goes from one version of the rules to the next is what the old
 * ones decide of its beginning and the new ones of its rest. Over every pair of versions there is, and over two that are to come,
 * which only a toy tells apart.
 */
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import fc from "fast-check"
import { chance } from "../../app/inProcess/incidents.ts"
import { decidersOf } from "../../app/registry.ts"
import { readSettings } from "../../app/settings.ts"
import { gatewayFold } from "../../services/order-gateway/core/fold.ts"
import { type Actor, defineActor, ofAnyKind, placeIn } from "../../shared/actor/core/actor.ts"
import { variantsOf } from "../../shared/actor/core/variants.ts"
import { ActorFold } from "../../shared/actor/fold.ts"
import { verifyJournal } from "../../shared/actor/verify.ts"
import { Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { type KnownRules, knowsRules, NEWEST_RULES, THIS_BUILD } from "../../shared/core/rules/versions.ts"
import { decodeRecord, type StoredRecord } from "../../shared/events/envelope.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import type { Command } from "../../shared/events/families/command.ts"
import type { JournalRecord } from "../../shared/journal/port.ts"
import { journalOf, SUBJECTS } from "./corpus.ts"
import { adoption } from "./recorder.ts"
import { Stage } from "./stage.ts"

/** What changed when in rules that do not exist yet: the toy speaks at every second price, then at every third, then at every fourth. */
const toyVariants = variantsOf(
  { version: NEWEST_RULES, every: 2 },
  { version: NEWEST_RULES + 1, every: 3 },
  { version: NEWEST_RULES + 2, every: 4 }
)
const LATER: KnownRules = { ...THIS_BUILD, newest: NEWEST_RULES + 2 }

const toy = defineActor<number>({
  name: "slot-90",
  version: "1",
  initial: 0,
  reduce: (before, event, { rulesVersion }) => {
    if (event._tag !== "PriceObserved") return { state: before, outputs: [] }
    const prices = before + 1
    const said: MarketEvent = {
      _tag: "DecisionRefused",
      what: "fill",
      unfunded: false,
      reason: { rule: "configured", numbers: { prices } }
    }
    return { state: prices, outputs: prices % toyVariants(rulesVersion).every === 0 ? [said] : [] }
  }
})

const { settings } = readSettings({
  SLOTS: "2",
  MIN_VOLUME: "2",
  S1_ORPHAN_AFTER_SEC: "300",
  S2_ORPHAN_AFTER_SEC: "400"
})

/** As many as an in-thread market folds, and whoever else is in it. */
const ACTORS: ReadonlyArray<Actor<unknown>> = [
  ...decidersOf(Array.from({ length: 2 * settings.slots }, (_, n) => n + 1)),
  ofAnyKind(gatewayFold),
  ofAnyKind(toy)
]

const COMMANDS: ReadonlyArray<Command> = [
  { name: "pause", note: "" },
  { name: "resume" },
  { name: "add_slot", count: 1 },
  { name: "remove_slots", count: 1 },
  { name: "add_layer", source: null },
  { name: "set_entry_pct", pct: 0.4 },
  { name: "set_profit_pct", pct: 0.6 },
  { name: "soft_close_next" },
  { name: "cancel_stale_recoveries", minDistancePct: 0, count: 3 }
]

/** Three quarters of an hour that begin under rules `from`; the record after the `after`-th takes up the next ones. */
const market = (from: number, { seed, after }: { readonly seed: number; readonly after: number }) => {
  const known = knowsRules(from + 1, THIS_BUILD) ? THIS_BUILD : LATER
  const stage = new Stage({
    settings,
    seed,
    base: Volume.parse("2000"),
    quote: Quote.parse("600"),
    rulesVersion: from,
    known
  })
  const { journal } = stage.market
  journal.add(toy)
  // In the middle of whatever is going on: answers to that record, made by the old rules, are written after the adoption.
  journal.watch(({ seq }) => {
    if (seq === after) journal.append(SUBJECTS.control("simulation"), 0, adoption(from, from + 1))
  })
  stage.begin()
  const random = chance(seed)
  for (let part = 0; part < 9; part++) {
    stage.trade(5)
    const command = COMMANDS[Math.floor(random() * COMMANDS.length)]
    if (command !== undefined) stage.ask(command)
  }
  return { known, records: stage.recorder.records }
}

/** What an actor decides that is told at each record which rules to go by, and where that leaves it. */
const decidedBy = (
  actor: Actor<unknown>,
  records: ReadonlyArray<StoredRecord>,
  rulesAt: (seq: number) => number
): {
  readonly state: string
  readonly outputs: ReadonlyArray<readonly [cause: number, ReadonlyArray<MarketEvent>]>
} => {
  let state = actor.initial
  let epoch = 0
  const outputs: Array<readonly [number, ReadonlyArray<MarketEvent>]> = []
  for (const record of records) {
    if (record.subject === SUBJECTS.out(actor.name)) continue
    const said: Array<MarketEvent> = []
    for (const [index, event] of record.events.entries()) {
      if (event._tag === "EpochRaised") epoch = event.epoch
      const step = actor.reduce(state, event, placeIn(record, index, { epoch, rulesVersion: rulesAt(record.seq) }))
      state = step.state
      said.push(...step.outputs)
    }
    if (said.length > 0) outputs.push([record.seq, said])
  }
  return { state: actor.encode(state), outputs }
}

/** Where one fold of the whole journal ends, by a build that knows both versions. Throws where a byte differs. */
const foldedBy = (actor: Actor<unknown>, journal: ReadonlyArray<JournalRecord>, known: KnownRules): string => {
  const fold = new ActorFold(actor, SUBJECTS, known)
  for (const record of journal) fold.apply(decodeRecord(record), record.data)
  return actor.encode(fold.state)
}

const pairs = Array.from(
  { length: LATER.newest - LATER.oldest },
  (_, n) => [LATER.oldest + n, LATER.oldest + n + 1] as const
)
const CASES = fc.sample(fc.record({ seed: fc.nat(), after: fc.integer({ min: 25, max: 400 }) }), {
  seed: 20_261_129,
  numRuns: 10
})

describe.each(pairs)("a journal that goes from version %i of the rules to version %i", (from, to) => {
  it.effect.each(CASES)(
    "is decided by the one up to record $after and by the other from there on (market $seed)",
    (place) =>
      Effect.gen(function* () {
        const { known, records } = market(from, place)
        const verification = yield* verifyJournal({ subjects: SUBJECTS, actors: ACTORS, known }).pipe(
          Effect.provide(journalOf(records))
        )
        expect(verification.divergences).toStrictEqual([])
        expect(verification.generations.map(({ rulesVersion }) => rulesVersion).slice(-2)).toStrictEqual([from, to])

        const stored = records.map(decodeRecord)
        const adopted = place.after + 1
        expect(stored[adopted - 1]?.events[0]).toMatchObject({ _tag: "RulesAdopted", from, to })
        for (const actor of ACTORS) {
          const decided = decidedBy(actor, stored, (seq) => (seq <= adopted ? from : to))
          const written = stored.filter(({ subject }) => subject === SUBJECTS.out(actor.name))
          expect(written.map(({ cause, events }) => [cause, events])).toStrictEqual(decided.outputs)
          expect(foldedBy(actor, records, known)).toBe(decided.state)
        }
      })
  )
})
