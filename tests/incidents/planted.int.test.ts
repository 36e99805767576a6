/** One line of a rule is changed: the first record at which that has an effect is found, and the proof of the journal stops there too. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Effect } from "effect"
import { decidersOf } from "../../app/registry.ts"
import { decidersOfBuild } from "../../cli/commands/bisect/builds.ts"
import { firstEffect } from "../../cli/commands/bisect/command.ts"
import { withSettings } from "../../cli/shared/otherSettings.ts"
import { slotsNamedUpTo } from "../../shared/actor/control/slotsNamed.ts"
import { verifyJournal } from "../../shared/actor/verify.ts"
import { FileJournal } from "../../shared/archive/fileJournal.ts"
import { Journal, type SnapshotStore } from "../../shared/journal/port.ts"
import { SUBJECTS } from "../journals/corpus.ts"

const ROOT = resolve(import.meta.dirname, "../..")
const RECORDED = join(ROOT, "tests/journals/recorded/rules-2-shapes-2-trading.jsonl.gz")

/** What is changed, where, and the first record that must show it. */
const PLANTED = [
  {
    what: "buys stand twice as far from the market",
    file: "services/slot-actor/core/money/pricing.ts",
    line: "market * (1 - distance)",
    becomes: "market * (1 - 2 * distance)",
    actor: "slot-1",
    wants: /OrderRequested.*bootstrap_B/
  },
  {
    what: "no trade rests after a cycle",
    file: "services/slot-actor/core/money/booking.ts",
    line: "nowMs + terms.reentryCooldownMs",
    becomes: "nowMs",
    actor: "slot-1",
    wants: /CycleBooked/
  },
  {
    what: "entries follow the market late",
    file: "services/slot-actor/core/entry/refresh.ts",
    line: "distancePct(order, marketPrice) > terms.refreshPct",
    becomes: "distancePct(order, marketPrice) > 3 * terms.refreshPct",
    actor: "slot-1",
    wants: /CancelRequested.*stale_entry/
  },
  {
    what: "one entry more is granted in a loop",
    file: "services/governor/core/entries/scheduler.ts",
    line: "if (grantedInLoop >= cap) return { _tag",
    becomes: "if (grantedInLoop > cap) return { _tag",
    actor: "governor",
    wants: /EntryDeferred.*loop_cap/
  },
  {
    what: "the loss lock closes late",
    file: "services/governor/core/mode/lossLock.ts",
    line: "loss.loss >= limit",
    becomes: "loss.loss >= 2n * limit",
    actor: "governor",
    wants: /LossLockChanged.*daily_loss_lock/
  }
] as const

let root = ""
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "kennel-planted-"))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A copy of this build with one line changed. */
const plant = (name: string, { file, line, becomes }: (typeof PLANTED)[number]): string => {
  const directory = join(root, name)
  for (const part of ["app", "services", "shared", "package.json"]) {
    cpSync(join(ROOT, part), join(directory, part), { recursive: true })
  }
  symlinkSync(join(ROOT, "node_modules"), join(directory, "node_modules"))
  const text = readFileSync(join(directory, file), "utf8")
  expect(text.split(line)).toHaveLength(2)
  writeFileSync(join(directory, file), text.replace(line, becomes))
  return directory
}

const inJournal = <A>(work: Effect.Effect<A, unknown, Journal | SnapshotStore>) =>
  Effect.runPromise(Effect.provide(work, FileJournal.layer(RECORDED)))

describe("a planted change of a rule", () => {
  it.each(PLANTED.map((planted, index) => ({ ...planted, index })))(
    "is found at its first effect: $what",
    async ({ index, ...planted }) => {
      const directory = plant(String(index), planted)
      const { effect, causes } = await inJournal(
        Effect.gen(function* () {
          const other = yield* Effect.scoped(decidersOfBuild(directory))
          const actors = other(yield* slotsNamedUpTo(SUBJECTS, yield* (yield* Journal).head))
          const { divergences } = yield* verifyJournal({ subjects: SUBJECTS, actors })
          // An output is named by the record that it answers: 1.slot-3.153.
          const named = divergences.flatMap((line) => /\b\d+\.[a-z-]+(?:\d+)?\.(\d+)\b/.exec(line)?.[1] ?? [])
          return {
            effect: yield* firstEffect({ subjects: SUBJECTS, a: decidersOf, b: other }),
            causes: named.map(Number)
          }
        })
      )
      expect(effect?.actor).toBe(planted.actor)
      expect(`${effect?.a} ${effect?.b}`).toMatch(planted.wants)
      expect(effect?.record.seq).toBe(Math.min(...causes))
    },
    120_000
  )

  it("is not found where nothing is changed, and a changed setting is one", async () => {
    const [same, other] = await inJournal(
      Effect.gen(function* () {
        const sides = { subjects: SUBJECTS, a: decidersOf, b: decidersOf }
        const seenByB = yield* withSettings(["ENTRY_PCT=0.3"], { tier: "starter", afterExchange: false })
        return [yield* firstEffect(sides), yield* firstEffect({ ...sides, seenByB })] as const
      })
    )
    expect(same).toBe(null)
    expect(other?.b).toMatch(/bootstrap_A/)
    expect(other?.a).not.toBe(other?.b)
  }, 120_000)

  it("is found in a piece of a journal, from the states that came with it", async () => {
    const piece = join(ROOT, "tests/incidents/slot-broken.kennel")
    const mute: typeof decidersOf = (slots) =>
      decidersOf(slots).map((actor) =>
        actor.name === "slot-2"
          ? { ...actor, reduce: (state, event, place) => ({ ...actor.reduce(state, event, place), outputs: [] }) }
          : actor
      )
    const [same, other] = await Effect.runPromise(
      Effect.gen(function* () {
        const sides = { subjects: SUBJECTS, a: decidersOf }
        return [yield* firstEffect({ ...sides, b: decidersOf }), yield* firstEffect({ ...sides, b: mute })] as const
      }).pipe(Effect.provide(FileJournal.layer(piece)))
    )
    expect(same).toBe(null)
    expect(other).toMatchObject({ actor: "slot-2", b: null })
    expect(other?.record.seq).toBeGreaterThanOrEqual(1_640)
  }, 60_000)

  it("of a setting that is none, or of no build, is refused by name", async () => {
    const problem = (work: Effect.Effect<unknown, Error>) =>
      Effect.runPromise(Effect.map(Effect.flip(work), ({ message }) => message))
    const anywhere = { tier: "starter", afterExchange: false } as const
    expect(await problem(withSettings(["ENTRY=1"], anywhere))).toMatch(/--set ENTRY: there is no such setting: did you/)
    expect(await problem(withSettings(["ENTRY_PCT=x"], anywhere))).toMatch(/--set ENTRY_PCT=x: "x" is not a number/)
    expect(await problem(Effect.scoped(decidersOfBuild("no-such-revision")))).toMatch(/no-such-revision is no build/)
  })
})
