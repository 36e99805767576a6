/** The recorded regimes of a journal recomputed one after the other: `kennel regime verify` without its shell. */
import type { EventOf, MarketEvent } from "../../../../shared/events/event.ts"
import type { Detector } from "../advice.ts"
import { consensus } from "../consensus.ts"
import { type Difference, differenceOf } from "./difference.ts"
import { modelOf, refit } from "./fits.ts"
import { emptyHistory, type History } from "./history.ts"
import { madeMsOf, type ReadingSettings, reread } from "./readings.ts"
import type { Verdict } from "./verdict.ts"

/** A record as far as the proof looks at it. */
export interface ProofRecord {
  readonly seq: number
  readonly epoch: number
  readonly timeMs: number
  readonly events: ReadonlyArray<MarketEvent>
}

/** How many facts of one kind came out as recorded, differently, or could not be recomputed. */
export interface Count {
  same: number
  differ: number
  notAtHand: number
}

/** A difference and its place. */
export interface Found extends Difference {
  readonly seq: number
  /** The exchange's clock at that record, Unix milliseconds. */
  readonly timeMs: number
  readonly fact: "RegimeModelTrained" | "RegimeObserved"
  /** Minutes of the detector's candles; null: of the consensus of both. */
  readonly intervalMin: number | null
}

/** How far the proof has come; `prove` carries it on in place. */
export interface Proof {
  readonly histories: ReadonlyMap<number, History>
  readonly settings: ReadingSettings
  readonly hash: (bytes: Uint8Array) => string
  readonly trainings: Count
  readonly regimes: Count
  /** Why facts could not be recomputed, and how many. */
  readonly reasons: Map<string, number>
  /** The first difference in the journal's order. */
  first: Found | null
  /** By process and timeframe: its trainings so far, oldest first. */
  readonly fitted: Map<string, ReadonlyArray<NonNullable<Detector["model"]>>>
  /** By timeframe: starts of the store's candles that a data hash has proven. */
  readonly proven: Map<number, Set<number>>
}

const none = (): Count => ({ same: 0, differ: 0, notAtHand: 0 })

/** A proof of nothing yet, over all candles there are. */
export const beginProof = (histories: Proof["histories"], settings: ReadingSettings, hash: Proof["hash"]): Proof => ({
  histories,
  settings,
  hash,
  trainings: none(),
  regimes: none(),
  reasons: new Map(),
  first: null,
  fitted: new Map(),
  proven: new Map()
})

/** Recomputes what the advisor wrote in one record. Records come in order. */
export const prove = (proof: Proof, record: ProofRecord): void => {
  for (const event of record.events) {
    if (event._tag === "RegimeModelTrained") proveTraining(proof, record, event)
    if (event._tag === "RegimeObserved") proveRegime(proof, record, event)
  }
}

const historyOf = ({ histories }: Proof, intervalMin: number): History =>
  histories.get(intervalMin) ?? emptyHistory(intervalMin)

/** Models live in the memory of a process, and an epoch is one process's. */
const keyOf = ({ epoch }: ProofRecord, intervalMin: number): string => `${epoch} ${intervalMin}`

const proveTraining = (proof: Proof, record: ProofRecord, fact: EventOf<"RegimeModelTrained">): void => {
  const { intervalMin } = fact
  const key = keyOf(record, intervalMin)
  const before = proof.fitted.get(key) ?? []
  const previous = before.at(-1)?.trained ?? null
  const { verdict, window } = refit(historyOf(proof, intervalMin), record.seq, fact, previous, proof.hash)
  const proven = proof.proven.get(intervalMin) ?? new Set<number>()
  for (const timeSec of window?.stored ?? []) proven.add(timeSec)
  proof.proven.set(intervalMin, proven)
  proof.fitted.set(key, [...before, { trained: modelOf(fact), dataHash: fact.dataHash }])
  take(proof, proof.trainings, record, "RegimeModelTrained", [{ intervalMin, verdict }])
}

const proveRegime = (proof: Proof, record: ProofRecord, fact: EventOf<"RegimeObserved">): void => {
  const readings = [fact.fast, fact.slow]
  const madeMs = madeMsOf(record.timeMs, readings)
  const verdicts = readings.map((reading) => ({
    intervalMin: reading.intervalMin,
    verdict: madeMs === null ? NO_CANDLES : proveReading(proof, record, reading, madeMs)
  }))
  const difference = differenceOf(fact.consensus, consensus(fact.fast, fact.slow), "consensus")
  const together: Verdict = difference === null ? { _tag: "Same" } : { _tag: "Differs", difference }
  take(proof, proof.regimes, record, "RegimeObserved", [...verdicts, { intervalMin: null, verdict: together }])
}

const NO_CANDLES: Verdict = { _tag: "NotAtHand", why: "the advisor had no candles" }

const proveReading = (
  proof: Proof,
  record: ProofRecord,
  reading: EventOf<"RegimeObserved">["fast"],
  madeMs: number
): Verdict => {
  const { intervalMin, model } = reading
  const fitted = proof.fitted.get(keyOf(record, intervalMin)) ?? []
  // A process whose advisor began anew has forgotten its models: what it says of itself counts, where a training bears it out.
  const spoke = model === null ? fitted.at(-1) : fitted.findLast(({ dataHash }) => dataHash === model)
  if (model !== null && spoke === undefined) {
    const difference = { field: "model", recorded: model, recomputed: "no training of this process bears that hash" }
    return { _tag: "Differs", difference }
  }
  const input = {
    history: historyOf(proof, intervalMin),
    proven: proof.proven.get(intervalMin) ?? new Set<number>(),
    model: reading.reason === "not trained" ? null : (spoke ?? null),
    seq: record.seq,
    madeMs
  }
  return reread(reading, input, proof.settings)
}

/** Counts a fact by the worst of its parts, and keeps the first difference. */
const take = (
  proof: Proof,
  count: Count,
  { seq, timeMs }: ProofRecord,
  fact: Found["fact"],
  parts: ReadonlyArray<{ readonly intervalMin: number | null; readonly verdict: Verdict }>
): void => {
  for (const { intervalMin, verdict } of parts) {
    if (verdict._tag !== "Differs") continue
    proof.first ??= { seq, timeMs, fact, intervalMin, ...verdict.difference }
    count.differ++
    return
  }
  for (const { verdict } of parts) {
    if (verdict._tag !== "NotAtHand") continue
    proof.reasons.set(verdict.why, (proof.reasons.get(verdict.why) ?? 0) + 1)
    count.notAtHand++
    return
  }
  count.same++
}
