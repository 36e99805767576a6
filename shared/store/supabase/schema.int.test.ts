/** The migrations make the same schema everywhere: in the embedded database's PostgreSQL and in an older server's. */
import { expect, it } from "@effect/vitest"
import { PGlite } from "@electric-sql/pglite"
import { Effect } from "effect"
import pg from "pg"
import { describe } from "vitest"
import { migrations, rolesSql } from "../migrations.ts"
import { postgresFound, scratchDatabase } from "../testing/postgres.ts"

/** Columns, constraints, indexes, functions, and who may do what, one line each. */
const DUMP = `
select format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) as line
from information_schema.columns where table_schema = 'public'
union all
select format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) from pg_constraint
-- PostgreSQL 18 lists "not null" as constraints too; the columns above have it.
where connamespace = 'public'::regnamespace and contype <> 'n'
union all
select indexdef from pg_indexes where schemaname = 'public'
union all
select pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace
union all
select format('%s may %s %s', grantee, privilege_type, table_name) from information_schema.role_table_grants
where table_schema = 'public' and grantee in ('anon', 'service_role', 'PUBLIC')
union all
select format('%s may %s %s', grantee, privilege_type, routine_name) from information_schema.role_routine_grants
where routine_schema = 'public' and grantee in ('anon', 'service_role', 'PUBLIC')
union all
select format('%s row security %s', relname, relrowsecurity) from pg_class
where relnamespace = 'public'::regnamespace and relkind = 'r'
order by 1`

type Lines = ReadonlyArray<{ readonly line: string }>

const embeddedSchema = Effect.acquireRelease(
  Effect.promise(() => PGlite.create()),
  (db) => Effect.promise(() => db.close())
).pipe(
  Effect.flatMap((db) =>
    Effect.promise(async () => {
      for (const sql of [rolesSql(), ...migrations().map((file) => file.sql)]) await db.exec(sql)
      // Roles are applied at every start.
      await db.exec(rolesSql())
      return (await db.query(DUMP)).rows as Lines
    })
  )
)

const serverSchema = Effect.flatMap(scratchDatabase, (url) =>
  Effect.promise(async () => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      return (await client.query(DUMP)).rows as Lines
    } finally {
      await client.end()
    }
  })
)

const sorted = (lines: Lines): ReadonlyArray<string> => lines.map(({ line }) => line).sort()

describe.runIf(postgresFound())("the schema", () => {
  it.live("is the same in the embedded database and on the server, and nobody but service_role may do anything", () =>
    Effect.gen(function* () {
      const embedded = sorted(yield* embeddedSchema)
      expect(embedded).toStrictEqual(sorted(yield* serverSchema))
      expect(embedded.length).toBeGreaterThan(100)
      const grants = embedded.filter((line) => / may /.test(line) && !line.includes("\n"))
      expect(grants.filter((line) => !line.startsWith("service_role may "))).toStrictEqual([])
      expect(embedded.filter((line) => line.endsWith("row security f"))).toStrictEqual([])
    })
  )
})
