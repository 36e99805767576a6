/**
 * One actor's fold of the journal, and what it still owes the journal.
 *
 * Every record goes through `apply`, in order, once. A record on the actor's own output subject is not folded but
 * compared: it must be, byte for byte, the oldest output the fold has computed and not yet seen written. So each start
 * proves that yesterday's decisions follow from yesterday's inputs, and a twin that decided otherwise is caught at its
 * first differing byte.
 */
import { encodeText, ENVELOPE_VERSION, isText, outputId, type StoredRecord } from "../events/envelope.ts"
import type { MarketEvent } from "../events/event.ts"
import type { MarketSubjects } from "../core/ids/subjects.ts"
import type { JournalEntry } from "../journal/port.ts"
import { rulesUnknown } from "./control/rulesAdopted.ts"
import { type KnownRules, knowsRules, THIS_BUILD } from "../core/rules/versions.ts"
import { type Actor, type InForce, inForceAfter, NOTHING_IN_FORCE, putsInForce } from "./core/actor.ts"
import type { Passed } from "./core/quiet.ts"
import type { TimeLine } from "./core/timeLine.ts"
import { Passing, type Reading } from "./set/passing.ts"
import { messageOf } from "../core/messageOf.ts"

/** The recorded outputs are not what the recorded inputs lead to. */
export class Divergence extends Error {
  override readonly name = "Divergence"
}

/** The reducer threw: `seq` is the record it could not fold. */
export class FoldFailed extends Error {
  override readonly name = "FoldFailed"
  readonly actor: string
  readonly seq: number
  constructor(actor: string, seq: number, cause: unknown) {
    super(`${actor} cannot fold record ${seq}: ${messageOf(cause)}`, { cause })
    this.actor = actor
    this.seq = seq
  }
}

/** What a snapshot keeps of a fold: everything needed to go on after its record. */
interface FoldSnapshot extends InForce {
  readonly times?: TimeLine
  readonly lastOutputSeq: number
  readonly state: string
}

const NONE: ReadonlyArray<MarketEvent> = []

/** What a fold has computed: bytes are made of it only where it is to be written. */
interface Output {
  readonly id: string
  readonly text: string
}

/**
 * One actor at one place of the journal. Mutable, and driven by one host only; after a throw it must be thrown away.
 */
export class ActorFold<State> {
  readonly actor: Actor<State>
  /** The subject the actor's outputs go to. */
  readonly outputSubject: string
  /** Epoch and rules in force after that record: part of the fold's text, and so of every snapshot and hash. */
  inForce: InForce = NOTHING_IN_FORCE
  /** Sequence of the actor's last output read back (0: none). */
  lastOutputSeq = 0
  /** Outputs computed and not yet read back, oldest first. */
  readonly pending: Array<Output> = []
  /** How many of `pending`, from the oldest on, the journal has acknowledged. */
  sent = 0
  /** The output the next append expects to follow: the last one sent, or the last one read back. */
  expectedLastSeq = 0
  /** A twin has written an output that has not come round yet: sending waits for it. */
  overtaken = false

  /** The rules that the build folding here knows. */
  private readonly known: KnownRules
  /** The state after record `heldSeq`, and after all behind it but what has passed. */
  private held: State
  private heldSeq = 0
  /** The last record applied, and what was known of the exchange's clock where the fold began; the set it is in may be farther. */
  private ownSeq = 0
  private ownTimes: TimeLine | null = null
  private reading: Reading | null = null

  constructor(actor: Actor<State>, subjects: MarketSubjects, known: KnownRules = THIS_BUILD) {
    this.actor = actor
    this.known = known
    this.outputSubject = subjects.out(actor.name)
    this.held = actor.initial
  }

  get state(): State {
    this.catchUp(this.reading?.passed ?? null)
    return this.held
  }

  /** The last record that the fold has behind it. */
  get seq(): number {
    return Math.max(this.ownSeq, this.reading?.seq ?? 0)
  }

  /** What is known of the exchange's clock after that record; null: nothing yet. */
  get times(): TimeLine | null {
    const { reading, ownSeq, ownTimes } = this
    return (reading !== null && reading.seq >= ownSeq ? reading.times : null) ?? ownTimes
  }

  /** Moves with others from here on. */
  join(reading: Reading): void {
    const { state, seq, times } = this
    this.held = state
    this.heldSeq = seq
    this.ownSeq = seq
    this.ownTimes = times
    this.reading = reading
  }

  /** Goes on after record `seq` as if everything before had left the actor as it is. */
  startAfter(seq: number, { inForce, times }: Pick<ActorFold<unknown>, "inForce" | "times">): void {
    this.inForce = inForce
    this.ownTimes = times
    this.ownSeq = seq
    this.heldSeq = seq
  }

  /** Lays on what has passed, as far as the state has not got it. */
  catchUp(passed: Passed | null): void {
    const { quiet } = this.actor
    if (quiet === undefined || passed === null || passed.seq <= this.heldSeq) return
    this.held = quiet.passed(this.held, passed, this.heldSeq)
    this.heldSeq = passed.seq
  }

