/**
 * Stepping stones on disk: the states of every actor each few thousand records, and where what people ask for stands. An SQLite file
 * that can be made again from the journal at any time: whatever does not fit the journal is thrown away.
 */
import { mkdirSync } from "node:fs"
import { dirname } from "node:path"
import { DatabaseSync, type StatementSync } from "node:sqlite"
import { gunzipSync, gzipSync } from "node:zlib"
import type { Note, OrderKey } from "./core/notes.ts"

/** Raised when the tables or the notes change: files of other versions are made anew. */
const VERSION = "1"

const TABLES = `
create table if not exists meta (key text primary key, value text not null);
create table if not exists stones (seq integer primary key, now_ms real not null, states blob not null);
create table if not exists ids (id text primary key, slot integer not null, local_id integer not null) without rowid;
create table if not exists steps (slot integer not null, local_id integer not null, seq integer not null,
  primary key (slot, local_id, seq)) without rowid;
create table if not exists turns (key text not null, seq integer not null, primary key (key, seq)) without rowid;
`

/** The market as it stood after a record. */
export interface Stone {
  readonly seq: number
  /** What the exchange's clock had said by then, Unix milliseconds. */
  readonly nowMs: number
  /** Each fold as text, by actor. */
  readonly states: Readonly<Record<string, string>>
}

/** What the file must agree with before anyone believes it. */
export interface Identity {
  /** Where the journal is, its first record and its hash: another journal has another. */
  readonly journal: string
  /** The shapes of the states. */
  readonly shapes: string
}

/** The open file. Every answer is synchronous; whoever writes does it between `begin` and `commit`. */
export class PastFile {
  private readonly db: DatabaseSync
  private readonly statements = new Map<string, StatementSync>()

  /** `file` null: in memory, gone with the process. */
  constructor(file: string | null, { journal, shapes }: Identity) {
    if (file !== null) mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    this.db = new DatabaseSync(file ?? ":memory:", { timeout: 5_000 })
    // It can be made again: a power cut may cost it, and no write waits for the disk.
    this.db.exec("pragma journal_mode = wal; pragma synchronous = off;")
    this.db.exec(TABLES)
    const identity = JSON.stringify([VERSION, journal, shapes])
    if (this.meta("identity") !== identity) this.clear(identity)
  }

  /** Forgets everything. */
  clear(identity = this.meta("identity") ?? ""): void {
    this.db.exec("delete from meta; delete from stones; delete from ids; delete from steps; delete from turns;")
    this.setMeta("identity", identity)
  }

  close(): void {
    this.db.close()
  }

  begin(): void {
    this.db.exec("begin immediate")
  }

  commit(): void {
    this.db.exec("commit")
  }

  rollback(): void {
    this.db.exec("rollback")
  }

  /** The last record that is noted, and its hash; null: none. */
  get upTo(): { readonly seq: number; readonly hash: string } | null {
    const text = this.meta("upTo")
    return text === null ? null : (JSON.parse(text) as { seq: number; hash: string })
  }

  /** Every slot that was named by then. */
  get slots(): ReadonlyArray<number> {
    return JSON.parse(this.meta("slots") ?? "[]") as ReadonlyArray<number>
  }

  setUpTo(seq: number, hash: string, slots: ReadonlyArray<number>): void {
    this.setMeta("upTo", JSON.stringify({ seq, hash }))
    this.setMeta("slots", JSON.stringify(slots))
  }

  private meta(key: string): string | null {
    return (this.sql("select value from meta where key = ?").get(key)?.["value"] as string | undefined) ?? null
  }

  private setMeta(key: string, value: string): void {
    this.sql("insert or replace into meta values (?, ?)").run(key, value)
  }

  addStone({ seq, nowMs, states }: Stone): void {
    const packed = gzipSync(JSON.stringify(states), { level: 1 })
    this.sql("insert or replace into stones values (?, ?, ?)").run(seq, nowMs, packed)
  }

  /** The last stone up to this record; null: none. */
  stoneUpTo(seq: number): Stone | null {
    const row = this.sql("select seq, now_ms, states from stones where seq <= ? order by seq desc limit 1").get(seq)
    if (row === undefined) return null
    const states = JSON.parse(gunzipSync(row["states"] as Uint8Array).toString()) as Stone["states"]
    return { seq: Number(row["seq"]), nowMs: Number(row["now_ms"]), states }
  }

  /** How many stones there are, and how many bytes they take. */
  get stones(): { readonly count: number; readonly bytes: number } {
    const row = this.sql("select count(*) as count, coalesce(sum(length(states)), 0) as bytes from stones").get()
    return { count: Number(row?.["count"]), bytes: Number(row?.["bytes"]) }
  }

  addNote(seq: number, note: Note): void {
    if (note._tag === "Turn") this.sql("insert or ignore into turns values (?, ?)").run(note.key, seq)
    else if (note._tag === "Step") {
      this.sql("insert or ignore into steps values (?, ?, ?)").run(note.order.slot, note.order.localId, seq)
    } else this.sql("insert or ignore into ids values (?, ?, ?)").run(note.id, note.order.slot, note.order.localId)
  }

  /** The order with this id of the exchange's, or of ours. */
  orderOf(id: string): OrderKey | null {
    const row = this.sql("select slot, local_id from ids where id = ?").get(id)
    return row === undefined ? null : { slot: Number(row["slot"]), localId: Number(row["local_id"]) }
  }

  /** Every record that is about this order, oldest first. */
  stepsOf({ slot, localId }: OrderKey): ReadonlyArray<number> {
    const rows = this.sql("select seq from steps where slot = ? and local_id = ? order by seq").all(slot, localId)
    return rows.map((row) => Number(row["seq"]))
  }

  /** The last record up to `seq` that is noted under this key; null: none. */
  lastTurn(key: string, seq: number): number | null {
    const row = this.sql("select seq from turns where key = ? and seq <= ? order by seq desc limit 1").get(key, seq)
    return row === undefined ? null : Number(row["seq"])
  }

  /** The first record after `seq` that is noted under this key; null: none. */
  nextTurn(key: string, seq: number): number | null {
    const row = this.sql("select seq from turns where key = ? and seq > ? order by seq limit 1").get(key, seq)
    return row === undefined ? null : Number(row["seq"])
  }

  private sql(text: string): StatementSync {
    const known = this.statements.get(text)
    if (known !== undefined) return known
    const prepared = this.db.prepare(text)
    this.statements.set(text, prepared)
    return prepared
  }
}
