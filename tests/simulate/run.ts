/** Runs the world of one plan to its end, and judges it. */
import { createHash } from "node:crypto"
import { ActorHalted } from "../../shared/actor/runtime.ts"
import { staleAfterSec } from "../../shared/config/shared.ts"
import { governorRules } from "../../shared/config/rules/governor.ts"
import { messageOf } from "../../shared/core/messageOf.ts"
import type { JournalRecord } from "../../shared/journal/port.ts"
import { monthToPlay } from "../data/recording.ts"
import { Auditor, type Check } from "./judges/auditor.ts"
import { endingProblems, idleProblems, isAboutToResume, onItsWay, unheardProblems } from "./judges/ending.ts"
import { candlesDiffer } from "./judges/beside/candles.ts"
import { rowsDiffer } from "./judges/beside/rows.ts"
import type { Fault } from "./plan/fault.ts"
import type { Plan } from "./plan/plan.ts"
import type { ServiceName } from "./world/services.ts"
import { World } from "./world/world.ts"

/** A span of the exchange's time, and at least so long of the wall's. */
interface Span {
  readonly venueMs: number
  readonly wallMs: number
}
/** After everything is healed: what was under way finds its end, and what was down is up. */
const HEALING: Span = { venueMs: 6 * 60_000, wallMs: 30_000 }
/** After an operator has resumed: the market trades. */
const TRADING: Span = { venueMs: 4 * 60_000, wallMs: 12_000 }
/** Without a trade: everybody comes to rest; again while something is on its way. */
const RESTING: Span = { venueMs: 3 * 60_000, wallMs: 8_000 }
const REST_LOOKS = 8

/** What came of a seed. */
export interface Verdict {
  readonly seed: number
  /** What did not hold; empty: all did. */
  readonly problems: ReadonlyArray<string>
  /** SHA-256 over every record, the exchange's books and all states. */
  readonly digest: string
  readonly records: number
  /** Exchange time that passed, days. */
  readonly days: number
  /** Orders placed and fills made at the exchange. */
  readonly orders: number
  readonly fills: number
  /** How often each rule of modes and notices was told. */
  readonly rules: Readonly<Record<string, number>>
}

/** A run, with all that it left behind. */
export interface Run extends Verdict {
  readonly journal: ReadonlyArray<JournalRecord>
  readonly world: World
  /** The record at which the first problem was found, and the wall time since the beginning at which the run ended. */
  readonly brokenAt: number
  readonly endedMs: number
}

/** Whether it is of this kind, at once or at a moment to come. */
const isOf = (fault: Fault, kind: Fault["kind"]): boolean =>
  fault.kind === kind || (fault.kind === "aimed" && fault.faults.some(([, later]) => isOf(later, kind)))

/** No clock of this world is ever wrong. */
const timesAreTrue = ({ faults }: Plan): boolean =>
  !faults.some(({ fault }) => isOf(fault, "clock") || (fault.kind === "wire" && fault.change.clockLieMs !== undefined))

/** What those say otherwise, or do not say, who run beside the deciding services. Times are the exchange's. */
const keptProblems = (
  plan: Plan,
  { settings, store: { tables }, journal, exchange, candles }: World,
  { learnt }: Auditor,
  { upTo, healedMs, stoppedMs }: { readonly upTo: number; readonly healedMs: number; readonly stoppedMs: number }
): ReadonlyArray<string> => {
  const runs = (service: ServiceName): boolean => plan.beside.includes(service)
  const { priceHistorySec: priceEverySec } = settings
  return [
    ...(runs("projector") ? rowsDiffer(tables, journal.records, exchange, { upTo, priceEverySec }) : []),
    ...(runs("ohlcv-ingestor") && timesAreTrue(plan)
      ? [
          ...candlesDiffer(tables, candles, { nowMs: exchange.nowMs, toSec: Math.floor(stoppedMs / 1_000) }),
          ...learnt.untold(Math.floor(stoppedMs / 1_000))
        ]
      : []),
    ...(runs("hmm-advisor") && learnt.toldMs < healedMs ? ["the advisor has said nothing since"] : [])
  ]
}

