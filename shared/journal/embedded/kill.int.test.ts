/** C2: kill -9 at any moment loses nothing that was acknowledged. */
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { expect, it } from "@effect/vitest"
import { Effect, References, Stream } from "effect"
import * as fc from "fast-check"
import { Journal } from "../port.ts"
import { EmbeddedJournal } from "./embedded.ts"

const seed = 20_261_121
const rounds = 10

/** Runs the writer and kills it after this many acknowledgements; returns all it printed, whole lines only. */
const writeAndKill = (directory: string, acks: number): Promise<ReadonlyArray<string>> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, "testing/killedWriter.ts"), directory], {
      stdio: ["ignore", "pipe", "pipe"]
    })
    const lines: Array<string> = []
    let complaint = ""
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaint += text
    })
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (!/^\d+ \S+$/.test(line)) return
      lines.push(line)
      if (lines.length === acks) child.kill("SIGKILL")
    })
    child.once("error", reject)
    child.once("close", () => {
      if (lines.length >= acks) resolve(lines)
      else reject(new Error(`the writer ended by itself: ${complaint}`))
    })
  })

it.live(`C2 after kill -9 every acknowledged record is there once, in order, without gap (seed ${seed})`, () =>
  Effect.gen(function* () {
    const directory = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "kennel-kill-"))),
      (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
    )
    const acknowledged = new Map<number, string>()
    const plan = fc.sample(fc.integer({ min: 1, max: 120 }), { seed, numRuns: rounds })
    for (const acks of plan) {
      for (const line of yield* Effect.promise(() => writeAndKill(directory, acks))) {
        const [seq = "", id = ""] = line.split(" ")
        expect(acknowledged.has(Number(seq)), `sequence ${seq} was given out twice`).toBe(false)
        acknowledged.set(Number(seq), id)
      }
      const records = yield* Effect.gen(function* () {
        const journal = yield* Journal
        return yield* journal.read({ from: 1 }).pipe(Stream.runCollect)
      }).pipe(Effect.provide(EmbeddedJournal.layer({ directory, segmentBytes: 16_384 })))

      expect(records.map(({ seq }) => seq)).toEqual(records.map((_, place) => place + 1))
      for (const [seq, id] of acknowledged) expect(records[seq - 1]?.id).toBe(id)
      for (const subject of ["market.TEST.a", "market.TEST.b"]) {
        const ids = records.filter((record) => record.subject === subject).map(({ id }) => id)
        expect(ids).toEqual(ids.map((_, place) => `${subject}_${place + 1}`))
      }
    }
  }).pipe(Effect.provideService(References.MinimumLogLevel, "Error"))
)
