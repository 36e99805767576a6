/** The store without a server: PostgreSQL inside the process, in a directory or in memory, behind the same supabase-js. */
import * as fs from "node:fs"
import { join } from "node:path"
import { Effect, Layer, Redacted, Schedule, type Scope } from "effect"
import { closeToOthers, makeDirectory } from "../../files/directory.ts"
import { acquireLock } from "../../journal/embedded/directory/lock.ts"
import { migrations, rolesSql } from "../migrations.ts"
import { Store, StoreOpenError } from "../port.ts"
import type { Fetch } from "../supabase/client.ts"
import { makeStore } from "../supabase/store.ts"
import { type Catalog, readCatalog } from "./catalog.ts"
import { type Database, openDatabase } from "./database.ts"
import { openDoor, throughDoor } from "./door.ts"
import { serveDatabase } from "./serve.ts"

/** How much a power cut may cost. What is lost is fetched or projected again: the cursors are in the same database. */
const BARRIER_EVERY = "1 minute"

const attempt = <A>(where: string, doing: string, run: () => Promise<A> | A): Effect.Effect<A, StoreOpenError> =>
  Effect.tryPromise({
    try: async () => await run(),
    catch: (error) => new StoreOpenError({ where, detail: `${doing}: ${String(error)}` })
  })

/** Makes room for one writer and returns PostgreSQL's data directory inside, which is there as a whole or not at all. */
const prepareDirectory = Effect.fnUntraced(function* (
  directory: string
): Effect.fn.Return<string, StoreOpenError, Scope.Scope> {
  yield* attempt(directory, "cannot be created", () => {
    makeDirectory(directory)
    closeToOthers(directory)
  })
  yield* acquireLock(directory).pipe(Effect.mapError(({ where, detail }) => new StoreOpenError({ where, detail })))
  const data = join(directory, "postgres")
  if (fs.existsSync(data)) return data
  const unfinished = `${data}.new`
  yield* attempt(directory, "cannot be cleared", () => fs.rmSync(unfinished, { recursive: true, force: true }))
  // In a thread of its own that ends again: setting up takes some 600 MB which it would never give back.
  yield* Effect.scoped(openDatabase({ directory: unfinished }))
  yield* attempt(directory, "cannot be renamed", () => fs.renameSync(unfinished, data))
  return data
})

/** Applies what this database does not have yet, each migration whole or not at all. */
const migrate = async (database: Database): Promise<void> => {
  await database.script(
    `${rolesSql()};
    create schema if not exists kennel;
    create table if not exists kennel.migrations (name text primary key, applied_at timestamptz not null default now())`
  )
  const rows = (await database.query("select name from kennel.migrations")) as ReadonlyArray<{ readonly name: string }>
  const applied = new Set(rows.map(({ name }) => name))
  for (const { name, sql } of migrations()) {
    if (applied.has(name)) continue
    await database.script(`${sql}; insert into kennel.migrations (name) values ('${name}')`)
  }
}

const migrated = async (database: Database): Promise<Catalog> => {
  await migrate(database)
  return await readCatalog(database)
}

/** `fetch` of a PostgREST subset over a database that lives until the scope closes; `directory` null: in memory. */
export const openEmbedded = Effect.fnUntraced(function* (
  directory: string | null
): Effect.fn.Return<Fetch, StoreOpenError, Scope.Scope> {
  const data = directory === null ? null : yield* prepareDirectory(directory)
  const database = yield* openDatabase({ directory: data })
  const where = directory ?? "memory"
  const catalog = yield* attempt(where, "the migrations do not apply", () => migrated(database))
  let written = false
  const barrier = Effect.suspend(() => {
    if (!written) return Effect.void
    written = false
    return Effect.tryPromise(database.barrier).pipe(
      Effect.tapError(() =>
        Effect.sync(() => {
          written = true
        })
      )
    )
  })
  if (data !== null) {
    yield* barrier.pipe(
      Effect.catch((error) => Effect.logWarning(`store: ${where}: not synced to the disk: ${String(error)}`)),
      Effect.delay(BARRIER_EVERY),
      Effect.forever,
      Effect.forkScoped
    )
  }
  const fetch = serveDatabase(database, catalog, () => {
    written = true
  })
  if (directory !== null) yield* openDoor(directory, fetch)
  return fetch
})

/** A process that stops is through within seconds, a first start within half a minute, also on a busy machine. */
const ASK_AGAIN = Schedule.spaced("500 millis").pipe(Schedule.upTo({ times: 60 }))

/** The store of a directory, whoever has it: opened where nobody has, else asked for through the process that has. */
const openOrAsk = (directory: string): Effect.Effect<Store["Service"], StoreOpenError, Scope.Scope> =>
  Effect.gen(function* () {
    const there = yield* throughDoor(directory)
    return there === null
      ? yield* openHere(directory)
      : makeStore(there, `${directory}, through the process that has it open`)
  }).pipe(Effect.retry({ schedule: ASK_AGAIN, while: ({ detail }) => detail.startsWith("in use by") }))

const openHere = (directory: string | null): Effect.Effect<Store["Service"], StoreOpenError, Scope.Scope> =>
  Effect.map(openEmbedded(directory), (fetch) =>
    makeStore({ url: NOWHERE, key: Redacted.make("embedded"), fetch }, directory ?? "memory")
  )

/** Nobody resolves it: every request is answered in the process. */
const NOWHERE = "http://embedded.invalid"

/** The store inside the process; needs no server. */
export const EmbeddedStore = {
  /**
   * The store in a directory, for its one process; `null` keeps it in memory. Created and migrated when it is opened.
   * Survives kill -9 without losing what was acknowledged; a power cut may cost the last minute.
   * Fails with `StoreOpenError` when another process has the directory or it cannot be used.
   */
  layer: ({ directory }: { readonly directory: string | null }): Layer.Layer<Store, StoreOpenError> =>
    Layer.effect(Store, openHere(directory)),

  /**
   * The same for a command beside it: where another process has the directory, that one is asked (`door.ts`), and what it does with the
   * store goes on. Fails with `StoreOpenError` when that process does not answer within half a minute.
   */
  layerBeside: ({ directory }: { readonly directory: string }): Layer.Layer<Store, StoreOpenError> =>
    Layer.effect(Store, openOrAsk(directory))
}
