/**
 * The database's own thread: PostgreSQL as WebAssembly works synchronously, and would hold up everything else of the
 * process for as long as a query takes. It serves one request after the other, in the order of arrival.
 */
import * as fs from "node:fs"
import { join } from "node:path"
import { parentPort, workerData } from "node:worker_threads"
import { PGlite } from "@electric-sql/pglite"
import type { WorkerReply, WorkerRequest, WorkerStart } from "./protocol.ts"

/** PostgreSQL's default of 128 MB is for servers; the operating system caches the files once more. */
const SMALL_MEMORY = ["-c", "shared_buffers=16MB"]

/** The port of a thread that was started as a worker, which this file always is. */
const port = parentPort as NonNullable<typeof parentPort>
const { directory } = workerData as WorkerStart

/** Everything the database has written so far reaches the disk: PGlite itself never syncs. */
const syncFiles = (path: string): void => {
  for (const entry of fs.readdirSync(path, { withFileTypes: true })) {
    const inside = join(path, entry.name)
    if (entry.isDirectory()) syncFiles(inside)
    else if (entry.isFile()) syncFile(inside)
  }
  syncFile(path)
}

const syncFile = (path: string): void => {
  const file = fs.openSync(path, "r")
  try {
    fs.fsyncSync(file)
  } finally {
    fs.closeSync(file)
  }
}

const serve = async (database: PGlite, request: WorkerRequest): Promise<ReadonlyArray<unknown>> => {
  switch (request.kind) {
    case "query":
      return (await database.query(request.sql, [...request.params])).rows
    case "script":
      await database.transaction((transaction) => transaction.exec(request.sql))
      return []
    case "barrier":
      await database.exec("checkpoint")
      if (directory !== null) syncFiles(directory)
      return []
    case "close":
      await database.close()
      if (directory !== null) syncFiles(directory)
      return []
  }
}

const textOf = (error: object, field: string): string | null => {
  const value: unknown = Reflect.get(error, field)
  return typeof value === "string" ? value : null
}

const failureOf = (error: unknown): Extract<WorkerReply, { readonly ok: false }>["failure"] => {
  const thrown = error instanceof Error ? error : new Error(String(error))
  return {
    code: textOf(thrown, "code") ?? "XX000",
    message: thrown.message,
    details: textOf(thrown, "detail"),
    hint: textOf(thrown, "hint")
  }
}

const reply = (message: WorkerReply): void => port.postMessage(message)

const run = async (): Promise<void> => {
  const database = await PGlite.create({
    ...(directory === null ? {} : { dataDir: directory }),
    startParams: [...PGlite.defaultStartParams, ...SMALL_MEMORY]
  })
  let turn = Promise.resolve()
  port.on("message", (request: WorkerRequest) => {
    turn = turn
      .then(() => serve(database, request))
      .then(
        (rows) => reply({ id: request.id, ok: true, rows }),
        (error: unknown) => reply({ id: request.id, ok: false, failure: failureOf(error) })
      )
  })
  reply({ id: 0, ok: true, rows: [] })
}

run().catch((error: unknown) => reply({ id: 0, ok: false, failure: failureOf(error) }))
