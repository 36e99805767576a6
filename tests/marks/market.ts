/** A small market on disk whose records bear marks, and hands that edit it with all its checksums made anew. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync, gzipSync } from "node:zlib"
import { Effect, Layer } from "effect"
import { journalDirectory, keyFile, subjectsOf } from "../../app/leaves/journal.ts"
import { readSettings } from "../../app/settings.ts"
import { sealEra } from "../../shared/actor/seals/sealJournal.ts"
import { encodeEntry } from "../../shared/events/envelope.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import { linked, NO_RECORDS } from "../../shared/journal/chainHash.ts"
import {
  decodeFrame,
  decodeSegmentHeader,
  encodeFrame,
  encodeSegmentHeader,
  SEGMENT_HEADER_BYTES
} from "../../shared/journal/embedded/directory/frame.ts"
import { indexPathOf, segmentsDirectory } from "../../shared/journal/embedded/directory/layout.ts"
import { EmbeddedJournal } from "../../shared/journal/embedded/embedded.ts"
import { Journal, type JournalRecord } from "../../shared/journal/port.ts"
import { recordIn, lineOf } from "../../shared/archive/recordLine.ts"
import { keysMadeIn } from "../../shared/signing/keyFile.ts"
import { keyring, ONE_PROCESS } from "../../shared/signing/keyring.ts"
import { withMarks } from "../../shared/signing/signedJournal.ts"

/** The settings of a market in a directory. */
export const settingsIn = (dataDir: string) => readSettings({ DATA_DIR: dataDir }).settings
type Settings = ReturnType<typeof settingsIn>

/** The journal of the settings with its marks; segments are small and ids forgotten at once, so that archived records can go. */
export const marked = (settings: Settings) =>
  withMarks(
    EmbeddedJournal.layer({ directory: journalDirectory(settings), segmentBytes: 4_096, duplicateWindowMs: 0 }),
    subjectsOf(settings),
    Effect.sync(() => keyring(keysMadeIn(keyFile(settings)), ONE_PROCESS))
  )

/** The same without marks, as an older build writes. */
export const unmarked = (settings: Settings) =>
  EmbeddedJournal.layer({ directory: journalDirectory(settings), segmentBytes: 4_096, duplicateWindowMs: 0 })

const START_MS = 1_795_183_200_000

/** Minutes `from` to `to` of a market that stands still: a clock fact each, by the feed. */
export const minutes = (settings: Settings, from: number, to: number) =>
  Effect.flatMap(Journal, (journal) =>
    journal.appendAll(
      Array.from({ length: to - from + 1 }, (_, n) => {
        const event: MarketEvent = { _tag: "ClockTicked", priceAgeSec: null }
        const timeMs = START_MS + (from + n) * 1_000
        const envelope = { epoch: 1, timeMs, writer: "market-feed", cause: null, events: [event] } as const
        return encodeEntry(subjectsOf(settings).clock, `1.market-feed.${from + n}`, envelope)
      })
    )
  )

/** Closes an era. */
export const sealed = (settings: Settings) =>
  sealEra({
    subjects: subjectsOf(settings),
    service: "operator",
    // Digests alone: nobody runs here who would answer.
    actorsOf: () => []
  })

/** Runs work on a journal that is opened for it alone. */
export const on = <A, E>(layer: ReturnType<typeof marked>, work: Effect.Effect<A, E, Layer.Success<typeof layer>>) =>
  Effect.runPromise(Effect.provide(work, Layer.fresh(layer)))

/** What an editor makes of a record; null: it is left out, and those behind it move up. */
export type Edit = (record: JournalRecord) => JournalRecord | null

/** Edits the records of a closed journal in its files: checksums, chain and sequences fit again afterwards, indexes are made anew. */
export const editDirectory = (settings: Settings, edit: Edit): void => {
  const directory = segmentsDirectory(journalDirectory(settings))
  let previousCrc = 0
  let seq = 0
  for (const name of readdirSync(directory)
    .filter((file) => file.endsWith(".log"))
    .toSorted()) {
    const path = join(directory, name)
    const bytes = readFileSync(path)
    const header = decodeSegmentHeader(bytes)
    if ("problem" in header) throw new Error(header.problem)
    if (seq === 0) [seq, previousCrc] = [header.firstSeq - 1, header.previousCrc]
    const parts = [encodeSegmentHeader({ firstSeq: seq + 1, previousCrc })]
    for (let at = SEGMENT_HEADER_BYTES; at < bytes.length;) {
      const frame = decodeFrame(bytes, at)
      if (frame === null) throw new Error(`${name}: no frame at ${at}`)
      at += frame.size
      const record = edit(frame.record)
      if (record === null) continue
      const written = encodeFrame({
        ...record,
        seq: ++seq,
        durableSeq: Math.min(frame.durableSeq, seq - 1),
        previousCrc
      })
      previousCrc = written.crc
      parts.push(written.frame)
    }
    writeFileSync(path, Buffer.concat(parts))
    rmSync(indexPathOf(path), { force: true })
  }
  rmSync(join(journalDirectory(settings), "high-water.json"), { force: true })
}

/** Edits the records of a file of lines; `chain`: its last line says their hash again afterwards. */
export const editFile = (path: string, edit: Edit, chain: boolean): void => {
  const lines = gunzipSync(readFileSync(path)).toString().split("\n")
  const records = lines.slice(1, -1).flatMap((line) => edit(recordIn(line)) ?? [])
  const footer = JSON.parse(lines.at(-1) ?? "") as Record<string, unknown>
  const hash = records.reduce(linked, NO_RECORDS)
  const last = chain ? { ...footer, records: records.length, chain: hash } : footer
  writeFileSync(path, gzipSync([lines[0], ...records.map(lineOf), JSON.stringify(last)].join("\n")))
}

/** The same record with a text in its data replaced. */
export const saying = (record: JournalRecord, text: string, instead: string): JournalRecord => {
  const before = Buffer.from(record.data).toString()
  if (!before.includes(text)) throw new Error(`record ${record.seq} does not say ${text}`)
  return { ...record, data: Buffer.from(before.replace(text, instead)) }
}
