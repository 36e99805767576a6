/**
 * The journal of a simulated world, shared by its processes: it outlives them, acknowledges a moment after it has stored, loses
 * answers, is away for a while, and loses what it has not acknowledged when the power goes.
 */
import { type Clock, Effect } from "effect"
import { makeListeners, recordStream } from "../../../shared/journal/recordStream.ts"
import { makeSequencer, type Sequencer } from "../../../shared/journal/order/sequencer.ts"
import { makeStoredTime } from "../../../shared/journal/order/storedTime.ts"
import { DEFAULT_DUPLICATE_WINDOW_MS } from "../../../shared/journal/order/duplicateWindow.ts"
import { refusalOf } from "../../../shared/journal/entry.ts"
import {
  type Appended,
  type AppendError,
  Journal,
  JournalConflict,
  type JournalEntry,
  type JournalRecord,
  JournalUnavailable,
  type Snapshot,
  SnapshotStore
} from "../../../shared/journal/port.ts"
import { KEPT_SNAPSHOTS } from "../../../shared/journal/snapshotText.ts"
import type { SimulatedProcess } from "./process.ts"
import type { WorldTime } from "./time.ts"

/** What is wrong with the way to the journal. Changed in place. */
export interface JournalWeather {
  /** Until when nothing answers. */
  awayUntilMs: number
  /** Chances of one append: its answer is lost, and it was not stored, or it was. */
  lostBefore: number
  lostAfter: number
  /** A read is behind by at most so long. */
  lagMs: number
  /** Appends to subjects that end so are on their way for so much longer than any other. */
  heldOf: string | null
  heldMs: number
  /** A disk that is slow: what is stored is acknowledged, and safe, so much later at the most. */
  slowMs: number
}

/** The journal answers as it should. */
export const fairJournal = (): Omit<JournalWeather, "awayUntilMs"> => ({
  lostBefore: 0,
  lostAfter: 0,
  lagMs: 0,
  heldOf: null,
  heldMs: 0,
  slowMs: 0
})

/**
 * What becomes of snapshots. `damaged`: the state is no text of a state any more. `exchanged`: it is that of an older one, under this
 * one's name and hash. `misplaced`: it is said to be of a record to come.
 */
export type SnapshotTrouble = "lost" | "damaged" | "exchanged" | "misplaced"

/** Told what stands in it. */
export interface JournalListener {
  /** A record that no loss can take back any more. */
  readonly settled: (record: JournalRecord) => void
  /** A service has saved it. */
  readonly saved: (snapshot: Snapshot) => void
  /** This is about to be stored. */
  readonly about: (entry: JournalEntry) => void
}

const CHUNK = 1_000
/** What one way takes, at least and at most. */
const WAY_MS = { least: 0.2, most: 3 }
/** An append that nobody answers is given up after so long. */
const PATIENCE_MS = 2_000

/** One market's journal. */
export class SimulatedJournal {
  readonly weather: JournalWeather = { awayUntilMs: 0, ...fairJournal() }
  readonly records: Array<JournalRecord> = []
  /** By how much the clock of its machine is ahead. */
  skewMs = 0
  private readonly time: WorldTime
  private readonly random: () => number
  private readonly listener: JournalListener
  private readonly duplicatesFirst: boolean
  private readonly snapshots = new Map<string, ReadonlyArray<Snapshot>>()
  private readonly listeners = makeListeners()
  private sequencer: Sequencer
  private durable = 0
  /** How often the power has gone: what was on its way then never arrives. */
  private outages = 0
  private readonly storedNow: () => number

  constructor(time: WorldTime, random: () => number, duplicatesFirst: boolean, listener: JournalListener) {
    this.time = time
    this.random = random
    this.listener = listener
    this.duplicatesFirst = duplicatesFirst
    this.sequencer = this.newSequencer()
    this.storedNow = makeStoredTime(this.machineClock(), 0)
  }

  /** As a process reaches it. */
  portFor(process: SimulatedProcess): Journal["Service"] {
    const source = {
      where: "simulated",
      first: () => 1,
      head: () => this.records.length,
      chunk: (from: number) =>
        Effect.sync(() => {
          const records = this.records.slice(from - 1, from - 1 + CHUNK)
          return { records, next: from + records.length }
        }),
      onChange: this.listeners.add,
      ended: () => null,
      later: (wake: () => void) => {
        const { lagMs } = this.weather
        if (lagMs > 0) process.after(this.random() * lagMs, wake)
        else process.soon(wake)
      }
    }
    const append = (entry: JournalEntry) => this.append(process, entry)
    return Journal.of({
      where: "simulated",
      append,
      appendAll: (entries) => Effect.forEach(entries, append),
      get: (seq) => Effect.sync(() => this.records[seq - 1] ?? null),
      last: (subject) => Effect.sync(() => this.records[this.sequencer.lastOf(subject) - 1] ?? null),
      head: Effect.sync(source.head),
      first: Effect.succeed(1),
      dropBefore: () => Effect.succeed(1),
      read: (from) => recordStream(source, from, "to-head"),
      tail: (from) => recordStream(source, from, "for-ever")
    })
  }

  /** Snapshots, beside the journal. */
  get snapshotStore(): SnapshotStore["Service"] {
    return SnapshotStore.of({
      save: (snapshot) => Effect.sync(() => this.keep(snapshot)),
      load: (actor) => Effect.sync(() => this.snapshots.get(actor) ?? [])
    })
  }

  /** Something becomes of every newest snapshot. */
  troubleSnapshots(are: SnapshotTrouble): void {
    for (const [actor, [newest, ...older]] of this.snapshots) {
      if (are === "lost") this.snapshots.delete(actor)
      else if (newest !== undefined) this.snapshots.set(actor, [troubled(newest, older, are), ...older])
    }
  }