let month: ReturnType<typeof monthToPlay> | null = null

/** Runs it. Nothing of the machine's time, order or randomness is in what comes of it. */
export const run = (plan: Plan, check: Check = "all"): Run => {
  // Errors are a world's daily bread, and what is told of them is their message.
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return toItsEnd(plan, check)
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

const toItsEnd = (plan: Plan, check: Check): Run => {
  const hash = createHash("sha256")
  let auditor: Auditor | null = null
  const problem = (text: string): void => auditor?.problem(text)
  const world = new World(plan, () => (month ??= monthToPlay()), {
    record: (record) => {
      hash.update(`${record.subject} ${record.id} `).update(record.data)
      auditor?.take(record)
    },
    unread: (seq, what) => auditor?.passOver(seq, what),
    saved: (snapshot) => auditor?.saved(snapshot),
    ended: (names, why) => {
      const forged = plan.faults.some(({ fault }) => isOf(fault, "forged"))
      if (why instanceof ActorHalted && !forged) problem(`${names.join(", ")}: ${messageOf(why)}`)
    }
  })
  const { settings, exchange } = world
  const slots = 2 * settings.slots + 8
  const staleMs = staleAfterSec(settings) * 1_000
  auditor = new Auditor(
    world.subjects,
    { check, slots, openOrderLimit: governorRules(settings).openOrderLimit, staleMs, timesAreTrue: timesAreTrue(plan) },
    () => exchange,
    () => world.candles
  )
  const failed = (): boolean => (auditor?.problems.length ?? 0) > 0
  let sinceMs = plan.lengthMs
  const pass = ({ venueMs, wallMs }: Span): void => {
    sinceMs += Math.max(wallMs, venueMs / plan.speed)
    world.runUntil(sinceMs, failed)
  }
  try {
    world.begin()
    world.runUntil(sinceMs, failed)
    world.heal()
    const healedMs = exchange.nowMs
    pass(HEALING)
    if (!failed()) for (const text of unheardProblems(auditor, exchange, healedMs)) problem(`once healed: ${text}`)
    world.command({ name: "resume" })
    pass(TRADING)
    // What had paused it may have ended just now (a day, at midnight): it goes on AUTO_RESUME_AFTER_SEC later.
    if (isAboutToResume(auditor)) pass(TRADING)
    if (!failed())
      for (const text of [...idleProblems(auditor), ...auditor.days.stillLocked, ...auditor.starts.behind(world.rules)])
        problem(`once healed: ${text}`)
    world.stopTrading()
    const [upTo, stoppedMs] = [world.journal.records.length, exchange.nowMs]
    pass(RESTING)
    for (let look = 1; look < REST_LOOKS && onItsWay(auditor); look++) pass(RESTING)
    // A wish that was lost with the power may have been heard before.
    const unasked = plan.faults.some(({ fault }) => isOf(fault, "power")) ? [] : auditor.cancels.unasked(exchange)
    const kept = keptProblems(plan, world, auditor, { upTo, healedMs, stoppedMs })
    if (!failed())
      for (const text of [...endingProblems(auditor, exchange), ...unasked, ...kept]) problem(`at the end: ${text}`)
  } catch (error) {
    problem(`the run ended with ${messageOf(error)}`)
  }
  hash.update(auditor.states).update(String(exchange.desk.books.base)).update(String(exchange.desk.books.quote))
  return {
    seed: plan.seed,
    problems: auditor.problems,
    digest: hash.digest("hex"),
    records: auditor.records,
    days: (exchange.nowMs - plan.market.fromMs) / 86_400_000,
    orders: exchange.openings.size,
    fills: exchange.desk.books.fills.length,
    rules: auditor.rules,
    journal: world.journal.records,
    world,
    brokenAt: auditor.brokenAt,
    endedMs: world.time.nowMs - plan.market.fromMs
  }
}
