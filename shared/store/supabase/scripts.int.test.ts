/** The script for a PostgreSQL and a PostgREST of one's own. */
import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import pg from "pg"
import { describe } from "vitest"
import { migrations } from "../migrations.ts"
import { emptyDatabase, postgresFound } from "../testing/postgres.ts"

const script = (name: string): string => fileURLToPath(new URL(`../../../supabase/${name}`, import.meta.url))

const run = (program: string, name: string, env: Readonly<Record<string, string>>): string =>
  execFileSync(program, [script(name)], { env: { PATH: process.env["PATH"], ...env }, encoding: "utf8", stdio: "pipe" })

describe.runIf(postgresFound())("supabase/apply.sh", () => {
  it.live("applies every migration once, and sets the password without showing it", () =>
    Effect.gen(function* () {
      const url = new URL(yield* emptyDatabase)
      const env = {
        PGHOST: url.hostname,
        PGPORT: url.port,
        PGUSER: url.username,
        PGPASSWORD: url.password,
        PGDATABASE: url.pathname.slice(1),
        AUTHENTICATOR_PASSWORD: "it's; a 'password'"
      }
      const lines = run("sh", "apply.sh", env).split("\n").filter(Boolean)
      expect(lines).toStrictEqual(migrations().map(({ name }) => `applied ${name}`))
      expect(run("sh", "apply.sh", env)).toBe("")
      const table = yield* Effect.promise(async () => {
        const client = new pg.Client({ connectionString: String(url) })
        await client.connect()
        try {
          return (await client.query("select to_regclass('public.backfill_jobs')::text as found")).rows as unknown
        } finally {
          await client.end()
        }
      })
      expect(table).toStrictEqual([{ found: "backfill_jobs" }])
    })
  )
})
