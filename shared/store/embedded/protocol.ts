/** What the process and the database's thread say to each other. */

/** What the thread is started with. */
export interface WorkerStart {
  /** PostgreSQL's data directory, made when it is missing; null keeps everything in memory. */
  readonly directory: string | null
}

/** Answered by a reply with the same id, one after the other in the order of arrival. */
export type WorkerRequest =
  | {
      readonly id: number
      /** One statement; `$1` and so on are texts. */
      readonly kind: "query"
      readonly sql: string
      readonly params: ReadonlyArray<string>
    }
  /** Any number of statements in one transaction. */
  | { readonly id: number; readonly kind: "script"; readonly sql: string }
  /** Checkpoint, then sync of every file. */
  | { readonly id: number; readonly kind: "barrier" }
  | { readonly id: number; readonly kind: "close" }

/** Why a statement failed, as PostgreSQL says it. */
export interface SqlFailure {
  /** SQLSTATE. */
  readonly code: string
  readonly message: string
  readonly details: string | null
  readonly hint: string | null
}

/** Id 0 is the first reply: the database is open, or cannot be opened. */
export type WorkerReply =
  | { readonly id: number; readonly ok: true; readonly rows: ReadonlyArray<unknown> }
  | { readonly id: number; readonly ok: false; readonly failure: SqlFailure }
