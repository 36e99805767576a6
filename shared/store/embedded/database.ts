/** The embedded database as the process sees it: requests go to its thread, answers come back. */
import { Worker } from "node:worker_threads"
import { Effect, type Scope } from "effect"
import { StoreOpenError } from "../port.ts"
import type { SqlFailure, WorkerReply, WorkerRequest, WorkerStart } from "./protocol.ts"

/** A statement failed inside the database; nothing of it was kept. */
export class SqlError extends Error {
  override readonly name = "SqlError"
  readonly failure: SqlFailure
  constructor(failure: SqlFailure) {
    super(`${failure.code}: ${failure.message}`)
    this.failure = failure
  }
}

/** The database's thread is gone or overloaded: what was asked may have happened or not. */
export class DatabaseGone extends Error {
  override readonly name = "DatabaseGone"
}

/** The database in its thread. Statements run one after the other, in the order of the calls. */
export interface Database {
  /** One statement with texts as parameters; its rows. Rejects with `SqlError` or `DatabaseGone`. */
  readonly query: (sql: string, params?: ReadonlyArray<string>) => Promise<ReadonlyArray<unknown>>
  /** Any number of statements in one transaction. */
  readonly script: (sql: string) => Promise<void>
  /** Resolves when everything acknowledged before is on the disk. */
  readonly barrier: () => Promise<void>
  /**
   * Ends the thread once everything asked before is done and on the disk; calls after it reject with `DatabaseGone`.
   */
  readonly close: () => Promise<void>
}

/** Callers that wait at once; each of them waits for its own answer, so more means that something floods the store. */
const MAX_WAITING = 1_000

interface Waiting {
  readonly resolve: (rows: ReadonlyArray<unknown>) => void
  readonly reject: (error: Error) => void
}

/** A request without its number, which it is given when it is sent. */
type Question = WorkerRequest extends infer R ? (R extends unknown ? Omit<R, "id"> : never) : never

interface Thread {
  readonly database: Database
  /** Its first words. */
  readonly opened: Promise<unknown>
  /** Ends it where it stands. */
  readonly stop: () => Promise<unknown>
}

const startThread = (start: WorkerStart): Thread => {
  // Without the parent's flags: a test runner's loaders have no business in there.
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: start, execArgv: [] })
  const waiting = new Map<number, Waiting>()
  let lastId = 0
  let gone: DatabaseGone | null = null

  const end = (reason: string) => {
    gone ??= new DatabaseGone(`the embedded database has ended: ${reason}`)
    for (const { reject } of waiting.values()) reject(gone)
    waiting.clear()
  }
  worker.on("error", (error) => end(String(error)))
  worker.on("exit", (code) => end(`its thread stopped with code ${code}`))
  worker.on("message", (reply: WorkerReply) => {
    const caller = waiting.get(reply.id)
    waiting.delete(reply.id)
    if (reply.ok) caller?.resolve(reply.rows)
    else caller?.reject(new SqlError(reply.failure))
  })

  const listen = (id: number) =>
    new Promise<ReadonlyArray<unknown>>((resolve, reject) => waiting.set(id, { resolve, reject }))
  const ask = (question: Question): Promise<ReadonlyArray<unknown>> => {
    if (gone !== null) return Promise.reject(gone)
    if (waiting.size >= MAX_WAITING) {
      return Promise.reject(new DatabaseGone(`${MAX_WAITING} requests wait already; ask again later`))
    }
    lastId++
    const answer = listen(lastId)
    worker.postMessage({ ...question, id: lastId }, [])
    return answer
  }

  return {
    opened: listen(0),
    stop: () => worker.terminate(),
    database: {
      query: (sql, params = []) => ask({ kind: "query", sql, params }),
      script: async (sql) => void (await ask({ kind: "script", sql })),
      barrier: async () => void (await ask({ kind: "barrier" })),
      close: async () => {
        try {
          await ask({ kind: "close" })
        } finally {
          await worker.terminate()
        }
      }
    }
  }
}

/** Closing checkpoints and syncs, which is well under a second; a thread that is busy or hangs is ended where it stands. */
const CLOSE_WITHIN = "5 seconds"

/** What the machine refuses says nothing against the files. */
const adviceOn = (problem: string): string =>
  /\b(EMFILE|ENFILE|ENOSPC|EDQUOT|EROFS|EACCES|ENOMEM)\b/.test(problem)
    ? "mend that; it is tried again"
    : "it can be moved away and filled again"

/**
 * A started thread that has opened its database. When that fails, or nobody waits for it any more, it is ended where it stands, as
 * kill -9 would: what a database was made of so far is thrown away, and one that was there opens again.
 */
const opened = (start: WorkerStart): Effect.Effect<Thread, StoreOpenError> =>
  Effect.suspend(() => {
    const thread = startThread(start)
    return Effect.tryPromise({
      try: () => thread.opened,
      catch: (error) =>
        new StoreOpenError({
          where: start.directory ?? "memory",
          detail: `the embedded database does not open (${String(error)}); ${adviceOn(String(error))}`
        })
    }).pipe(
      Effect.as(thread),
      Effect.onError(() => Effect.promise(thread.stop))
    )
  })

/**
 * A database in a thread of its own until the scope closes; a directory is created where it is missing. Making PostgreSQL's files
 * takes seconds, on a busy machine half a minute: a stop does not wait for it.
 */
export const openDatabase = (start: WorkerStart): Effect.Effect<Database, StoreOpenError, Scope.Scope> =>
  Effect.acquireRelease(
    opened(start),
    ({ database, stop }) =>
      Effect.tryPromise(database.close).pipe(
        Effect.timeout(CLOSE_WITHIN),
        Effect.catch(() => Effect.promise(stop)),
        Effect.asVoid
      ),
    { interruptible: true }
  ).pipe(Effect.map(({ database }) => database))
