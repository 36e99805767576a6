/** What other settings would have made of a recorded day: the fork that changes nothing is the day again, and a change shows as what it does. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type ForkResult, branchOff } from "../../app/fork/fork.ts"
import { FILL_ASSUMPTIONS } from "../../app/fork/forkedMarket.ts"
import { decidersOf } from "../../app/registry.ts"
import { forkLines } from "../../cli/commands/fork/text.ts"
import { withSettings } from "../../cli/shared/otherSettings.ts"
import { exportJournal } from "../../shared/archive/exportJournal.ts"
import { FileJournal } from "../../shared/archive/fileJournal.ts"
import { openPast } from "../../shared/past/past.ts"
import { SUBJECTS } from "../journals/corpus.ts"

const RECORDED = join(import.meta.dirname, "../journals/recorded/rules-2-shapes-2-trading.jsonl.gz")

const FORK = { tier: "starter", afterExchange: true } as const

interface Asked {
  readonly at?: number
  readonly until?: number
  readonly set?: ReadonlyArray<string>
}

/** Forks one past several times: what it costs to open is paid once. */
const forks = (file: string, asked: ReadonlyArray<Asked>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const past = yield* openPast({ subjects: SUBJECTS, actorsOf: decidersOf, file: null })
      return yield* Effect.forEach(asked, ({ at = 1, until = Infinity, set = [] }) =>
        Effect.gen(function* () {
          const place = { at: Math.max(at, past.first), until: Math.min(until, past.head) }
          const change = yield* withSettings(set, FORK)
          return yield* branchOff(past, { pair: "XDGUSD", subjects: SUBJECTS, tier: "starter", change, ...place })
        }).pipe(Effect.result)
      )
    })
  ).pipe(Effect.provide(FileJournal.layer(file)))

const PIECE = { at: 3_100, set: ["REENTRY_BASE_COOLDOWN_SEC=3600"] }

let root = ""
let results: Effect.Success<ReturnType<typeof forks>> = []
const result = (place: number): ForkResult => {
  const found = results[place]
  if (found?._tag !== "Success") throw new Error(`fork ${place} did not come about`)
  return found.success
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "kennel-fork-"))
  results = await Effect.runPromise(
    forks(RECORDED, [
      { set: ["ENTRY_PCT=0.3"] },
      { at: 5_000 },
      { ...PIECE, until: 3_600 },
      { until: 8 },
      { at: 5_000, set: ["KRAKEN_OPEN_ORDERS_PER_PAIR_LIMIT=0"] }
    ])
  )
}, 60_000)
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe("the fork of a recorded day", () => {
  it("is that day again where nothing is changed: each order that filled, each cycle, the account to its last unit", () => {
    const { same, recorded, error } = result(0)
    expect(same).toStrictEqual(recorded)
    expect(recorded).toMatchObject({ filled: 334, cycles: 150, recoveries_evicted: 29, open: 26 })
    expect(error).toMatchObject({ both: 334, onlyRecorded: 0, onlySimulated: 0, samePrice: 334, first: null })
  })

  it("with another setting shows what that does, and the first order that it does it to", () => {
    const { same, forked, effect } = result(0)
    expect(forked).not.toStrictEqual(same)
    expect(effect.first).toMatchObject({ slot: 1, trade: "B", cycle: 1, role: "entry", side: "buy" })
    expect(Number(effect.first?.simulated?.price)).toBeLessThan(Number(effect.first?.recorded?.price))
  })

  it("is told with the error of its fills first, and with what is assumed of them", () => {
    const text = forkLines({ ...result(0), set: ["ENTRY_PCT=0.3"], assumptions: FILL_ASSUMPTIONS }).join("\n")
    expect(text).toMatch(
      /^forked after record \d+, 2024-03-24 [^]*HOW FAR THE FILLS ARE OFF[^]*all alike[^]*WHAT ENTRY_PCT=0.3 DOES/
    )
    expect(text).toMatch(/Assumed of fills:\n- the recorded prices are all there are/)
  })

  it("begins at the first place from a record on at which nothing is on the way, with the orders that stand there", () => {
    const { from, same, recorded, error } = result(1)
    expect(from).toBeGreaterThanOrEqual(5_000)
    expect(from).toBeLessThan(5_050)
    expect(same).toStrictEqual(recorded)
    expect(error).toMatchObject({ first: null, onlyRecorded: 0 })
    expect(error.both).toBeGreaterThan(20)
  })

  it("works on a piece of a journal as on the whole", async () => {
    const file = join(root, "piece.kennel")
    const piece = { subjects: SUBJECTS, actorsOf: decidersOf, file, from: 3_050, to: 3_600 }
    const said = { pair: "XDGUSD", note: "", build: "test", redacted: false, settings: {} }
    await Effect.runPromise(Effect.provide(exportJournal({ ...piece, ...said }), FileJournal.layer(RECORDED)))
    const [ofPiece] = await Effect.runPromise(forks(file, [PIECE]))
    expect(ofPiece).toStrictEqual(results[2])
    expect(result(2).forked).not.toStrictEqual(result(2).same)
  })

  it("is refused where there is no such place, with what stands against it", () => {
    const refused = results[3]
    expect(refused?._tag === "Failure" ? refused.failure.message : "").toMatch(
      /nothing to fork: from record 1 to 8 there is always something: /
    )
  })

  it("with the limit of open orders at 0 has the tier's, as a market that starts with it", () => {
    const { same, forked } = result(4)
    expect(forked).toStrictEqual(same)
  })

  it.each([
    ["MIN_VOLUME=500", "MIN_VOLUME: counts until the exchange has said its own, and here it has"],
    [
      "SLOTS=9",
      "SLOTS: no rule of slots, governor or rebalancer .Slot rules.: what it does stands in the record as it was; kennel backtest --set SLOTS=… plays it"
    ],
    [
      "SPEED=9",
      "SPEED: no rule of slots, governor or rebalancer .Simulated exchange.: what it does stands in the record as it was"
    ],
    [
      "CONTROL_TOKEN=secret",
      "CONTROL_TOKEN: no rule of slots, governor or rebalancer .Process.: what it does stands in the record as it was$"
    ],
    ["ENTRY_PCT", "ENTRY_PCT: give NAME=value"],
    ["ENTRYPCT=1", "ENTRYPCT: there is no such setting: did you mean ENTRY_PCT\\?"]
  ])("refuses %s, which would change nothing, with why", async (set, problem) => {
    const refused = await Effect.runPromise(Effect.flip(withSettings([set], FORK)))
    expect(refused.message).toMatch(new RegExp(`^--set ${problem}`))
  })

  it("refuses a setting that is named twice", async () => {
    const refused = await Effect.runPromise(Effect.flip(withSettings(["ENTRY_PCT=1", "ENTRY_PCT=2"], FORK)))
    expect(refused.message).toBe("--set ENTRY_PCT: stands twice: name it once")
  })
})