  /** Somebody writes past every port: at once, whoever else writes. `objection`: why no reader is to believe it. */
  force(entry: JournalEntry & { readonly objection?: string }): number {
    const { seq } = this.store(entry)
    this.settle(seq)
    return seq
  }

  /**
   * The power goes: of what was not acknowledged a part is gone, from the end on. Whoever has read it must be dead. Returns how many
   * records are lost.
   */
  losePower(): number {
    this.outages++
    const unsettled = this.records.length - this.durable
    const lost = Math.floor(this.random() * (unsettled + 1))
    this.records.length -= lost
    this.sequencer = this.newSequencer()
    for (const record of this.records) this.sequencer.restore(record, this.storedNow())
    this.settle(this.records.length)
    return lost
  }

  private newSequencer(): Sequencer {
    return makeSequencer({
      duplicateWindowMs: DEFAULT_DUPLICATE_WINDOW_MS,
      duplicatesFirst: this.duplicatesFirst
    })
  }

  /** The clock of the machine that the journal is on. */
  private machineClock(): Clock.Clock {
    const wallMs = (): number => Math.floor(this.time.nowMs + this.skewMs)
    const monotonic = (): bigint => BigInt(Math.round(this.time.nowMs * 1_000)) * 1_000n
    return {
      currentTimeMillisUnsafe: wallMs,
      currentTimeMillis: Effect.sync(wallMs),
      currentTimeNanosUnsafe: () => BigInt(wallMs()) * 1_000_000n,
      currentTimeNanos: Effect.sync(() => BigInt(wallMs()) * 1_000_000n),
      monotonicTimeNanosUnsafe: monotonic,
      monotonicTimeNanos: Effect.sync(monotonic),
      sleep: () => Effect.never
    }
  }

  private wayMs(): number {
    return WAY_MS.least + this.random() * (WAY_MS.most - WAY_MS.least)
  }

  /** Until it is acknowledged. */
  private ackMs(): number {
    const { slowMs } = this.weather
    return this.wayMs() + (slowMs > 0 ? this.random() * slowMs : 0)
  }

  private append(process: SimulatedProcess, entry: JournalEntry): Effect.Effect<Appended, AppendError> {
    const refusal = refusalOf(entry)
    if (refusal !== null) return Effect.fail(refusal)
    return Effect.callback<Appended, AppendError>((resume) => {
      const noAnswer = (): void => {
        const detail = "simulated: no answer"
        process.after(PATIENCE_MS, () => resume(Effect.fail(new JournalUnavailable({ detail }))))
      }
      const { outages } = this
      const { heldOf, heldMs } = this.weather
      const held = heldOf !== null && entry.subject.endsWith(heldOf) ? heldMs : 0
      // It is on its way whatever becomes of the process.
      this.time.at(this.time.nowMs + this.wayMs() + held, () => {
        if (outages !== this.outages) return noAnswer()
        const { awayUntilMs, lostBefore, lostAfter } = this.weather
        if (this.time.nowMs < awayUntilMs || this.random() < lostBefore) return noAnswer()
        this.listener.about(entry)
        const answer = this.take(entry)
        if (this.random() < lostAfter) {
          this.time.at(this.time.nowMs + this.ackMs(), () => this.settleUpTo(answer))
          return noAnswer()
        }
        this.time.at(this.time.nowMs + this.ackMs(), () => {
          if (!process.running) return
          this.settleUpTo(answer)
          process.soon(() => resume(answer instanceof JournalConflict ? Effect.fail(answer) : Effect.succeed(answer)))
        })
      })
    })
  }

  private take(entry: JournalEntry): Appended | JournalConflict {
    const decision = this.sequencer.decide(entry, this.storedNow())
    if (decision.kind === "conflict") {
      const { expected, actual } = decision
      return new JournalConflict({ subject: entry.subject, expected, actual })
    }
    return decision.kind === "duplicate" ? { seq: decision.seq, duplicate: true } : this.store(entry)
  }

  private store({ subject, id, data, objection }: JournalEntry & { readonly objection?: string }): Appended {
    const { seq, storedMs } = this.sequencer.accept(subject, id, this.storedNow())
    const record = { seq, subject, id, data, storedMs }
    this.records.push(objection === undefined ? record : { ...record, objection })
    this.listeners.notify()
    return { seq, duplicate: false }
  }

  private settleUpTo(answer: Appended | JournalConflict): void {
    this.settle(answer instanceof JournalConflict ? (answer.actual ?? 0) : answer.seq)
  }

  /** Acknowledged is durable, and with it everything before. */
  private settle(seq: number): void {
    while (this.durable < Math.min(seq, this.records.length)) {
      const record = this.records[this.durable++]
      if (record !== undefined) this.listener.settled(record)
    }
  }

  private keep(snapshot: Snapshot): void {
    this.listener.saved(snapshot)
    const older = (this.snapshots.get(snapshot.actor) ?? []).filter(({ seq }) => seq !== snapshot.seq)
    this.snapshots.set(snapshot.actor, [snapshot, ...older].sort((a, b) => b.seq - a.seq).slice(0, KEPT_SNAPSHOTS))
  }
}

const troubled = (
  newest: Snapshot,
  older: ReadonlyArray<Snapshot>,
  are: Exclude<SnapshotTrouble, "lost">
): Snapshot => {
  switch (are) {
    case "damaged":
      return { ...newest, state: newest.state.slice(1) }
    case "exchanged":
      return { ...newest, state: older[0]?.state ?? newest.state.replace(/"lastOutputSeq":\d+/, '"lastOutputSeq":1') }
    case "misplaced":
      return { ...newest, seq: newest.seq + 40 }
  }
}
