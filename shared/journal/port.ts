/**
 * The journal: one totally ordered, append-only list of records per market, and the small store of snapshots beside it.
 *
 * A record is what is atomic: one append, one acknowledgement, one sequence number. What stands inside `data` is the
 * business of `shared/events`; the journal carries bytes. Three adapters keep this contract, and one suite
 * (`contract.ts`) proves it on each: memory, an embedded directory, NATS JetStream.
 */
import { Context, type Effect, Schema, type Stream } from "effect"

/** A record as the journal stored it. */
export interface JournalRecord {
  /** 1-based, without gaps, never used twice. */
  readonly seq: number
  /** Dot-separated tokens such as `market.XDGUSD.price`. */
  readonly subject: string
  /**
   * The writer's id of the record: an append with the same id inside the duplicate window is the same append. Empty where something
   * else than a journal wrote it, which no append does: such a record does not decode.
   */
  readonly id: string
  readonly data: Uint8Array
  /** When the journal stored it, Unix milliseconds; never decreases. Reducers use the event's own time instead. */
  readonly storedMs: number
  /** What its writer's key made of it (`shared/signing`): stored beside it, and in no digest. Left out: it bears none. */
  readonly mark?: string
  /** Why whoever reads it must not believe it. No journal stores that. Left out: nothing speaks against it. */
  readonly objection?: string
}

/** What a writer hands in. */
export interface JournalEntry {
  readonly subject: string
  readonly id: string
  readonly data: Uint8Array
  /**
   * Compare-and-set: the append succeeds only while the last record of this subject has this sequence (0: the subject
   * is empty). Left out, the append is unconditional.
   */
  readonly expectedLastSeq?: number
  /** Stored beside the record as it is. */
  readonly mark?: string
}

/** Where the record of an append stands. */
export interface Appended {
  readonly seq: number
  /** True when a record with this id was there already; `seq` is then that record's. */
  readonly duplicate: boolean
}

/** Another record stands on the subject than the writer expected. `actual` is the subject's last sequence (0: none), or null where the server does not say. */
export class JournalConflict extends Schema.TaggedError<JournalConflict>()("JournalConflict", {
  subject: Schema.String,
  expected: Schema.Int,
  actual: Schema.NullOr(Schema.Int)
}) {
  override get message(): string {
    return `${this.subject}: expected its last record to be ${this.expected}, found ${this.actual ?? "another"}`
  }
}

/** The journal will not take this record, now or ever: nothing was stored, and repeating the call changes nothing. */
export class JournalRefused extends Schema.TaggedError<JournalRefused>()("JournalRefused", {
  subject: Schema.String,
  problem: Schema.Literals(["full", "too-large", "bad-subject", "bad-id", "sealed"]),
  detail: Schema.String
}) {
  override get message(): string {
    return `${this.subject}: refused (${this.problem}): ${this.detail}`
  }
}

/** No answer: the record may or may not be stored. Repeat the same call with the same id; never with a new one. */
export class JournalUnavailable extends Schema.TaggedError<JournalUnavailable>()("JournalUnavailable", {
  detail: Schema.String
}) {
  override get message(): string {
    return `journal not reachable: ${this.detail}`
  }
}

/** What is stored contradicts itself or what a reader has already seen: stop, keep the evidence, do not write. */
export class JournalCorrupt extends Schema.TaggedError<JournalCorrupt>()("JournalCorrupt", {
  where: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `${this.where}: ${this.detail}`
  }
}

/** The record wanted was dropped from the journal, which now begins at `first`: it stands in an archive, if anywhere. */
export class RecordsArchived extends Schema.TaggedError<RecordsArchived>()("RecordsArchived", {
  where: Schema.String,
  /** The sequence that was asked for; of `last`, the subject's last: the one to expect in a compare-and-set. */
  seq: Schema.Int,
  /** Lowest sequence kept. */
  first: Schema.Int
}) {
  override get message(): string {
    return `${this.where}: record ${this.seq} was dropped, the journal begins at record ${this.first}; read the archive, or begin at a seal`
  }
}

/** This journal's beginning cannot be dropped; nothing was. The text says why and what an operator can do. */
export class JournalDropRefused extends Schema.TaggedError<JournalDropRefused>()("JournalDropRefused", {
  where: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `${this.where}: records cannot be dropped: ${this.detail}`
  }
}

