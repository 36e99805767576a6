/**
 * How much memory a file of candles takes: `node bench/candles/candleMemory.ts [rows]` writes an archive of that many minutes, reads it in a
 * process of its own, goes through its rows as an import does, and prints what that process took at most. 6.5 million rows are
 * the longest archive there is, twelve years of minutes.
 */
import { execFileSync } from "node:child_process"
import { createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { createGzip } from "node:zlib"
import { Effect } from "effect"
import { attempt, readCandleFile } from "../../shared/candles/candleFile.ts"
import { settle } from "../../shared/candles/core/file/settle.ts"

const SEED = 23
const FIRST_SEC = 1_380_000_000
const NOW_SEC = 1_800_000_000
/** Rows that are made at once. */
const PIECE_ROWS = 5_000

/** What the reading process says. */
export interface MemoryOfFile {
  readonly rows: number
  /** Resident memory at its most, bytes. */
  readonly peakBytes: number
  readonly seconds: number
  readonly fileBytes: number
}

function* archive(rows: number): Generator<string> {
  let state = SEED
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 4_294_967_296) * below)
  }
  const price = () => `0.${String(1_500_000 + next(1_000_000)).padStart(7, "0")}`
  for (let from = 0; from < rows; from += PIECE_ROWS) {
    const lines = Array.from({ length: Math.min(PIECE_ROWS, rows - from) }, (_, i) => {
      const [low = "", open = "", close = "", high = ""] = [price(), price(), price(), price()].sort()
      const volume = `${next(200_000)}.${String(next(100_000_000)).padStart(8, "0")}`
      return `${FIRST_SEC + (from + i) * 60},${open},${high},${low},${close},${volume},${next(500)}\n`
    })
    yield lines.join("")
  }
}

/** Memory of reading an archive of this many rows. */
export const memoryOfFile = async (rows: number): Promise<MemoryOfFile> => {
  const folder = mkdtempSync(join(tmpdir(), "kennel-memory-"))
  try {
    const file = join(folder, "XDGUSD_1.csv.gz")
    await pipeline(Readable.from(archive(rows)), createGzip({ level: 1 }), createWriteStream(file))
    const said = execFileSync(process.execPath, [import.meta.filename, "read", file], { encoding: "utf8" })
    return { ...(JSON.parse(said) as Omit<MemoryOfFile, "fileBytes">), fileBytes: statSync(file).size }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const read = (file: string) =>
  Effect.gen(function* () {
    const started = performance.now()
    const found = yield* readCandleFile(file, { nowSec: NOW_SEC })
    const settled = yield* attempt(file, () => settle(found, { namedSec: 60, nowSec: NOW_SEC }))
    let rows = 0
    while (rows < settled.length && settled.at(rows).close > 0n) rows++
    const peakBytes = process.resourceUsage().maxRSS * 1_024
    return { rows, peakBytes, seconds: (performance.now() - started) / 1_000 }
  }).pipe(Effect.scoped)

if (import.meta.main) {
  const [first = "6500000", file = ""] = process.argv.slice(2)
  if (first === "read") console.log(JSON.stringify(await Effect.runPromise(read(file))))
  else {
    const { rows, peakBytes, seconds, fileBytes } = await memoryOfFile(Number(first))
    const mb = (bytes: number) => `${(bytes / 1_048_576).toFixed(0)} MB`
    console.log(
      `${rows.toLocaleString("en")} rows (${mb(fileBytes)} packed): ${mb(peakBytes)} at most, ` +
        `${Math.round(rows / seconds).toLocaleString("en")} rows/s`
    )
  }
}
