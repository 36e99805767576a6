/** `node tests/data/make.ts` makes the recordings that come with the repository; the same ones each time, on any machine. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { madeMonth } from "./month.ts"
import { madeMessages } from "./ohlcMessages.ts"

/**
 * Each recording by the name of its file, unpacked. The month's seed was chosen out of the first eighty: its statistics are
 * near a real month's, and its eight days of rise and fall show all that the test of regimes asks for.
 */
export const RECORDINGS: Readonly<Record<string, () => string>> = {
  "month.csv.gz": () => madeMonth(20),
  "ohlc-messages.csv.gz": () => madeMessages(1)
}

if (import.meta.main) {
  for (const [name, made] of Object.entries(RECORDINGS)) {
    const packed = gzipSync(made(), { level: 9 })
    writeFileSync(join(import.meta.dirname, name), packed)
    process.stdout.write(`${name}: ${packed.length} bytes\n`)
  }
}
