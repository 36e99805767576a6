/** One journal, read from a directory, a server and a file: whoever looks sees the same. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gunzipSync, gzipSync } from "node:zlib"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { decidersOf } from "../../app/registry.ts"
import { chainHash } from "../../shared/journal/chainHash.ts"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import { NatsJournal } from "../../shared/journal/nats/nats.ts"
import { natsServerFound, startNatsServer } from "../../shared/journal/nats/testing/testServer.ts"
import { Journal, type SnapshotStore } from "../../shared/journal/port.ts"
import { exportJournal } from "../../shared/archive/exportJournal.ts"
import { FileJournal } from "../../shared/archive/fileJournal.ts"
import { readJournalFile } from "../../shared/archive/journalFile.ts"
import { placeOf, seqAt } from "../../shared/archive/seqAt.ts"
import { recordedLines, recordsOf, SUBJECTS, verified } from "../journals/corpus.ts"

const NAME = "rules-2-shapes-2-trading"
const RECORDED = join(import.meta.dirname, `../journals/recorded/${NAME}.jsonl.gz`)
const records = recordsOf(recordedLines(NAME))

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "kennel-everywhere-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

type Where = Layer.Layer<Journal | SnapshotStore, unknown>
const on = <A>(where: Where, work: Effect.Effect<A, unknown, Journal | SnapshotStore>) =>
  work.pipe(Effect.provide(Layer.fresh(where)))

const filled = Effect.flatMap(Journal, (journal) =>
  journal.appendAll(records.map(({ subject, id, data }) => ({ subject, id, data })))
)
const looked = Effect.gen(function* () {
  const { divergences, events, head, states } = yield* verified()
  return { chain: yield* chainHash, divergences, events, head, states }
})

const written = (file: string, from: number, to: number, redacted = false) =>
  exportJournal({
    subjects: SUBJECTS,
    actorsOf: decidersOf,
    file,
    from,
    to,
    pair: "XDGUSD",
    note: "a test",
    build: "test",
    redacted,
    settings: {}
  })
const exported = (file: string, from: number, to: number, redacted = false) =>
  on(FileJournal.layer(RECORDED), written(file, from, to, redacted))

describe.skipIf(!natsServerFound())("the same journal", () => {
  it.live(
    "has the same hash, events and states in a directory, beside its writer, on a server and in a file",
    () =>
      Effect.gen(function* () {
        const root = yield* directory
        const server = yield* Effect.acquireRelease(
          Effect.promise(() => startNatsServer()),
          (running) => Effect.promise(() => running.dispose())
        )
        const file = join(root, "whole.kennel")
        const embedded = { directory: join(root, "journal") }
        const fromFile = yield* on(FileJournal.layer(RECORDED), looked)
        const beside = yield* on(
          EmbeddedJournal.layer(embedded),
          Effect.gen(function* () {
            yield* filled
            yield* written(file, 1, records.length)
            return yield* on(EmbeddedJournal.layerReadOnly(embedded), looked)
          })
        )
        const nats = NatsJournal.layer({ url: server.url, stream: "TEST", subjects: [SUBJECTS.everything] })
        const onServer = yield* on(nats, Effect.andThen(filled, looked))
        const fromExport = yield* on(FileJournal.layer(file), looked)
        expect(fromFile).toMatchObject({ divergences: [], head: records.length })
        for (const other of [beside, onServer, fromExport]) expect(other).toStrictEqual(fromFile)
      }),
    120_000
  )
})

describe("a piece of a journal", () => {
  it.live("begins where the market rested, with the states that it had there, and ends in those of the whole", () =>
    Effect.gen(function* () {
      const file = join(yield* directory, "piece.kennel")
      const made = yield* exported(file, 4_000, records.length)
      expect(made.from).toBeGreaterThan(3_900)
      expect(made.from).toBeLessThanOrEqual(4_000)
      const whole = yield* on(FileJournal.layer(RECORDED), looked)
      const piece = yield* on(FileJournal.layer(file), looked)
      expect(piece.divergences).toStrictEqual([])
      const deciding = new Set(made.expected.actors.map(({ name }) => name))
      const ofDeciders = <A extends { readonly name: string }>(states: ReadonlyArray<A>) =>
        states.filter(({ name }) => deciding.has(name))
      expect(ofDeciders(piece.states)).toStrictEqual(ofDeciders(whole.states))
      expect(made.expected.actors).toStrictEqual(ofDeciders(whole.states))
      // A piece of the piece.
      const inner = join(yield* directory, "inner.kennel")
      yield* on(FileJournal.layer(file), written(inner, 5_000, 6_000))
      expect((yield* on(FileJournal.layer(inner), looked)).divergences).toStrictEqual([])
      expect((yield* Effect.promise(() => readJournalFile(inner))).records.at(-1)?.seq).toBe(6_000)
    })
  )

  it.live("without its owner's ids decides the same, and none of them is left in it", () =>
    Effect.gen(function* () {
      const file = join(yield* directory, "redacted.kennel")
      const made = yield* exported(file, 4_000, 6_000, true)
      expect(made.expected.divergences).toStrictEqual([])
      const text = gunzipSync(readFileSync(file)).toString()
      const plain = yield* on(
        FileJournal.layer(RECORDED),
        Effect.flatMap(Journal, (journal) => Stream.runCollect(journal.read({ from: 4_000 })))
      )
      const ids = plain
        .slice(0, 2_000)
        .flatMap(({ data }) => [...new TextDecoder().decode(data).matchAll(/"(?:txid|execId|author)":"([^"]+)"/g)])
        .map(([, id = ""]) => id)
      expect(ids.length).toBeGreaterThan(200)
      expect(ids.filter((id) => text.includes(`"${id}"`) || text.includes(`\\"${id}\\"`))).toStrictEqual([])
      expect((yield* on(FileJournal.layer(file), looked)).divergences).toStrictEqual([])
    })
  )

  it.live("that was changed, or not written to its end, is refused by file and reason", () =>
    Effect.gen(function* () {
      const root = yield* directory
      const file = join(root, "piece.kennel")
      yield* exported(file, 4_000, 4_100)
      const lines = gunzipSync(readFileSync(file)).toString().split("\n")
      const broken = (name: string, text: ReadonlyArray<string>) => {
        const path = join(root, name)
        writeFileSync(path, gzipSync(text.join("\n")))
        return Effect.flip(on(FileJournal.layer(path), Journal))
      }
      const messageOf = (error: unknown) => (error as Error).message
      expect(messageOf(yield* broken("cut.kennel", lines.slice(0, 50)))).toMatch(/cut\.kennel: has no last line/)
      expect(messageOf(yield* broken("gap.kennel", lines.toSpliced(5, 1)))).toMatch(
        /line 6 is record \d+, expected record/
      )
      const changed = lines.with(
        3,
        (lines[3] ?? "").replace(/"storedMs":\d+,/, '"storedMs":1,').replace("market", "markets")
      )
      expect(messageOf(yield* broken("changed.kennel", changed))).toMatch(/was changed/)
    })
  )
})

describe("a place in a journal", () => {
  it.live.each<readonly [string, number]>([
    ["4711", 4711],
    ["999999", records.length],
    ["2024-03-24", 38],
    ["2024-03-24 00:07:36", 158],
    ["2024-03-24T00:07:36Z", 158],
    ["2024-03-24T01:07:36+01:00", 158],
    ["2031-01-01", records.length]
  ])("%s is record %i", ([text, seq]) =>
    Effect.gen(function* () {
      const found = yield* on(
        FileJournal.layer(RECORDED),
        Effect.flatMap(placeOf(text), (place) => seqAt(place))
      )
      expect(found).toBe(seq)
    })
  )

  it.live("that is none is refused with both forms", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(placeOf("yesterday"))
      expect(error.message).toMatch(/"yesterday" is no place .* sequence \(4711\), or a time in UTC/)
    })
  )
})
