/**
 * The market's journal inside one thread: every record in one order, folded by every actor before the next one is taken, as
 * on a real journal but without waiting. Same inputs, same records, same hash.
 *
 * The actors' own fold (`ActorFold`) does what it does in production: it encodes outputs, and compares each that comes round
 * byte for byte with what it computed.
 */
import { standingOf } from "../../shared/core/ids/subjects.ts"
import { createHash, type Hash } from "node:crypto"
import { ActorFold } from "../../shared/actor/fold.ts"
import { FoldSet } from "../../shared/actor/foldSet.ts"
import type { Actor } from "../../shared/actor/core/actor.ts"
import { encodeState } from "../../shared/actor/core/stateText.ts"
import { type KnownRules, THIS_BUILD } from "../../shared/core/rules/versions.ts"
import { decodeRecord, ENVELOPE_VERSION, type StoredRecord } from "../../shared/events/envelope.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import type { MarketSubjects } from "../../shared/core/ids/subjects.ts"

/** Told of each record once every actor has folded it. */
export type Watcher = (record: StoredRecord) => void

/** Who writes the facts of a market in one thread. */
export const SIMULATION = "simulation"

const NO_BYTES = new Uint8Array()

/** More records than this from one input is a loop between actors, not an answer. */
const MAX_PER_INPUT = 10_000

/** The market's journal in memory: each record is folded by every actor before the next one is taken. */
export class OrderedJournal {
  readonly subjects: MarketSubjects
  seq = 0
  private readonly known: KnownRules
  private readonly folds: Array<ActorFold<unknown>> = []
  private hosted: FoldSet<unknown> | null = null
  private readonly watchers: Array<Watcher> = []
  private readonly rests: Array<() => void> = []
  private readonly hash: Hash = createHash("sha256")
  private readonly waiting: Array<{ readonly record: StoredRecord; readonly data: Uint8Array }> = []

  constructor(subjects: MarketSubjects, known: KnownRules = THIS_BUILD) {
    this.subjects = subjects
    this.known = known
  }

  /** Adds an actor, which first folds nothing of the past: actors are added before the first record. */
  add<State>(actor: Actor<State>): ActorFold<State> {
    const fold = new ActorFold(actor, this.subjects, this.known)
    this.folds.push(fold as unknown as ActorFold<unknown>)
    return fold
  }

  /** Goes on after record `seq` with these states, by actor; who has none goes on as if it had heard nothing. Before the first record. */
  resume(seq: number, states: Readonly<Record<string, string>>): void {
    for (const fold of this.folds) {
      const text = states[fold.actor.name]
      if (text !== undefined) fold.restore(text, seq)
    }
    const known = this.folds.find(({ actor }) => states[actor.name] !== undefined)
    for (const fold of this.folds) {
      if (known === undefined || states[fold.actor.name] !== undefined) continue
      fold.startAfter(seq, known)
    }
    this.seq = seq
  }

  watch(watcher: Watcher): void {
    this.watchers.push(watcher)
  }

  /** Told whenever nobody has anything left to answer. */
  atRest(look: () => void): void {
    this.rests.push(look)
  }

  /** Appends facts as one record, and everything that the actors answer to it, and to that, until nobody has an answer. */
  append(subject: string, timeMs: number, first: MarketEvent, ...more: ReadonlyArray<MarketEvent>): void {
    const epoch = first._tag === "EpochRaised" ? first.epoch : (this.folds[0]?.inForce.epoch ?? 0)
    this.take(
      {
        epoch,
        timeMs,
        writer: SIMULATION,
        cause: null,
        events: [first, ...more],
        seq: 0,
        subject,
        ...standingOf(subject),
        id: "fact",
        writtenIn: ENVELOPE_VERSION,
        storedMs: 0
      },
      NO_BYTES
    )
    for (let answers = 0; this.waiting.length > 0; answers++) {
      if (answers > MAX_PER_INPUT) throw new Error(`record ${this.seq}: the actors answer each other without end`)
      const next = this.waiting.shift()
      if (next !== undefined) this.take(next.record, next.data)
    }
    for (const look of this.rests) look()
  }

  /** SHA-256 over every record so far. */
  digest(): string {
    return this.hash.copy().digest("hex")
  }

  private take(unplaced: StoredRecord, data: Uint8Array): void {
    const record: StoredRecord = { ...unplaced, seq: ++this.seq }
    if (data.length > 0) this.hash.update(data)
    else this.hash.update(encodeState([record.subject, record.timeMs, record.events]))
    this.hosted ??= new FoldSet(this.folds, new Set())
    this.hosted.takeDecoded(record, data)
    for (const fold of this.hosted.takeMoved()) {
      for (let entry = fold.unsent; entry !== null; entry = fold.unsent) {
        fold.sent++
        this.waiting.push({ record: decodeRecord({ ...entry, seq: 0, storedMs: 0 }), data: entry.data })
      }
    }
    for (const watcher of this.watchers) watcher(record)
  }
}
