/** What outlives the process: a restart fetches the gap alone, the files open in another tool, and no crash leaves half of one. */
import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DuckDBInstance } from "@duckdb/node-api"
import { describe, expect, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { readIfThere } from "../../shared/files/atomicFile.ts"
import { decodeProfile, decodeTrades, encodeProfile, NotOurFile } from "../../services/market-context/files/parquet.ts"
import type { LevelsView } from "../../services/market-context/core/view.ts"
import { Price } from "../../shared/core/decimal/decimal.ts"
import { Store } from "../../shared/store/port.ts"
import { EmbeddedStore } from "../../shared/store/embedded/store.ts"
import { onTrades } from "./testing/onTrades.ts"

const NOON = Date.parse("2026-10-14T12:00:00Z")
const YESTERDAY = "2026-10-13"

const isPrecise = ({ today, previous_day, opening_range }: LevelsView): boolean =>
  [today, previous_day, opening_range].every(({ precision }) => precision === "PRECISE")

/** What another tool reads out of files. */
const duck = (sql: string) =>
  Effect.promise(async () => {
    const connection = await (await DuckDBInstance.create(":memory:")).connect()
    return (await connection.runAndReadAll(sql)).getRowsJson()
  })

layer(EmbeddedStore.layer({ directory: null }), { excludeTestServices: true, timeout: "60 seconds" })(
  "the files of the days",
  (it) => {
    it.effect("bring a restart in the middle of a day to where it was: only the gap is fetched", () =>
      onTrades(NOON, ({ directory, until, starts }) =>
        Effect.gen(function* () {
          const before = yield* until(isPrecise)
          const first = starts.length
          expect(readdirSync(join(directory, "trades")).toSorted()).toStrictEqual([
            `XDGUSD_${YESTERDAY}.parquet`,
            "XDGUSD_2026-10-14.parquet"
          ])
          const after = yield* until(isPrecise)
          expect(after.previous_day).toStrictEqual(before.previous_day)
          expect(after.today.trades).toBeGreaterThanOrEqual(before.today.trades)
          expect(after.today.id_holes).toBe(0)
          const again = starts.slice(first).flatMap((start) => ("fromMs" in start ? [start.fromMs] : []))
          expect(again.filter((fromMs) => fromMs < NOON)).toStrictEqual([])
        })
      )
    )

    it.effect("open in another tool and say there what the levels say; the store has the day's row", () =>
      onTrades(NOON, ({ directory, until }) =>
        Effect.gen(function* () {
          const { previous_day: previous } = yield* until(isPrecise)
          const profile = join(directory, `XDGUSD_${YESTERDAY}_profile.parquet`)
          const [row] = yield* duck(
            `select sum(volume)::varchar, (select price from '${profile}' order by volume desc, price limit 1)::varchar from '${profile}'`
          )
          expect(row?.map((value) => Number(value))).toStrictEqual([Number(previous.volume), Number(previous.poc)])
          const trades = join(directory, "trades", `XDGUSD_${YESTERDAY}.parquet`)
          const [figures] = yield* duck(
            `select max(price)::varchar, min(price)::varchar, sum(volume)::varchar, count(*) - count(distinct id), min(time)::varchar from '${trades}'`
          )
          expect(figures?.slice(0, 4).map((value) => Number(value))).toStrictEqual([
            Number(previous.high),
            Number(previous.low),
            Number(previous.volume),
            0
          ])
          expect(figures?.[4]).toMatch(/^2026-10-13 00:0/)
          const { profiles } = yield* Store
          const stored = yield* profiles.ofDay("XDGUSD", YESTERDAY)
          expect(stored === null ? null : Price.format(stored.pointOfControl)).toBe(previous.poc)
        })
      )
    )

    it.effect("give the day before without any history: from its profile first, else from its trades", () =>
      onTrades(NOON, ({ directory, until, starts }) =>
        Effect.gen(function* () {
          const { previous_day: whole } = yield* until(isPrecise)
          const asked = starts.length
          const history = { source: "none", without: "skipped", timeoutMs: 1_000 } as const
          const heard = ({ today }: LevelsView) => today.trades > 0
          rmSync(join(directory, "trades", `XDGUSD_${YESTERDAY}.parquet`))
          const cached = yield* until(heard, { history })
          expect(cached.previous_day).toStrictEqual({ ...whole, source: "profile_cache" })
          rmSync(join(directory, `XDGUSD_${YESTERDAY}_profile.parquet`))
          const nothing = yield* until(heard, { history })
          expect(nothing.previous_day).toMatchObject({ source: "none", poc: null })
          expect(nothing.previous_day.precision).toMatch(/^IMPRECISE \(backfill skipped, missing 00:00:00/)
          expect(starts.length).toBe(asked)
        })
      )
    )

    it.effect("that are damaged are said and left alone: the day is fetched anew", () =>
      onTrades(NOON, ({ directory, until }) =>
        Effect.gen(function* () {
          const before = yield* until(isPrecise)
          writeFileSync(join(directory, "trades", `XDGUSD_${YESTERDAY}.parquet`), "PAR1 no more")
          rmSync(join(directory, `XDGUSD_${YESTERDAY}_profile.parquet`))
          const after = yield* until(isPrecise)
          expect(after.previous_day).toStrictEqual(before.previous_day)
        })
      )
    )
  }
)

/** Kills in a row; each leaves the file as one of the two writers' versions. */
const KILLS = 6

describe("a file that is written while its process is killed", () => {
  it("is the old one or the new one, never half", { timeout: 120_000 }, async () => {
    const directory = mkdtempSync(join(tmpdir(), "kennel-killed-"))
    const path = join(directory, "day.parquet")
    try {
      let seen = 0
      for (let kill = 0; kill < KILLS; kill++) {
        const child = spawn(process.execPath, [join(import.meta.dirname, "testing/killedWriter.ts"), path], {
          stdio: ["ignore", "pipe", "inherit"]
        })
        // It says when it begins a write; the kill falls somewhere into one.
        const writes = kill + 2
        await new Promise<void>((resolve) => {
          let begun = 0
          child.stdout.on("data", (text: Buffer) => {
            begun += text.toString("utf8").split("\n").length - 1
            if (begun >= writes) child.kill("SIGKILL")
          })
          child.once("close", () => resolve())
        })
        const bytes = readIfThere(path)
        if (bytes === null) continue
        const { columns, facts } = await decodeTrades(bytes)
        seen++
        expect(columns.ids.length).toBe(Number(facts["rows"]))
        expect(columns.volumes.every((volume) => volume === BigInt(facts["version"] ?? ""))).toBe(true)
      }
      expect(seen).toBeGreaterThan(0)
      expect(existsSync(path)).toBe(true)
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })

  it.each([
    ["no Parquet", new TextEncoder().encode("PAR1xxxxPAR1").buffer],
    ["nothing", new ArrayBuffer(0)]
  ])("that is %s is refused by name", async (_what, bytes) => {
    await expect(decodeTrades(bytes)).rejects.toThrow(NotOurFile)
    await expect(decodeProfile(bytes)).rejects.toThrow(NotOurFile)
  })

  it("with one bit changed is refused, whichever bit it is", async () => {
    const columns = { prices: BigInt64Array.of(7n, 8n), volumes: BigInt64Array.of(100n, 5n) }
    const facts = { symbol: "XDGUSD", trades: "2" }
    const whole = encodeProfile(columns, facts)
    expect(await decodeProfile(Uint8Array.from(whole).buffer)).toStrictEqual({ columns, facts })
    for (let at = 0; at < whole.length; at++) {
      const bytes = Uint8Array.from(whole)
      bytes[at]! ^= 1 << (at % 8)
      await expect(decodeProfile(bytes.buffer), `byte ${at}`).rejects.toThrow(NotOurFile)
    }
  })
})
