/** The database's thread, as the process sees it. */
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { DatabaseGone, openDatabase, SqlError } from "./database.ts"

it.live("statements are answered in order, refused by their SQLSTATE, and not taken beyond a bound", () =>
  Effect.gen(function* () {
    const database = yield* openDatabase({ directory: null })
    yield* Effect.promise(async () => {
      await database.script("create table t (n integer primary key); insert into t values (1)")
      expect(await database.query("select n + $1::text::integer as n from t", ["41"])).toStrictEqual([{ n: 42 }])

      const refusal = await database.query("insert into t values (1)").catch((error: unknown) => error)
      if (!(refusal instanceof SqlError)) return expect.fail(`not refused by its SQLSTATE: ${String(refusal)}`)
      expect(refusal.failure.code).toBe("23505")

      await database.script("insert into t values (2); insert into t values (1)").catch(() => undefined)
      expect(await database.query("select count(*)::integer as n from t"), "all or nothing").toStrictEqual([{ n: 1 }])

      const flood = await Promise.allSettled(Array.from({ length: 1_001 }, () => database.query("select 1")))
      expect(flood.map(({ status }) => status)).toStrictEqual([
        ...Array.from({ length: 1_000 }, () => "fulfilled"),
        "rejected"
      ])

      // The last one is still under way when the end comes.
      const last = database.query("select pg_sleep(0), 7 as n")
      await database.close()
      expect((await last)[0] as object).toMatchObject({ n: 7 })
      expect(await database.query("select 1").catch((error: unknown) => error)).toBeInstanceOf(DatabaseGone)
    })
  })
)

it.live("an opening that nobody waits for any more is not waited for: its thread ends where it stands", () =>
  Effect.gen(function* () {
    const directory = yield* Effect.acquireRelease(
      Effect.sync(() => fs.mkdtempSync(join(tmpdir(), "kennel-database-"))),
      (path) => Effect.sync(() => fs.rmSync(path, { recursive: true, force: true }))
    )
    const data = join(directory, "new")
    const opening = yield* Effect.forkChild(Effect.scoped(openDatabase({ directory: data })), {
      startImmediately: true
    })
    yield* Fiber.interrupt(opening)
    expect(fs.existsSync(data), "the database was made all the same").toBe(false)
  })
)

it.live("a directory with something else in it does not open, and the message names it", () =>
  Effect.gen(function* () {
    const directory = yield* Effect.acquireRelease(
      Effect.sync(() => fs.mkdtempSync(join(tmpdir(), "kennel-database-"))),
      (path) => Effect.sync(() => fs.rmSync(path, { recursive: true, force: true }))
    )
    fs.mkdirSync(join(directory, "base"))
    fs.mkdirSync(join(directory, "global"))
    fs.writeFileSync(join(directory, "PG_VERSION"), "9.6\n")
    const error = yield* Effect.flip(Effect.scoped(openDatabase({ directory })))
    expect(error._tag).toBe("StoreOpenError")
    expect(error.message).toContain(`${directory}: the embedded database does not open`)
  })
)
