/** Recorded markets made for one test: prices that come back again and again, so that no test has to meet a moment. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** Unix milliseconds, on a full minute: the exchange's first moment. */
export const START_MS = 1_790_000_040_000

/** The price at which every tape stands but for the instants of its swings. */
export const BASE_PRICE = "0.2000000"

/** The market trades here and is back at the base price in the same instant: nobody ever sees the price away from it. */
export interface Swing {
  readonly price: string
  readonly volume: string
  /** Exchange time between two of them. */
  readonly everyMs: number
}

/** Exchange time with swings: longer than any test takes, at any speed used here. */
const SWINGING_MS = 3 * 3_600_000

const HEADER = "time_ms,price,qty,buyer_is_maker"

/** Nothing trades, and the recording ends a month after its beginning: later than any test. */
const END = `${START_MS + 30 * 86_400_000},${BASE_PRICE},0,false`

/** A quiet market at the base price, with swings. */
export const swinging = (...swings: ReadonlyArray<Swing>): string => {
  const rows = swings.flatMap(({ price, volume, everyMs }) => {
    const count = Math.floor(SWINGING_MS / everyMs)
    return Array.from({ length: count }, (_, index) => {
      const timeMs = START_MS + (index + 1) * everyMs
      return { timeMs, text: `${timeMs},${price},${volume},${price < BASE_PRICE}\n${timeMs},${BASE_PRICE},1,false` }
    })
  })
  const inOrder = rows.toSorted((a, b) => a.timeMs - b.timeMs).map(({ text }) => text)
  return [HEADER, `${START_MS},${BASE_PRICE},1,false`, ...inOrder, END].join("\n")
}

/** A market that rises by one tick at every step, and then stands still. */
export const rising = (steps: number, everyMs: number): string =>
  [
    HEADER,
    ...Array.from({ length: steps }, (_, step) => `${START_MS + step * everyMs},0.${2_000_000 + step},1,false`),
    END
  ].join("\n")

/** Runs `use` with the tape in a file of its own. */
export const writeTape = (tape: string): { readonly path: string; readonly remove: () => void } => {
  const directory = mkdtempSync(join(tmpdir(), "kennel-tape-"))
  const path = join(directory, "tape.csv")
  writeFileSync(path, tape)
  return { path, remove: () => rmSync(directory, { recursive: true }) }
}
