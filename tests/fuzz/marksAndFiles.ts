/** Marks and keys, and the files in which records, days and eras leave this machine: each as somebody else may have made it. */
import { isDeepStrictEqual } from "node:util"
import fc from "fast-check"
import { decodeTrades, encodeTrades, NotOurFile } from "../../services/market-context/files/parquet.ts"
import { sha256 } from "../../shared/actor/hash.ts"
import { EraHashes, NO_ERA_BEFORE } from "../../shared/actor/seals/eraDigest.ts"
import { ArchiveDamaged, eraIn } from "../../shared/archive/eraFile.ts"
import { JournalFileBroken, JournalLines } from "../../shared/archive/journalFile.ts"
import { lineOf } from "../../shared/archive/recordLine.ts"
import { linked, NO_RECORDS } from "../../shared/journal/chainHash.ts"
import type { JournalRecord } from "../../shared/journal/port.ts"
import { Demands } from "../../shared/signing/demands.ts"
import { keyring, keysText, readKeys } from "../../shared/signing/keyring.ts"
import { markOf, readMark, type WriterKey } from "../../shared/signing/mark.ts"
import { recordedLines, recordedNames, recordsOf } from "../journals/corpus.ts"
import { damagedBytes, damagedText, type Decoder, decoder, possible, slowDecoder, taken } from "./decoder.ts"

const key = (service: string, number: number): WriterKey => ({
  service,
  number,
  secret: Buffer.alloc(32, service + number)
})
const KEYS = [key("market-feed", 1), key("market-feed", 2), key("governor", 1)]
const PLAIN: JournalRecord = {
  seq: 7,
  subject: "market.XDGUSD.price",
  id: "1.market-feed.x.7",
  data: new TextEncoder().encode('{"v":3,"writer":"market-feed","events":[]}'),
  storedMs: 0
}
const MARKS = KEYS.map((one) => markOf(one, PLAIN))

/** A mark is believed where it is the one that the key in force made, and nowhere else. */
const marks = decoder(fc.tuple(damagedText(MARKS), damagedBytes([PLAIN.data])), ([mark, data]) => {
  const demands = new Demands(keyring(KEYS, ""))
  demands.set("market-feed", 1, 1)
  const believed = demands.objectionTo({ ...PLAIN, data, mark }) === null
  const same = Buffer.compare(data, PLAIN.data) === 0
  const genuine = same && (mark === MARKS[0] || mark === MARKS[1])
  if (believed !== genuine) throw new Error(`${mark} is ${believed ? "believed" : "not believed"}`)
  if (believed && readMark(mark) === null) throw new Error(mark)
  return believed
})

const keys = decoder(damagedText([keysText(KEYS), "market-feed=2:lost,1:lost"]), (text) => {
  try {
    possible(keyring(readKeys(text), "market-feed").signsWith?.number)
    return true
  } catch (error) {
    // Whatever is wrong with it, no key is shown.
    if (/[0-9a-f]{32}/.test(String(error))) throw new Error("a key is shown", { cause: error })
    return false
  }
})

const RECORDS = recordsOf(recordedLines(recordedNames()[0] ?? "")).slice(0, 8)
const lines = RECORDS.map(lineOf)
const HEADER = {
  format: "kennel-journal",
  version: 1,
  pair: "XDGUSD",
  from: 1,
  note: "",
  build: "x",
  redacted: false,
  settings: {}
}
const EXPORTED = [
  JSON.stringify({ ...HEADER, start: null }),
  ...lines,
  JSON.stringify({
    end: "kennel-journal",
    records: lines.length,
    chain: RECORDS.reduce(linked, NO_RECORDS),
    expected: { divergences: [], actors: [] }
  })
]

/** A file is one text of lines; a line is damaged, or left out, or comes twice. */
const journalFiles = decoder(
  fc.oneof(
    damagedText([EXPORTED.join("\n"), lines.join("\n")]),
    fc.subarray(EXPORTED).map((some) => some.join("\n"))
  ),
  (text) =>
    taken([JournalFileBroken], () => {
      const file = new JournalLines("x.kennel")
      for (const line of text.split("\n")) file.take(line)
      const { records, header } = file.end()
      possible(header)
      for (const { seq, storedMs } of records) possible({ seq, storedMs })
    }),
  1_000
)

const hashes = new EraHashes()
for (const record of RECORDS) hashes.add(record)
const STATE = "{}"
const ERA = [
  JSON.stringify({ format: "kennel-era", version: 1, era: 1, from: 1, to: RECORDS.length, before: NO_ERA_BEFORE }),
  ...lines,
  JSON.stringify({
    seal: {
      _tag: "EraSealed",
      era: 1,
      from: 1,
      to: RECORDS.length,
      digest: hashes.digest(NO_ERA_BEFORE),
      checks: hashes.checks(),
      rulesVersion: 1,
      actors: [{ name: "slot-1", version: "1", stateHash: sha256(STATE) }],
      control: { epoch: 1, rulesVersion: 1, rulesSeq: 0, lastSeq: 0, skipped: [], explained: [], events: [] },
      slots: [1],
      service: "operator",
      sealedMs: 0
    },
    sealSeq: RECORDS.length + 1,
    states: { "slot-1": STATE }
  })
].join("\n")

/** An era that is taken holds the records that were sealed. */
const eras = decoder(
  damagedText([ERA]),
  (text) =>
    taken([ArchiveDamaged], () => {
      const { records, seal } = eraIn(text, "era-000001.jsonl.gz")
      possible({ era: seal.era, from: seal.from, to: seal.to })
      const again = new EraHashes()
      for (const record of records) again.add(record)
      if (again.digest(NO_ERA_BEFORE) !== seal.digest && text.includes(NO_ERA_BEFORE)) throw new Error("another digest")
    }),
  500
)

const COLUMNS = {
  ids: BigInt64Array.of(1n, 2n),
  times: BigInt64Array.of(1_795_183_203_000n, 1_795_183_204_000n),
  prices: BigInt64Array.of(1_432_100_000n, 1_432_200_000n),
  volumes: BigInt64Array.of(100_000_000n, 5n),
  buys: Uint8Array.of(1, 0)
}
const FACTS = { day: "2026-11-20", state: "whole" }

/** A day that is taken is the one that was kept, to the last digit. */
const parquet = slowDecoder(damagedBytes([encodeTrades(COLUMNS, FACTS)]), async (bytes) => {
  try {
    const { columns, facts } = await decodeTrades(Uint8Array.from(bytes).buffer)
    if (!isDeepStrictEqual({ columns, facts }, { columns: COLUMNS, facts: FACTS })) throw new Error("another day")
    return true
  } catch (error) {
    if (error instanceof NotOurFile) return false
    throw error
  }
})

/** By the name that `--decoder` takes. */
export const MARKS_AND_FILES: Readonly<Record<string, Decoder>> = {
  marks,
  keys,
  "journal-files": journalFiles,
  eras,
  parquet
}
