/** The database's thread, as the process sees it. */
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { DatabaseGone, openDatabase, SqlError } from "./database.ts"

it.live("statements are answered in order, refused by their SQLSTATE, and not taken beyond a bound", () =>
  Effect.gen(function* () {
    const database = yield* openDatabase({ directory: null })
    yield* Effect.promise(async () => {
      await database.script("create table t (n integer primary key); insert into t values (1)")
      assert.deepStrictEqual(await database.query("select n + $1::text::integer as n from t", ["41"]), [{ n: 42 }])

      const refusal = await database.query("insert into t values (1)").catch((error: unknown) => error)
      assert.instanceOf(refusal, SqlError)
      assert.strictEqual(refusal.failure.code, "23505")

      await database.script("insert into t values (2); insert into t values (1)").catch(() => undefined)
      assert.deepStrictEqual(await database.query("select count(*)::integer as n from t"), [{ n: 1 }], "all or nothing")

      const flood = await Promise.allSettled(Array.from({ length: 1_001 }, () => database.query("select 1")))
      assert.deepStrictEqual(
        flood.map(({ status }) => status),
        [...Array.from({ length: 1_000 }, () => "fulfilled"), "rejected"]
      )

      // The last one is still under way when the end comes.
      const last = database.query("select pg_sleep(0), 7 as n")
      await database.close()
      assert.deepInclude((await last)[0] as object, { n: 7 })
      assert.instanceOf(await database.query("select 1").catch((error: unknown) => error), DatabaseGone)
    })
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
    assert.strictEqual(error._tag, "StoreOpenError")
    assert.include(error.message, `${directory}: the embedded database does not open`)
  })
)