  /**
   * Takes the next record, once what has passed before it is laid on; throws `BuildTooOld`, `Divergence` or `FoldFailed`, and is not to
   * be used after that. `passing`: shared with the folds that take the same record.
   */
  apply(record: StoredRecord, data: Uint8Array, passing: Passing = new Passing(record)): void {
    if (record.subject === this.outputSubject) this.confirm(record, data)
    else this.fold(record, passing)
    this.ownSeq = record.seq
    this.heldSeq = record.seq
  }

  /** Passes over a record that the actor does not hear, or that an operator has excluded. */
  skip(seq: number): void {
    this.ownSeq = seq
  }

  /** `pending` as it is to be written. */
  get owed(): ReadonlyArray<JournalEntry> {
    return this.pending.map(this.entryOf)
  }

  /** The oldest output that has not been sent, as it is to be written; null: all have. */
  get unsent(): JournalEntry | null {
    const output = this.pending[this.sent]
    return output === undefined ? null : this.entryOf(output)
  }

  private readonly entryOf = ({ id, text }: Output): JournalEntry => ({
    subject: this.outputSubject,
    id,
    data: new TextEncoder().encode(text)
  })

  /** Passes over a record on the actor's own subject that an operator has excluded for everyone: its next output follows that one. */
  skipOutput(seq: number): void {
    if (seq <= this.seq) return
    this.lastOutputSeq = seq
    this.overtaken = false
    if (this.sent === 0) this.expectedLastSeq = seq
  }

  /** Drops the oldest computed output: `verify` goes on after a divergence this way. */
  dropPending(): void {
    this.pending.shift()
    if (this.sent > 0) this.sent--
  }

  /** The fold as text, for `restore`; outputs in `pending` are not part of it. */
  encode(): string {
    return this.encoding()()
  }

  /** The fold as it is now, as text once it is asked for: costs nothing until then. */
  encoding(): () => string {
    const { actor, inForce, times, lastOutputSeq, state } = this
    return () => {
      const known = times === null ? {} : { times }
      const snapshot: FoldSnapshot = { ...inForce, ...known, lastOutputSeq, state: actor.encode(state) }
      return JSON.stringify(snapshot)
    }
  }

  /** Continues from what `encode` gave at `seq`. */
  restore(text: string, seq: number): void {
    const snapshot = JSON.parse(text) as FoldSnapshot
    this.held = this.actor.decode(snapshot.state)
    this.inForce = { epoch: snapshot.epoch, rulesVersion: snapshot.rulesVersion }
    this.ownTimes = snapshot.times ?? null
    this.lastOutputSeq = snapshot.lastOutputSeq
    this.expectedLastSeq = snapshot.lastOutputSeq
    this.ownSeq = seq
    this.heldSeq = seq
  }

  private fold(record: StoredRecord, passing: Passing): void {
    let outputs: ReadonlyArray<MarketEvent> = NONE
    const { events } = record
    const { actor } = this
    for (let index = 0; index < events.length; index++) {
      const event = events[index] as MarketEvent
      if (putsInForce(event._tag)) this.inForce = inForceAfter(this.inForce, event)
      const { rulesVersion } = this.inForce
      if (!knowsRules(rulesVersion, this.known)) throw rulesUnknown(record.seq, rulesVersion, this.known)
      const place = passing.place(index, this.inForce)
      try {
        const step = actor.reduce(this.held, event, place)
        this.held = step.state
        if (step.outputs.length > 0) outputs = outputs.length === 0 ? step.outputs : [...outputs, ...step.outputs]
      } catch (cause) {
        throw new FoldFailed(actor.name, record.seq, cause)
      }
    }
    // Nearly every record of a market is answered with nothing.
    if (outputs.length === 0) return
    const [first, ...rest] = outputs as readonly [MarketEvent, ...ReadonlyArray<MarketEvent>]
    const { epoch } = this.inForce
    const writer = this.actor.name
    this.pending.push({
      id: outputId(epoch, writer, record.seq),
      text: encodeText({
        epoch,
        timeMs: passing.untimely?.believedMs ?? record.timeMs,
        writer,
        cause: record.seq,
        events: [first, ...rest]
      })
    })
  }

  private confirm(record: StoredRecord, data: Uint8Array): void {
    const expected = this.pending[0]
    this.lastOutputSeq = record.seq
    if (expected === undefined) {
      throw new Divergence(
        `${this.actor.name}: record ${record.seq} (${record.id}) holds an output the fold does not give`
      )
    }
    if (expected.id !== record.id) {
      throw new Divergence(
        `${this.actor.name}: record ${record.seq} is output ${record.id}, the fold gives ${expected.id}`
      )
    }
    // What older shapes held is compared in today's: that is how it was read.
    const today = record.writtenIn === ENVELOPE_VERSION
    if (today ? !isText(data, expected.text) : encodeText(record) !== expected.text) {
      throw new Divergence(
        `${this.actor.name}: record ${record.seq} (${record.id}) differs from what the fold gives:\n` +
          `  recorded ${today ? new TextDecoder().decode(data) : encodeText(record)}\n  computed ${expected.text}`
      )
    }
    this.dropPending()
    this.overtaken = false
    if (this.sent === 0) this.expectedLastSeq = record.seq
  }
}
