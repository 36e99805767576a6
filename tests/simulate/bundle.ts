/** What a failing seed leaves for a person: the journal as a file that `kennel replay` proves, and a page of text beside it. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import { decidersOf } from "../../app/registry.ts"
import { SETTING_ROWS } from "../../app/settings.ts"
import { inMemory } from "../../shared/archive/fileJournal.ts"
import { exportJournal } from "../../shared/archive/exportJournal.ts"
import { shownSettings } from "../../shared/config/show.ts"
import { messageOf } from "../../shared/core/messageOf.ts"
import { decodeRecord } from "../../shared/events/envelope.ts"
import { Journal, type JournalRecord, SnapshotStore } from "../../shared/journal/port.ts"
import { wordsOf } from "../../shared/words/eventWords.ts"
import { instant, span } from "../../shared/words/instants.ts"
import type { Fault } from "./plan/fault.ts"
import type { Plan } from "./plan/plan.ts"
import type { Run } from "./run.ts"

/** Records before the break that the text shows. */
const SHOWN = 40

/** The command that runs a seed again. `length`: the one that was asked for, for it is part of what a seed means. */
export const commandOf = (seed: number, length: string | undefined): string => {
  const planted = process.env["PLANTED"]
  const runs =
    planted === undefined ? "npm run simulate" : `PLANTED=${JSON.stringify(planted)} npm run simulate:planted`
  return `${runs} -- ${length === undefined ? "" : `--length ${length} `}--seed ${seed}`
}

/** A failing seed: as it was drawn, what is left of it, and the command that runs it again. */
export interface Failing {
  readonly whole: Plan
  readonly plan: Plan
  readonly run: Run
  readonly command: string
}

/** Writes both into the folder; returns their names. */
export const writeBundle = async (folder: string, failing: Failing): Promise<ReadonlyArray<string>> => {
  const { plan, run: smallest } = failing
  mkdirSync(folder, { recursive: true })
  const text = join(folder, `seed-${plan.seed}.txt`)
  const file = join(folder, `seed-${plan.seed}.kennel`)
  const note = `Seed ${plan.seed} of the simulation: ${smallest.problems[0] ?? "nothing failed"}`
  const written = await Effect.runPromise(
    exportJournal({
      subjects: smallest.world.subjects,
      actorsOf: decidersOf,
      file,
      from: 1,
      to: smallest.journal.length,
      pair: smallest.world.settings.pair,
      note,
      build: "simulation",
      redacted: false,
      settings: shownSettings(SETTING_ROWS, plan.environment)
    }).pipe(
      Effect.provideService(Journal, inMemory("the simulated journal", smallest.journal, 1)),
      Effect.provideService(SnapshotStore, smallest.world.journal.snapshotStore),
      Effect.match({ onSuccess: () => file, onFailure: (error) => `no bundle: ${messageOf(error)}` })
    )
  )
  writeFileSync(text, story(failing, written))
  return [text, written]
}

/** What was done when, and what broke, for people. */
const story = ({ whole, plan, run, command }: Failing, bundle: string): string => {
  const { problems, journal, world, brokenAt } = run
  const { market, environment, base, quote, speed, lengthMs, apart, rules } = plan
  const at = (ms: number): string =>
    `${(ms / 1_000).toFixed(3).padStart(9)} s  ${instant(world.venueMs(market.fromMs + ms))}`
  const upTo = brokenAt > 0 ? brokenAt : journal.length
  const records = journal.slice(Math.max(0, upTo - SHOWN), upTo)
  return [
    `Seed ${plan.seed} fails: ${command}`,
    "",
    "What does not hold",
    ...problems.map((line) => `  ${line}`),
    "",
    `The smallest run that shows it (${plan.faults.length} of ${whole.faults.length} faults are left)`,
    `  market: ${Object.entries(market)
      .map(([name, value]) => `${name} ${String(value)}`)
      .join(", ")}`,
    `  account: ${base} base, ${quote} quote`,
    `  settings: ${Object.entries(environment)
      .map(([name, value]) => `${name}=${value}`)
      .join(" ")}`,
    `  ${apart ? "services in processes of their own" : "all services in one process"}, rules ${rules}, the exchange ${speed} times as fast as the wall`,
    `  things go wrong for ${span(lengthMs)} of the wall; then everything is healed`,
    "",
    "What was done: wall time since the beginning, exchange time",
    ...plan.faults.map(({ atMs, fault }) => `  ${at(atMs)}  ${faultWords(fault)}`),
    "",
    `The last records up to ${brokenAt > 0 ? "the one at which it broke" : "the end"}`,
    ...records.map((record) => `  ${recordWords(record)}`),
    "",
    bundle.startsWith("no bundle") ? bundle : `The whole journal, proven: kennel replay ${bundle}`,
    ""
  ].join("\n")
}

/** A fault in a line. */
export const faultWords = ({ kind, ...rest }: Fault): string => `${kind}: ${valueWords(rest)}`

/** Names and values, times as people write them. */
const valueWords = (value: unknown, name = ""): string => {
  if (typeof value === "number")
    return name.endsWith("Ms") && value >= 0 ? span(value) : String(Math.round(value * 1_000) / 1_000)
  if (Array.isArray(value)) return value.map((one) => valueWords(one)).join(" and ")
  if (typeof value !== "object" || value === null) return String(value)
  return Object.entries(value)
    .map(([key, one]) => {
      const words = valueWords(one, key)
      return `${key.replace(/Ms$/, "")} ${typeof one === "object" && one !== null && !Array.isArray(one) ? `(${words})` : words}`
    })
    .join(", ")
}

const recordWords = (record: JournalRecord): string => {
  try {
    const { seq, timeMs, subject, events } = decodeRecord(record)
    return `${seq} ${instant(timeMs)} ${subject}: ${events.map(wordsOf).join(" | ").slice(0, 300)}`
  } catch (error) {
    return messageOf(error)
  }
}
