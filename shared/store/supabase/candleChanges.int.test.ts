/** What the triggers on candles hold on a server: nobody waits for anybody, and whoever may write candles is heard. */
import { execFileSync } from "node:child_process"
import { expect, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import pg from "pg"
import { describe } from "vitest"
import { migrations, rolesSql } from "../migrations.ts"
import { emptyDatabase, postgresFound, scratchDatabase } from "../testing/postgres.ts"

const connected = (connectionString: string): Effect.Effect<pg.Client, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const client = new pg.Client({ connectionString })
      await client.connect()
      return client
    }),
    (client) => Effect.promise(() => client.end())
  )

const run = (program: string, args: ReadonlyArray<string>, input = ""): string =>
  execFileSync(program, args, { input, encoding: "utf8", stdio: "pipe" })

const STRETCH_SEC = 86_400
const rows = (client: pg.Client, sql: string) =>
  Effect.promise(async () => (await client.query(sql)).rows as Array<never>)
const insert = (timeSec: number) =>
  `insert into public.ohlcv_candles values ('XDGUSD', 1, ${timeSec}, 1, 1, 1, 1, 0, 0, 'poll', 'real')`
const stamps = (client: pg.Client) =>
  Effect.map(rows(client, "select * from candle_stamps('real', 'XDGUSD', 1, 0) order by from_sec"), (all) =>
    all.map(({ stamp }) => String(stamp))
  )

describe.runIf(postgresFound())("changes of candles", () => {
  it.live(
    "of two writers on two stretches in opposite order wait for nothing",
    () =>
      Effect.gen(function* () {
        const url = yield* scratchDatabase
        const [one, other] = [yield* connected(url), yield* connected(url)]
        for (const client of [one, other]) yield* rows(client, "set lock_timeout = '2s'; begin")
        yield* rows(one, insert(0))
        yield* rows(other, insert(STRETCH_SEC))
        yield* rows(one, insert(STRETCH_SEC + 60))
        yield* rows(other, insert(60))
        // Nor does who brings the changes together, while both are still writing.
        const third = yield* connected(url)
        yield* rows(third, "set lock_timeout = '2s'; select compact_candle_changes()")
        for (const client of [other, one]) yield* rows(client, "commit")
        expect(
          yield* rows(one, "select from_sec::int, count(*)::int from candle_changes group by 1 order by 1")
        ).toEqual([
          { from_sec: 0, count: 2 },
          { from_sec: STRETCH_SEC, count: 2 }
        ])
      }).pipe(Effect.scoped),
    120_000
  )

  it.live(
    "are also a truncation's, a move's to another stretch, and of a role that may write candles alone",
    () =>
      Effect.gen(function* () {
        const client = yield* connected(yield* scratchDatabase)
        yield* rows(client, `${insert(0)}; ${insert(STRETCH_SEC)}`)
        const seen = new Set(yield* stamps(client))
        for (const change of [
          `update ohlcv_candles set time = case time when 0 then ${STRETCH_SEC + 60} else 0 end`,
          "truncate ohlcv_candles"
        ]) {
          yield* rows(client, change)
          for (const stamp of yield* stamps(client)) seen.add(stamp)
        }
        expect(seen.size).toBe(6)

        const role = `writer_${process.pid}`
        yield* rows(
          client,
          `create role ${role} bypassrls; grant insert, delete, select on ohlcv_candles to ${role}; set role ${role}`
        )
        yield* rows(client, `set search_path = ''; ${insert(0)}; delete from public.ohlcv_candles`)
        yield* rows(client, `reset search_path; reset role; drop owned by ${role}; drop role ${role}`)
        for (const stamp of yield* stamps(client)) seen.add(stamp)
        expect(seen.size).toBe(7)
      }).pipe(Effect.scoped),
    120_000
  )

  it.live(
    "are brought together with the retention: one row for a stretch with candles, none for one without",
    () =>
      Effect.gen(function* () {
        const client = yield* connected(yield* scratchDatabase)
        yield* rows(client, `${insert(0)}; ${insert(60)}; ${insert(STRETCH_SEC)}; ${insert(2 * STRETCH_SEC)}`)
        yield* rows(client, `delete from ohlcv_candles where time = ${2 * STRETCH_SEC}`)
        const before = yield* stamps(client)
        for (const round of [1, 2]) {
          yield* rows(client, "select forget_projected('M', null, null, null, 10)")
          const counts = "select from_sec::int, count(*)::int from candle_changes group by 1 order by 1"
          expect(yield* rows(client, counts), `round ${round}`).toEqual([
            { from_sec: 0, count: 1 },
            { from_sec: STRETCH_SEC, count: 1 }
          ])
        }
        const after = yield* stamps(client)
        expect(after[0]).not.toBe(before[0])
        expect(after[1], "a single change stays as it is, and costs no copy a reading").toBe(before[1])
      }).pipe(Effect.scoped),
    120_000
  )

  it.live(
    "that were made before there were stamps have one",
    () =>
      Effect.gen(function* () {
        const client = yield* connected(yield* emptyDatabase)
        const files = migrations()
        const at = files.findIndex(({ name }) => name.endsWith("candle_stamps"))
        for (const sql of [rolesSql(), ...files.slice(0, at).map((file) => file.sql), insert(0), insert(60)])
          yield* rows(client, sql)
        for (const { sql } of files.slice(at)) yield* rows(client, sql)
        expect((yield* stamps(client)).length).toBe(1)
      }).pipe(Effect.scoped),
    120_000
  )

  it.live(
    "do not keep a dump of nothing but data from being restored",
    () =>
      Effect.gen(function* () {
        const [from, to] = [yield* scratchDatabase, yield* scratchDatabase]
        const [old, fresh] = [yield* connected(from), yield* connected(to)]
        yield* rows(old, `${insert(0)}; ${insert(60)}`)
        const dump = run("pg_dump", ["--data-only", from])
        run("psql", ["-q", "-v", "ON_ERROR_STOP=1", to], dump)
        expect((yield* stamps(fresh)).length).toBe(1)
        expect(yield* stamps(fresh)).not.toEqual(yield* stamps(old))
      }).pipe(Effect.scoped),
    120_000
  )
})