/** The journal cannot be opened; the text says what to do. */
export class JournalOpenError extends Schema.TaggedError<JournalOpenError>()("JournalOpenError", {
  where: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `${this.where}: ${this.detail}`
  }
}

/** Why an append gave no sequence; each error says what the writer may do. */
export type AppendError = JournalConflict | JournalRefused | JournalUnavailable
/** Why a read ended early: try again, stop, or begin where the journal begins. */
export type ReadError = JournalUnavailable | JournalCorrupt | RecordsArchived
/** Why records were not dropped. */
export type DropError = JournalDropRefused | JournalUnavailable

/** Where a read begins and which subjects it is for. */
export interface ReadFrom {
  /**
   * First sequence wanted; 1 is the beginning. One that was dropped fails with `RecordsArchived`: a fold that needs it
   * must never begin later without noticing. `first` begins with whatever the journal still has.
   */
  readonly from: number | "first"
  /** One subject pattern: `*` stands for one token, a last `>` for one or more. Left out: everything. */
  readonly filter?: string
}

/** One market's journal. Any number of readers; `expectedLastSeq` keeps writers of one subject apart. */
export class Journal extends Context.Service<
  Journal,
  {
    /** Where it is, for people: a directory, a server's URL and stream, or "memory". */
    readonly where: string
    /** Stores one record durably (see each adapter on what "durably" means) and returns its sequence. */
    readonly append: (entry: JournalEntry) => Effect.Effect<Appended, AppendError>
    /**
     * Stores many records in the order given, a bounded window of them in flight, each acknowledged.
     * On failure the records before the failing one may be stored; repeating the call with the same ids is safe.
     */
    readonly appendAll: (entries: ReadonlyArray<JournalEntry>) => Effect.Effect<ReadonlyArray<Appended>, AppendError>
    /** The record with this sequence, or null when it was never written. `RecordsArchived` when it was dropped. */
    readonly get: (seq: number) => Effect.Effect<JournalRecord | null, ReadError>
    /** The last record of one exact subject, or null when there never was one. `RecordsArchived` when it was dropped. */
    readonly last: (subject: string) => Effect.Effect<JournalRecord | null, ReadError>
    /** The sequence of the newest record; 0 when empty. */
    readonly head: Effect.Effect<number, ReadError>
    /** The lowest sequence kept: 1 in a whole journal, also in an empty one. */
    readonly first: Effect.Effect<number, ReadError>
    /**
     * Drops records before `seq`, as many as the adapter can, oldest first; the newest record always stays. Returns the
     * new `first`, which is at most `seq`. Sequences, compare-and-set and ids inside the duplicate window go on as if
     * nothing had been dropped. There is no way back: copy and verify first.
     */
    readonly dropBefore: (seq: number) => Effect.Effect<number, DropError>
    /** History from `from` to the head at the time of the call, then ends. */
    readonly read: (options: ReadFrom) => Stream.Stream<JournalRecord, ReadError>
    /** History from `from`, then whatever is appended, without gap or repeat, for ever. A slow reader never blocks an append. */
    readonly tail: (options: ReadFrom) => Stream.Stream<JournalRecord, ReadError>
  }
>()("kennel/journal/Journal") {}

/** A saved actor state, and what it must agree with before anyone believes it. */
export interface Snapshot {
  readonly actor: string
  /** The last record folded into the state. */
  readonly seq: number
  /** Id and SHA-256 (hex) of the data of the record at `seq`: a snapshot that is ahead of its journal, or from another one, fails here. */
  readonly recordId: string
  readonly recordHash: string
  /**
   * When the journal stored that record: a tail that was lost is written anew, and decisions have the same id and the same data then,
   * perhaps at the same place behind other records. Left out: a build made it that did not name it.
   */
  readonly storedMs?: number
  /** The version of the reducer that made the state; another version does not read it. */
  readonly reducerVersion: string
  /** SHA-256 (hex) of `state`. */
  readonly stateHash: string
  /** The encoded state. */
  readonly state: string
}

/** Snapshots are a shortcut, never the truth: losing all of them costs time, not data. Keeps the last few per actor. */
export class SnapshotStore extends Context.Service<
  SnapshotStore,
  {
    readonly save: (snapshot: Snapshot) => Effect.Effect<void, JournalUnavailable>
    /** Newest first; unreadable ones are left out. */
    readonly load: (actor: string) => Effect.Effect<ReadonlyArray<Snapshot>, JournalUnavailable>
  }
>()("kennel/journal/SnapshotStore") {}
